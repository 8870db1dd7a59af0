/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolution of any shape by its sum as it stands, for all that Winograd's
 * method is not for: few channels, strides, other kernels than 3x3. */
#include "model/conv/simd/direct.h"

#include <string.h>

#include "model/conv/kernels.h"
#include "model/conv/simd/epilogue.h"

static gboolean
supports (const CgConv *conv)
{
  return TRUE;
}

static CgFlow
flow_of (const CgConv *conv, CgConvUse use)
{
  if (use == CG_CONV_FORWARD)
    return (CgFlow){ conv->c_in, conv->c_out, conv->k, conv->stride };
  return (CgFlow){ conv->c_out, conv->c_in, conv->k, conv->stride };
}

/* With a stride of 1 there are two ways: scattering, if that fills vectors better. */
static gboolean
scatters (CgFlow flow)
{
  int area = flow.k * flow.k;

  return flow.stride == 1 && whole_vectors (area * flow.to) < area * whole_vectors (flow.to);
}

static gsize
packed_size (const CgConv *conv, CgConvUse use)
{
  CgFlow flow = flow_of (conv, use);

  return scatters (flow) ? cg_scatter_packed_size (flow) : cg_gather_packed_size (flow);
}

/* Where weight[o][i][v][u] goes: gathering backward and scattering forward
 * see the kernel turned by 180 degrees. */
static gsize
packed_at (CgFlow flow, CgConvUse use, int o, int i, int v, int u)
{
  gboolean forward = use == CG_CONV_FORWARD, scatter = scatters (flow);
  int from = forward ? i : o, to = forward ? o : i;

  if (!forward && flow.stride > 1)
    return cg_phases_packed_at (flow, from, to, v, u);
  if (forward == scatter)
    {
      v = flow.k - 1 - v;
      u = flow.k - 1 - u;
    }
  return scatter ? cg_scatter_packed_at (flow, from, to, v, u)
                 : cg_gather_packed_at (flow, from, to, v, u);
}

static void
pack (const CgConv *conv, CgConvUse use, const float *weight, float *packed)
{
  CgFlow flow = flow_of (conv, use);
  int area = conv->k * conv->k;
  /* channels are spaced alike under all taps */
  gsize of_o = packed_at (flow, use, 1, 0, 0, 0) - packed_at (flow, use, 0, 0, 0, 0);
  gsize of_i = packed_at (flow, use, 0, 1, 0, 0) - packed_at (flow, use, 0, 0, 0, 0);

  memset (packed, 0, packed_size (conv, use) * sizeof *packed);
  for (int tap = 0; tap < area; tap++)
    {
      float *to = packed + packed_at (flow, use, 0, 0, tap / conv->k, tap % conv->k);

      for (int o = 0; o < conv->c_out; o++)
        for (int i = 0; i < conv->c_in; i++)
          to[o * of_o + i * of_i] = weight[((gsize) o * conv->c_in + i) * area + tap];
    }
}

/* The gradient's layout: for each row v of the kernel a matrix, either
 * [k * c_in][c_out], or [c_out][k * c_in] if that has fewer empty lanes. */
typedef struct
{
  gboolean transposed;
  int rows, columns;
} Layout;

static Layout
layout_of (const CgConv *conv)
{
  int taps = conv->k * conv->c_in, o = conv->c_out;
  gboolean transposed = (gsize) o * whole_vectors (taps) < (gsize) taps * whole_vectors (o);

  return transposed ? (Layout){ TRUE, o, whole_vectors (taps) }
                    : (Layout){ FALSE, taps, whole_vectors (o) };
}

static gsize
grad_size (const CgConv *conv)
{
  Layout layout = layout_of (conv);

  return (gsize) conv->k * layout.rows * layout.columns;
}

/* Rows of the output's gradient done from one layout of rows of input. */
static int
block_of (const CgConv *conv, int w_in)
{
  return cg_rows_block (w_in, conv->c_in, conv->k, conv->stride);
}

static int
rows_under (const CgConv *conv, int n)
{
  return (n - 1) * conv->stride + conv->k;
}

/* The gradient of the weights needs its sum, a row of the output's gradient in whole vectors,
 * and the padded rows of input under a block. */
static gsize
weight_scratch_size (const CgConv *conv, int w_in)
{
  return grad_size (conv) + (gsize) w_in * whole_vectors (conv->c_out)
         + rows_under (conv, block_of (conv, w_in)) * cg_rows_length (w_in, conv->c_in, conv->k);
}

static gsize
scratch_size (const CgConv *conv, int w_in)
{
  gsize size = weight_scratch_size (conv, w_in);

  for (CgConvUse use = CG_CONV_FORWARD; use <= CG_CONV_BACKWARD; use++)
    {
      CgFlow flow = flow_of (conv, use);
      int w = use == CG_CONV_FORWARD ? w_in : (w_in + conv->stride - 1) / conv->stride;

      size = MAX (size, scatters (flow) ? cg_scatter_scratch_size (flow, w)
                        : use == CG_CONV_FORWARD || flow.stride == 1
                            ? cg_gather_scratch_size (flow, w)
                            : cg_phases_scratch_size (flow, w));
    }
  return size;
}

