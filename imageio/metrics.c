/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "imageio/metrics.h"

#include <math.h>

#include <glib.h>

#define WINDOW 11
#define SIGMA  1.5

double
cg_psnr (const float *a, const float *b, int w, int h, double peak)
{
  gsize n = (gsize) w * h;
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    {
      double d = (double) a[i] - b[i];
      sum += d * d;
    }
  return 10 * log10 (peak * peak * n / sum);
}

/* The five local means that SSIM is made of. */
typedef struct
{
  double a, b, aa, bb, ab;
} Moments;

static void
gaussian_window (double window[WINDOW])
{
  double sum = 0;

  for (int i = 0; i < WINDOW; i++)
    {
      double d = i - WINDOW / 2;
      window[i] = exp (-d * d / (2 * SIGMA * SIGMA));
      sum += window[i];
    }
  for (int i = 0; i < WINDOW; i++)
    window[i] /= sum;
}

static void
add_moments (Moments *sum, const Moments *m, double weight)
{
  sum->a += weight * m->a;
  sum->b += weight * m->b;
  sum->aa += weight * m->aa;
  sum->bb += weight * m->bb;
  sum->ab += weight * m->ab;
}

/* Window the WINDOW rows from @a and @b on down to one row of moments. */
static void
sum_columns (const float *a, const float *b, int w, const double *window, Moments *row)
{
  for (int x = 0; x < w; x++)
    {
      row[x] = (Moments){ 0 };
      for (int i = 0; i < WINDOW; i++)
        {
          double va = a[(gsize) i * w + x], vb = b[(gsize) i * w + x];
          add_moments (&row[x], &(Moments){ va, vb, va * va, vb * vb, va * vb }, window[i]);
        }
    }
}

/* Wang et al., "Image quality assessment: from error visibility to structural
 * similarity", IEEE Trans. Image Processing 13(4), 2004, equation 13. */
static double
similarity (const Moments *m, double c1, double c2)
{
  double var_a = m->aa - m->a * m->a, var_b = m->bb - m->b * m->b;
  double covariance = m->ab - m->a * m->b;

  return (2 * m->a * m->b + c1) * (2 * covariance + c2)
         / ((m->a * m->a + m->b * m->b + c1) * (var_a + var_b + c2));
}

double
cg_ssim (const float *a, const float *b, int w, int h, double peak)
{
  double c1 = 0.01 * peak * 0.01 * peak, c2 = 0.03 * peak * 0.03 * peak;
  int columns = w - WINDOW + 1, rows = h - WINDOW + 1;
  double window[WINDOW], sum = 0;

  if (columns < 1 || rows < 1)
    return NAN;
  gaussian_window (window);
  g_autofree Moments *row = g_new (Moments, w);
  for (int y = 0; y < rows; y++)
    {
      sum_columns (a + (gsize) y * w, b + (gsize) y * w, w, window, row);
      for (int x = 0; x < columns; x++)
        {
          Moments local = { 0 };
          for (int i = 0; i < WINDOW; i++)
            add_moments (&local, &row[x + i], window[i]);
          sum += similarity (&local, c1, c2);
        }
    }
  return sum / ((double) columns * rows);
}
