/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Learning from noisy pictures alone: Neighbor2Neighbor (Huang et al., CVPR 2021).
 *
 * From each 2x2 cell of a noisy picture two different pixels are taken: one
 * goes to a picture of half the size that is the input, the other to one that
 * is the target.  Their noise is independent if the picture's is from pixel to
 * pixel, so the mean of what can be learnt is the clean picture.  What differs
 * between the two besides noise is taken from the network's own result f on
 * the whole picture: the loss is
 *   |f(in) - target|^2 + gamma |f(in) - target - (f_in - f_target)|^2,
 * with f_in, f_target the same pixels of f; its gradient is that of
 * (1 + gamma) |f(in) - (target + gamma / (1 + gamma) (f_in - f_target))|^2. */
#ifndef CG_NEIGHBOURS_H
#define CG_NEIGHBOURS_H

#include "model/random.h"

/* For each cell which of its pixels (0..3, row by row) goes to the input and
 * which to the target: input + 4 target, neighbours in a row or a column. */
void cg_neighbours_draw (CgRandom *random, guint8 *cells, gsize n);

/* Take the pixels: @whole is 2h x 2w, @input and @target are h x w. */
void cg_neighbours_take (const guint8 *cells, const float *whole, int w, int h, float *input,
                         float *target);

#endif
