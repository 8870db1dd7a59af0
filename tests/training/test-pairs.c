/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether pictures lie on each other, through noise; and cutting one in two. */
#include "training/pairs.h"

#include "house.h"
#include "model/random.h"
#include "training/files.h"
#include "training/neighbours.h"

#define W 128
#define H 96

/* Picture @number seen from (@x, @y), with noise of @sigma. */
static float *
view (int number, int x, int y, double sigma, guint64 seed)
{
  g_autoptr (CgImage) image = house_picture (number, W + 32, H + 32, CG_DEPTH_FLOAT);
  float *plane = g_new (float, W *H);
  CgRandom random = cg_random (seed, 0, 0);
  cg_image_get (image, 16 + x, 16 + y, W, H, plane);
  for (int i = 0; i < W * H; i++)
    plane[i] += sigma / 255 * cg_random_normal (&random);
  return plane;
}

static void
test_shift (void)
{
  static const int shifts[][2] = { { 0, 0 }, { 1, 0 }, { 0, -2 }, { -5, 3 }, { 8, 8 } };
  for (guint i = 0; i < G_N_ELEMENTS (shifts); i++)
    for (int sigma = 0; sigma <= 50; sigma += 25)
      {
        int x, y;
        g_autofree float *a = view (i, 0, 0, 0, 1);
        g_autofree float *b = view (i, shifts[i][0], shifts[i][1], sigma, 2);
        cg_pairs_shift (a, b, W, H, &x, &y);
        g_assert_cmpint (x, ==, shifts[i][0]);
        g_assert_cmpint (y, ==, shifts[i][1]);
      }
}

/* Noise on flat ground matches nowhere, and says nothing. */
static void
test_shift_of_nothing (void)
{
  int x, y;
  g_autofree float *a = g_new (float, W *H);
  g_autofree float *b = g_new (float, W *H);
  CgRandom random = cg_random (3, 0, 0);
  for (int i = 0; i < W * H; i++)
    {
      a[i] = 0.5;
      b[i] = 0.5 + 0.1 * cg_random_normal (&random);
    }
  cg_pairs_shift (a, b, W, H, &x, &y);
  g_assert_cmpint (x, ==, 0);
  g_assert_cmpint (y, ==, 0);
}

/* Both pixels come from the cell, differ, and touch; each ordered pair is as
 * likely as any other. */
static void
test_neighbours (void)
{
  enum
  {
    N = 64
  };
  float whole[4 * N * N], input[N * N], target[N * N];
  guint8 cells[N * N];
  int counts[16] = { 0 };
  CgRandom random = cg_random (4, 0, 0);
  for (int i = 0; i < 4 * N * N; i++)
    whole[i] = i;
  cg_neighbours_draw (&random, cells, N * N);
  cg_neighbours_take (cells, whole, N, N, input, target);
  for (int i = 0; i < N * N; i++)
    {
      int ix = (int) input[i] % (2 * N), iy = (int) input[i] / (2 * N);
      int tx = (int) target[i] % (2 * N), ty = (int) target[i] / (2 * N);
      g_assert_cmpint (ix / 2, ==, i % N);
      g_assert_cmpint (iy / 2, ==, i / N);
      g_assert_cmpint (tx / 2, ==, i % N);
      g_assert_cmpint (ty / 2, ==, i / N);
      g_assert_cmpint (ABS (ix - tx) + ABS (iy - ty), ==, 1);
      counts[(iy % 2 * 2 + ix % 2) * 4 + ty % 2 * 2 + tx % 2]++;
    }
  for (int k = 0; k < 16; k++)
    g_assert_true (counts[k] == 0 || ABS (counts[k] - N * N / 8) < 110);
}

/* Pictures are matched by name without ending; those of an idx file keep their number. */
static void
test_stems (void)
{
  static const char *const names[][2] = {
    { "a/b.png", "a/b" },
    { "b", "b" },
    { "a.b/c", "a.b/c" },
    { "x.y.png", "x.y" },
    { "x#3.png", "x#3" },
    { "t.idx3-ubyte#12", "t#12" },
    { "images-idx3-ubyte#0", "images-idx3-ubyte#0" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *stem = cg_files_stem (names[i][0]);
      g_assert_cmpstr (stem, ==, names[i][1]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pairs/shift", test_shift);
  g_test_add_func ("/pairs/shift-of-nothing", test_shift_of_nothing);
  g_test_add_func ("/pairs/neighbours", test_neighbours);
  g_test_add_func ("/pairs/stems", test_stems);
  return g_test_run ();
}
