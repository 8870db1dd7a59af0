/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All pictures, from the list of jobs to the exit status. */
#ifndef CG_BATCH_H
#define CG_BATCH_H

#include "cli/console.h"
#include "cli/options.h"

/* Do all of @jobs (CgJob *), saying what fails, and return the exit status.  A
 * picture that fails does not stop the others. */
int cg_batch_run (const CgOptions *options, const GPtrArray *jobs, CgConsole *console);

/* Print what cg_batch_run() would write, as a list for --files-from. */
int cg_batch_dry_run (const CgOptions *options, const GPtrArray *jobs, CgConsole *console);

#endif
