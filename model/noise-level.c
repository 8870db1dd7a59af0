/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/noise-level.h"

#include <math.h>

/* Coefficients are counted in steps this fine, in 8-bit units; those above
 * BINS x STEP count as the last. */
#define STEP (1. / 64)
#define BINS (64 * 512)

/* Median of |x| over sigma, for normal x. */
#define MEDIAN_OF_NORMAL 0.6744897501960817

static float
gray (const float *pixel, int channels)
{
  return channels < 3 ? pixel[0] : (pixel[0] + pixel[1] + pixel[2]) / 3;
}

/* The mean of three channels of equal noise is less noisy by the root of 3. */
static double
scale (int channels)
{
  return 255 * (channels < 3 ? 1 : sqrt (3));
}

static double
median (const guint *counts, guint64 total)
{
  guint64 seen = 0;
  int bin = 0;

  while (bin < BINS - 1 && 2 * (seen + counts[bin]) < total)
    seen += counts[bin++];
  /* Within the bin, as if its coefficients were spread evenly. */
  double share = counts[bin] ? (total / 2. - seen) / counts[bin] : 0;
  return (bin + share) * STEP;
}

double
cg_estimate_noise (const CgImage *image)
{
  int n = image->channels, pairs = image->width / 2;
  g_autofree float *rows = g_new (float, 2 * (gsize) image->width * n);
  g_autofree guint *counts = g_new0 (guint, BINS);
  guint64 total = 0;

  for (int y = 0; y + 1 < image->height; y += 2)
    {
      cg_image_get (image, 0, y, image->width, 2, rows);
      for (int x = 0; x < pairs; x++)
        {
          const float *above = rows + 2 * (gsize) x * n, *below = above + (gsize) image->width * n;
          double d = gray (above, n) - gray (above + n, n) - gray (below, n) + gray (below + n, n);
          d = fabs (d) / 2 * scale (n) / STEP;
          if (!isfinite (d))
            continue;
          counts[(int) fmin (d, BINS - 1)]++;
          total++;
        }
    }
  return total ? median (counts, total) / MEDIAN_OF_NORMAL : NAN;
}
