/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolution of any shape through cg_matmul(): the k x k x c_in inputs of each
 * output pixel are laid out as the row of a matrix ("im2col"), which is then
 * multiplied by the weights.
 *
 * taps is k * k * c_in, the length of such a row; its order is v, u, i. */
#include "model/conv/kernels.h"

#include <string.h>

#include "model/matmul.h"

/* Pixels a product; a row of the output is cut into such pieces from its left
 * edge on, and a short last one is filled up with zeros.  Libraries sum in
 * another order at the edge of a matrix, and some (OpenBLAS for Haswell) even
 * from one row to another: so a pixel's value depends on its column modulo
 * PIXELS, but on nothing else. */
#define PIXELS 48

/* Pixels x <= column < x + n of output row y. */
typedef struct
{
  int y, x, n;
} Piece;

static gboolean
supports (const CgConv *conv)
{
  return TRUE;
}

static int
taps (const CgConv *conv)
{
  return conv->k * conv->k * conv->c_in;
}

static gsize
packed_size (const CgConv *conv, CgConvUse use)
{
  return (gsize) taps (conv) * conv->c_out;
}

/* Forward packs the weights as [taps][c_out], backward as [c_out][taps]. */
static void
pack (const CgConv *conv, CgConvUse use, const float *weight, float *packed)
{
  int area = conv->k * conv->k;

  for (int o = 0; o < conv->c_out; o++)
    for (int i = 0; i < conv->c_in; i++)
      for (int a = 0; a < area; a++)
        {
          gsize tap = (gsize) a * conv->c_in + i;
          gsize to = use == CG_CONV_FORWARD ? tap * conv->c_out + o : (gsize) o * taps (conv) + tap;

          packed[to] = *weight++;
        }
}

/* Scratch: the rows of PIXELS pixels, then as many pixels of output or the
 * gradient of the weights. */
static gsize
scratch_size (const CgConv *conv, int w_in)
{
  gsize sums = (gsize) conv->c_out * MAX (PIXELS, taps (conv));

  return (gsize) PIXELS * taps (conv) + sums;
}

static Piece
piece_at (const CgTensor *out, int y, int x)
{
  return (Piece){ y, x, MIN (PIXELS, out->w - x) };
}

/* Call @each for every tap of @piece that lies inside the input: with its
 * place in the matrix and the input's pixel. */
typedef void (*TapFunc) (float *in_matrix, float *pixel, int c_in);

static void
each_tap (const CgConv *conv, const CgTensor *in, Piece piece, float *matrix, TapFunc each)
{
  int p = (conv->k - 1) / 2, y = piece.y * conv->stride - p;

  for (int row = 0; row < piece.n; row++)
    {
      int x = (piece.x + row) * conv->stride - p;
      float *at = matrix + (gsize) row * taps (conv);

      for (int v = 0; v < conv->k; v++)
        for (int u = 0; u < conv->k; u++, at += conv->c_in)
          if (y + v >= 0 && y + v < in->h && x + u >= 0 && x + u < in->w)
            each (at, cg_tensor_pixel (in, y + v, x + u), conv->c_in);
    }
}

static void
copy_tap (float *in_matrix, float *pixel, int c_in)
{
  memcpy (in_matrix, pixel, c_in * sizeof *pixel);
}

static void
add_tap (float *in_matrix, float *pixel, int c_in)
{
  for (int i = 0; i < c_in; i++)
    pixel[i] += in_matrix[i];
}

static void
gather (const CgConv *conv, const CgTensor *in, Piece piece, float *matrix)
{
  memset (matrix, 0, (gsize) PIXELS * taps (conv) * sizeof *matrix);
  each_tap (conv, in, piece, matrix, copy_tap);
}

/* Finish the @sums from pixel (y, x) of picture @n on, @w pixels in all, and store them. */
static void
finish (const CgConvEpilogue *epilogue, const float *sums, const CgBatch *out, int n, int y, int x,
        int w)
{
  CgTensor add = cg_batch_at (&epilogue->add, n), slope_at = cg_batch_at (&epilogue->slope_at, n);
  CgTensor t = cg_batch_at (out, n);

  for (int end = x + w; x < end; x++)
    {
      float *to = cg_tensor_pixel (&t, y, x);

      for (int o = 0; o < t.c; o++)
        {
          float sum = *sums++;

          if (epilogue->bias)
            sum += epilogue->bias[o];
          if (epilogue->add.first.data)
            sum += cg_tensor_pixel (&add, y, x)[o];
          sum = cg_activate (epilogue->activation, sum);
          if (epilogue->slope_at.first.data)
            sum *= cg_activate_slope (epilogue->slope, cg_tensor_pixel (&slope_at, y, x)[o]);
          to[o] = sum;
        }
    }
}

