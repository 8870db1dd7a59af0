/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The gradient of one training step.
 *
 * A batch is cut into chunks.  Teams of threads work on a chunk each, so that nobody waits
 * for the other teams between layers; within a team the threads share each layer's work.  A
 * small network's chunks are many and stay in a processor's cache, a large one's are the halves
 * of the batch.  With other chunks, which save memory, all threads are one team.  Sums over the
 * batch have a fixed order: the result has the same bytes on any number of threads. */
#ifndef CG_STEP_H
#define CG_STEP_H

#include "model/pass.h"
#include "training/loss.h"
#include "training/sampler.h"

typedef struct
{
  const CgNetwork *network;
  const CgSampler *sampler;
  CgLoss loss;
  double brightness; /* weight of cg_loss_brightness() beside it */
  double kl;         /* weight of the latents' KL divergence; 1 = as of the sum of losses of a
                      * picture's values (Kingma & Welling, 2014) */
  guint64 seed;      /* of the latents that are drawn */
  int batch, chunk;  /* samples at once; divides batch */
  int w, h;          /* of a patch */
  gboolean self;     /* samples are of CG_SOURCE_SELF */
  CgWorkers *workers;
} CgStepOptions;

typedef struct _CgStep CgStep;

/* What @options points to must outlive it.  NULL with CG_ERROR_TOO_LARGE if the memory is not
 * to be had.  The caller frees it with cg_step_free(). */
CgStep *cg_step_new (const CgStepOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cg_step_free (CgStep *step);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgStep, cg_step_free)

/* Of the chunks that divide the batch the one that is computed fastest. */
int cg_step_best_chunk (const CgStepOptions *options);

/* What a step with @options keeps: a pass over a chunk for each team, of so many threads, and
 * floats of gradients. */
int cg_step_teams (const CgStepOptions *options);
int cg_step_team_threads (const CgStepOptions *options);
gsize cg_step_gradients (const CgStepOptions *options);

/* Loss (mean over the batch) and gradient of step @number at @parameters.
 * @gradient: as many floats as the network has parameters; overwritten. */
double cg_step_run (CgStep *step, guint64 number, const float *parameters, float *gradient);

/* In how many steps the gamma of CgStepOptions.self grows to its full value; 0, at first, means
 * that it has it.  To be told again whenever the schedule changes. */
void cg_step_set_ramp (CgStep *step, guint64 ramp);

/* Share of the time so far that went into drawing samples. */
double cg_step_data_share (const CgStep *step);

#endif
