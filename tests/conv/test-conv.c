/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every kernel against the sum of conv.h taken in double precision, on random
 * shapes, with canaries around all it may write and NaN around all it may read. */
#include "model/conv/conv.h"

#include <math.h>
#include <string.h>

#include "model/error.h"

#define CANARY 12345.0f
#define ROUNDS 40

/* Floats with a canary on both sides. */
typedef struct
{
  float *block, *data;
  gsize n;
} Floats;

static Floats
floats_new (gsize n, float value)
{
  /* Aligned for scratch; the last canary is the last thing in the block, so
   * that an address sanitizer sees what reads beyond. */
  Floats f = { aligned_alloc (64, (n * sizeof (float) + 64 + 4 + 63) / 64 * 64), NULL, n };

  f.data = f.block + 16;
  f.data[-1] = f.data[n] = CANARY;
  for (gsize i = 0; i < n; i++)
    f.data[i] = value;
  return f;
}

static void
floats_free (Floats *f)
{
  g_assert_cmpfloat (f->data[-1], ==, CANARY);
  g_assert_cmpfloat (f->data[f->n], ==, CANARY);
  free (f->block);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Floats, floats_free)

static float
random_float (void)
{
  return (float) g_test_rand_double_range (-1, 1);
}

static Floats
floats_random (gsize n)
{
  Floats f = floats_new (n, 0);

  for (gsize i = 0; i < n; i++)
    f.data[i] = random_float ();
  return f;
}

/* A tensor in memory of its own that ends with the last value; gaps between
 * pixels and rows hold @gap. */
typedef struct
{
  CgTensor t;
  float *block;
  gsize n;
  float gap;
} Picture;

static Picture
picture_new (int h, int w, int c, float gap)
{
  Picture p = { .gap = gap };
  int pixel = c + g_test_rand_int_range (0, 3) * g_test_rand_int_range (0, 9);
  int row = w * pixel + g_test_rand_int_range (0, 5);

  p.n = (gsize) (h - 1) * row + (gsize) (w - 1) * pixel + c;
  p.block = g_new (float, p.n);
  for (gsize i = 0; i < p.n; i++)
    p.block[i] = gap;
  p.t = (CgTensor){ p.block, h, w, c, pixel, row };
  return p;
}

static void
picture_fill (const Picture *p)
{
  for (int y = 0; y < p->t.h; y++)
    for (int x = 0; x < p->t.w; x++)
      for (int c = 0; c < p->t.c; c++)
        cg_tensor_pixel (&p->t, y, x)[c] = random_float ();
}

/* Fails if anything between the pixels was written. */
static void
picture_check_gaps (const Picture *p)
{
  for (gsize i = 0; i < p->n; i++)
    {
      gsize in_row = i % p->t.row_stride;
      gboolean inside
          = in_row < p->t.w * p->t.pixel_stride && in_row % p->t.pixel_stride < (gsize) p->t.c;

      if (!inside)
        g_assert_true (memcmp (&p->block[i], &p->gap, sizeof p->gap) == 0);
    }
}

static void
picture_free (Picture *p)
{
  picture_check_gaps (p);
  g_free (p->block);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Picture, picture_free)

/* The same picture in memory of its own with other gaps. */
static Picture
picture_copy (const Picture *from)
{
  Picture p = picture_new (from->t.h, from->t.w, from->t.c, from->gap);

  for (int y = 0; y < p.t.h; y++)
    for (int x = 0; x < p.t.w; x++)
      memcpy (cg_tensor_pixel (&p.t, y, x), cg_tensor_pixel (&from->t, y, x),
              p.t.c * sizeof (float));
  return p;
}

/* For a call on one picture. */
static CgBatch
batch (const Picture *p)
{
  return cg_batch_of_one (p->t);
}

/* One random case: a convolution that the kernel supports, an input, and what
 * surrounds a call. */
typedef struct
{
  const CgConvKernel *kernel;
  CgConv conv;
  int h_in, w_in, h, w;
} Case;

