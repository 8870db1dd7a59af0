/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/conv/kernel-case.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

Floats
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

void
floats_free (Floats *f)
{
  g_assert_cmpfloat (f->data[-1], ==, CANARY);
  g_assert_cmpfloat (f->data[f->n], ==, CANARY);
  free (f->block);
}

static float
random_float (void)
{
  return (float) g_test_rand_double_range (-1, 1);
}

Floats
floats_random (gsize n)
{
  Floats f = floats_new (n, 0);

  for (gsize i = 0; i < n; i++)
    f.data[i] = random_float ();
  return f;
}

Picture
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

void
picture_free (Picture *p)
{
  picture_check_gaps (p);
  g_free (p->block);
}

Picture
picture_random (int h, int w, int c, float gap)
{
  Picture p = picture_new (h, w, c, gap);

  picture_fill (&p);
  return p;
}

Picture
picture_copy (const Picture *from)
{
  Picture p = picture_new (from->t.h, from->t.w, from->t.c, from->gap);

  for (int y = 0; y < p.t.h; y++)
    for (int x = 0; x < p.t.w; x++)
      memcpy (cg_tensor_pixel (&p.t, y, x), cg_tensor_pixel (&from->t, y, x),
              p.t.c * sizeof (float));
  return p;
}

CgBatch
batch (const Picture *p)
{
  return cg_batch_of_one (p->t);
}

/* --- cases --- */

static int
random_channels (void)
{
  static const int choices[]
      = { 1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 17, 24, 31, 32, 33, 40, 48, 64, 100 };

  return choices[g_test_rand_int_range (0, G_N_ELEMENTS (choices))];
}

Case
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

gsize
weight_size (const Case *c)
{
  return (gsize) c->conv.c_out * c->conv.c_in * c->conv.k * c->conv.k;
}

Floats
pack (const Case *c, CgConvUse use, const Floats *weight)
{
  Floats packed = floats_new (c->kernel->packed_size (&c->conv, use), NAN);

  c->kernel->pack (&c->conv, use, weight->data, packed.data);
  return packed;
}

Floats
scratch (const Case *c)
{
  return floats_new (c->kernel->scratch_size (&c->conv, c->w_in), NAN);
}

double
weight_value (const Case *c, const Floats *weight, int o, int i, int v, int u)
{
  return weight->data[((o * c->conv.c_in + i) * c->conv.k + v) * c->conv.k + u];
}

void
check (const Case *c, const char *what, double got, double want, double size)
{
  /* A Winograd kernel's error goes with the largest value in its tile. */
  if (!(fabs (got - want) <= 3e-5 * size))
    g_error ("%s %s: %d -> %d channels, k %d, stride %d, input %dx%d: is %g, want %g",
             c->kernel->name, what, c->conv.c_in, c->conv.c_out, c->conv.k, c->conv.stride, c->h_in,
             c->w_in, got, want);
}

double
sum_size (double n)
{
  return 1 + sqrt (n);
}

double
rounded_size (double n)
{
  return (20 + n) / 15;
}

void
assert_same (const CgTensor *a, int ay, int ax, const CgTensor *b, int by, int bx, int h, int w)
{
  for (int y = 0; y < h; y++)
    for (int x = 0; x < w; x++)
      g_assert_cmpmem (cg_tensor_pixel (a, ay + y, ax + x), a->c * sizeof (float),
                       cg_tensor_pixel (b, by + y, bx + x), b->c * sizeof (float));
}

/* --- epilogues --- */

void
ending_init (Ending *ending, int h, int w, int c)
{
  CgConvEpilogue epilogue = {
    .activation = g_test_rand_int_range (CG_ACTIVATION_NONE, CG_ACTIVATION_SIGMOID + 1),
    .slope = g_test_rand_int_range (CG_ACTIVATION_NONE, CG_ACTIVATION_SIGMOID + 1),
  };

  *ending = (Ending){
    .bias = floats_random (c),
    .add = picture_random (h, w, c, CANARY),
    .values = picture_random (h, w, c, NAN),
    .adds = g_test_rand_bit (),
  };
  ending->out = picture_copy (&ending->add);
  if (g_test_rand_bit ())
    epilogue.bias = ending->bias.data;
  if (ending->adds)
    epilogue.add = batch (g_test_rand_bit () ? &ending->out : &ending->add);
  if (epilogue.slope != CG_ACTIVATION_NONE)
    epilogue.slope_at = batch (&ending->values);
  ending->epilogue = epilogue;
}

void
ending_clear (Ending *ending)
{
  floats_free (&ending->bias);
  picture_free (&ending->add);
  picture_free (&ending->values);
  picture_free (&ending->out);
}

/* What the epilogue makes of @sum. */
static double
naive_end (const Ending *ending, int y, int x, int o, double sum)
{
  const CgConvEpilogue *epilogue = &ending->epilogue;

  if (epilogue->bias)
    sum += epilogue->bias[o];
  if (ending->adds)
    sum += cg_tensor_pixel (&ending->add.t, y, x)[o];
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

void
ending_check (const Ending *ending, const Case *c, const char *what, NaiveSum sum,
              const CgTensor *from, const Floats *weight, double size)
{
  const CgTensor *out = &ending->out.t;

  for (int y = 0; y < out->h; y++)
    for (int x = 0; x < out->w; x++)
      for (int o = 0; o < out->c; o++)
        check (c, what, cg_tensor_pixel (out, y, x)[o],
               naive_end (ending, y, x, o, sum (c, from, weight, y, x, o)), size);
}

void
add_tests (const char *name, GTestDataFunc test)
{
  for (const CgConvKernel *const *kernel = cg_conv_kernels (); *kernel; kernel++)
    {
      g_autofree char *path = g_strdup_printf ("/conv/%s/%s", (*kernel)->name, name);

      g_test_add_data_func (path, *kernel, test);
    }
}
