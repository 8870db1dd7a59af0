/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of one run that must not be the same: pictures, outputs, and what the options
 * name besides. */
#ifndef CG_CLASHES_H
#define CG_CLASHES_H

#include "cli/options.h"

/* FALSE with CG_ERROR_USAGE if two of @jobs (CgJob *) would write one file, if one would
 * replace a picture, or if a list or log would. */
gboolean cg_clashes_check (const CgOptions *options, const GPtrArray *jobs,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether two names lead to one file that is there. */
gboolean cg_is_same_file (const char *a, const char *b);

#endif
