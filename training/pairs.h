/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding the pictures of two sets that belong together. */
#ifndef CG_PAIRS_H
#define CG_PAIRS_H

#include "training/sources.h"

/* Match each of @inputs with the one of @targets that has the same name below
 * its folder, endings apart; several inputs may share a target.  Left out, with
 * a line in @notes (char *) each, are pictures without a counterpart, pairs of
 * different sizes and, if @check_alignment, pairs that fit better when one is
 * shifted.  Returns CgPair elements, in the order of @inputs; free with g_array_unref(). */
GArray *
cg_pairs_match (const CgPictures *targets, const CgPictures *inputs, gboolean check_alignment,
                CgWorkers *workers, GPtrArray *notes) G_GNUC_WARN_UNUSED_RESULT;

/* How far @b has to be moved to lie on @a (planes of @h x @w): whole pixels, at most
 * CG_PAIRS_REACH each way.  0, 0 unless another shift fits clearly better. */
#define CG_PAIRS_REACH 8
void cg_pairs_shift (const float *a, const float *b, int w, int h, int *x, int *y);

#endif
