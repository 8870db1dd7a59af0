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

#define FINISHED 4 /* pixels finished at once where they are neighbours */

/* A vector may be read from the row's last float on. */
gsize
cg_rows_length (int w, int c, int k)
{
  return (gsize) whole_vectors ((w + k - 1) * c) + LANES;
}

void
cg_rows_copy (const CgTensor *t, int y, int n, int k, float *rows)
{
  gsize length = cg_rows_length (t->w, t->c, k), margin = (gsize) (k - 1) / 2 * t->c;
  gsize pixels = (gsize) t->w * t->c, end = margin + pixels;

  for (int v = 0; v < n; v++, rows += length)
    if (y + v < 0 || y + v >= t->h)
      memset (rows, 0, length * sizeof *rows);
    else
      {
        const float *from = cg_tensor_row (t, y + v);

        memset (rows, 0, margin * sizeof *rows);
        if (t->pixel_stride == (gsize) t->c)
          memcpy (rows + margin, from, pixels * sizeof *rows);
        else
          for (int x = 0; x < t->w; x++)
            memcpy (rows + margin + (gsize) x * t->c, from + x * t->pixel_stride,
                    t->c * sizeof *rows);
        memset (rows + end, 0, (length - end) * sizeof *rows);
      }
}

#define CACHED_FLOATS 32768

int
cg_rows_block (int w, int c, int k, int stride)
{
  gsize rows = CACHED_FLOATS / cg_rows_length (w, c, k);

  return rows > (gsize) k ? CLAMP ((int) (rows - k) / stride, 1, 8) : 1;
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

/* Rows of input under @n rows of output. */
static int
rows_under (CgFlow flow, int n)
{
  return (n - 1) * flow.stride + flow.k;
}

/* Sums of CG_GATHER_PIXELS pixels, then the padded rows under a block. */
gsize
cg_gather_scratch_size (CgFlow flow, int w_in)
{
  int block = cg_rows_block (w_in, flow.from, flow.k, flow.stride);

  return (gsize) CG_GATHER_PIXELS * whole_vectors (flow.to)
         + rows_under (flow, block) * cg_rows_length (w_in, flow.from, flow.k);
}

/* @n pixels of row @y from @x on, each @step after the other. */
static void
finish (const CgConvEpilogue *epilogue, const CgTensor *out, int y, int x, int step, int n,
        const float *sums, gsize next)
{
  for (int o = 0; o < out->c; o += LANES)
    for (int i = 0; i < n;)
      {
        int many = step == 1 && n - i >= FINISHED ? FINISHED : 1;
        Vec sum[FINISHED];

        for (int l = 0; l < many; l++)
          sum[l] = load (sums + (i + l) * next + o);
        if (o + LANES > out->c)
          finish_rest (epilogue, out, y, x + i * step, o, sum, many);
        else if (many == FINISHED)
          finish_whole (epilogue, out, y, x + i * step, o, sum, FINISHED);
        else
          finish_whole (epilogue, out, y, x + i * step, o, sum, 1);
        i += many;
      }
}

/* Whether sums go to @out as they are, in whole vectors. */
static gboolean
is_plain (const CgConvEpilogue *epilogue, const CgTensor *out)
{
  return !epilogue->bias && !epilogue->add.first.data && !epilogue->slope_at.first.data
         && epilogue->activation == CG_ACTIVATION_NONE && out->c % LANES == 0;
}

void
cg_gather_row (CgProduct p, const CgConvEpilogue *epilogue, const CgTensor *out, int y, int x,
               int step)
{
  int n = (out->w - x + step - 1) / step;
  gboolean plain = is_plain (epilogue, out);

  if (plain)
    p.c_row = step * out->pixel_stride;
  for (int first = 0; first < n; first += CG_GATHER_PIXELS, p.a += CG_GATHER_PIXELS * p.a_row)
    {
      p.m = MIN (CG_GATHER_PIXELS, n - first);
      if (plain)
        p.c = cg_tensor_pixel (out, y, x + first * step);
      cg_product (&p);
      if (!plain)
        finish (epilogue, out, y, x + first * step, step, p.m, p.c, p.c_row);
    }
}

void
cg_gather (CgFlow flow, const CgTensor *in, const float *packed, const CgConvEpilogue *epilogue,
           const CgTensor *out, int y0, int y1, float *scratch)
{
  float *rows = scratch + (gsize) CG_GATHER_PIXELS * whole_vectors (flow.to);
  int block = cg_rows_block (in->w, flow.from, flow.k, flow.stride);
  CgProduct product = {
    .n = whole_vectors (flow.to),
    .k = flow.k * flow.from,
    .segments = flow.k,
    .a_row = (gsize) flow.stride * flow.from,
    .a_segment = cg_rows_length (in->w, flow.from, flow.k),
    .a_column = 1,
    .b = packed,
    .b_row = whole_vectors (flow.to),
    .c = scratch,
    .c_row = whole_vectors (flow.to),
  };

  if (flow.k == 1) /* the picture's own rows will do */
    {
      product.a_row = flow.stride * in->pixel_stride;
      for (int y = y0; y < y1; y++)
        {
          product.a = cg_tensor_row (in, y * flow.stride);
          cg_gather_row (product, epilogue, out, y, 0, 1);
        }
      return;
    }
  for (int y = y0; y < y1;)
    {
      int end = MIN (y + block, y1);

      cg_rows_copy (in, y * flow.stride - (flow.k - 1) / 2, rows_under (flow, end - y), flow.k,
                    rows);
      for (product.a = rows; y < end; y++, product.a += flow.stride * product.a_segment)
        cg_gather_row (product, epilogue, out, y, 0, 1);
    }
}
