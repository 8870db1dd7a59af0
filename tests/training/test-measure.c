/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Noise that was put in is found again, in single pictures and in pairs. */
#include "training/measure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "training/noise.h"

#define SIDE     320
#define PICTURES 6

/* Fields of 40x40 pixels, every third of them rough: much ground is flat, as in
 * photographs. */
static void
draw_fields (int number, float *plane)
{
  CgRandom random = cg_random (22, number, 0);
  for (int y0 = 0; y0 < SIDE; y0 += 40)
    for (int x0 = 0; x0 < SIDE; x0 += 40)
      {
        double value = 0.1 + 0.8 * cg_random_uniform (&random);
        double rough = cg_random_below (&random, 3) == 0 ? 0.08 : 0;
        for (int y = y0; y < y0 + 40; y++)
          for (int x = x0; x < x0 + 40; x++)
            plane[y * SIDE + x] = value + rough * sin (0.7 * x) * sin (0.5 * y);
      }
}

static void
measure (const char *text, gboolean pairs, CgMeasureResult *result)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CgNoise) noise = cg_noise_parse (text, &error);
  g_assert_no_error (error);
  g_autoptr (CgMeasure) m = cg_measure_new (pairs);
  g_autofree float *clean = g_new (float, SIDE *SIDE);
  g_autofree float *noisy = g_new (float, SIDE *SIDE);
  for (int i = 0; i < PICTURES; i++)
    {
      CgRandom random = cg_random (21, i, 0);
      draw_fields (i, clean);
      memcpy (noisy, clean, SIDE * SIDE * sizeof *noisy);
      cg_noise_apply (noise, &random, noisy, SIDE, SIDE);
      cg_measure_add (m, noisy, pairs ? clean : NULL, SIDE, SIDE);
    }
  g_assert_true (cg_measure_result (m, result));
}

/* Sigma in 0..255 units at @brightness 0..1. */
static double
sigma_at (const CgMeasureResult *r, double brightness)
{
  return 255 * sqrt (r->offset + r->slope * brightness);
}

static const struct
{
  const char *noise;
  double dark, bright; /* sigma at 0.2 and 0.8 */
  double correlation;
  const char *begins;
} cases[] = {
  { "gauss:5", 5, 5, 0, "gauss:" },
  { "gauss:25", 25, 25, 0, "gauss:2" },
  { "poisson:200", 8.064, 16.128, 0, "poisson" },
  { "poisson-gauss:500,4", 6.466, 10.952, 0, "poisson-gauss:" },
  { "grain:15,1", 15, 15, 0.7788, "grain:1" },
};

static void
check (gboolean pairs, double slack)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      CgMeasureResult r;
      measure (cases[i].noise, pairs, &r);
      g_autofree char *text = cg_measure_text (&r, FALSE);
      g_test_message ("%s: %s (%.2f %.2f, correlation %.2f)", cases[i].noise, text,
                      sigma_at (&r, 0.2), sigma_at (&r, 0.8), r.correlation_x);
      g_assert_cmpfloat_with_epsilon (sigma_at (&r, 0.2), cases[i].dark, slack * cases[i].dark);
      g_assert_cmpfloat_with_epsilon (sigma_at (&r, 0.8), cases[i].bright, slack * cases[i].bright);
      g_assert_cmpfloat_with_epsilon (r.correlation_x, cases[i].correlation, 0.12);
      g_assert_true (g_str_has_prefix (text, cases[i].begins));
      g_autoptr (CgNoise) again = cg_noise_parse (text, NULL);
      g_assert_nonnull (again);
      g_autofree char *doubts = cg_measure_doubts (&r);
      g_assert_null (doubts);
    }
}

static void
test_pairs (void)
{
  check (TRUE, 0.08); /* a block hides what is wider than itself: grain loses 6 % */
}

static void
test_single (void)
{
  check (FALSE, 0.15);
}