static int
random_channels (void)
{
  static const int choices[]
      = { 1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 17, 24, 31, 32, 33, 40, 48, 64, 100 };

  return choices[g_test_rand_int_range (0, G_N_ELEMENTS (choices))];
}

static Case
random_case (const CgConvKernel *kernel)
{
  Case c = { .kernel = kernel };

  do
    c.conv = (CgConv){ random_channels (), random_channels (), 1 + 2 * g_test_rand_int_range (0, 4),
                       g_test_rand_bit () ? 1 : g_test_rand_int_range (1, 4) };
  while (!kernel->supports (&c.conv));
  /* Now and then large enough for several strips of Winograd tiles. */
  int most = g_test_rand_int_range (0, 6) == 0 ? 90 : 30;
  c.h_in = g_test_rand_int_range (1, most);
  c.w_in = g_test_rand_int_range (1, most);
  c.h = (c.h_in + c.conv.stride - 1) / c.conv.stride;
  c.w = (c.w_in + c.conv.stride - 1) / c.conv.stride;
  return c;
}

static gsize
weight_size (const Case *c)
{
  return (gsize) c->conv.c_out * c->conv.c_in * c->conv.k * c->conv.k;
}

static Floats
pack (const Case *c, CgConvUse use, const Floats *weight)
{
  Floats packed = floats_new (c->kernel->packed_size (&c->conv, use), NAN);

  c->kernel->pack (&c->conv, use, weight->data, packed.data);
  return packed;
}

static Floats
scratch (const Case *c)
{
  return floats_new (c->kernel->scratch_size (&c->conv, c->w_in), NAN);
}

static double
weight_value (const Case *c, const Floats *weight, int o, int i, int v, int u)
{
  return weight->data[((o * c->conv.c_in + i) * c->conv.k + v) * c->conv.k + u];
}

static void
check (const Case *c, const char *what, double got, double want, double size)
{
  /* A Winograd kernel's error goes with the largest value in its tile. */
  if (!(fabs (got - want) <= 3e-5 * size))
    g_error ("%s %s: %d -> %d channels, k %d, stride %d, input %dx%d: is %g, want %g",
             c->kernel->name, what, c->conv.c_in, c->conv.c_out, c->conv.k, c->conv.stride, c->h_in,
             c->w_in, got, want);
}

/* The size that sums of @n products of values in -1..1 have. */
static double
sum_size (double n)
{
  return 1 + sqrt (n);
}

static double
naive_sum (const Case *c, const CgTensor *in, const Floats *weight, int y, int x, int o)
{
  int p = (c->conv.k - 1) / 2;
  double sum = 0;

  for (int v = 0; v < c->conv.k; v++)
    for (int u = 0; u < c->conv.k; u++)
      for (int i = 0; i < c->conv.c_in; i++)
        {
          int yy = y * c->conv.stride + v - p, xx = x * c->conv.stride + u - p;

          if (yy >= 0 && yy < in->h && xx >= 0 && xx < in->w)
            sum += weight_value (c, weight, o, i, v, u) * cg_tensor_pixel (in, yy, xx)[i];
        }
  return sum;
}

/* What the epilogue makes of @sum. */
static double
naive_end (const CgConvEpilogue *epilogue, const CgTensor *add, int y, int x, int o, double sum)
{
  if (epilogue->bias)
    sum += epilogue->bias[o];
  if (add)
    sum += cg_tensor_pixel (add, y, x)[o];
  if (epilogue->activation == CG_ACTIVATION_RELU)
    sum = MAX (sum, 0);
  else if (epilogue->activation == CG_ACTIVATION_SIGMOID)
    sum = 1 / (1 + exp (-sum));
  if (epilogue->slope_at.first.data)
    {
      double at = cg_tensor_pixel (&epilogue->slope_at.first, y, x)[o];
      sum *= epilogue->slope == CG_ACTIVATION_RELU      ? at > 0
             : epilogue->slope == CG_ACTIVATION_SIGMOID ? at * (1 - at)
                                                        : 1;
    }
  return sum;
}

