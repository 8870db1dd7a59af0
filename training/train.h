/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The training loop. */
#ifndef CG_TRAIN_H
#define CG_TRAIN_H

#include <signal.h>

#include "training/run.h"

typedef struct
{
  double time_limit; /* seconds of this sitting; 0 = none.  The schedule shrinks to fit into it */
  gboolean quiet;    /* no progress line */
  const volatile sig_atomic_t *stop; /* becomes non-zero when somebody wants us to stop */
} CgTrainOptions;

typedef enum
{
  CG_TRAIN_FINISHED, /* all steps done, or no gain for too long */
  CG_TRAIN_TIME_UP,  /* stopped by the time limit, to be resumed */
  CG_TRAIN_STOPPED,  /* stopped from outside, to be resumed */
  CG_TRAIN_FAILED    /* @error is set */
} CgTrainEnd;

/* Go on from where @run stands.  Whatever the end, the run's folder holds a
 * whole checkpoint and the best weights so far. */
CgTrainEnd cg_train (CgRun *run, const CgTrainOptions *options, GError **error);

#endif
