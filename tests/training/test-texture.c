/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Textures: regular, of a part of the patch, within the range of values. */
#include "training/texture.h"

#include <math.h>
#include <string.h>

#define SIDE  96
#define DRAWS 200
#define REACH 18 /* pixels; the longest period and a little */

/* What is laid over a patch of @level all over. */
static void
lay (int draw, float level, float *difference)
{
  CgRandom random = cg_random (11, draw, 0);

  for (int i = 0; i < SIDE * SIDE; i++)
    difference[i] = level;
  cg_texture_lay (&random, difference, SIDE, SIDE);
  for (int i = 0; i < SIDE * SIDE; i++)
    {
      g_assert_cmpfloat (difference[i], >=, 0);
      g_assert_cmpfloat (difference[i], <=, 1);
      difference[i] -= level;
    }
}

/* Mean product of values (@dx, @dy) apart, as a part of the mean square. */
static double
correlation (const float *v, int dx, int dy)
{
  double product = 0, square = 0;
  int n = 0;

  for (int y = MAX (0, -dy); y < SIDE - MAX (0, dy); y++)
    for (int x = 0; x < SIDE - dx; x++, n++)
      product += v[y * SIDE + x] * v[(y + dy) * SIDE + x + dx];
  for (int i = 0; i < SIDE * SIDE; i++)
    square += v[i] * v[i];
  return product / n / (square / (SIDE * SIDE));
}

/* Something that is bright again a period further on, and dark between. */
static gboolean
is_regular (const float *v)
{
  double highest = -1, lowest = 1;

  for (int dy = -REACH; dy <= REACH; dy++)
    for (int dx = 0; dx <= REACH; dx++)
      {
        double c = correlation (v, dx, dy);
        if (dx * dx + dy * dy >= 4)
          highest = MAX (highest, c);
        lowest = MIN (lowest, c);
      }
  return highest > 0.4 && lowest < -0.2;
}

static void
test_regular (void)
{
  float v[SIDE * SIDE];
  int regular = 0;

  for (int i = 0; i < DRAWS; i++)
    {
      lay (i, 0.5f, v);
      regular += is_regular (v);
    }
  /* the rest are weaves, which are not as dark as bright, and those much bent */
  g_assert_cmpint (regular, >, DRAWS / 2);

  CgRandom random = cg_random (11, 0, 1);
  for (int i = 0; i < SIDE * SIDE; i++)
    v[i] = (float) cg_random_normal (&random);
  g_assert_false (is_regular (v));
}

/* Some draws leave a part alone, some none; weak and strong ones come. */
static void
test_variety (void)
{
  float v[SIDE * SIDE];
  int partly = 0, weak = 0, strong = 0;

  for (int i = 0; i < DRAWS; i++)
    {
      int touched = 0;
      double peak = 0;
      lay (i, 0.5f, v);
      for (int p = 0; p < SIDE * SIDE; p++)
        {
          touched += fabsf (v[p]) > 0.001f;
          peak = MAX (peak, fabsf (v[p]));
        }
      partly += touched > SIDE * SIDE / 10 && touched < SIDE * SIDE * 9 / 10;
      weak += peak < 0.06;
      strong += peak > 0.25;
    }
  g_assert_cmpint (partly, >, DRAWS / 5);
  g_assert_cmpint (weak, >, DRAWS / 20);
  g_assert_cmpint (strong, >, DRAWS / 20);
}

static void
test_bounds (void)
{
  float v[SIDE * SIDE];

  for (int i = 0; i < DRAWS; i++)
    {
      lay (i, 0.02f, v);
      lay (i, 0.98f, v);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/texture/regular", test_regular);
  g_test_add_func ("/texture/variety", test_variety);
  g_test_add_func ("/texture/bounds", test_bounds);
  return g_test_run ();
}