static void
check_forward (const Case *c, const Picture *in, const Floats *weight,
               const CgConvEpilogue *epilogue, const CgTensor *add, const CgTensor *out)
{
  for (int y = 0; y < c->h; y++)
    for (int x = 0; x < c->w; x++)
      for (int o = 0; o < c->conv.c_out; o++)
        {
          double sum = naive_sum (c, &in->t, weight, y, x, o);
          double want = naive_end (epilogue, add, y, x, o, sum);

          check (c, "forward", cg_tensor_pixel (out, y, x)[o], want,
                 sum_size (c->conv.c_in * c->conv.k * c->conv.k));
        }
}

/* All epilogues, into a fresh output and in place over the added one. */
static void
test_forward (gconstpointer kernel)
{
  for (int round = 0; round < ROUNDS; round++)
    {
      Case c = random_case (kernel);
      g_auto (Floats) weight = floats_random (weight_size (&c));
      g_auto (Floats) bias = floats_random (c.conv.c_out);
      g_auto (Floats) packed = pack (&c, CG_CONV_FORWARD, &weight);
      g_auto (Floats) room = scratch (&c);
      g_auto (Picture) in = picture_new (c.h_in, c.w_in, c.conv.c_in, NAN);
      g_auto (Picture) add = picture_new (c.h, c.w, c.conv.c_out, CANARY);
      g_auto (Picture) values = picture_new (c.h, c.w, c.conv.c_out, NAN);

      picture_fill (&in);
      picture_fill (&add);
      picture_fill (&values);
      g_auto (Picture) out = picture_copy (&add);
      gboolean with_add = g_test_rand_bit (), in_place = with_add && g_test_rand_bit ();
      CgConvEpilogue epilogue = {
        .bias = g_test_rand_bit () ? bias.data : NULL,
        .activation = g_test_rand_int_range (CG_ACTIVATION_NONE, CG_ACTIVATION_SIGMOID + 1),
        .slope = g_test_rand_int_range (CG_ACTIVATION_NONE, CG_ACTIVATION_SIGMOID + 1),
      };
      CgBatch from = batch (&in), to = batch (&out);

      if (with_add)
        epilogue.add = in_place ? to : batch (&add);
      if (epilogue.slope != CG_ACTIVATION_NONE)
        epilogue.slope_at = batch (&values);
      c.kernel->forward (&c.conv, &from, packed.data, &epilogue, &to, 0, c.h, room.data);
      check_forward (&c, &in, &weight, &epilogue, with_add ? &add.t : NULL, &out.t);
    }
}

static void
assert_same (const CgTensor *a, int ay, int ax, const CgTensor *b, int by, int bx, int h, int w)
{
  for (int y = 0; y < h; y++)
    for (int x = 0; x < w; x++)
      g_assert_cmpmem (cg_tensor_pixel (a, ay + y, ax + x), a->c * sizeof (float),
                       cg_tensor_pixel (b, by + y, bx + x), b->c * sizeof (float));
}

/* Rows y0 <= y < y1 of @out, of which all below are still canaries, from a
 * picture that has only the rows in memory that they need. */
static void
forward_rows (const Case *c, const CgTensor *in, const float *packed, const CgTensor *out, int y0,
              int y1, float *room)
{
  int p = c->conv.k / 2, first = y0 * c->conv.stride - p, end = (y1 - 1) * c->conv.stride + p + 1;

  first = MAX (first, 0);
  end = MIN (end, in->h);
  g_auto (Picture) window = picture_new (end - first, in->w, in->c, NAN);
  CgTensor seen = window.t;

  for (int y = first; y < end; y++)
    for (int x = 0; x < in->w; x++)
      memcpy (cg_tensor_pixel (&window.t, y - first, x), cg_tensor_pixel (in, y, x),
              in->c * sizeof (float));
  seen.data -= first * seen.row_stride;
  seen.h = in->h;
  CgBatch from = cg_batch_of_one (seen), to = cg_batch_of_one (*out);
  c->kernel->forward (&c->conv, &from, packed, &(CgConvEpilogue){ 0 }, &to, y0, y1, room);

  for (int y = y1; y < out->h; y++)
    for (int x = 0; x < out->w; x++)
      for (int o = 0; o < out->c; o++)
        g_assert_cmpfloat (cg_tensor_pixel (out, y, x)[o], ==, CANARY);
}

