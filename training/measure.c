/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measuring noise in blocks of 16x16 pixels. */
#include "training/measure.h"

#include <math.h>

#define SIDE         CG_MEASURE_SIDE
#define PIXELS       (SIDE * SIDE)
#define LEAST_BLOCKS 8 /* in a bin of brightness */

/* Share of a bin's blocks that are taken to show noise alone, and the variance
 * at its upper end for pure noise: chi-square with 253 degrees of freedom. */
#define QUIET_SHARE    0.1
#define QUIET_VARIANCE 0.887

/* Of a quarter of a gray level: less is none. */
#define LEAST_VARIANCE (1 / (16 * 255. * 255))

/* Pixels so far apart that grain no longer correlates, but lines do. */
#define FAR 8

typedef struct
{
  double variance, correlation_x, correlation_y, far_x, far_y, kurtosis;
} Block;

struct _CgMeasure
{
  gboolean pairs;
  GArray *bins[CG_MEASURE_BINS]; /* Block */
  CgOutliers outliers;
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

/* Of pixels and those @dx to the right and @dy below. */
static double
mean_product (const double *block, int dx, int dy)
{
  double sum = 0;
  for (int y = 0; y + dy < SIDE; y++)
    for (int x = 0; x + dx < SIDE; x++)
      sum += block[y * SIDE + x] * block[(y + dy) * SIDE + x + dx];
  return sum / ((SIDE - dx) * (SIDE - dy));
}

static Block
look_at (const double *block)
{
  double squares = 0, fourth = 0;
  for (int i = 0; i < PIXELS; i++)
    {
      squares += block[i] * block[i];
      fourth += block[i] * block[i] * block[i] * block[i];
    }
  double scale = squares > 0 ? PIXELS / squares : 0;
  return (Block){
    .variance = squares / (PIXELS - 3),
    .correlation_x = scale * mean_product (block, 1, 0),
    .correlation_y = scale * mean_product (block, 0, 1),
    .far_x = scale * mean_product (block, FAR, 0),
    .far_y = scale * mean_product (block, 0, FAR),
    .kurtosis = squares > 0 ? fourth * PIXELS / (squares * squares) : 0,
  };
}

/* Reads a block of @noise, that is @noisy or what it differs by from @clean; FALSE if
 * noise was cut off in it at black or white. */
static gboolean
read_block (const float *noise, const float *clean, int w, double *block, double *brightness)
{
  int at_end = 0;
  *brightness = 0;
  for (int i = 0; i < PIXELS; i++)
    {
      gsize at = (gsize) (i / SIDE) * w + i % SIDE;
      double noisy = noise[at] + (clean ? clean[at] : 0);
      block[i] = noise[at];
      *brightness += (clean ? clean : noise)[at] / PIXELS;
      at_end += noisy <= 0 || noisy >= 1;
    }
  return at_end <= PIXELS / 50;
}

void
cg_measure_add (CgMeasure *measure, const float *noisy, const float *clean, int w, int h)
{
  double pixels[PIXELS], brightness;
  g_autofree float *noise = g_memdup2 (noisy, sizeof (float) * w * h);
  for (gsize i = 0; clean && i < (gsize) w * h; i++)
    noise[i] -= clean[i];
  cg_outliers_take_out (&measure->outliers, noise, noisy, w, h);

  for (int y = 0; y + SIDE <= h; y += SIDE)
    for (int x = 0; x + SIDE <= w; x += SIDE)
      {
        gsize at = (gsize) y * w + x;
        if (!read_block (noise + at, clean ? clean + at : NULL, w, pixels, &brightness))
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

static double
variance_at (const GArray *blocks, guint i)
{
  return g_array_index (blocks, Block, i).variance;
}

/* Means over one bin, and how uneven it is; its weight is how many blocks told it. */
static double
bin_result (const CgMeasure *measure, int bin, Block *result, double *unevenness)
{
  GArray *blocks = measure->bins[bin];
  *result = (Block){ 0 };
  *unevenness = 1;
  if (blocks->len < LEAST_BLOCKS)
    return 0;
  g_array_sort (blocks, compare);
  guint n = measure->pairs ? blocks->len : MAX (LEAST_BLOCKS / 2, blocks->len * QUIET_SHARE);
  for (guint i = 0; i < n; i++)
    {
      const Block *block = &g_array_index (blocks, Block, i);
      result->variance += block->variance / n;
      result->correlation_x += block->correlation_x / n;
      result->correlation_y += block->correlation_y / n;
      result->far_x += block->far_x / n;
      result->far_y += block->far_y / n;
      result->kurtosis += block->kurtosis / n;
    }
  if (measure->pairs)
    *unevenness
        = variance_at (blocks, 3 * n / 4) / MAX (variance_at (blocks, n / 4), LEAST_VARIANCE);
  else
    result->variance = variance_at (blocks, n - 1) / QUIET_VARIANCE;
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

/* What the blocks of one bin of brightness say; @weight is 0 if they are too few. */
typedef struct
{
  double weight, brightness, unevenness;
  Block mean;
} Bin;

static void
fit_bins (const Bin *bins, CgMeasureResult *result)
{
  Line line = { 0 };
  for (int i = 0; i < CG_MEASURE_BINS; i++)
    {
      double x = bins[i].brightness, y = bins[i].mean.variance;
      double floor = 1 / (255. * 255); /* a gray level */
      double w = bins[i].weight / ((y + floor) * (y + floor));
      line.w += w;
      line.x += w * x;
      line.y += w * y;
      line.xx += w * x * x;
      line.xy += w * x * y;
    }
  fit_line (&line, result);
}

/* Means over all bins. */
static void
add_up (const Bin *bins, double blocks, CgMeasureResult *result)
{
  for (int i = 0; i < CG_MEASURE_BINS; i++)
    {
      const Bin *bin = &bins[i];
      double share = bin->weight / blocks, floor = 1 / (255. * 255);
      double fitted = result->offset + result->slope * bin->brightness;
      result->correlation_x += share * bin->mean.correlation_x;
      result->correlation_y += share * bin->mean.correlation_y;
      result->far_x += share * bin->mean.far_x;
      result->far_y += share * bin->mean.far_y;
      result->kurtosis += share * bin->mean.kurtosis;
      result->unevenness += share * bin->unevenness;
      result->misfit += share * fabs (log ((bin->mean.variance + floor) / (fitted + floor)));
    }
}

gboolean
cg_measure_result (CgMeasure *measure, CgMeasureResult *result)
{
  Bin bins[CG_MEASURE_BINS];
  double blocks = 0;
  *result = (CgMeasureResult){ .outliers = measure->outliers };
  for (int i = 0; i < CG_MEASURE_BINS; i++)
    {
      Bin *bin = &bins[i];
      bin->brightness = (i + 0.5) / CG_MEASURE_BINS;
      bin->weight = bin_result (measure, i, &bin->mean, &bin->unevenness);
      result->sigma[i] = bin->weight > 0 ? 255 * sqrt (bin->mean.variance) : NAN;
      blocks += bin->weight;
    }
  if (blocks == 0)
    return FALSE;
  fit_bins (bins, result);
  add_up (bins, blocks, result);
  return TRUE;
}
