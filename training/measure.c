/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measuring noise in blocks of 16x16 pixels. */
#include "training/measure.h"

#include <math.h>

#define SIDE         16
#define PIXELS       (SIDE * SIDE)
#define LEAST_BLOCKS 8 /* in a bin of brightness */

/* Share of a bin's blocks that are taken to show noise alone, and the variance
 * at its upper end for pure noise: chi-square with 253 degrees of freedom. */
#define QUIET_SHARE    0.1
#define QUIET_VARIANCE 0.887

/* Texture that was taken for noise correlates too, about as much as this. */
#define LEAST_CORRELATION 0.3

typedef struct
{
  double variance, correlation;
} Block;

struct _CgMeasure
{
  gboolean pairs;
  GArray *bins[CG_MEASURE_BINS]; /* Block */
};

CgMeasure *
cg_measure_new (gboolean pairs)
{
  CgMeasure *measure = g_new0 (CgMeasure, 1);
  measure->pairs = pairs;
  for (int i = 0; i < CG_MEASURE_BINS; i++)
    measure->bins[i] = g_array_new (FALSE, FALSE, sizeof (Block));
  return measure;
}

void
cg_measure_free (CgMeasure *measure)
{
  if (measure == NULL)
    return;
  for (int i = 0; i < CG_MEASURE_BINS; i++)
    g_array_unref (measure->bins[i]);
  g_free (measure);
}

/* --- blocks --- */

/* Take the mean and the least-squares slopes out of @block. */
static void
take_out_plane (double *block)
{
  double mean = 0, dx = 0, dy = 0, spread = 0, middle = (SIDE - 1) / 2.;
  for (int i = 0; i < PIXELS; i++)
    {
      mean += block[i] / PIXELS;
      dx += block[i] * (i % SIDE - middle);
      dy += block[i] * (i / SIDE - middle);
      spread += (i % SIDE - middle) * (i % SIDE - middle);
    }
  for (int i = 0; i < PIXELS; i++)
    block[i] -= mean + dx / spread * (i % SIDE - middle) + dy / spread * (i / SIDE - middle);
}

static Block
look_at (const double *block)
{
  double squares = 0, products = 0;
  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++)
      {
        double p = block[y * SIDE + x];
        squares += p * p;
        products += x + 1 < SIDE ? p * block[y * SIDE + x + 1] : 0;
        products += y + 1 < SIDE ? p * block[(y + 1) * SIDE + x] : 0;
      }
  double neighbours = products / (2 * SIDE * (SIDE - 1));
  return (Block){ squares / (PIXELS - 3), squares > 0 ? neighbours * PIXELS / squares : 0 };
}

/* Reads a block; FALSE if noise was cut off in it at black or white. */
static gboolean
read_block (const float *noisy, const float *clean, int w, double *block, double *brightness)
{
  int at_end = 0;
  *brightness = 0;
  for (int i = 0; i < PIXELS; i++)
    {
      gsize at = (gsize) (i / SIDE) * w + i % SIDE;
      block[i] = noisy[at] - (clean ? clean[at] : 0);
      *brightness += (clean ? clean : noisy)[at] / PIXELS;
      at_end += noisy[at] <= 0 || noisy[at] >= 1;
    }
  return at_end <= PIXELS / 50;
}

void
cg_measure_add (CgMeasure *measure, const float *noisy, const float *clean, int w, int h)
{
  double pixels[PIXELS], brightness;
  for (int y = 0; y + SIDE <= h; y += SIDE)
    for (int x = 0; x + SIDE <= w; x += SIDE)
      {
        gsize at = (gsize) y * w + x;
        if (!read_block (noisy + at, clean ? clean + at : NULL, w, pixels, &brightness))
          continue;
        take_out_plane (pixels);
        Block block = look_at (pixels);
        int bin = CLAMP ((int) (brightness * CG_MEASURE_BINS), 0, CG_MEASURE_BINS - 1);
        g_array_append_val (measure->bins[bin], block);
      }
}

/* --- what they say --- */

static int
compare (gconstpointer a, gconstpointer b)
{
  double x = ((const Block *) a)->variance, y = ((const Block *) b)->variance;
  return (x > y) - (x < y);
}