/* Rows cut in whole blocks, behind a first range that is cut short anywhere,
 * give the same bits however they are cut. */
static void
test_cuts (gconstpointer kernel)
{
  for (int round = 0; round < ROUNDS / 2; round++)
    {
      Case c = random_case (kernel);
      g_auto (Floats) weight = floats_random (weight_size (&c));
      g_auto (Floats) packed = pack (&c, CG_CONV_FORWARD, &weight);
      g_auto (Floats) room = scratch (&c);
      g_auto (Picture) in = picture_new (c.h_in, c.w_in, c.conv.c_in, NAN);
      g_auto (Picture) whole = picture_new (c.h, c.w, c.conv.c_out, CANARY);
      g_auto (Picture) cut = picture_new (c.h, c.w, c.conv.c_out, CANARY);
      int phase = g_test_rand_int_range (0, MIN (c.h, c.kernel->row_step));

      picture_fill (&in);
      if (phase > 0)
        {
          forward_rows (&c, &in.t, packed.data, &whole.t, 0, phase, room.data);
          forward_rows (&c, &in.t, packed.data, &cut.t, 0, phase, room.data);
        }
      forward_rows (&c, &in.t, packed.data, &whole.t, phase, c.h, room.data);
      for (int y0 = phase, y1; y0 < c.h; y0 = y1)
        {
          y1 = y0 + c.kernel->row_step * g_test_rand_int_range (1, 4);
          y1 = MIN (y1, c.h);
          forward_rows (&c, &in.t, packed.data, &cut.t, y0, y1, room.data);
        }
      assert_same (&whole.t, 0, 0, &cut.t, 0, 0, c.h, c.w);
      check_forward (&c, &in, &weight, &(CgConvEpilogue){ 0 }, NULL, &cut.t);
    }
}

/* A picture computed in tiles gives the same bits, except where a tile does
 * not see its neighbours. */
static void
test_tiles (gconstpointer kernel)
{
  for (int round = 0; round < ROUNDS / 2; round++)
    {
      Case c = random_case (kernel);
      int rows = c.kernel->row_step * c.conv.stride,
          columns = c.kernel->column_step * c.conv.stride;
      int halo = c.conv.k / 2;
      int y = rows * g_test_rand_int_range (0, 3), x = columns * g_test_rand_int_range (0, 3);
      int h = 2 * rows + 15 + 2 * halo, w = 2 * columns + 17 + 2 * halo;
      g_auto (Floats) weight = floats_random (weight_size (&c));
      g_auto (Floats) packed = pack (&c, CG_CONV_FORWARD, &weight);
      g_auto (Picture) in = picture_new (y + h + 3, x + w + 4, c.conv.c_in, NAN);
      CgTensor tile = in.t;
      CgConvEpilogue epilogue = { .activation = CG_ACTIVATION_NONE };

      c.w_in = in.t.w;
      c.h = (in.t.h + c.conv.stride - 1) / c.conv.stride;
      c.w = (in.t.w + c.conv.stride - 1) / c.conv.stride;
      int tile_h = (h + c.conv.stride - 1) / c.conv.stride;
      int tile_w = (w + c.conv.stride - 1) / c.conv.stride;
      g_auto (Floats) room = scratch (&c);
      g_auto (Picture) whole = picture_new (c.h, c.w, c.conv.c_out, CANARY);
      g_auto (Picture) part = picture_new (tile_h, tile_w, c.conv.c_out, CANARY);

      picture_fill (&in);
      tile.data = cg_tensor_pixel (&in.t, y, x);
      tile.h = h;
      tile.w = w;
      CgBatch from = batch (&in), to = batch (&whole), from_tile = cg_batch_of_one (tile),
              to_part = batch (&part);
      c.kernel->forward (&c.conv, &from, packed.data, &epilogue, &to, 0, c.h, room.data);
      c.kernel->forward (&c.conv, &from_tile, packed.data, &epilogue, &to_part, 0, tile_h,
                         room.data);

      /* Winograd blocks that reach beyond the tile see zeros in places. */
      int rim = c.kernel->row_step > 1 ? c.kernel->row_step
                                       : (halo + c.conv.stride - 1) / c.conv.stride;
      assert_same (&whole.t, y / c.conv.stride + rim, x / c.conv.stride + rim, &part.t, rim, rim,
                   tile_h - 2 * rim, tile_w - 2 * rim);
    }
}

