/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two half-size pictures out of one. */
#include "training/neighbours.h"

/* Cell 0 1 / 2 3: the eight ordered pairs that touch along an edge. */
static const guint8 pairs[8] = {
  0 + 4 * 1, 1 + 4 * 0, 2 + 4 * 3, 3 + 4 * 2, 0 + 4 * 2, 2 + 4 * 0, 1 + 4 * 3, 3 + 4 * 1,
};

void
cg_neighbours_draw (CgRandom *random, guint8 *cells, gsize n)
{
  for (gsize i = 0; i < n; i++)
    cells[i] = pairs[cg_random_bits (random) >> 61];
}

void
cg_neighbours_take (const guint8 *cells, const float *whole, int w, int h, float *input,
                    float *target)
{
  for (int y = 0; y < h; y++)
    for (int x = 0; x < w; x++)
      {
        const float *cell = whole + (gsize) (2 * y) * (2 * w) + 2 * x;
        int to_input = *cells & 3, to_target = *cells >> 2;
        *input++ = cell[(to_input >> 1) * 2 * w + (to_input & 1)];
        *target++ = cell[(to_target >> 1) * 2 * w + (to_target & 1)];
        cells++;
      }
}
