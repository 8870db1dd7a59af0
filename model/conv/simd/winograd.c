/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 3x3 convolution of stride 1 by Winograd's F(6x6,3x3): see
 * winograd-transforms.h for the algebra.
 *
 * The way of one pixel.  The output is cut into tiles of 6 x 6, counted from
 * the first row asked for and from column 0; our pixel lies in one of them.
 * The tile depends on 8 x 8 pixels of input, one more on each side.  They are
 * transformed, channel by channel, LANES channels at once, into 64 values:
 * value e goes to plane e of V, which has a row for each tile and a column for
 * each input channel.  When that is done for a strip of tiles, 64 small matrix
 * products
 *
 *   M[e] = V[e] U[e],    [tiles][c_out] = [tiles][c_in] [c_in][c_out],
 *
 * sum over the input channels; U are the weights, transformed once.  The 64
 * values that M holds for our tile and an output channel are transformed back
 * into its 6 x 6 outputs, and the epilogue is applied on the way out.
 *
 * A tile's arithmetic is the same wherever the strip begins, so rows may be
 * cut, and pictures tiled, at multiples of 6 without a bit changing. */
#include "model/conv/simd/winograd.h"

#include "model/conv/kernels.h"
#include "model/conv/simd/epilogue.h"
#include "model/conv/simd/product.h"
#include "model/conv/simd/winograd-transforms.h"

#define STEP   6             /* side of a tile of output */
#define SIDE   8             /* side of the input it depends on */
#define PLANES (SIDE * SIDE) /* values that stand for them */

/* Tiles in a strip: V and a part of U should fit into the second-level cache
 * together, and yet each U[e] that is read should serve many tiles. */
#define TILES 48

/* With fewer channels the transforms take longer than the products they save. */
static gboolean
supports (const CgConv *conv)
{
  return conv->k == 3 && conv->stride == 1 && conv->c_in >= 4 && conv->c_out >= 4;
}

static int
channels_from (const CgConv *conv, CgConvUse use)
{
  return use == CG_CONV_FORWARD ? conv->c_in : conv->c_out;
}

static int
channels_to (const CgConv *conv, CgConvUse use)
{
  return use == CG_CONV_FORWARD ? conv->c_out : conv->c_in;
}

/* U as [PLANES][from][to], @to filled up to whole vectors. */
static gsize
packed_size (const CgConv *conv, CgConvUse use)
{
  return PLANES * plane_size (channels_from (conv, use), channels_to (conv, use));
}

/* The nine weights, as [row][column], from channel @from to channels @to <=
 * channel < @to + LANES.  For the gradient of the input the kernel is rotated
 * by 180 degrees. */
static void
weights_between (const CgConv *conv, CgConvUse use, const float *weight, int from, int to,
                 DoubleVec g[3][3])
{
  gboolean forward = use == CG_CONV_FORWARD;
  float lanes[9][LANES] = { { 0 } };

  for (int l = 0; l < MIN (LANES, channels_to (conv, use) - to); l++)
    {
      gsize o = forward ? to + l : from, i = forward ? from : to + l;

      for (int n = 0; n < 9; n++)
        lanes[n][l] = weight[(o * conv->c_in + i) * 9 + (forward ? n : 8 - n)];
    }
  for (int n = 0; n < 9; n++)
    g[n / 3][n % 3] = __builtin_convertvector(load (lanes[n]), DoubleVec);
}

/* U = G g G^T, stored with @plane floats between its values. */
static void
transform_weights (DoubleVec g[3][3], float *to, gsize plane)
{
  DoubleVec half[3][SIDE];

  for (int x = 0; x < 3; x++)
    {
      DoubleVec column[3] = { g[0][x], g[1][x], g[2][x] };

      f6_weight (column, half[x]);
    }
  for (int y = 0; y < SIDE; y++)
    {
      DoubleVec row[3] = { half[0][y], half[1][y], half[2][y] }, u[SIDE];

      f6_weight (row, u);
      for (int x = 0; x < SIDE; x++)
        store (to + (y * SIDE + x) * plane, __builtin_convertvector(u[x], Vec));
    }
}

static void
pack (const CgConv *conv, CgConvUse use, const float *weight, float *packed)
{
  int from = channels_from (conv, use), to = whole_vectors (channels_to (conv, use));

  for (int i = 0; i < from; i++)
    for (int o = 0; o < to; o += LANES)
      {
        DoubleVec g[3][3];

        weights_between (conv, use, weight, i, o, g);
        transform_weights (g, packed + (gsize) i * to + o, plane_size (from, to));
      }
}

/* V and M share their memory.  When M[e] is computed from V[e], V[e - 1] is no
 * longer needed: so plane e of M is plane e, and plane e of V plane e + 1. */
static gsize
scratch_size (const CgConv *conv, int w_in)
{
  gsize plane = plane_size (TILES, MAX (conv->c_in, conv->c_out));

  return MAX ((PLANES + 1) * plane, cg_winograd_weight_scratch_size (conv));
}

/* B^T d B for all channels of the tile whose output begins at (y, x). */
static void
input_tile (const CgTensor *in, int y, int x, float *to, gsize plane)
{
  transform_tile (in, y - 1, x - 1, SIDE, STEP, f6_input, SIDE, to, plane);
}

/* The second half of transform_output(): @h rows of @w pixels.  Inlined for
 * constant @w and @rest, so that t stays in registers. */