/* d sum / d in[yy][xx][i] in double. */
static double
naive_grad_in (const Case *c, const CgTensor *grad_out, const Floats *weight, int yy, int xx, int i)
{
  int p = (c->conv.k - 1) / 2;
  double sum = 0;

  for (int v = 0; v < c->conv.k; v++)
    for (int u = 0; u < c->conv.k; u++)
      {
        int y = yy + p - v, x = xx + p - u;

        if (y < 0 || x < 0 || y % c->conv.stride || x % c->conv.stride)
          continue;
        y /= c->conv.stride;
        x /= c->conv.stride;
        for (int o = 0; y < c->h && x < c->w && o < c->conv.c_out; o++)
          sum += weight_value (c, weight, o, i, v, u) * cg_tensor_pixel (grad_out, y, x)[o];
      }
  return sum;
}

static void
check_backward_data (const Case *c, const Picture *grad_out, const Floats *weight,
                     const CgConvEpilogue *epilogue, const CgTensor *add, const CgTensor *got)
{
  for (int y = 0; y < c->h_in; y++)
    for (int x = 0; x < c->w_in; x++)
      for (int i = 0; i < c->conv.c_in; i++)
        {
          double sum = naive_grad_in (c, &grad_out->t, weight, y, x, i);
          double want = naive_end (epilogue, add, y, x, i, sum);

          check (c, "backward_data", cg_tensor_pixel (got, y, x)[i], want,
                 sum_size (c->conv.c_out * c->conv.k * c->conv.k));
        }
}

static void
test_backward_data (gconstpointer kernel)
{
  for (int round = 0; round < ROUNDS; round++)
    {
      Case c = random_case (kernel);
      gboolean with_add = g_test_rand_bit (), in_place = with_add && g_test_rand_bit ();
      g_auto (Floats) weight = floats_random (weight_size (&c));
      g_auto (Floats) bias = floats_random (c.conv.c_in);
      g_auto (Floats) packed = pack (&c, CG_CONV_BACKWARD, &weight);
      g_auto (Floats) room = scratch (&c);
      g_auto (Picture) grad_out = picture_new (c.h, c.w, c.conv.c_out, NAN);
      g_auto (Picture) add = picture_new (c.h_in, c.w_in, c.conv.c_in, CANARY);
      g_auto (Picture) values = picture_new (c.h_in, c.w_in, c.conv.c_in, NAN);

      picture_fill (&grad_out);
      picture_fill (&add);
      picture_fill (&values);
      g_auto (Picture) grad_in = picture_copy (&add);
      CgBatch from = batch (&grad_out), to = batch (&grad_in);
      CgConvEpilogue epilogue = {
        .bias = g_test_rand_bit () ? bias.data : NULL,
        .activation = g_test_rand_int_range (CG_ACTIVATION_NONE, CG_ACTIVATION_SIGMOID + 1),
        .slope = g_test_rand_int_range (CG_ACTIVATION_NONE, CG_ACTIVATION_SIGMOID + 1),
      };
      if (with_add)
        epilogue.add = in_place ? to : batch (&add);
      if (epilogue.slope != CG_ACTIVATION_NONE)
        epilogue.slope_at = batch (&values);
      c.kernel->backward_data (&c.conv, &from, packed.data, &epilogue, &to, room.data);
      check_backward_data (&c, &grad_out, &weight, &epilogue, with_add ? &add.t : NULL, &grad_in.t);
    }
}

