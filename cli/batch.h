/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One picture after the other: load, denoise, save. */
#ifndef CG_BATCH_H
#define CG_BATCH_H

#include "cli/console.h"
#include "cli/options.h"

/* Do all of @jobs (CgJob *), saying what fails, and return the exit status.  A picture
 * that fails does not stop the others. */
int cg_batch_run (const CgOptions *options, const GPtrArray *jobs, CgConsole *console);

#endif
