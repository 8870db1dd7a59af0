/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolution as matrix products over rows of pixels: the k * c floats under
 * one row of the kernel lie on end in a padded row, so a row of output is
 *
 *   out = sum over v of A_v W_v,   [w][to] = [w][k * from] [k * from][to],
 *
 * where row x of A_v begins at pixel x * stride of padded row v, and
 * overlapping rows of A are no harm. */
#include "model/conv/simd/direct.h"

#include <string.h>

#include "model/conv/simd/epilogue.h"
#include "model/conv/simd/product.h"

/* Pixels a product, so that their sums stay in the first-level cache. */
#define PIXELS 48

/* A vector may be read from the row's last float on. */
gsize
cg_rows_length (int w, int c, int k)
{
  return (gsize) whole_vectors ((w + k - 1) * c) + LANES;
}

void
cg_rows_copy (const CgTensor *t, int y, int k, float *rows)
{
  gsize length = cg_rows_length (t->w, t->c, k), margin = (gsize) (k - 1) / 2 * t->c;

  memset (rows, 0, k * length * sizeof *rows);
  for (int v = 0; v < k; v++, rows += length)
    if (y + v >= 0 && y + v < t->h)
      {
        const float *from = cg_tensor_row (t, y + v);

        if (t->pixel_stride == (gsize) t->c)
          memcpy (rows + margin, from, (gsize) t->w * t->c * sizeof *rows);
        else
          for (int x = 0; x < t->w; x++)
            memcpy (rows + margin + (gsize) x * t->c, from + x * t->pixel_stride,
                    t->c * sizeof *rows);
      }
}

/* Weights as [v][u][from][to], @to filled up to whole vectors. */
gsize
cg_gather_packed_size (CgFlow flow)
{
  return (gsize) flow.k * flow.k * flow.from * whole_vectors (flow.to);
}

gsize
cg_gather_packed_at (CgFlow flow, int from, int to, int v, int u)
{
  return ((gsize) (v * flow.k + u) * flow.from + from) * whole_vectors (flow.to) + to;
}

/* Sums of PIXELS pixels, then k padded rows. */
gsize
cg_gather_scratch_size (CgFlow flow, int w_in)
{
  return (gsize) PIXELS * whole_vectors (flow.to)
         + flow.k * cg_rows_length (w_in, flow.from, flow.k);
}

static void
finish (const CgConvEpilogue *epilogue, const CgTensor *out, int y, int x, const float *sums)
{
  for (int o = 0; o < out->c; o += LANES)
    {
      Vec sum = load (sums + o);

      if (o + LANES <= out->c)
        finish_whole (epilogue, out, y, x, o, &sum, 1);
      else
        finish_rest (epilogue, out, y, x, o, &sum, 1);
    }
}

/* One row of output, from the product @p of which the place in A is set. */
static void
do_row (CgProduct p, const CgConvEpilogue *epilogue, const CgTensor *out, int y)
{
  for (int x = 0; x < out->w; x += PIXELS, p.a += PIXELS * p.a_row)
    {
      p.m = MIN (PIXELS, out->w - x);
      cg_product (&p);
      for (int pixel = 0; pixel < p.m; pixel++)
        finish (epilogue, out, y, x + pixel, p.c + pixel * p.c_row);
    }
}

void
cg_gather (CgFlow flow, const CgTensor *in, const float *packed, const CgConvEpilogue *epilogue,
           const CgTensor *out, int y0, int y1, float *scratch)
{
  float *rows = scratch + (gsize) PIXELS * whole_vectors (flow.to);
  CgProduct product = {
    .n = whole_vectors (flow.to),
    .k = flow.k * flow.from,
    .segments = flow.k,
    .a = rows,
    .a_row = (gsize) flow.stride * flow.from,
    .a_segment = cg_rows_length (in->w, flow.from, flow.k),
    .a_column = 1,
    .b = packed,
    .b_row = whole_vectors (flow.to),
    .c = scratch,
    .c_row = whole_vectors (flow.to),
  };

  for (int y = y0; y < y1; y++)
    {
      if (flow.k == 1)
        {
          product.a = cg_tensor_row (in, y * flow.stride);
          product.a_row = flow.stride * in->pixel_stride;
        }
      else
        cg_rows_copy (in, y * flow.stride - (flow.k - 1) / 2, flow.k, rows);
      do_row (product, epilogue, out, y);
    }
}
