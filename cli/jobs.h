/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the command line to a list of pictures, each with the name of its
 * output; all that can be found wrong before work starts is found here. */
#ifndef CG_JOBS_H
#define CG_JOBS_H

#include "cli/options.h"

typedef struct
{
  char *in, *out;
} CgJob;

/* CgJob * in the order of the command line.  Fails with CG_ERROR_USAGE if two
 * outputs have one name or an output is one of the inputs. */
GPtrArray *cg_jobs_plan (const CgOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
