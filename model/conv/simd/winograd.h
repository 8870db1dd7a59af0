/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the two halves of the Winograd kernel share. */
#ifndef CG_CONV_SIMD_WINOGRAD_H
#define CG_CONV_SIMD_WINOGRAD_H

#include "model/conv/conv.h"
#include "model/conv/simd/vector.h"

#define MAX_TILE 8 /* side of the largest tile of input */

/* Floats from one plane of transformed values to the next: rows are tiles, or
 * input channels of weights.  Planes at a distance of a power of two would all
 * fall on the same lines of the cache. */
static inline gsize
plane_size (int rows, int channels)
{
  return (gsize) rows * whole_vectors (channels) + 16;
}

/* Copy the @side x @side pixels from (y, x) on, channels c <= channel <
 * c + LANES, to @patch; zeros where there is no such pixel or channel. */
static inline void
gather_patch (const CgTensor *in, int y, int x, int side, int c, float *patch)
{
  int left = MAX (0, -x), right = MIN (side, in->w - x); /* columns that exist */

  for (int v = 0; v < side; v++)
    {
      int first = y + v >= 0 && y + v < in->h ? MIN (left, side) : side, end = MAX (first, right);

      for (int u = 0; u < first; u++, patch += LANES)
        store (patch, (Vec){ 0 });
      for (int u = first; u < end; u++, patch += LANES)
        store (patch, load_some (cg_tensor_pixel (in, y + v, x + u) + c, in->c - c));
      for (int u = end; u < side; u++, patch += LANES)
        store (patch, (Vec){ 0 });
    }
}

/* Whether those pixels and channels all exist. */
static inline gboolean
patch_is_inside (const CgTensor *in, int y, int x, int side, int c)
{
  return y >= 0 && y + side <= in->h && x >= 0 && x + side <= in->w && c + LANES <= in->c;
}

/* A line of pixels to a line of transformed values (winograd-transforms.h). */
typedef void (*LineTransform) (const Vec *from, Vec *to);

/* T d T^T of one tile d of @side x @side pixels and LANES channels: @values x
 * @values of them.  Pixels are @row and @pixel floats apart, what comes of them
 * @plane; the next tile, @step pixels to the right, is fetched ahead. */
static inline __attribute__ ((always_inline)) void
transform_square (const float *from, gsize row, gsize pixel, int side, int step,
                  LineTransform transform, int values, float *to, gsize plane)
{
  Vec half[MAX_TILE][MAX_TILE], t[MAX_TILE];

  for (int x = 0; x < side; x++)
    {
      Vec d[MAX_TILE];

      for (int y = 0; y < side; y++)
        d[y] = load (from + y * row + x * pixel);
      for (int y = 0; y < side && x >= side - step; y++)
        __builtin_prefetch (from + y * row + (x + step) * pixel);
      transform (d, t);
      for (int y = 0; y < values; y++)
        half[y][x] = t[y];
    }
  for (int y = 0; y < values; y++)
    {
      transform (half[y], t);
      for (int x = 0; x < values; x++)
        store (to + (y * values + x) * plane, t[x]);
    }
}

/* The same for all channels of the tile of @in at (y, x), zeros where it has no
 * pixels.  Inlined, for constant sizes. */
static inline __attribute__ ((always_inline)) void
transform_tile (const CgTensor *in, int y, int x, int side, int step, LineTransform transform,
                int values, float *to, gsize plane)
{
  for (int c = 0; c < in->c; c += LANES)
    if (patch_is_inside (in, y, x, side, c))
      transform_square (cg_tensor_pixel (in, y, x) + c, in->row_stride, in->pixel_stride, side,
                        step, transform, values, to + c, plane);
    else
      {
        float patch[MAX_TILE * MAX_TILE * LANES];

        gather_patch (in, y, x, side, c, patch);
        transform_square (patch, side * LANES, LANES, side, step, transform, values, to + c, plane);
      }
}

/* winograd-weight.c: the kernel's function of this name. */
gsize cg_winograd_weight_scratch_size (const CgConv *conv);
void cg_winograd_backward_weight (const CgConv *conv, const CgBatch *in, const CgBatch *grad_out,
                                  float *grad_weight, float *scratch);

#endif
