/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every kernel's forward pass against the sum of conv.h taken in double
 * precision, on random shapes, whole, in bands of rows and in tiles. */
#include <math.h>
#include <string.h>

#include "tests/conv/kernel-case.h"

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

static double
forward_size (const Case *c)
{
  return rounded_size (c->conv.c_in * c->conv.k * c->conv.k);
}

/* All epilogues, into a fresh output and in place over the added one. */
static void
test_forward (gconstpointer kernel)
{
  for (int round = 0; round < ROUNDS; round++)
    {
      Case c = random_case (kernel);
      g_auto (Floats) weight = floats_random (weight_size (&c));
      g_auto (Floats) packed = pack (&c, CG_CONV_FORWARD, &weight);
      g_auto (Floats) room = scratch (&c);
      g_auto (Picture) in = picture_random (c.h_in, c.w_in, c.conv.c_in, NAN);
      g_auto (Ending) ending;

      ending_init (&ending, c.h, c.w, c.conv.c_out);
      CgBatch from = batch (&in), to = batch (&ending.out);
      c.kernel->forward (&c.conv, &from, packed.data, &ending.epilogue, &to, 0, c.h, room.data);
      ending_check (&ending, &c, "forward", naive_sum, &in.t, &weight, forward_size (&c));
    }
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
      g_auto (Picture) in = picture_random (c.h_in, c.w_in, c.conv.c_in, NAN);
      g_auto (Picture) whole = picture_new (c.h, c.w, c.conv.c_out, CANARY);
      g_auto (Picture) cut = picture_new (c.h, c.w, c.conv.c_out, CANARY);
      int phase = g_test_rand_int_range (0, MIN (c.h, c.kernel->row_step));

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
      Ending none = { .out = cut };
      ending_check (&none, &c, "cuts", naive_sum, &in.t, &weight, forward_size (&c));
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
      g_auto (Picture) in = picture_random (y + h + 3, x + w + 4, c.conv.c_in, NAN);
      CgTensor tile = in.t;
      CgConvEpilogue epilogue = { .activation = CG_ACTIVATION_NONE };

      c.w_in = in.t.w;
      c.h = (in.t.h + c.conv.stride - 1) / c.conv.stride;
      c.w = (in.t.w + c.conv.stride - 1) / c.conv.stride;
      int tile_h = (h + c.conv.stride - 1) / c.conv.stride;
      int tile_w = (w + c.conv.stride - 1) / c.conv.stride;
      g_auto (Floats) room = scratch (&c);
      c.w_in = w; /* fewer columns may need more scratch: more rows at once */
      g_auto (Floats) tile_room = scratch (&c);
      g_auto (Picture) whole = picture_new (c.h, c.w, c.conv.c_out, CANARY);
      g_auto (Picture) part = picture_new (tile_h, tile_w, c.conv.c_out, CANARY);

      tile.data = cg_tensor_pixel (&in.t, y, x);
      tile.h = h;
      tile.w = w;
      CgBatch from = batch (&in), to = batch (&whole), from_tile = cg_batch_of_one (tile),
              to_part = batch (&part);
      c.kernel->forward (&c.conv, &from, packed.data, &epilogue, &to, 0, c.h, room.data);
      c.kernel->forward (&c.conv, &from_tile, packed.data, &epilogue, &to_part, 0, tile_h,
                         tile_room.data);

      /* Winograd blocks that reach beyond the tile see zeros in places. */
      int rim = c.kernel->row_step > 1 ? c.kernel->row_step
                                       : (halo + c.conv.stride - 1) / c.conv.stride;
      assert_same (&whole.t, y / c.conv.stride + rim, x / c.conv.stride + rim, &part.t, rim, rim,
                   tile_h - 2 * rim, tile_w - 2 * rim);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_tests ("forward", test_forward);
  add_tests ("cuts", test_cuts);
  add_tests ("tiles", test_tiles);
  return g_test_run ();
}
