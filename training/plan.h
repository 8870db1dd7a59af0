/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cutting a batch into chunks that fit into memory. */
#ifndef CG_PLAN_H
#define CG_PLAN_H

#include "training/step.h"

/* Bytes that a step with @options takes. */
gsize cg_plan_memory (const CgStepOptions *options);

/* The chunk to take for @options, whose own is what the recipe says, 0 for the
 * fastest: that one or, if it does not fit into @memory bytes, the largest that
 * does.  0 with @error if it does not divide the batch (CG_ERROR_USAGE), or if
 * not even one sample at a time fits (CG_ERROR_TOO_LARGE, naming the patch that would). */
int cg_plan_chunk (const CgStepOptions *options, gsize memory,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Fill in what @options leaves to the machine: a patch of @w 0 becomes the largest of at
 * most CG_PLAN_PATCH of which one sample fits into @memory bytes, and a @batch of 0 becomes
 * CG_PLAN_BATCH, or as many as fit at once.  FALSE with CG_ERROR_TOO_LARGE if not even one does. */
#define CG_PLAN_PATCH 96
#define CG_PLAN_BATCH 16
gboolean
cg_plan_auto (CgStepOptions *options, gsize memory, GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
