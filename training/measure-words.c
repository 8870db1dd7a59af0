/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was measured, in the words of noise.h, and what speaks against them. */
#include <math.h>

#include "training/measure.h"

/* Texture that was taken for noise correlates too, about as much as this. */
#define LEAST_CORRELATION 0.3
/* Of the variance, in lines; below this they are not told from texture. */
#define LEAST_LINES 0.05
/* Radii that differ by less are one. */
#define LEAST_DIFFERENCE 0.15
/* Share of outliers; Gaussian noise has up to 0.003. */
#define LEAST_OUTLIERS 0.004
/* Pixels that tell a share of a percent within a tenth of it. */
#define LEAST_PLACES 10000
/* Beyond these the words describe something else (README.md has what known noise measures). */
#define MOST_KURTOSIS   4.5
#define MOST_UNEVENNESS 3
#define MOST_MISFIT     0.4

/* A number with a point, whatever the locale. */
static void
append (GString *text, const char *before, double value, int digits)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char *format = g_strdup_printf ("%%.%df", digits);
  g_string_append (text, before);
  g_string_append (text, g_ascii_formatd (number, sizeof number, format, value));
}

static double
outlier_share (const CgMeasureResult *r)
{
  return r->outliers.pixels > 0 ? r->outliers.found / r->outliers.pixels : 0;
}

/* The variance in its parts: of whole rows, of whole columns, and of the rest, which has a
 * correlation of its own between neighbours. */
typedef struct
{
  double rows, columns, rest, along, down;
} Parts;

/* Pixels of a row share its offset however far apart they are, but not their grain.  The plane
 * that was taken out of each block took two of the offsets' SIDE degrees of freedom with it. */
static Parts
take_apart (const CgMeasureResult *r)
{
  double variance = r->offset + r->slope / 2;
  double rows = r->far_x >= LEAST_LINES ? MIN (r->far_x, 1) : 0;
  double columns = r->far_y >= LEAST_LINES ? MIN (r->far_y, 1 - rows) : 0;
  double rest = MAX (1 - rows - columns, 1e-3);
  return (Parts){
    .rows = rows * variance * CG_MEASURE_SIDE / (CG_MEASURE_SIDE - 2),
    .columns = columns * variance * CG_MEASURE_SIDE / (CG_MEASURE_SIDE - 2),
    .rest = rest * variance,
    .along = CLAMP ((r->correlation_x - rows) / rest, 0, 1),
    .down = CLAMP ((r->correlation_y - columns) / rest, 0, 1),
  };
}

/* What is blurred by a Gaussian of radius r correlates with its neighbour as
 * exp (-1 / 4 r^2). */
static double
radius_of (double correlation)
{
  return correlation < 0.05 ? 0 : CLAMP (sqrt (-0.25 / log (MIN (correlation, 0.98))), 0, 4);
}

/* Grain knows no brightness: where it is not everywhere alike, its sigma gets a range. */
static void
append_grain (GString *text, const CgMeasureResult *r, const Parts *parts)
{
  double along = radius_of (parts->along), down = radius_of (parts->down);
  double dark = r->offset + 0.1 * r->slope, bright = r->offset + 0.9 * r->slope;
  double lines = parts->rows + parts->columns;
  if (bright > 1.5 * dark)
    {
      append (text, "grain:", 255 * sqrt (MAX (dark - lines, 0)), 2);
      append (text, "-", 255 * sqrt (MAX (bright - lines, 0)), 2);
    }
  else
    append (text, "grain:", 255 * sqrt (parts->rest), 2);
  if (fabs (along - down) < LEAST_DIFFERENCE)
    along = down = (along + down) / 2;
  append (text, ",", along, 2);
  if (down != along)
    append (text, ",", down, 2);
}

/* White noise grows with brightness if that makes a tenth of its variance at white. */
static void
append_white (GString *text, const CgMeasureResult *r, const Parts *parts)
{
  double offset = MAX (r->offset - parts->rows - parts->columns, 0);
  double electronics = 255 * sqrt (offset);
  if (r->slope < 0.1 * (r->slope + r->offset))
    {
      append (text, "gauss:", 255 * sqrt (parts->rest), 2);
      return;
    }
  append (text, electronics < 0.05 ? "poisson:" : "poisson-gauss:", 1 / r->slope, 0);
  if (electronics >= 0.05)
    append (text, ",", electronics, 2);
}

/* Pixels made black or white are so wherever they are, so their share is that of the
 * places where none goes unnoticed; of all, if there are hardly any such places. */
static double
end_share (const CgMeasureResult *r)
{
  const CgOutliers *o = &r->outliers;
  return o->places >= LEAST_PLACES ? o->ends_there / o->places : outlier_share (r);
}

/* Outliers that are nearly all black or white, or nearly all bright. */
static void
append_outliers (GString *text, const CgMeasureResult *r)
{
  const CgOutliers *o = &r->outliers;
  if (outlier_share (r) < LEAST_OUTLIERS)
    return;
  if (o->at_ends > 0.8 * o->found && o->above < 0.9 * o->found)
    append (text, " + salt-pepper:", 100 * end_share (r), 2);
  else if (o->above > 0.8 * o->found)
    {
      append (text, " + fireflies:", 100 * outlier_share (r), 2);
      append (text, ",", 255 * o->distance / o->found, 0);
    }
}

char *
cg_measure_text (const CgMeasureResult *r, gboolean eight_bits)
{
  GString *text = g_string_new (NULL);
  Parts parts = take_apart (r);
  if (parts.rows > 0)
    append (text, "rows:", 255 * sqrt (parts.rows), 2);
  if (parts.columns > 0)
    append (text, text->len ? " + columns:" : "columns:", 255 * sqrt (parts.columns), 2);
  if (text->len)
    g_string_append (text, " + ");
  if (MAX (parts.along, parts.down) >= LEAST_CORRELATION)
    append_grain (text, r, &parts);
  else
    append_white (text, r, &parts);
  append_outliers (text, r);
  if (eight_bits)
    g_string_append (text, " + clip + quantize");
  return g_string_free (text, FALSE);
}

char *
cg_measure_doubts (const CgMeasureResult *r)
{
  g_autoptr (GPtrArray) doubts = g_ptr_array_new_with_free_func (g_free);
  if (outlier_share (r) >= LEAST_OUTLIERS)
    g_ptr_array_add (doubts, g_strdup_printf ("%.1f %% of the pixels stick out of their neighbours",
                                              100 * outlier_share (r)));
  if (r->kurtosis > MOST_KURTOSIS)
    g_ptr_array_add (doubts,
                     g_strdup_printf ("its tails are heavy, of kurtosis %.1f", r->kurtosis));
  if (r->unevenness > MOST_UNEVENNESS)
    g_ptr_array_add (doubts, g_strdup_printf ("at the same brightness its variance differs by a "
                                              "factor of %.3g from place to place",
                                              r->unevenness));
  if (r->misfit > MOST_MISFIT)
    g_ptr_array_add (doubts, g_strdup ("it does not grow evenly with brightness"));
  g_ptr_array_add (doubts, NULL);
  return doubts->len > 1 ? g_strjoinv ("; ", (char **) doubts->pdata) : NULL;
}