/* Variance and correlation of one bin; its weight is how many blocks told it. */
static double
bin_result (const CgMeasure *measure, int bin, Block *result)
{
  GArray *blocks = measure->bins[bin];
  *result = (Block){ 0, 0 };
  if (blocks->len < LEAST_BLOCKS)
    return 0;
  g_array_sort (blocks, compare);
  guint n = measure->pairs ? blocks->len : MAX (LEAST_BLOCKS / 2, blocks->len * QUIET_SHARE);
  for (guint i = 0; i < n; i++)
    {
      const Block *block = &g_array_index (blocks, Block, i);
      result->variance += block->variance / n;
      result->correlation += block->correlation / n;
    }
  if (!measure->pairs)
    result->variance = g_array_index (blocks, Block, n - 1).variance / QUIET_VARIANCE;
  return n;
}

/* Weighted sums of a straight line's fit. */
typedef struct
{
  double w, x, y, xx, xy;
} Line;

/* Relative errors count alike, so weights fall with the square of the value;
 * a line that would go below zero at black or fall is laid flat or through 0. */
static void
fit_line (const Line *l, CgMeasureResult *result)
{
  double determinant = l->w * l->xx - l->x * l->x;
  double slope = determinant > 1e-12 * l->w * l->w ? (l->w * l->xy - l->x * l->y) / determinant : 0;
  double offset = (l->y - slope * l->x) / l->w;
  if (slope < 0)
    {
      slope = 0;
      offset = l->y / l->w;
    }
  else if (offset < 0)
    {
      offset = 0;
      slope = l->xy / l->xx;
    }
  result->slope = slope;
  result->offset = offset;
}

gboolean
cg_measure_result (CgMeasure *measure, CgMeasureResult *result)
{
  Line line = { 0 };
  double correlation = 0, blocks = 0;
  for (int i = 0; i < CG_MEASURE_BINS; i++)
    {
      Block bin;
      double n = bin_result (measure, i, &bin);
      result->sigma[i] = n > 0 ? 255 * sqrt (bin.variance) : NAN;
      if (n == 0)
        continue;
      double x = (i + 0.5) / CG_MEASURE_BINS, floor = 1 / (255. * 255); /* a gray level */
      double w = n / ((bin.variance + floor) * (bin.variance + floor));
      line.w += w;
      line.x += w * x;
      line.y += w * bin.variance;
      line.xx += w * x * x;
      line.xy += w * x * bin.variance;
      correlation += n * bin.correlation;
      blocks += n;
    }
  if (blocks == 0)
    return FALSE;
  fit_line (&line, result);
  result->correlation = correlation / blocks;
  return TRUE;
}

/* --- in words --- */

/* A number with a point, whatever the locale. */
static void
append (GString *text, const char *before, double value, int digits)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char *format = g_strdup_printf ("%%.%df", digits);
  g_string_append (text, before);
  g_string_append (text, g_ascii_formatd (number, sizeof number, format, value));
}

/* Correlated noise is told as grain: what is blurred by a Gaussian of radius r
 * correlates with its neighbour as exp (-1 / 4 r^2).  White noise grows with
 * brightness if that makes a tenth of its variance at white. */
char *
cg_measure_text (const CgMeasureResult *r, gboolean eight_bits)
{
  GString *text = g_string_new (NULL);
  double middle = 255 * sqrt (r->offset + r->slope / 2);
  double electronics = 255 * sqrt (r->offset);
  if (r->correlation >= LEAST_CORRELATION)
    {
      append (text, "grain:", middle, 2);
      append (text, ",", CLAMP (sqrt (-0.25 / log (MIN (r->correlation, 0.98))), 0.1, 4), 2);
    }
  else if (r->slope < 0.1 * (r->slope + r->offset))
    append (text, "gauss:", middle, 2);
  else
    {
      append (text, electronics < 0.05 ? "poisson:" : "poisson-gauss:", 1 / r->slope, 0);
      if (electronics >= 0.05)
        append (text, ",", electronics, 2);
    }
  if (eight_bits)
    g_string_append (text, " + clip + quantize");
  return g_string_free (text, FALSE);
}
