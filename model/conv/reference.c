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

static float
finish (const CgConvEpilogue *epilogue, int picture, int y, int x, int c, float sum)
{
  CgTensor add = cg_batch_at (&epilogue->add, picture);
  CgTensor slope_at = cg_batch_at (&epilogue->slope_at, picture);

  if (epilogue->bias)
    sum += epilogue->bias[c];
  if (epilogue->add.first.data)
    sum += cg_tensor_pixel (&add, y, x)[c];
  sum = cg_activate (epilogue->activation, sum);
  if (epilogue->slope_at.first.data)
    sum *= cg_activate_slope (epilogue->slope, cg_tensor_pixel (&slope_at, y, x)[c]);
  return sum;
}

static void
forward (const CgConv *conv, const CgBatch *in, const float *packed, const CgConvEpilogue *epilogue,
         const CgBatch *out, int y0, int y1, float *scratch)
{
  for (int n = 0; n < in->n; n++)
    {
      CgTensor from = cg_batch_at (in, n), to = cg_batch_at (out, n);

      for (int y = y0; y < y1; y++)
        for (int x = 0; x < to.w; x++)
          for (int o = 0; o < conv->c_out; o++)
            cg_tensor_pixel (&to, y, x)[o]
                = finish (epilogue, n, y, x, o, sum_at (conv, &from, packed, y, x, o));
    }
}

/* The sum over all taps of output pixels that look at pixel (y, x) of the input. */
static float
gradient_at (const CgConv *conv, const CgTensor *grad_out, const float *weight, int y, int x, int i)
{
  int p = (conv->k - 1) / 2;
  float sum = 0;

  for (int v = 0; v < conv->k; v++)
    for (int u = 0; u < conv->k; u++)
      {
        int out_y = y + p - v, out_x = x + p - u;

        if (out_y < 0 || out_x < 0 || out_y % conv->stride != 0 || out_x % conv->stride != 0
            || out_y / conv->stride >= grad_out->h || out_x / conv->stride >= grad_out->w)
          continue;
        const float *from = cg_tensor_pixel (grad_out, out_y / conv->stride, out_x / conv->stride);
        for (int o = 0; o < conv->c_out; o++)
          sum += weight[weight_at (conv, o, i, v, u)] * from[o];
      }
  return sum;
}

static void
backward_data (const CgConv *conv, const CgBatch *grad_out, const float *packed,
               const CgConvEpilogue *epilogue, const CgBatch *grad_in, float *scratch)
{
  for (int n = 0; n < grad_in->n; n++)
    {
      CgTensor from = cg_batch_at (grad_out, n), to = cg_batch_at (grad_in, n);

      for (int y = 0; y < to.h; y++)
        for (int x = 0; x < to.w; x++)
          for (int i = 0; i < conv->c_in; i++)
            cg_tensor_pixel (&to, y, x)[i]
                = finish (epilogue, n, y, x, i, gradient_at (conv, &from, packed, y, x, i));
    }
}

static void
add_picture (const CgConv *conv, const CgTensor *in, const CgTensor *grad_out, float *grad_weight)
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
                grad_weight[weight_at (conv, o, i, v, u)] += pixel[i] * gradient[o];
          }
}

static void
backward_weight (const CgConv *conv, const CgBatch *in, const CgBatch *grad_out, float *grad_weight,
                 float *scratch)
{
  for (int n = 0; n < in->n; n++)
    {
      CgTensor values = cg_batch_at (in, n), gradients = cg_batch_at (grad_out, n);

      add_picture (conv, &values, &gradients, grad_weight);
    }
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
  .channel_step = 1,
  .backward_weight = backward_weight,
};