/* More than one kind at once. */
static void
test_words (void)
{
  static const struct
  {
    const char *noise, *begins;
    double first, second; /* values in the words */
  } mixed[] = {
    { "rows:10 + gauss:5", "rows:%lf + gauss:%lf", 10, 5 },
    { "columns:10 + gauss:5", "columns:%lf + gauss:%lf", 10, 5 },
    { "rows:6 + columns:9 + gauss:4", "rows:%lf + columns:%lf + gauss:", 6, 9 },
    { "columns:6 + poisson-gauss:200,5", "columns:%lf + poisson-gauss:%lf", 6, 200 },
    { "rows:6 + grain:10,1", "rows:%lf + grain:%lf", 6, 10 },
    { "grain:10,1,0", "grain:%*f,%lf,%lf", 1, 0 },
    { "grain:10,0.6,1.5", "grain:%*f,%lf,%lf", 0.6, 1.5 },
    { "gauss:10 + salt-pepper:4", "gauss:%lf + salt-pepper:%lf", 10, 4 },
    { "poisson-gauss:200,5 + fireflies:2,200", "poisson-gauss:%*f,%*f + fireflies:%lf,%lf", 2,
      200 },
  };
  for (guint i = 0; i < G_N_ELEMENTS (mixed); i++)
    {
      CgMeasureResult r;
      double first, second;
      measure (mixed[i].noise, TRUE, &r);
      g_autofree char *text = cg_measure_text (&r, FALSE);
      g_test_message ("%s: %s", mixed[i].noise, text);
      g_assert_cmpint (sscanf (text, mixed[i].begins, &first, &second), ==, 2);
      g_assert_cmpfloat_with_epsilon (first, mixed[i].first, 0.3 * mixed[i].first);
      g_assert_cmpfloat_with_epsilon (second, mixed[i].second, 0.3 * mixed[i].second + 0.01);
    }
}

/* What was put in is found, though much of it goes unnoticed: in fields that are dark,
 * bright or rough. */
static void
test_salt_pepper (void)
{
  static const struct
  {
    double percent, sigma;
  } mixes[] = { { 1, 3 }, { 4, 3 }, { 4, 10 }, { 8, 10 }, { 15, 5 } };
  for (guint i = 0; i < 2 * G_N_ELEMENTS (mixes); i++)
    {
      gboolean pairs = i % 2;
      double percent = mixes[i / 2].percent, found;
      g_autofree char *noise = g_strdup_printf ("gauss:%g + salt-pepper:%g + clip + quantize",
                                                mixes[i / 2].sigma, percent);
      CgMeasureResult r;
      measure (noise, pairs, &r);
      g_autofree char *text = cg_measure_text (&r, TRUE);
      g_test_message ("%s%s: %s", noise, pairs ? ", pairs" : "", text);
      const char *words = strstr (text, " + salt-pepper:");
      g_assert_nonnull (words);
      g_assert_cmpint (sscanf (words, " + salt-pepper:%lf", &found), ==, 1);
      g_assert_cmpfloat_with_epsilon (found, percent, 0.1 * percent);
    }
}

/* What the words do not describe is said. */
static void
test_doubts (void)
{
  static const struct
  {
    const char *noise, *doubt;
  } odd[] = {
    { "gauss:2 | gauss:30", "from place to place" },
    { "speckle:12", "does not grow evenly" },
    { "gauss:5 + fireflies:2,200", "stick out" },
    { "gauss:1 + fireflies:40,30", "tails are heavy" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (odd); i++)
    {
      CgMeasureResult r;
      measure (odd[i].noise, TRUE, &r);
      g_autofree char *doubts = cg_measure_doubts (&r);
      g_test_message ("%s: %s", odd[i].noise, doubts);
      g_assert_nonnull (doubts);
      g_assert_nonnull (strstr (doubts, odd[i].doubt));
    }
}

static void
test_nothing (void)
{
  CgMeasureResult r;
  g_autoptr (CgMeasure) m = cg_measure_new (FALSE);
  float black[64 * 64] = { 0 };
  cg_measure_add (m, black, NULL, 64, 64);
  cg_measure_add (m, black, NULL, 15, 64);
  g_assert_false (cg_measure_result (m, &r));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/measure/pairs", test_pairs);
  g_test_add_func ("/measure/single", test_single);
  g_test_add_func ("/measure/words", test_words);
  g_test_add_func ("/measure/salt-pepper", test_salt_pepper);
  g_test_add_func ("/measure/doubts", test_doubts);
  g_test_add_func ("/measure/nothing", test_nothing);
  return g_test_run ();
}
