/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolution turned around: one product gives what a row of input has for all
 * k x k taps,
 *
 *   P = in W,   [w][k * k * to] = [w][from] [from][k * k * to],
 *
 * and a row of output adds up its taps from the k rows of P around it.  With
 * few output channels this fills whole vectors with taps, where gathering
 * would leave most lanes empty.  Only for a stride of 1. */
#include "model/conv/simd/direct.h"

#include <string.h>

#include "model/conv/simd/epilogue.h"

static int
taps (CgFlow flow)
{
  return flow.k * flow.k * flow.to;
}

/* Weights as [from][v][u][to], the taps filled up to whole vectors. */
gsize
cg_scatter_packed_size (CgFlow flow)
{
  return (gsize) flow.from * whole_vectors (taps (flow));
}

gsize
cg_scatter_packed_at (CgFlow flow, int from, int to, int v, int u)
{
  return (gsize) from * whole_vectors (taps (flow)) + (v * flow.k + u) * flow.to + to;
}

/* Floats of one row of P. */
static gsize
products_length (CgFlow flow, int w)
{
  return (gsize) w * whole_vectors (taps (flow));
}

/* The latest k rows of P, then one row of sums. */
gsize
cg_scatter_scratch_size (CgFlow flow, int w)
{
  return flow.k * products_length (flow, w) + (gsize) w * flow.to;
}

/* P of input row @y. */
static void
compute_products (CgFlow flow, const CgTensor *in, int y, const float *packed, float *products)
{
  CgProduct product = {
    .m = in->w,
    .n = whole_vectors (taps (flow)),
    .k = flow.from,
    .segments = 1,
    .a = cg_tensor_row (in, y),
    .a_row = in->pixel_stride,
    .a_column = 1,
    .b = packed,
    .b_row = whole_vectors (taps (flow)),
    .c = products,
    .c_row = whole_vectors (taps (flow)),
  };

  cg_product (&product);
}

/* Add row @v of the taps of one row of P to the sums of a row of output.
 * Inlined for constant @to. */
static inline __attribute__ ((always_inline)) void
add_taps_of (CgFlow flow, const float *restrict products, int w, int v, float *restrict sums,
             int to)
{
  int p = (flow.k - 1) / 2, step = whole_vectors (taps (flow));

  for (int u = 0; u < flow.k; u++)
    {
      const float *from = products + (v * flow.k + u) * to;

      /* input pixel x - (u - p) reaches output pixel x */
      for (int x = MAX (0, u - p); x < MIN (w, w + u - p); x++)
        for (int o = 0; o < to; o++)
          sums[(gsize) x * to + o] += from[(gsize) (x - u + p) * step + o];
    }
}

static void
add_taps (CgFlow flow, const float *products, int w, int v, float *sums)
{
  if (flow.to == 1)
    add_taps_of (flow, products, w, v, sums, 1);
  else if (flow.to == 4)
    add_taps_of (flow, products, w, v, sums, 4);
  else
    add_taps_of (flow, products, w, v, sums, flow.to);
}

static void
finish_row (const CgConvEpilogue *epilogue, const float *sums, const CgTensor *out, int y)
{
  for (int x = 0; x < out->w; x++)
    {
      int o = 0;

      for (; o + LANES <= out->c; o += LANES)
        {
          Vec sum = load (sums + o);

          finish_whole (epilogue, out, y, x, o, &sum, 1);
        }
      for (; o < out->c; o++)
        finish_one (epilogue, out, y, x, o, sums[o]);
      sums += out->c;
    }
}

/* Tap row v of an input row falls on output row + v - p. */
void
cg_scatter (CgFlow flow, const CgTensor *in, const float *packed, const CgConvEpilogue *epilogue,
            const CgTensor *out, int y0, int y1, float *scratch)
{
  int p = (flow.k - 1) / 2;
  gsize length = products_length (flow, in->w);
  float *sums = scratch + flow.k * length;
  int next = MAX (0, y0 - p); /* row of P not yet computed */

  for (int y = y0; y < y1; y++)
    {
      memset (sums, 0, (gsize) out->w * flow.to * sizeof *sums);
      for (int v = flow.k - 1; v >= 0; v--)
        {
          int row = y + p - v;

          if (row < 0 || row >= in->h)
            continue;
          for (; next <= row; next++)
            compute_products (flow, in, next, packed, scratch + next % flow.k * length);
          add_taps (flow, scratch + row % flow.k * length, in->w, v, sums);
        }
      finish_row (epilogue, sums, out, y);
    }
}