static void
forward (const CgConv *conv, const CgBatch *in, const float *packed, const CgConvEpilogue *epilogue,
         const CgBatch *out, int y0, int y1, float *scratch)
{
  float *sums = scratch + (gsize) PIXELS * taps (conv);

  for (int n = 0; n < in->n; n++)
    for (int y = y0; y < y1; y++)
      for (int x = 0; x < out->first.w; x += PIXELS)
        {
          CgTensor from = cg_batch_at (in, n);
          Piece piece = piece_at (&out->first, y, x);

          gather (conv, &from, piece, scratch);
          cg_matmul (FALSE, FALSE, PIXELS, conv->c_out, taps (conv), scratch, taps (conv), packed,
                     conv->c_out, FALSE, sums, conv->c_out);
          finish (epilogue, sums, out, n, y, x, piece.n);
        }
}

/* What the sums are added to. */
static void
begin_gradient (const CgTensor *add, const CgTensor *grad_in)
{
  if (!add->data)
    cg_tensor_clear (grad_in);
  for (int y = 0; add->data && add->data != grad_in->data && y < grad_in->h; y++)
    for (int x = 0; x < grad_in->w; x++)
      memcpy (cg_tensor_pixel (grad_in, y, x), cg_tensor_pixel (add, y, x),
              grad_in->c * sizeof (float));
}

static void
scatter (const CgConv *conv, const CgTensor *grad_out, const float *packed, const CgTensor *grad_in,
         float *scratch)
{
  for (int y = 0; y < grad_out->h; y++)
    for (int x = 0; x < grad_out->w; x += PIXELS)
      {
        Piece piece = piece_at (grad_out, y, x);

        cg_matmul (FALSE, FALSE, piece.n, taps (conv), conv->c_out,
                   cg_tensor_pixel (grad_out, y, x), grad_out->pixel_stride, packed, taps (conv),
                   FALSE, scratch, taps (conv));
        each_tap (conv, grad_in, piece, scratch, add_tap);
      }
}

static void
end_gradient (const CgConvEpilogue *epilogue, const CgTensor *slope_at, const CgTensor *grad_in)
{
  for (int y = 0; y < grad_in->h; y++)
    for (int x = 0; x < grad_in->w; x++)
      for (int i = 0; i < grad_in->c; i++)
        {
          float *sum = cg_tensor_pixel (grad_in, y, x) + i;

          *sum
              = cg_activate (epilogue->activation, *sum + (epilogue->bias ? epilogue->bias[i] : 0));
          if (slope_at->data)
            *sum *= cg_activate_slope (epilogue->slope, cg_tensor_pixel (slope_at, y, x)[i]);
        }
}

static void
backward_data (const CgConv *conv, const CgBatch *grad_out, const float *packed,
               const CgConvEpilogue *epilogue, const CgBatch *grad_in, float *scratch)
{
  for (int n = 0; n < grad_in->n; n++)
    {
      CgTensor from = cg_batch_at (grad_out, n), to = cg_batch_at (grad_in, n);
      CgTensor add = cg_batch_part (&epilogue->add, n, 1).first;
      CgTensor slope_at = cg_batch_part (&epilogue->slope_at, n, 1).first;

      begin_gradient (&add, &to);
      scatter (conv, &from, packed, &to, scratch);
      end_gradient (epilogue, &slope_at, &to);
    }
}

/* Sums as [taps][c_out]. */
static void
add_transposed (const CgConv *conv, const float *sums, float *grad_weight)
{
  int area = conv->k * conv->k;

  for (int o = 0; o < conv->c_out; o++)
    for (int i = 0; i < conv->c_in; i++)
      for (int a = 0; a < area; a++)
        *grad_weight++ += sums[((gsize) a * conv->c_in + i) * conv->c_out + o];
}

static void
backward_weight (const CgConv *conv, const CgBatch *in, const CgBatch *grad_out, float *grad_weight,
                 float *scratch)
{
  float *sums = scratch + (gsize) PIXELS * taps (conv);

  memset (sums, 0, (gsize) taps (conv) * conv->c_out * sizeof *sums);
  for (int n = 0; n < in->n; n++)
    for (int y = 0; y < grad_out->first.h; y++)
      for (int x = 0; x < grad_out->first.w; x += PIXELS)
        {
          CgTensor values = cg_batch_at (in, n), gradients = cg_batch_at (grad_out, n);
          Piece piece = piece_at (&gradients, y, x);

          gather (conv, &values, piece, scratch);
          cg_matmul (TRUE, FALSE, taps (conv), conv->c_out, piece.n, scratch, taps (conv),
                     cg_tensor_pixel (&gradients, y, x), gradients.pixel_stride, TRUE, sums,
                     conv->c_out);
        }
  add_transposed (conv, sums, grad_weight);
}

const CgConvKernel cg_conv_gemm = {
  .name = "gemm",
  .supports = supports,
  .packed_size = packed_size,
  .pack = pack,
  .scratch_size = scratch_size,
  .row_step = 1,
  .column_step = PIXELS,
  .forward = forward,
  .backward_data = backward_data,
  .channel_step = G_MAXINT, /* OpenBLAS sums differ with the width of a matrix */
  .backward_weight = backward_weight,
};