/* d sum / d weight[o][i][v][u], added to @sum in double. */
static double
naive_grad_weight (const Case *c, const CgTensor *in, const CgTensor *grad_out, int o, int i, int v,
                   int u)
{
  int p = (c->conv.k - 1) / 2;
  double sum = 0;

  for (int y = 0; y < c->h; y++)
    for (int x = 0; x < c->w; x++)
      {
        int yy = y * c->conv.stride + v - p, xx = x * c->conv.stride + u - p;

        if (yy >= 0 && yy < in->h && xx >= 0 && xx < in->w)
          sum += (double) cg_tensor_pixel (in, yy, xx)[i] * cg_tensor_pixel (grad_out, y, x)[o];
      }
  return sum;
}

static void
test_backward_weight (gconstpointer kernel)
{
  for (int round = 0; round < ROUNDS / 2; round++)
    {
      Case c = random_case (kernel);
      g_auto (Floats) room = scratch (&c);
      g_auto (Floats) before = floats_random (weight_size (&c));
      g_auto (Floats) got = floats_new (weight_size (&c), 0);
      g_auto (Picture) in = picture_new (c.h_in, c.w_in, c.conv.c_in, NAN);
      g_auto (Picture) grad_out = picture_new (c.h, c.w, c.conv.c_out, NAN);
      CgBatch values = batch (&in), gradients = batch (&grad_out);

      picture_fill (&in);
      picture_fill (&grad_out);
      memcpy (got.data, before.data, got.n * sizeof (float));
      c.kernel->backward_weight (&c.conv, &values, &gradients, got.data, room.data);

      gsize n = 0;
      for (int o = 0; o < c.conv.c_out; o++)
        for (int i = 0; i < c.conv.c_in; i++)
          for (int v = 0; v < c.conv.k; v++)
            for (int u = 0; u < c.conv.k; u++, n++)
              check (&c, "backward_weight", got.data[n],
                     before.data[n] + naive_grad_weight (&c, &in.t, &grad_out.t, o, i, v, u),
                     sum_size (c.h * c.w));
    }
}

/* --- batches --- */

#define PICTURES 3

/* @PICTURES pictures, some floats of @gap from one to the next. */
typedef struct
{
  Picture all;
  CgBatch batch;
} Pictures;

static Pictures
pictures_new (int h, int w, int c)
{
  Pictures p = { picture_new (PICTURES * h, w, c, CANARY), { .n = PICTURES } };

  picture_fill (&p.all);
  p.batch.first = p.all.t;
  p.batch.first.h = h;
  p.batch.picture_stride = h * p.all.t.row_stride;
  return p;
}

static void
pictures_free (Pictures *p)
{
  picture_free (&p->all);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pictures, pictures_free)

/* Picture by picture the bits are those of the batch, forward and backward. */
static void
test_batch (gconstpointer kernel)
{
  for (int round = 0; round < ROUNDS / 4; round++)
    {
      Case c = random_case (kernel);
      g_auto (Floats) weight = floats_random (weight_size (&c));
      g_auto (Floats) forward = pack (&c, CG_CONV_FORWARD, &weight);
      g_auto (Floats) backward = pack (&c, CG_CONV_BACKWARD, &weight);
      g_auto (Floats) room = scratch (&c);
      g_auto (Pictures) in = pictures_new (c.h_in, c.w_in, c.conv.c_in);
      g_auto (Pictures) out = pictures_new (c.h, c.w, c.conv.c_out);
      g_auto (Pictures) add = pictures_new (c.h, c.w, c.conv.c_out);
      g_auto (Pictures) grad_in = pictures_new (c.h_in, c.w_in, c.conv.c_in);
      CgConvEpilogue epilogue = { .add = add.batch };
      CgConvEpilogue undo = { .slope_at = in.batch, .slope = CG_ACTIVATION_RELU };

      c.kernel->forward (&c.conv, &in.batch, forward.data, &epilogue, &out.batch, 0, c.h,
                         room.data);
      c.kernel->backward_data (&c.conv, &add.batch, backward.data, &undo, &grad_in.batch,
                               room.data);
      for (int i = 0; i < PICTURES; i++)
        {
          g_auto (Picture) one = picture_new (c.h, c.w, c.conv.c_out, CANARY);
          g_auto (Picture) grad_one = picture_new (c.h_in, c.w_in, c.conv.c_in, CANARY);
          CgBatch in_one = cg_batch_part (&in.batch, i, 1), to = batch (&one);
          CgBatch add_one = cg_batch_part (&add.batch, i, 1), grad_to = batch (&grad_one);
          CgTensor want = cg_batch_at (&out.batch, i), grad_want = cg_batch_at (&grad_in.batch, i);

          epilogue.add = add_one;
          undo.slope_at = in_one;
          c.kernel->forward (&c.conv, &in_one, forward.data, &epilogue, &to, 0, c.h, room.data);
          c.kernel->backward_data (&c.conv, &add_one, backward.data, &undo, &grad_to, room.data);
          assert_same (&one.t, 0, 0, &want, 0, 0, c.h, c.w);
          assert_same (&grad_one.t, 0, 0, &grad_want, 0, 0, c.h_in, c.w_in);
        }
    }
}

