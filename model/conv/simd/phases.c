/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way back through a stride s, without a zero multiplied or a sum in memory.
 *
 * Input pixel x_in and tap u meet at output pixel x = s x_in + u - p: of the k
 * taps those with u = x + p modulo s reach x, the same ones for all x of equal
 * "phase" x mod s, and u - s is under the input pixel right of u's.  So the
 * pixels of one phase in rows of one phase are a gathering convolution of its
 * own with every s-th tap, counted down; together the s * s phases have every
 * tap once. */
#include "model/conv/simd/direct.h"

#include "model/conv/simd/epilogue.h"

/* Along rows or along columns: */
typedef struct
{
  int n;     /* taps of this phase */
  int last;  /* the highest of them, which sees the first input pixel */
  int first; /* that pixel, for the output pixel that is the phase itself */
} Phase;

/* Rounded down, as / is not for negative @a. */
static int
quotient (int a, int b)
{
  return a >= 0 ? a / b : -((b - 1 - a) / b);
}

static Phase
phase_at (CgFlow flow, int phase)
{
  int p = (flow.k - 1) / 2, lowest = (phase + p) % flow.stride;
  int n = (flow.k - 1 - lowest + flow.stride) / flow.stride; /* 0 if lowest >= k */
  int last = lowest + (n - 1) * flow.stride;

  return (Phase){ n, last, quotient (phase + p - last, flow.stride) };
}

/* Taps of the phases before @phase. */
static int
taps_before (CgFlow flow, int phase)
{
  int sum = 0;

  for (int i = 0; i < phase; i++)
    sum += phase_at (flow, i).n;
  return sum;
}

/* Of a row and a column phase: where its weights begin.  They are [v][u][from][to], @to filled
 * up to whole vectors, taps counted down. */
static gsize
weights_at (CgFlow flow, int row, int column)
{
  gsize taps = (gsize) taps_before (flow, row) * flow.k
               + (gsize) phase_at (flow, row).n * taps_before (flow, column);

  return taps * flow.from * whole_vectors (flow.to);
}

gsize
cg_phases_packed_at (CgFlow flow, int from, int to, int v, int u)
{
  int s = flow.stride, p = (flow.k - 1) / 2;
  int row = (v + s * flow.k - p) % s, column = (u + s * flow.k - p) % s;
  Phase of_row = phase_at (flow, row), of_column = phase_at (flow, column);
  gsize tap = (gsize) (of_row.last - v) / s * of_column.n + (of_column.last - u) / s;

  return weights_at (flow, row, column) + (tap * flow.from + from) * whole_vectors (flow.to) + to;
}

/* Rows of output done from one layout of rows, and rows of input under them at most. */
static int
block_of (CgFlow flow, int w_in)
{
  return flow.stride * cg_rows_block (w_in, flow.from, flow.k, 1);
}

static int
rows_under (CgFlow flow, int n)
{
  return (n - 1 + flow.k - 1) / flow.stride + 1;
}

/* Sums of CG_GATHER_PIXELS pixels, then the padded rows under a block. */
gsize
cg_phases_scratch_size (CgFlow flow, int w_in)
{
  return (gsize) CG_GATHER_PIXELS * whole_vectors (flow.to)
         + rows_under (flow, block_of (flow, w_in)) * cg_rows_length (w_in, flow.from, flow.k);
}

/* The first row of input that output row @y sees; never less than that of a row above. */
static int
first_row (CgFlow flow, int y)
{
  return y / flow.stride + phase_at (flow, y % flow.stride).first;
}

/* Output row @y, from @p in which @p.a is the first row of input that it sees. */
static void
do_row (CgFlow flow, CgProduct p, const float *packed, const CgConvEpilogue *epilogue,
        const CgTensor *out, int y)
{
  int margin = (flow.k - 1) / 2, row = y % flow.stride;
  const float *rows = p.a;

  p.segments = phase_at (flow, row).n;
  for (int x = 0; x < MIN (flow.stride, out->w); x++)
    {
      Phase column = phase_at (flow, x);

      p.k = column.n * flow.from;
      p.a = rows + (gsize) (column.first + margin) * flow.from;
      p.b = packed + weights_at (flow, row, x);
      cg_gather_row (p, epilogue, out, y, x, flow.stride);
    }
}

void
cg_phases (CgFlow flow, const CgTensor *in, const float *packed, const CgConvEpilogue *epilogue,
           const CgTensor *out, int y0, int y1, float *scratch)
{
  int to = whole_vectors (flow.to), block = block_of (flow, in->w);
  float *rows = scratch + (gsize) CG_GATHER_PIXELS * to;
  CgProduct product = {
    .n = to,
    .a_row = flow.from,
    .a_segment = cg_rows_length (in->w, flow.from, flow.k),
    .a_column = 1,
    .b_row = to,
    .c = scratch,
    .c_row = to,
  };

  for (int y = y0; y < y1;)
    {
      int end = MIN (y + block, y1), first = first_row (flow, y);

      cg_rows_copy (in, first, rows_under (flow, end - y), flow.k, rows);
      for (; y < end; y++)
        {
          product.a = rows + (first_row (flow, y) - first) * product.a_segment;
          do_row (flow, product, packed, epilogue, out, y);
        }
    }
}
