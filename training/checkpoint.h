/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a run stands, on disk: enough to go on as if it had never stopped.
 * Everything random is a function of (seed, step), so no generator is kept. */
#ifndef CG_CHECKPOINT_H
#define CG_CHECKPOINT_H

#include "training/adam.h"

typedef struct
{
  char *recipe;     /* plain text of the recipe */
  char *data;       /* fingerprint of the pictures */
  guint64 steps;    /* planned in all; fewer than the recipe's under a time limit */
  guint64 step;     /* steps done */
  double seconds;   /* spent so far, over all sittings */
  double best_psnr; /* of the best validation; 0 before the first */
  guint64 best_step;
  guint64 log_size; /* bytes of the log that belong to these steps */
  double loss_sum;  /* over the steps since the log's last line */
  guint64 loss_count;
  CgAdamState weights; /* arrays of weights.n floats */
} CgCheckpoint;

/* Write to @path through a temporary file, forced to disk and renamed: after a
 * crash at any moment the file is the old one or the new one. */
gboolean cg_checkpoint_save (const CgCheckpoint *checkpoint, const char *path,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Read @path into a new checkpoint.  NULL with @error beginning with the path:
 * CG_ERROR_FORMAT for anything but a whole, undamaged checkpoint.  The caller
 * frees it with cg_checkpoint_free(), which frees texts and arrays too. */
CgCheckpoint *cg_checkpoint_load (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cg_checkpoint_free (CgCheckpoint *checkpoint);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgCheckpoint, cg_checkpoint_free)

/* A checkpoint of step 0 with @n zeros in every array. */
CgCheckpoint *cg_checkpoint_new (gsize n) G_GNUC_WARN_UNUSED_RESULT;

#endif