/* The gradient of the weights over a batch is the sum of its pictures', and
 * slices of the output channels have the same bits. */
static void
test_slices (gconstpointer kernel)
{
  for (int round = 0; round < ROUNDS / 4; round++)
    {
      Case c = random_case (kernel);
      gsize of_one = (gsize) c.conv.c_in * c.conv.k * c.conv.k; /* output channel */
      g_auto (Floats) room = scratch (&c);
      g_auto (Floats) whole = floats_new (weight_size (&c), 0);
      g_auto (Floats) sum = floats_new (weight_size (&c), 0);
      g_auto (Floats) sliced = floats_new (weight_size (&c), 0);
      g_auto (Pictures) in = pictures_new (c.h_in, c.w_in, c.conv.c_in);
      g_auto (Pictures) out = pictures_new (c.h, c.w, c.conv.c_out);
      int step = c.kernel->channel_step;

      c.kernel->backward_weight (&c.conv, &in.batch, &out.batch, whole.data, room.data);
      for (int i = 0; i < PICTURES; i++)
        {
          CgBatch in_one = cg_batch_part (&in.batch, i, 1);
          CgBatch out_one = cg_batch_part (&out.batch, i, 1);

          c.kernel->backward_weight (&c.conv, &in_one, &out_one, sum.data, room.data);
        }
      for (gsize n = 0; n < sum.n; n++)
        check (&c, "backward_weight of a batch", whole.data[n], sum.data[n],
               sum_size (PICTURES * c.h * c.w));
      for (int first = 0, n; first < c.conv.c_out; first += n)
        {
          CgConv slice = c.conv;
          CgBatch part = out.batch;

          n = g_test_rand_int_range (1, 4);
          n = (int) MIN (c.conv.c_out - first, (gint64) step * n);
          slice.c_out = part.first.c = n;
          part.first.data += first;
          c.kernel->backward_weight (&slice, &in.batch, &part, sliced.data + first * of_one,
                                     room.data);
        }
      g_assert_cmpmem (sliced.data, sliced.n * sizeof (float), whole.data,
                       whole.n * sizeof (float));
    }
}

static double
dot (const CgTensor *a, const CgTensor *b)
{
  double sum = 0;

  for (int y = 0; y < a->h; y++)
    for (int x = 0; x < a->w; x++)
      for (int c = 0; c < a->c; c++)
        sum += (double) cg_tensor_pixel (a, y, x)[c] * cg_tensor_pixel (b, y, x)[c];
  return sum;
}

