/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the direct kernel share. */
#ifndef CG_CONV_SIMD_DIRECT_H
#define CG_CONV_SIMD_DIRECT_H

#include "model/conv/conv.h"
#include "model/conv/simd/product.h"

/* A convolution seen along the flow of the data: from c_in to c_out channels
 * when it runs forward, from c_out to c_in backward. */
typedef struct
{
  int from, to;
  int k, stride;
} CgFlow;

/* Rows of a picture as products want them: one after the other, each with
 * (k - 1) / 2 pixels of zeros on either side and no gaps between pixels.
 * The k pixels under one row of the kernel are then k * c floats on end. */
gsize cg_rows_length (int w, int c, int k); /* floats of one row */
/* Lay out rows y <= row < y + n of @t; zeros above and below the picture. */
void cg_rows_copy (const CgTensor *t, int y, int n, int k, float *rows);

/* gather.c: each output pixel collects its sum over the k x k taps.  Output
 * row y is centred on input row y * stride. */
gsize cg_gather_packed_size (CgFlow flow);
gsize cg_gather_packed_at (CgFlow flow, int from, int to, int v, int u);
gsize cg_gather_scratch_size (CgFlow flow, int w_in);
void
cg_gather (CgFlow flow, const CgTensor *in, const float *packed, const CgConvEpilogue *epilogue,
           const CgTensor *out, int y0, int y1, float *scratch);

/* How many rows of output, up to 8, a convolution should do from one layout of rows:
 * rows that several of them need are copied once, and yet stay in the cache. */
int cg_rows_block (int w, int c, int k, int stride);

/* Pixels a product, so that their sums stay in the first-level cache. */
#define CG_GATHER_PIXELS 48
/* Pixels x, x + step, ... of output row @y, from the product @p in which all is set
 * but m and where each pixel's row of A is that of the one before, a_row on. */
void cg_gather_row (CgProduct p, const CgConvEpilogue *epilogue, const CgTensor *out, int y, int x,
                    int step);

/* phases.c: gathering the other way through a stride: input row y is centred on
 * output row y * stride.  Packed weights are as many as for gathering. */
gsize cg_phases_packed_at (CgFlow flow, int from, int to, int v, int u);
gsize cg_phases_scratch_size (CgFlow flow, int w_in);
void
cg_phases (CgFlow flow, const CgTensor *in, const float *packed, const CgConvEpilogue *epilogue,
           const CgTensor *out, int y0, int y1, float *scratch);

/* scatter.c: each input pixel hands its products out to k x k output pixels:
 * with stride 1 and taps turned by 180 degrees the same as gathering. */
gsize cg_scatter_packed_size (CgFlow flow);
gsize cg_scatter_packed_at (CgFlow flow, int from, int to, int v, int u);
gsize cg_scatter_scratch_size (CgFlow flow, int w);
void
cg_scatter (CgFlow flow, const CgTensor *in, const float *packed, const CgConvEpilogue *epilogue,
            const CgTensor *out, int y0, int y1, float *scratch);

#endif
