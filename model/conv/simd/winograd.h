/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the two halves of the Winograd kernel share. */
#ifndef CG_CONV_SIMD_WINOGRAD_H
#define CG_CONV_SIMD_WINOGRAD_H

#include "model/conv/conv.h"
#include "model/conv/simd/vector.h"

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

/* winograd-weight.c: the kernel's function of this name. */
gsize cg_winograd_weight_scratch_size (const CgConv *conv);
void cg_winograd_backward_weight (const CgConv *conv, const CgBatch *in, const CgBatch *grad_out,
                                  float *grad_weight, float *scratch);

#endif