/* <conv (x), g> = <x, backward_data (g)> = <weight, backward_weight (x, g)>. */
static void
test_adjoint (gconstpointer kernel)
{
  for (int round = 0; round < ROUNDS; round++)
    {
      Case c = random_case (kernel);
      g_auto (Floats) weight = floats_random (weight_size (&c));
      g_auto (Floats) forward = pack (&c, CG_CONV_FORWARD, &weight);
      g_auto (Floats) backward = pack (&c, CG_CONV_BACKWARD, &weight);
      g_auto (Floats) grad_weight = floats_new (weight_size (&c), 0);
      g_auto (Floats) room = scratch (&c);
      g_auto (Picture) in = picture_new (c.h_in, c.w_in, c.conv.c_in, NAN);
      g_auto (Picture) out = picture_new (c.h, c.w, c.conv.c_out, CANARY);
      g_auto (Picture) grad_out = picture_new (c.h, c.w, c.conv.c_out, NAN);
      g_auto (Picture) grad_in = picture_new (c.h_in, c.w_in, c.conv.c_in, CANARY);

      picture_fill (&in);
      picture_fill (&grad_out);
      CgBatch x = batch (&in), y = batch (&out), g = batch (&grad_out), dx = batch (&grad_in);
      CgConvEpilogue none = { 0 };
      c.kernel->forward (&c.conv, &x, forward.data, &none, &y, 0, c.h, room.data);
      c.kernel->backward_data (&c.conv, &g, backward.data, &none, &dx, room.data);
      c.kernel->backward_weight (&c.conv, &x, &g, grad_weight.data, room.data);

      double want = dot (&out.t, &grad_out.t), of_weight = 0;
      double size = sum_size ((double) weight_size (&c) * c.h * c.w);
      for (gsize n = 0; n < weight.n; n++)
        of_weight += (double) weight.data[n] * grad_weight.data[n];
      check (&c, "adjoint of data", dot (&in.t, &grad_in.t), want, size);
      check (&c, "adjoint of weight", of_weight, want, size);
    }
}

static void
test_selection (void)
{
  CgConv conv = { 64, 64, 3, 1 }, first = { 1, 64, 3, 1 };
  const CgConvKernel *const *kernels = cg_conv_kernels ();

  g_assert_cmpstr (kernels[0]->name, ==, "reference");
  for (int n = 0; kernels[n]; n++)
    if (kernels[n]->supports (&conv))
      g_assert_true (cg_conv_kernel_for (&conv, kernels[n]->name) == kernels[n]);
  g_assert_cmpstr (cg_conv_kernel_for (&conv, "baseline")->name, ==, "winograd-baseline");
  g_assert_cmpstr (cg_conv_kernel_for (&first, "baseline")->name, ==, "direct-baseline");
  g_assert_true (cg_conv_kernel_for (&first, "winograd-baseline") == kernels[0]);
  g_assert_true (cg_conv_kernel_for (&conv, "no such kernel") == kernels[0]);

  g_autoptr (GError) error = NULL;
  g_unsetenv ("CLEARGRAIN_KERNELS");
  g_assert_true (cg_conv_kernel_for (&conv, NULL) != kernels[0]);
  g_assert_true (cg_conv_check_wish (NULL));
  g_setenv ("CLEARGRAIN_KERNELS", "baseline", TRUE);
  g_assert_cmpstr (cg_conv_kernel_for (&conv, NULL)->name, ==, "winograd-baseline");
  g_assert_true (cg_conv_kernel_for (&conv, "reference") == kernels[0]);
  g_assert_true (cg_conv_check_wish (NULL));
  g_setenv ("CLEARGRAIN_KERNELS", "abacus", TRUE);
  g_assert_false (cg_conv_check_wish (&error));
  g_assert_error (error, CG_ERROR, CG_ERROR_USAGE);
  g_assert_nonnull (strstr (error->message, "abacus"));
  g_unsetenv ("CLEARGRAIN_KERNELS");
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    GTestDataFunc func;
  } tests[] = {
    { "forward", test_forward },
    { "cuts", test_cuts },
    { "tiles", test_tiles },
    { "backward-data", test_backward_data },
    { "backward-weight", test_backward_weight },
    { "batch", test_batch },
    { "slices", test_slices },
    { "adjoint", test_adjoint },
  };

  g_test_init (&argc, &argv, NULL);
  for (const CgConvKernel *const *kernel = cg_conv_kernels (); *kernel; kernel++)
    for (gsize n = 0; n < G_N_ELEMENTS (tests); n++)
      {
        g_autofree char *path = g_strdup_printf ("/conv/%s/%s", (*kernel)->name, tests[n].name);

        g_test_add_data_func (path, *kernel, tests[n].func);
      }
  g_test_add_func ("/conv/selection", test_selection);
  return g_test_run ();
}
