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
 * dU is summed over a whole batch; G^T dU G is taken once, at the end. */
#include "model/conv/simd/winograd.h"

#include "model/conv/simd/product.h"
#include "model/conv/simd/winograd-transforms.h"

#define STEP   4             /* side of a tile of output */
#define SIDE   6             /* side of the input it depends on */
#define PLANES (SIDE * SIDE) /* values that stand for them */
#define TILES  64            /* tiles in a strip */

/* dU is [PLANES][c_in][c_out], c_out filled up to whole vectors. */
static gsize
sum_size (const CgConv *conv)
{
  return PLANES * plane_size (conv->c_in, conv->c_out);
}

/* dU, V and Z. */
gsize
cg_winograd_weight_scratch_size (const CgConv *conv)
{
  return sum_size (conv)
         + PLANES * (plane_size (TILES, conv->c_in) + plane_size (TILES, conv->c_out));
}

/* B^T d B for all channels of the tile whose output begins at (y, x). */
static void
input_tile (const CgTensor *in, int y, int x, float *to, gsize plane)
{
  transform_tile (in, y - 1, x - 1, SIDE, STEP, f4_input, SIDE, to, plane);
}

/* A dY A^T for all channels of that tile. */
static void
gradient_tile (const CgTensor *grad_out, int y, int x, float *to, gsize plane)
{
  transform_tile (grad_out, y, x, STEP, STEP, f4_gradient, SIDE, to, plane);
}

/* The two factors of tiles @first <= tile < @first + n, counted along rows of
 * tiles, picture after picture. */
static void
transform_strip (const CgBatch *in, const CgBatch *grad_out, int first, int n, float *v, float *z)
{
  int across = (grad_out->first.w + STEP - 1) / STEP;
  int of_picture = (grad_out->first.h + STEP - 1) / STEP * across;
  int c_in = whole_vectors (in->first.c), c_out = whole_vectors (grad_out->first.c);

  for (int t = 0; t < n; t++)
    {
      int picture = (first + t) / of_picture, tile = (first + t) % of_picture;
      int y = tile / across * STEP, x = tile % across * STEP;
      CgTensor values = cg_batch_at (in, picture), gradients = cg_batch_at (grad_out, picture);

      input_tile (&values, y, x, v + (gsize) t * c_in, plane_size (TILES, c_in));
      gradient_tile (&gradients, y, x, z + (gsize) t * c_out, plane_size (TILES, c_out));
    }
}

/* dU += V^T Z over @n tiles, or = for the @first ones. */
static void
add_products (const CgConv *conv, int n, const float *v, const float *z, gboolean first, float *sum)
{
  int c_out = whole_vectors (conv->c_out);

  for (int e = 0; e < PLANES; e++)
    {
      CgProduct product = {
        .m = conv->c_in,
        .n = c_out,
        .k = n,
        .segments = 1,
        .a = v + e * plane_size (TILES, conv->c_in),
        .a_row = 1,
        .a_column = whole_vectors (conv->c_in),
        .b = z + e * plane_size (TILES, conv->c_out),
        .b_row = c_out,
        .c = sum + e * plane_size (conv->c_in, c_out),
        .c_row = c_out,
        .accumulate = !first,
      };

      cg_product (&product);
    }
}

/* G^T u G, of planes that lie @plane floats apart. */
static void
transform_sum (const float *u, gsize plane, Vec g[9])
{
  Vec half[3][SIDE];

  for (int x = 0; x < SIDE; x++)
    {
      Vec column[SIDE], t[3];

      for (int y = 0; y < SIDE; y++)
        column[y] = load (u + (y * SIDE + x) * plane);
      f4_weight_gradient (column, t);
      for (int v = 0; v < 3; v++)
        half[v][x] = t[v];
    }
  for (int v = 0; v < 3; v++)
    f4_weight_gradient (half[v], g + 3 * v);
}

static void
add_gradient (const CgConv *conv, const float *sum, float *grad_weight)
{
  int c_out = whole_vectors (conv->c_out);

  for (int o = 0; o < conv->c_out; o += LANES)
    for (int i = 0; i < conv->c_in; i++)
      {
        Vec g[9];

        transform_sum (sum + (gsize) i * c_out + o, plane_size (conv->c_in, c_out), g);
        for (int l = 0; l < MIN (LANES, conv->c_out - o); l++)
          for (int n = 0; n < 9; n++)
            grad_weight[((gsize) (o + l) * conv->c_in + i) * 9 + n] += g[n][l];
      }
}

void
cg_winograd_backward_weight (const CgConv *conv, const CgBatch *in, const CgBatch *grad_out,
                             float *grad_weight, float *scratch)
{
  int across = (grad_out->first.w + STEP - 1) / STEP;
  int end = (grad_out->first.h + STEP - 1) / STEP * across * in->n;
  float *sum = scratch, *v = sum + sum_size (conv);
  float *z = v + PLANES * plane_size (TILES, conv->c_in);

  for (int first = 0; first < end; first += TILES)
    {
      int n = MIN (TILES, end - first);

      transform_strip (in, grad_out, first, n, v, z);
      add_products (conv, n, v, z, first == 0, sum);
    }
  add_gradient (conv, sum, grad_weight);
}
