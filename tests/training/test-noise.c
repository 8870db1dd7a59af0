/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each kind of noise against the moments theory gives it, and the grammar. */
#include "training/noise.h"

#include <math.h>
#include <string.h>

#include "model/error.h"
#include "training/noise-kinds.h"

#define SIDE 256
#define N    (SIDE * SIDE)

static void
apply (const char *text, float *plane, guint64 stream)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CgNoise) noise = cg_noise_parse (text, &error);
  g_assert_no_error (error);
  CgRandom random = cg_random (11, stream, 0);
  cg_noise_apply (noise, &random, plane, SIDE, SIDE);
}

static float *
flat (double value)
{
  float *plane = g_new (float, N);
  for (int i = 0; i < N; i++)
    plane[i] = value;
  return plane;
}

typedef struct
{
  double mean, sigma; /* 0..255 units */
} Moments;

static Moments
moments (const float *plane)
{
  double sum = 0, squares = 0;
  for (int i = 0; i < N; i++)
    sum += plane[i];
  for (int i = 0; i < N; i++)
    squares += (plane[i] - sum / N) * (plane[i] - sum / N);
  return (Moments){ 255 * sum / N, 255 * sqrt (squares / N) };
}

typedef struct
{
  const char *noise;
  double value;       /* of the plane, 0..1 */
  double mean, sigma; /* expected, 0..255 units */
} Case;

/* sigma of: Poisson at value x and peak P: sqrt (x / P); uniform of half width
 * a: a / sqrt 3; salt and pepper in a share p of mid-gray: sqrt (p) / 2; exponential
 * of mean h in a share p: h sqrt (2 p - p^2). */
static const Case cases[] = {
  { "gauss:25", 0.5, 127.5, 25 },
  { "gauss:0", 0.5, 127.5, 0 },
  { "poisson:4", 0.5, 127.5, 255 * 0.353553 },
  { "poisson:100", 0.25, 63.75, 255 * 0.05 },
  { "poisson:100000", 0.25, 63.75, 255 * 0.00158114 },
  { "poisson:100", 0, 0, 0 },
  { "poisson-gauss:100,10", 0.25, 63.75, 16.204 },
  { "uniform:30", 0.5, 127.5, 17.3205 },
  { "salt-pepper:20", 0.5, 127.5, 57.0197 },
  { "speckle:20", 0.5, 127.5, 25.5 },
  { "fireflies:20,100", 0.25, 83.75, 60 },
  { "grain:25,0.1", 0.5, 127.5, 25 },
  { "grain:25,1.5", 0.5, 127.5, 25 },
  { "grain:25,2,0", 0.5, 127.5, 25 },
  { "gauss:10 + gauss:10", 0.5, 127.5, 14.1421 },
};

static void
test_moments (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree float *plane = flat (cases[i].value);
      apply (cases[i].noise, plane, i);
      Moments m = moments (plane);
      g_test_message ("%s: mean %.3f sigma %.3f", cases[i].noise, m.mean, m.sigma);
      double slack = 0.025 * cases[i].sigma + 1e-4;
      g_assert_cmpfloat_with_epsilon (m.sigma, cases[i].sigma, slack);
      g_assert_cmpfloat_with_epsilon (m.mean, cases[i].mean, 2 * slack);
    }
}

/* P (k) of a Poisson variate, on both sides of the change of method. */
static void
test_poisson_distribution (void)
{
  const double means[] = { 0.5, 11.9, 12.1, 40 };
  for (guint m = 0; m < G_N_ELEMENTS (means); m++)
    {
      CgRandom random = cg_random (12, m, 0);
      int counts[128] = { 0 }, draws = 400000;
      for (int i = 0; i < draws; i++)
        counts[MIN (127, (int) cg_noise_poisson (&random, means[m]))]++;
      for (int k = 0; k < 127; k++)
        {
          double p = exp (k * log (means[m]) - means[m] - lgamma (k + 1));
          double slack = 5 * sqrt (p / draws) + 1e-5;
          g_assert_cmpfloat_with_epsilon ((double) counts[k] / draws, p, slack);
        }
    }
}

/* Neighbours of noise blurred by a Gaussian of radius r correlate as
 * exp (-d^2 / 4 r^2), d their distance. */
static void
test_grain_correlation (void)
{
  static const struct
  {
    const char *noise;
    double along, down;
  } grains[] = { { "grain:255,1.2", 1.2, 1.2 },
                 { "grain:255,0.8,1.5", 0.8, 1.5 },
                 { "grain:255,1,0", 1, 0 },
                 { "grain:255,0,1", 0, 1 } };
  for (guint g = 0; g < G_N_ELEMENTS (grains); g++)
    {
      const double along = grains[g].along, down = grains[g].down;
      g_autofree float *plane = flat (0);
      apply (grains[g].noise, plane, 0);
      for (int d = 1; d <= 3; d++)
        {
          double right = 0, below = 0;
          for (int y = 0; y + d < SIDE; y++)
            for (int x = 0; x + d < SIDE; x++)
              {
                const float *p = plane + y * SIDE + x;
                right += p[0] * p[d] / ((SIDE - d) * (SIDE - d));
                below += p[0] * p[d * SIDE] / ((SIDE - d) * (SIDE - d));
              }
          double wanted_right = along > 0 ? exp (-d * d / (4 * along * along)) : 0;
          double wanted_below = down > 0 ? exp (-d * d / (4 * down * down)) : 0;
          g_assert_cmpfloat_with_epsilon (right, wanted_right, 0.06);
          g_assert_cmpfloat_with_epsilon (below, wanted_below, 0.06);
        }
    }
}

