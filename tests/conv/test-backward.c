/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every kernel's gradients against those of conv.h taken in double precision,
 * and as the adjoints of its own forward pass. */
#include <math.h>
#include <string.h>

#include "tests/conv/kernel-case.h"

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
test_backward_data (gconstpointer kernel)
{
  for (int round = 0; round < ROUNDS; round++)
    {
      Case c = random_case (kernel);
      g_auto (Floats) weight = floats_random (weight_size (&c));
      g_auto (Floats) packed = pack (&c, CG_CONV_BACKWARD, &weight);
      g_auto (Floats) room = scratch (&c);
      g_auto (Picture) grad_out = picture_random (c.h, c.w, c.conv.c_out, NAN);
      g_auto (Ending) ending;

      ending_init (&ending, c.h_in, c.w_in, c.conv.c_in);
      CgBatch from = batch (&grad_out), to = batch (&ending.out);
      c.kernel->backward_data (&c.conv, &from, packed.data, &ending.epilogue, &to, room.data);
      ending_check (&ending, &c, "backward_data", naive_grad_in, &grad_out.t, &weight,
                    rounded_size (c.conv.c_out * c.conv.k * c.conv.k));
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
      g_auto (Picture) in = picture_random (c.h_in, c.w_in, c.conv.c_in, NAN);
      g_auto (Picture) grad_out = picture_random (c.h, c.w, c.conv.c_out, NAN);
      CgBatch values = batch (&in), gradients = batch (&grad_out);

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
      g_auto (Picture) in = picture_random (c.h_in, c.w_in, c.conv.c_in, NAN);
      g_auto (Picture) out = picture_new (c.h, c.w, c.conv.c_out, CANARY);
      g_auto (Picture) grad_out = picture_random (c.h, c.w, c.conv.c_out, NAN);
      g_auto (Picture) grad_in = picture_new (c.h_in, c.w_in, c.conv.c_in, CANARY);

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_tests ("backward-data", test_backward_data);
  add_tests ("backward-weight", test_backward_weight);
  add_tests ("adjoint", test_adjoint);
  return g_test_run ();
}
