/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The gradient of the weights through F(4x4,3x3).
 *
 * Winograd's sum for one tile is Y = A^T [(G g G^T) . (B^T d B)] A.  It is linear
 * in g, and turned around it gives, from the gradient dY of a tile's 4 x 4 outputs,
 *
 *   dg = G^T [sum over tiles of (A dY A^T) . (B^T d B)] G.
 *
 * As in winograd.c both factors are transformed for a strip of tiles, and the
 * sum over tiles is 36 small matrix products,
 *
 *   dU[e] += V[e]^T Z[e],    [c_in][c_out] += [c_in][tiles] [tiles][c_out].
 *
 * dU is kept over a whole batch; G^T dU G is taken once, at the end. */
#include "model/conv/simd/winograd.h"

#include "model/conv/simd/product.h"
#include "model/conv/simd/winograd-transforms.h"

#define STEP   4             /* side of a tile of output */
#define SIDE   6             /* side of the input it depends on */
#define PLANES (SIDE * SIDE) /* values that stand for them */
#define TILES  64            /* tiles in a strip */

gsize
cg_winograd_weight_scratch_size (const CgConv *conv)
{
  return PLANES * (plane_size (TILES, conv->c_in) + plane_size (TILES, conv->c_out));
}

/* dU as [PLANES][c_in][c_out], c_out filled up to whole vectors. */
gsize
cg_winograd_grad_size (const CgConv *conv)
{
  return (gsize) PLANES * conv->c_in * whole_vectors (conv->c_out);
}

/* B^T d B of one tile and LANES channels. */
static void
transform_input (const float *from, gsize row, gsize pixel, float *to, gsize plane)
{
  Vec half[SIDE][SIDE];

  for (int x = 0; x < SIDE; x++)
    {
      Vec d[SIDE], t[SIDE];

      for (int y = 0; y < SIDE; y++)
        d[y] = load (from + y * row + x * pixel);
      for (int y = 0; y < SIDE && x >= SIDE - STEP; y++)
        __builtin_prefetch (from + y * row + (x + STEP) * pixel); /* for the next tile */
      f4_input (d, t);
      for (int y = 0; y < SIDE; y++)
        half[y][x] = t[y];
    }
  for (int y = 0; y < SIDE; y++)
    {
      Vec t[SIDE];

      f4_input (half[y], t);
      for (int x = 0; x < SIDE; x++)
        store (to + (y * SIDE + x) * plane, t[x]);
    }
}

/* A dY A^T of one tile and LANES channels. */
static void
transform_gradient (const float *from, gsize row, gsize pixel, float *to, gsize plane)
{
  Vec half[SIDE][STEP];

  for (int x = 0; x < STEP; x++)
    {
      Vec d[STEP], t[SIDE];

      for (int y = 0; y < STEP; y++)
        d[y] = load (from + y * row + x * pixel);
      for (int y = 0; y < STEP; y++)
        __builtin_prefetch (from + y * row + (x + STEP) * pixel);
      f4_gradient (d, t);
      for (int y = 0; y < SIDE; y++)
        half[y][x] = t[y];
    }
  for (int y = 0; y < SIDE; y++)
    {
      Vec t[SIDE];

      f4_gradient (half[y], t);
      for (int x = 0; x < SIDE; x++)
        store (to + (y * SIDE + x) * plane, t[x]);
    }
}

typedef void (*Transform) (const float *from, gsize row, gsize pixel, float *to, gsize plane);

/* All channels of the @side x @side pixels from (y, x) on. */
static void
transform_tile (const CgTensor *t, int y, int x, int side, Transform transform, float *to,
                gsize plane)
{
  for (int c = 0; c < t->c; c += LANES)
    if (patch_is_inside (t, y, x, side, c))
      transform (cg_tensor_pixel (t, y, x) + c, t->row_stride, t->pixel_stride, to + c, plane);
    else
      {
        float patch[SIDE * SIDE * LANES];

        gather_patch (t, y, x, side, c, patch);
        transform (patch, side * LANES, LANES, to + c, plane);
      }
}

/* Tiles @first <= tile < @first + n, numbered along rows of @across tiles. */
static void
add_strip (const CgTensor *in, const CgTensor *grad_out, int across, int first, int n, float *sum,
           float *scratch)
{
  int c_in = whole_vectors (in->c), c_out = whole_vectors (grad_out->c);
  gsize v_plane = plane_size (TILES, in->c), z_plane = plane_size (TILES, grad_out->c);
  float *v = scratch, *z = scratch + PLANES * v_plane;

  for (int t = 0; t < n; t++)
    {
      int y = (first + t) / across * STEP, x = (first + t) % across * STEP;

      transform_tile (in, y - 1, x - 1, SIDE, transform_input, v + (gsize) t * c_in, v_plane);
      transform_tile (grad_out, y, x, STEP, transform_gradient, z + (gsize) t * c_out, z_plane);
    }
  for (int e = 0; e < PLANES; e++)
    {
      CgProduct product = {
        .m = in->c,
        .n = c_out,
        .k = n,
        .segments = 1,
        .a = v + e * v_plane,
        .a_row = 1,
        .a_column = c_in,
        .b = z + e * z_plane,
        .b_row = c_out,
        .c = sum + (gsize) e * in->c * c_out,
        .c_row = c_out,
        .accumulate = TRUE,
      };

      cg_product (&product);
    }
}

void
cg_winograd_backward_weight (const CgConv *conv, const CgTensor *in, const CgTensor *grad_out,
                             float *sum, float *scratch)
{
  int across = (grad_out->w + STEP - 1) / STEP;
  int end = (grad_out->h + STEP - 1) / STEP * across;

  for (int first = 0; first < end; first += TILES)
    add_strip (in, grad_out, across, first, MIN (TILES, end - first), sum, scratch);
}

/* Adds G^T u G to @g. */
static void
add_transformed (const double u[SIDE][SIDE], float g[9])
{
  double half[3][SIDE] = { { 0 } };

  for (int y = 0; y < SIDE; y++)
    for (int v = 0; v < 3; v++)
      for (int x = 0; x < SIDE; x++)
        half[v][x] += f4_weight[y][v] * u[y][x];
  for (int n = 0; n < 9; n++)
    {
      double value = 0;

      for (int x = 0; x < SIDE; x++)
        value += half[n / 3][x] * f4_weight[x][n % 3];
      g[n] += value;
    }
}

void
cg_winograd_finish_weight (const CgConv *conv, const float *sum, float *grad_weight)
{
  int c_out = whole_vectors (conv->c_out);
  gsize plane = (gsize) conv->c_in * c_out;

  for (int i = 0; i < conv->c_in; i++)
    for (int o = 0; o < conv->c_out; o++)
      {
        double u[SIDE][SIDE];

        for (int e = 0; e < PLANES; e++)
          u[e / SIDE][e % SIDE] = sum[e * plane + (gsize) i * c_out + o];
        add_transformed (u, grad_weight + ((gsize) o * conv->c_in + i) * 9);
      }
}
