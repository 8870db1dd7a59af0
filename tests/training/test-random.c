/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random streams: the published generator, and moments of what is drawn. */
#include "model/random.h"

#include <math.h>

#define N 200000

/* From the authors' implementation, started at 1, 2, 3, 4. */
static void
test_reference (void)
{
  CgRandom random = { { 1, 2, 3, 4 } };
  const guint64 want[] = { 11520, 0, 1509978240, G_GUINT64_CONSTANT (1215971899390074240) };
  for (guint i = 0; i < G_N_ELEMENTS (want); i++)
    g_assert_cmpuint (cg_random_bits (&random), ==, want[i]);
}

static void
test_names (void)
{
  const guint64 names[][3] = { { 1, 2, 3 }, { 1, 3, 2 }, { 3, 2, 1 }, { 2, 2, 3 }, { 1, 2, 4 },
                               { 0, 0, 0 }, { 0, 0, 1 }, { 0, 1, 0 }, { 1, 0, 0 } };
  guint64 first[G_N_ELEMENTS (names)];
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      CgRandom a = cg_random (names[i][0], names[i][1], names[i][2]);
      CgRandom b = cg_random (names[i][0], names[i][1], names[i][2]);
      first[i] = cg_random_bits (&a);
      g_assert_cmpuint (first[i], ==, cg_random_bits (&b));
      for (guint j = 0; j < i; j++)
        g_assert_cmpuint (first[i], !=, first[j]);
    }
}

static void
test_uniform (void)
{
  CgRandom random = cg_random (7, 0, 0);
  double sum = 0, squares = 0;
  for (int i = 0; i < N; i++)
    {
      double u = cg_random_uniform (&random);
      g_assert_true (u >= 0 && u < 1);
      sum += u;
      squares += u * u;
    }
  g_assert_cmpfloat_with_epsilon (sum / N, 0.5, 0.003);
  g_assert_cmpfloat_with_epsilon (squares / N, 1. / 3, 0.003);
}

static void
test_below (void)
{
  CgRandom random = cg_random (7, 0, 1);
  int counts[6] = { 0 };
  for (int i = 0; i < N; i++)
    counts[cg_random_below (&random, 6)]++;
  for (int i = 0; i < 6; i++)
    g_assert_cmpfloat_with_epsilon (counts[i] * 6. / N, 1, 0.03);
  g_assert_cmpuint (cg_random_below (&random, 1), ==, 0);
}

static void
test_normal (void)
{
  CgRandom random = cg_random (7, 0, 2);
  double sum = 0, squares = 0, fourth = 0;
  for (int i = 0; i < N; i++)
    {
      double z = cg_random_normal (&random);
      sum += z;
      squares += z * z;
      fourth += z * z * z * z;
    }
  g_assert_cmpfloat_with_epsilon (sum / N, 0, 0.01);
  g_assert_cmpfloat_with_epsilon (squares / N, 1, 0.015);
  g_assert_cmpfloat_with_epsilon (fourth / N, 3, 0.12);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/random/reference", test_reference);
  g_test_add_func ("/random/names", test_names);
  g_test_add_func ("/random/uniform", test_uniform);
  g_test_add_func ("/random/below", test_below);
  g_test_add_func ("/random/normal", test_normal);
  return g_test_run ();
}