static inline __attribute__ ((always_inline)) void
output_rows (Vec half[STEP][SIDE], const CgConvEpilogue *epilogue, const CgTensor *out, int y,
             int x, int o, int h, int w, gboolean rest)
{
  const CgTensor *add = &epilogue->add.first;

  for (int v = 0; v < h; v++)
    {
      Vec t[STEP];

      for (int u = 0; u < STEP; u++) /* for the next tile */
        {
          __builtin_prefetch (cg_tensor_pixel (out, y + v, x + STEP + u) + o, 1);
          if (add->data)
            __builtin_prefetch (cg_tensor_pixel (add, y + v, x + STEP + u) + o);
        }
      f6_output (half[v], t);
      if (rest)
        finish_rest (epilogue, out, y + v, x, o, t, w);
      else
        finish_whole (epilogue, out, y + v, x, o, t, w);
    }
}

/* A^T m A of one tile and LANES channels from @o on, finished and stored as
 * far as the tile lies inside. */
static void
transform_output (const float *from, gsize plane, const CgConvEpilogue *epilogue,
                  const CgTensor *out, int y, int x, int o)
{
  int h = MIN (STEP, out->h - y), w = MIN (STEP, out->w - x);
  const CgConvEpilogue ending = *epilogue; /* copies: what is stored cannot change them */
  const CgTensor to = *out;
  Vec half[STEP][SIDE];

  for (int u = 0; u < SIDE; u++)
    {
      Vec m[SIDE], t[STEP];

      for (int v = 0; v < SIDE; v++)
        m[v] = load (from + (v * SIDE + u) * plane);
      f6_output (m, t);
      for (int v = 0; v < STEP; v++)
        half[v][u] = t[v];
    }
  if (o + LANES > out->c)
    output_rows (half, &ending, &to, y, x, o, h, w, TRUE);
  else if (w < STEP)
    output_rows (half, &ending, &to, y, x, o, h, w, FALSE);
  else
    output_rows (half, &ending, &to, y, x, o, h, STEP, FALSE);
}

/* Up to TILES tiles, numbered along the rows of tiles, picture after picture. */
typedef struct
{
  int first, n;
  int across;  /* tiles in a row */
  int picture; /* tiles in a picture */
  int y0;      /* row where the tiles of a picture begin */
} Strip;

/* Where a tile's output begins. */
typedef struct
{
  int picture, y, x;
} Place;

static Place
place_of (Strip strip, int t)
{
  int tile = (strip.first + t) % strip.picture;

  return (Place){ (strip.first + t) / strip.picture, strip.y0 + tile / strip.across * STEP,
                  tile % strip.across * STEP };
}

static void
do_strip (const CgBatch *in, const float *packed, const CgConvEpilogue *epilogue,
          const CgBatch *out, Strip strip, float *scratch)
{
  int c_in = in->first.c, from = whole_vectors (c_in), to = whole_vectors (out->first.c);
  gsize plane = plane_size (TILES, MAX (from, to));
  float *m = scratch, *v = scratch + plane;

  for (int t = 0; t < strip.n; t++)
    {
      Place place = place_of (strip, t);
      CgTensor picture = cg_batch_at (in, place.picture);

      input_tile (&picture, place.y, place.x, v + (gsize) t * from, plane);
    }

  for (int e = 0; e < PLANES; e++)
    {
      CgProduct product = {
        .m = strip.n,
        .n = to,
        .k = c_in,
        .segments = 1,
        .a = v + e * plane,
        .a_row = from,
        .a_column = 1,
        .b = packed + e * plane_size (c_in, to),
        .b_row = to,
        .c = m + e * plane,
        .c_row = to,
      };

      cg_product (&product);
    }

  for (int t = 0; t < strip.n; t++)
    {
      Place place = place_of (strip, t);
      CgTensor picture = cg_batch_at (out, place.picture);
      CgConvEpilogue at = epilogue_at (epilogue, place.picture);

      for (int o = 0; o < picture.c; o += LANES)
        transform_output (m + (gsize) t * to + o, plane, &at, &picture, place.y, place.x, o);
    }
}

/* The convolution of @in with weights that are packed for it. */
static void
convolve (const CgBatch *in, const float *packed, const CgConvEpilogue *epilogue,
          const CgBatch *out, int y0, int y1, float *scratch)
{
  int across = (out->first.w + STEP - 1) / STEP;
  int picture = (y1 - y0 + STEP - 1) / STEP * across;
  CgBatch in_range = *in, out_range = *out;

  /* The last tiles may reach beyond the rows that are wanted, and beyond the
   * rows that are there to be read. */
  in_range.first.h = MIN (in->first.h, y1 + 1);
  out_range.first.h = y1;
  for (int first = 0, end = picture * out->n; first < end; first += TILES)
    do_strip (&in_range, packed, epilogue, &out_range,
              (Strip){ first, MIN (TILES, end - first), across, picture, y0 }, scratch);
}

static void
forward (const CgConv *conv, const CgBatch *in, const float *packed, const CgConvEpilogue *epilogue,
         const CgBatch *out, int y0, int y1, float *scratch)
{
  convolve (in, packed, epilogue, out, y0, y1, scratch);
}

static void
backward_data (const CgConv *conv, const CgBatch *grad_out, const float *packed,
               const CgConvEpilogue *epilogue, const CgBatch *grad_in, float *scratch)
{
  convolve (grad_out, packed, epilogue, grad_in, 0, grad_in->first.h, scratch);
}

const CgConvKernel cg_conv_winograd = {
  .name = "winograd-" G_STRINGIFY (CG_SIMD),
  .supports = supports,
  .packed_size = packed_size,
  .pack = pack,
  .scratch_size = scratch_size,
  .row_step = STEP,
  .column_step = STEP,
  .forward = forward,
  .backward_data = backward_data,
  .channel_step = LANES,
  .backward_weight = cg_winograd_backward_weight,
};
