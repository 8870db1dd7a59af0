/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kinds of noise.  Sigmas, widths and heights are in 0..255 units, as
 * papers have them; planes are 0..1. */
#include "training/noise-kinds.h"

#include <math.h>
#include <string.h>

#define UNIT (1 / 255.)

/* @n standard normals, both halves of each Box-Muller pair used. */
static void
fill_normal (CgRandom *random, float *out, gsize n)
{
  for (gsize i = 0; i < n; i += 2)
    {
      float radius = sqrtf (-2 * logf ((float) (1 - cg_random_uniform (random))));
      float angle = (float) (2 * G_PI * cg_random_uniform (random));
      out[i] = radius * cosf (angle);
      if (i + 1 < n)
        out[i + 1] = radius * sinf (angle);
    }
}

static void
apply_gauss (const double *v, CgRandom *random, float *plane, int w, int h)
{
  gsize n = (gsize) w * h;
  float sigma = v[0] * UNIT;
  g_autofree float *normal = g_new (float, n);
  fill_normal (random, normal, n);
  for (gsize i = 0; i < n; i++)
    plane[i] += sigma * normal[i];
}

/* Multiplication of uniforms (Knuth) for small means. */
static double
poisson_small (CgRandom *random, double mean)
{
  double limit = exp (-mean), product = cg_random_uniform (random);
  int k = 0;
  while (product > limit)
    {
      product *= cg_random_uniform (random);
      k++;
    }
  return k;
}

/* Hoermann's transformed rejection PTRS (Insurance: Mathematics and Economics 12, 1993). */
static double
poisson_large (CgRandom *random, double mean)
{
  double b = 0.931 + 2.53 * sqrt (mean);
  double a = -0.059 + 0.02483 * b;
  double inv_alpha = 1.1239 + 1.1328 / (b - 3.4);
  double v_r = 0.9277 - 3.6224 / (b - 2);
  for (;;)
    {
      double u = cg_random_uniform (random) - 0.5;
      double v = cg_random_uniform (random);
      double us = 0.5 - fabs (u);
      double k = floor ((2 * a / us + b) * u + mean + 0.43);
      if (us >= 0.07 && v <= v_r)
        return k;
      if (k < 0 || (us < 0.013 && v > us))
        continue;
      if (log (v * inv_alpha / (a / (us * us) + b)) <= k * log (mean) - mean - lgamma (k + 1))
        return k;
    }
}

double
cg_noise_poisson (CgRandom *random, double mean)
{
  return mean < 12 ? poisson_small (random, MAX (mean, 0)) : poisson_large (random, mean);
}

static void
apply_poisson (const double *v, CgRandom *random, float *plane, int w, int h)
{
  double peak = v[0];
  for (gsize i = 0; i < (gsize) w * h; i++)
    plane[i] = cg_noise_poisson (random, plane[i] * peak) / peak;
}

static void
apply_poisson_gauss (const double *v, CgRandom *random, float *plane, int w, int h)
{
  apply_poisson (v, random, plane, w, h);
  apply_gauss (v + 1, random, plane, w, h);
}

static void
apply_uniform (const double *v, CgRandom *random, float *plane, int w, int h)
{
  for (gsize i = 0; i < (gsize) w * h; i++)
    plane[i] += v[0] * UNIT * (2 * cg_random_uniform (random) - 1);
}

static void
apply_salt_pepper (const double *v, CgRandom *random, float *plane, int w, int h)
{
  double share = v[0] / 100;
  for (gsize i = 0; i < (gsize) w * h; i++)
    {
      double u = cg_random_uniform (random);
      if (u < share)
        plane[i] = u < share / 2;
    }
}

static void
apply_speckle (const double *v, CgRandom *random, float *plane, int w, int h)
{
  gsize n = (gsize) w * h;
  g_autofree float *normal = g_new (float, n);
  fill_normal (random, normal, n);
  for (gsize i = 0; i < n; i++)
    plane[i] *= 1 + (float) (v[0] / 100) * normal[i];
}

static void
apply_fireflies (const double *v, CgRandom *random, float *plane, int w, int h)
{
  for (gsize i = 0; i < (gsize) w * h; i++)
    if (cg_random_uniform (random) < v[0] / 100)
      plane[i] -= v[1] * UNIT * log (1 - cg_random_uniform (random));
}

/* A row of @kernel (2 radius + 1 taps) along lines of @n + 2 radius samples
 * that lie @in_step apart. */
static void
blur_line (const float *in, gsize in_step, float *out, gsize out_step, int n, const float *kernel,
           int radius)
{
  for (int i = 0; i < n; i++)
    {
      float sum = 0;
      for (int t = 0; t <= 2 * radius; t++)
        sum += kernel[t] * in[(i + t) * in_step];
      out[i * out_step] = sum;
    }
}

#define MOST_TAPS (2 * 12 + 1) /* of the largest radius there is */

/* A Gaussian of @sigma pixels, whose squares sum to one; returns how many taps it
 * has on each side. */
