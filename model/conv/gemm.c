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

/* Scratch: the rows of PIXELS pixels, then as many pixels of output. */
static gsize
scratch_size (const CgConv *conv, int w_in)
{
  return (gsize) PIXELS * (taps (conv) + conv->c_out);
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

/* Finish the sums of @piece and store them. */
static void
store (const CgConvEpilogue *epilogue, const float *sums, const CgTensor *out, Piece piece)
{
  for (int row = 0; row < piece.n; row++, sums += out->c)
    {
      int x = piece.x + row;
      const float *add = epilogue->add ? cg_tensor_pixel (epilogue->add, piece.y, x) : NULL;
      float *to = cg_tensor_pixel (out, piece.y, x);

      for (int o = 0; o < out->c; o++)
        {
          float sum = sums[o];

          if (epilogue->bias)
            sum += epilogue->bias[o];
          if (add)
            sum += add[o];
          to[o] = cg_activate (epilogue->activation, sum);
        }
    }
}

static void
forward (const CgConv *conv, const CgTensor *in, const float *packed,
         const CgConvEpilogue *epilogue, const CgTensor *out, int y0, int y1, float *scratch)
{
  float *sums = scratch + (gsize) PIXELS * taps (conv);

  for (int y = y0; y < y1; y++)
    for (int x = 0; x < out->w; x += PIXELS)
      {
        Piece piece = piece_at (out, y, x);

        gather (conv, in, piece, scratch);
        cg_matmul (FALSE, FALSE, PIXELS, conv->c_out, taps (conv), scratch, taps (conv), packed,
                   conv->c_out, FALSE, sums, conv->c_out);
        store (epilogue, sums, out, piece);
      }
}

static void
backward_data (const CgConv *conv, const CgTensor *grad_out, const float *packed,
               const CgTensor *grad_in, gboolean accumulate, float *scratch)
{
  if (!accumulate)
    cg_tensor_clear (grad_in);
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

/* The sum is [taps][c_out]. */
static gsize
grad_size (const CgConv *conv)
{
  return (gsize) taps (conv) * conv->c_out;
}

static void
backward_weight (const CgConv *conv, const CgTensor *in, const CgTensor *grad_out, float *sum,
                 float *scratch)
{
  for (int y = 0; y < grad_out->h; y++)
    for (int x = 0; x < grad_out->w; x += PIXELS)
      {
        Piece piece = piece_at (grad_out, y, x);

        gather (conv, in, piece, scratch);
        cg_matmul (TRUE, FALSE, taps (conv), conv->c_out, piece.n, scratch, taps (conv),
                   cg_tensor_pixel (grad_out, y, x), grad_out->pixel_stride, TRUE, sum,
                   conv->c_out);
      }
}

static void
finish_weight (const CgConv *conv, const float *sum, float *grad_weight)
{
  int area = conv->k * conv->k;

  for (int o = 0; o < conv->c_out; o++)
    for (int i = 0; i < conv->c_in; i++)
      for (int a = 0; a < area; a++)
        *grad_weight++ += sum[((gsize) a * conv->c_in + i) * conv->c_out + o];
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
  .grad_size = grad_size,
  .backward_weight = backward_weight,
  .finish_weight = finish_weight,
};
