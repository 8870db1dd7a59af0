/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The progress line of a batch: how many pictures are done, how much of all
 * the work, and how long the rest will take.  It never runs backwards. */
#ifndef CG_CLI_PROGRESS_H
#define CG_CLI_PROGRESS_H

#include "cli/console.h"

typedef struct
{
  CgConsole *console;
  guint pictures, done;
  double shown;     /* share of all work on the line */
  gint64 started, last; /* microseconds */
} CgProgress;

void cg_progress_init (CgProgress *progress, CgConsole *console, guint pictures);

/* The picture under way is done to @fraction, 0 .. 1. */
void cg_progress_update (CgProgress *progress, double fraction);

/* The picture is behind us, however it ended. */
void cg_progress_next (CgProgress *progress);

/* Take the line away. */
void cg_progress_finish (CgProgress *progress);

#endif
