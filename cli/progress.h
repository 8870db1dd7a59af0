/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The progress line of a batch: how many pictures are done, how fast, and how
 * long the rest will take, judged by pixels.  It never runs backwards. */
#ifndef CG_CLI_PROGRESS_H
#define CG_CLI_PROGRESS_H

#include "cli/console.h"

typedef struct
{
  CgConsole *console;
  guint pictures, finished;
  double work, work_done; /* pixels, or pictures if pixels are not known */
  double pixels;          /* cleaned */
  guint cleaned;
  double shown;         /* share of the work on the line */
  gint64 started, last; /* microseconds */
} CgProgress;

void cg_progress_init (CgProgress *progress, CgConsole *console, guint pictures, double work);

/* Of the pictures under way so much work is done. */
void cg_progress_update (CgProgress *progress, double under_way);

/* A picture of @work is behind us; it was cleaned if @pixels > 0. */
void cg_progress_next (CgProgress *progress, double work, double pixels);

/* Take the line away. */
void cg_progress_finish (CgProgress *progress);

#endif