static void
run (const CgConv *conv, CgConvUse use, const CgBatch *in, const float *packed,
     const CgConvEpilogue *epilogue, const CgBatch *out, int y0, int y1, float *scratch)
{
  CgFlow flow = flow_of (conv, use);
  typeof (&cg_gather) way = scatters (flow)                              ? cg_scatter
                            : use == CG_CONV_BACKWARD && flow.stride > 1 ? cg_phases
                                                                         : cg_gather;

  for (int n = 0; n < out->n; n++)
    {
      CgTensor from = cg_batch_at (in, n), to = cg_batch_at (out, n);
      CgConvEpilogue at = epilogue_at (epilogue, n);

      way (flow, &from, packed, &at, &to, y0, y1, scratch);
    }
}

static void
forward (const CgConv *conv, const CgBatch *in, const float *packed, const CgConvEpilogue *epilogue,
         const CgBatch *out, int y0, int y1, float *scratch)
{
  run (conv, CG_CONV_FORWARD, in, packed, epilogue, out, y0, y1, scratch);
}

static void
backward_data (const CgConv *conv, const CgBatch *grad_out, const float *packed,
               const CgConvEpilogue *epilogue, const CgBatch *grad_in, float *scratch)
{
  run (conv, CG_CONV_BACKWARD, grad_out, packed, epilogue, grad_in, 0, grad_in->first.h, scratch);
}

/* Row @y of @t, each pixel filled up to whole vectors. */
static void
copy_pixels (const CgTensor *t, int y, float *to)
{
  for (int x = 0; x < t->w; x++)
    for (int c = 0; c < t->c; c += LANES, to += LANES)
      store (to, load_some (cg_tensor_pixel (t, y, x) + c, t->c - c));
}

/* Row @y of the output's gradient meets the k rows of input from @rows on, in products
 * summed over its pixels. */
static void
add_row (const CgConv *conv, const CgTensor *grad_out, int y, const float *rows, int w_in,
         float *gradients, float *sum)
{
  Layout layout = layout_of (conv);
  gsize length = cg_rows_length (w_in, conv->c_in, conv->k);
  gsize pixel = (gsize) conv->stride * conv->c_in, columns = layout.columns;
  gboolean in_place = grad_out->c % LANES == 0;
  CgProduct product = {
    .m = layout.rows,
    .n = layout.columns,
    .k = grad_out->w,
    .segments = 1,
    .a_row = 1,
    .a_column = layout.transposed ? grad_out->pixel_stride : pixel,
    .b_row = layout.transposed ? pixel
             : in_place        ? grad_out->pixel_stride
                               : columns,
    .c_row = columns,
    .accumulate = TRUE,
  };

  if (!layout.transposed && !in_place)
    copy_pixels (grad_out, y, gradients);
  else
    gradients = cg_tensor_row (grad_out, y);
  for (int v = 0; v < conv->k; v++)
    {
      product.a = layout.transposed ? gradients : rows + v * length;
      product.b = layout.transposed ? rows + v * length : gradients;
      product.c = sum + (gsize) v * layout.rows * layout.columns;
      cg_product (&product);
    }
}

static void
add_picture (const CgConv *conv, const CgTensor *in, const CgTensor *grad_out, float *sum,
             float *scratch)
{
  int block = block_of (conv, in->w);
  gsize next = conv->stride * cg_rows_length (in->w, conv->c_in, conv->k);
  float *rows = scratch + (gsize) in->w * whole_vectors (conv->c_out);

  for (int y = 0; y < grad_out->h; y += block)
    {
      int n = MIN (block, grad_out->h - y);

      cg_rows_copy (in, y * conv->stride - (conv->k - 1) / 2, rows_under (conv, n), conv->k, rows);
      for (int i = 0; i < n; i++)
        add_row (conv, grad_out, y + i, rows + i * next, in->w, scratch, sum);
    }
}

static void
add_sum (const CgConv *conv, const float *sum, float *grad_weight)
{
  Layout layout = layout_of (conv);

  for (int o = 0; o < conv->c_out; o++)
    for (int i = 0; i < conv->c_in; i++)
      for (int v = 0; v < conv->k; v++)
        for (int u = 0; u < conv->k; u++)
          {
            int tap = u * conv->c_in + i;
            gsize row = (gsize) v * layout.rows + (layout.transposed ? o : tap);

            *grad_weight++ += sum[row * layout.columns + (layout.transposed ? tap : o)];
          }
}

static void
backward_weight (const CgConv *conv, const CgBatch *in, const CgBatch *grad_out, float *grad_weight,
                 float *scratch)
{
  gsize size = grad_size (conv);

  memset (scratch, 0, size * sizeof *scratch);
  for (int n = 0; n < in->n; n++)
    {
      CgTensor values = cg_batch_at (in, n), gradients = cg_batch_at (grad_out, n);

      add_picture (conv, &values, &gradients, scratch, scratch + size);
    }
  add_sum (conv, scratch, grad_weight);
}

const CgConvKernel cg_conv_direct = {
  .name = "direct-" G_STRINGIFY (CG_SIMD),
  .supports = supports,
  .packed_size = packed_size,
  .pack = pack,
  .scratch_size = scratch_size,
  .row_step = 1,
  .column_step = 1,
  .forward = forward,
  .backward_data = backward_data,
  .channel_step = 1,
  .backward_weight = backward_weight,
};