static int
fill_kernel (double sigma, float *kernel)
{
  int radius = (int) ceil (3 * sigma);
  double squares = 0;
  for (int t = -radius; t <= radius; t++)
    {
      double tap = t ? exp (-t * t / (2 * sigma * sigma)) : 1;
      kernel[t + radius] = tap;
      squares += tap * tap;
    }
  for (int t = 0; t <= 2 * radius; t++)
    kernel[t] /= sqrt (squares);
  return radius;
}

/* White noise blurred by a Gaussian and scaled back to the wanted sigma: taps
 * whose squares sum to one keep the variance.  A third value below 0 is none: columns as rows. */
static void
apply_grain (const double *v, CgRandom *random, float *plane, int w, int h)
{
  float along[MOST_TAPS], down[MOST_TAPS];
  int left = fill_kernel (v[1], along), above = fill_kernel (v[2] < 0 ? v[1] : v[2], down);
  int wide = w + 2 * left, high = h + 2 * above;
  g_autofree float *white = g_new (float, (gsize) wide *high);
  g_autofree float *rows = g_new (float, (gsize) w *high);
  g_autofree float *grain = g_new (float, (gsize) w *h);
  fill_normal (random, white, (gsize) wide * high);
  for (int y = 0; y < high; y++)
    blur_line (white + (gsize) y * wide, 1, rows + (gsize) y * w, 1, w, along, left);
  for (int x = 0; x < w; x++)
    blur_line (rows + x, w, grain + x, w, h, down, above);
  for (gsize i = 0; i < (gsize) w * h; i++)
    plane[i] += (float) (v[0] * UNIT) * grain[i];
}

static void
apply_rows (const double *v, CgRandom *random, float *plane, int w, int h)
{
  for (int y = 0; y < h; y++)
    {
      float offset = v[0] * UNIT * cg_random_normal (random);
      for (int x = 0; x < w; x++)
        plane[(gsize) y * w + x] += offset;
    }
}

static void
apply_columns (const double *v, CgRandom *random, float *plane, int w, int h)
{
  for (int x = 0; x < w; x++)
    {
      float offset = v[0] * UNIT * cg_random_normal (random);
      for (int y = 0; y < h; y++)
        plane[(gsize) y * w + x] += offset;
    }
}

static void
apply_clip (const double *v, CgRandom *random, float *plane, int w, int h)
{
  for (gsize i = 0; i < (gsize) w * h; i++)
    plane[i] = CLAMP (plane[i], 0, 1);
}

static void
apply_quantize (const double *v, CgRandom *random, float *plane, int w, int h)
{
  float top = floor (v[0]) - 1;
  for (gsize i = 0; i < (gsize) w * h; i++)
    plane[i] = floorf (plane[i] * top + 0.5f) / top;
}

static void
apply_jpeg (const double *v, CgRandom *random, float *plane, int w, int h)
{
  cg_noise_jpeg ((int) floor (v[0]), plane, w, h);
}

const CgNoiseKind cg_noise_kinds[] = {
  { "gauss", "white Gaussian: SIGMA", { { "sigma", 0, 255, NAN } }, apply_gauss },
  { "poisson", "photons: how many at white", { { "peak", 0.1, 1e9, NAN, TRUE } }, apply_poisson },
  { "poisson-gauss",
    "photons at white, then SIGMA of the electronics",
    { { "peak", 0.1, 1e9, NAN, TRUE }, { "sigma", 0, 255, NAN } },
    apply_poisson_gauss },
  { "uniform",
    "white, even between -WIDTH and WIDTH",
    { { "width", 0, 255, NAN } },
    apply_uniform },
  { "salt-pepper",
    "PERCENT of the pixels black or white",
    { { "percent", 0, 100, NAN } },
    apply_salt_pepper },
  { "speckle",
    "proportional to brightness: SIGMA in percent",
    { { "sigma", 0, 200, NAN } },
    apply_speckle },
  { "fireflies",
    "PERCENT of the pixels brighter, by HEIGHT on average (exponential)",
    { { "percent", 0, 100, NAN }, { "height", 0, 1e6, 255 } },
    apply_fireflies },
  { "grain",
    "Gaussian of SIGMA, correlated by a blur of RADIUS pixels, of DOWN in columns if not alike",
    { { "sigma", 0, 255, NAN }, { "radius", 0, 4, 1 }, { "down", 0, 4, -1 } },
    apply_grain },
  { "rows", "every row off by SIGMA", { { "sigma", 0, 255, NAN } }, apply_rows },
  { "columns", "every column off by SIGMA", { { "sigma", 0, 255, NAN } }, apply_columns },
  { "jpeg",
    "saved as JPEG of QUALITY, clipped and rounded by it",
    { { "quality", 1, 100, NAN } },
    apply_jpeg },
  { "clip", "to black..white", { { NULL } }, apply_clip },
  { "quantize",
    "rounded to LEVELS steps from black to white",
    { { "levels", 2, 65536, 256 } },
    apply_quantize },
};
const guint cg_n_noise_kinds = G_N_ELEMENTS (cg_noise_kinds);

guint
cg_noise_kind_n_values (const CgNoiseKind *kind)
{
  guint n = 0;
  while (n < CG_NOISE_MAX_VALUES && kind->values[n].name)
    n++;
  return n;
}
