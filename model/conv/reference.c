/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The convolution as conv.h writes it down, and its two gradients as the
 * derivatives of that sum: the definition all other kernels are held to.
 * Written to be read, not to be fast. */
#include "model/conv/kernels.h"

#include <string.h>

static gboolean
supports (const CgConv *conv)
{
  return TRUE;
}

static gsize
weight_size (const CgConv *conv)
{
  return (gsize) conv->c_out * conv->c_in * conv->k * conv->k;
}

/* Every use takes the weights as they are. */
static gsize
packed_size (const CgConv *conv, CgConvUse use)
{
  return weight_size (conv);
}

static void
pack (const CgConv *conv, CgConvUse use, const float *weight, float *packed)
{
  memcpy (packed, weight, weight_size (conv) * sizeof *packed);
}

static gsize
scratch_size (const CgConv *conv, int w_in)
{
  return 0;
}

/* Where weight[o][i][v][u] lies. */
static gsize
weight_at (const CgConv *conv, int o, int i, int v, int u)
{
  return (((gsize) o * conv->c_in + i) * conv->k + v) * conv->k + u;
}

/* The pixel of the input that tap (v, u) of output pixel (y, x) looks at;
 * NULL outside. */
static float *
input_pixel (const CgConv *conv, const CgTensor *in, int y, int x, int v, int u)
{
  int p = (conv->k - 1) / 2;
  int in_y = y * conv->stride + v - p, in_x = x * conv->stride + u - p;

  if (in_y < 0 || in_y >= in->h || in_x < 0 || in_x >= in->w)
    return NULL;
  return cg_tensor_pixel (in, in_y, in_x);
}

static float
sum_at (const CgConv *conv, const CgTensor *in, const float *weight, int y, int x, int o)
{
  float sum = 0;

  for (int v = 0; v < conv->k; v++)
    for (int u = 0; u < conv->k; u++)
      {
        const float *pixel = input_pixel (conv, in, y, x, v, u);

        for (int i = 0; pixel && i < conv->c_in; i++)
          sum += weight[weight_at (conv, o, i, v, u)] * pixel[i];
      }
  return sum;
}

static void
forward (const CgConv *conv, const CgTensor *in, const float *packed,
         const CgConvEpilogue *epilogue, const CgTensor *out, int y0, int y1, float *scratch)
{
  for (int y = y0; y < y1; y++)
    for (int x = 0; x < out->w; x++)
      for (int o = 0; o < conv->c_out; o++)
        {
          float sum = sum_at (conv, in, packed, y, x, o);

          if (epilogue->bias)
            sum += epilogue->bias[o];
          if (epilogue->add)
            sum += cg_tensor_pixel (epilogue->add, y, x)[o];
          cg_tensor_pixel (out, y, x)[o] = cg_activate (epilogue->activation, sum);
        }
}

static void
backward_data (const CgConv *conv, const CgTensor *grad_out, const float *packed,
               const CgTensor *grad_in, gboolean accumulate, float *scratch)
{
  if (!accumulate)
    cg_tensor_clear (grad_in);
  for (int y = 0; y < grad_out->h; y++)
    for (int x = 0; x < grad_out->w; x++)
      for (int v = 0; v < conv->k; v++)
        for (int u = 0; u < conv->k; u++)
          {
            const float *from = cg_tensor_pixel (grad_out, y, x);
            float *to = input_pixel (conv, grad_in, y, x, v, u);

            for (int o = 0; to && o < conv->c_out; o++)
              for (int i = 0; i < conv->c_in; i++)
                to[i] += packed[weight_at (conv, o, i, v, u)] * from[o];
          }
}

static void
backward_weight (const CgConv *conv, const CgTensor *in, const CgTensor *grad_out, float *sum,
                 float *scratch)
{
  for (int y = 0; y < grad_out->h; y++)
    for (int x = 0; x < grad_out->w; x++)
      for (int v = 0; v < conv->k; v++)
        for (int u = 0; u < conv->k; u++)
          {
            const float *gradient = cg_tensor_pixel (grad_out, y, x);
            const float *pixel = input_pixel (conv, in, y, x, v, u);

            for (int o = 0; pixel && o < conv->c_out; o++)
              for (int i = 0; i < conv->c_in; i++)
                sum[weight_at (conv, o, i, v, u)] += pixel[i] * gradient[o];
          }
}

static void
finish_weight (const CgConv *conv, const float *sum, float *grad_weight)
{
  for (gsize n = 0; n < weight_size (conv); n++)
    grad_weight[n] += sum[n];
}

const CgConvKernel cg_conv_reference = {
  .name = "reference",
  .supports = supports,
  .packed_size = packed_size,
  .pack = pack,
  .scratch_size = scratch_size,
  .row_step = 1,
  .column_step = 1,
  .forward = forward,
  .backward_data = backward_data,
  .grad_size = weight_size,
  .backward_weight = backward_weight,
  .finish_weight = finish_weight,
};