static void
test_lines (void)
{
  g_autofree float *rows = flat (0.5), *columns = flat (0.5);
  apply ("rows:20", rows, 1);
  apply ("columns:20", columns, 1);
  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++)
      {
        g_assert_cmpfloat (rows[y * SIDE + x], ==, rows[y * SIDE]);
        g_assert_cmpfloat (columns[y * SIDE + x], ==, columns[x]);
      }
  g_assert_cmpfloat_with_epsilon (moments (rows).sigma, 20, 2.7);
  g_assert_cmpfloat_with_epsilon (moments (columns).sigma, 20, 2.7);
}

static void
test_clip_and_quantize (void)
{
  g_autofree float *plane = flat (0.5);
  apply ("gauss:200 + clip + quantize:5", plane, 2);
  for (int i = 0; i < N; i++)
    {
      g_assert_true (plane[i] >= 0 && plane[i] <= 1);
      g_assert_cmpfloat (fmodf (plane[i] * 4, 1), ==, 0);
    }
}

/* A flat picture survives, a noisy one does not; lower quality is worse. */
static void
test_jpeg (void)
{
  g_autofree float *grey = flat (128 / 255.);
  apply ("jpeg:90", grey, 3);
  g_assert_cmpfloat_with_epsilon (moments (grey).sigma, 0, 1e-3);

  double error[2];
  const char *noises[] = { "jpeg:90", "jpeg:20" };
  for (int k = 0; k < 2; k++)
    {
      g_autofree float *before = flat (0.5), *after = flat (0.5);
      apply ("gauss:30 + clip", before, 4);
      apply ("gauss:30 + clip", after, 4);
      apply (noises[k], after, 5);
      for (int i = 0; i < N; i++)
        after[i] -= before[i];
      error[k] = moments (after).sigma;
    }
  g_assert_cmpfloat (error[0], >, 1);
  g_assert_cmpfloat (error[1], >, 2 * error[0]);
}

/* A range is drawn from once a patch: sigmas spread evenly over it. */
static void
test_range (void)
{
  double low = 1e9, high = 0, sum = 0;
  for (int i = 0; i < 60; i++)
    {
      g_autofree float *plane = flat (0.5);
      apply ("gauss:10-50", plane, 100 + i);
      double sigma = moments (plane).sigma;
      low = MIN (low, sigma);
      high = MAX (high, sigma);
      sum += sigma;
    }
  g_assert_cmpfloat (low, >, 9.8);
  g_assert_cmpfloat (low, <, 14);
  g_assert_cmpfloat (high, <, 50.5);
  g_assert_cmpfloat (high, >, 46);
  g_assert_cmpfloat_with_epsilon (sum / 60, 30, 5);
}

static void
test_shares (void)
{
  int white = 0, n = 600;
  for (int i = 0; i < n; i++)
    {
      g_autofree float *plane = flat (0.5);
      apply ("25% gauss:0 + uniform:1 | quantize:2 | quantize:2", plane, 1000 + i);
      white += plane[0] == 1;
    }
  g_assert_cmpfloat_with_epsilon ((double) white / n, 0.75, 0.06);
}

static void
test_errors (void)
{
  static const struct
  {
    const char *text, *says;
  } bad[] = {
    { "", "no noise" },
    { "gaus:25", "nearest is \"gauss\"" },
    { "gauss", "needs its sigma" },
    { "gauss:25,3", "takes 1 values, not 2" },
    { "gauss:x", "neither a number nor a range" },
    { "gauss:50-10", "neither a number nor a range" },
    { "gauss:-5", "neither a number nor a range" },
    { "gauss:nan", "neither a number nor a range" },
    { "gauss:300", "not within 0-255" },
    { "gauss:25 +", "there is no noise called \"\"" },
    { "60% gauss:1 | 60% gauss:2", "sum to 120 %" },
    { "60% gauss:1", "sum to 60 %" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (cg_noise_parse (bad[i].text, &error));
      g_assert_error (error, CG_ERROR, CG_ERROR_USAGE);
      if (strstr (error->message, bad[i].says) == NULL)
        g_error ("\"%s\" gives \"%s\", without \"%s\"", bad[i].text, error->message, bad[i].says);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/noise/moments", test_moments);
  g_test_add_func ("/noise/poisson-distribution", test_poisson_distribution);
  g_test_add_func ("/noise/grain-correlation", test_grain_correlation);
  g_test_add_func ("/noise/lines", test_lines);
  g_test_add_func ("/noise/clip-and-quantize", test_clip_and_quantize);
  g_test_add_func ("/noise/jpeg", test_jpeg);
  g_test_add_func ("/noise/range", test_range);
  g_test_add_func ("/noise/shares", test_shares);
  g_test_add_func ("/noise/errors", test_errors);
  return g_test_run ();
}
