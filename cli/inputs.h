/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pictures that a command line means: files, folders and lists. */
#ifndef CG_INPUTS_H
#define CG_INPUTS_H

#include "cli/options.h"

/* Append a CgJob to @jobs for each picture, without its output unless a list
 * names it.  In folders where outputs go beside their pictures, those of earlier runs are no
 * pictures to be cleaned; they are counted in @left_out.  Fails only if a list cannot be read. */
gboolean cg_inputs_find (const CgOptions *options, GPtrArray *jobs, guint *left_out,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
