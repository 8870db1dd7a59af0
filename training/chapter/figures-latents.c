/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Latent variables themselves: as bars, as a map, as what is decoded from them. */
#include <math.h>
#include <string.h>

#include "model/random.h"
#include "training/chapter/figures.h"
#include "training/chapter/latents.h"
#include "training/chapter/score.h"

/* --- bars --- */

gboolean
cg_draw_latent_bars (CgChapter *chapter, CgPage *page, GError **error)
{
  g_autoptr (CgLatents) latents = cg_latents_new (chapter, "deep-20", NULL, error);
  if (latents == NULL)
    return FALSE;
  CgPlot *plots[CG_SHOWN];
  g_autoptr (GString) csv = g_string_new ("digit,label,variable,value\n");
  double highest = 0;
  for (int i = 0; i < CG_SHOWN * latents->size; i++)
    highest = MAX (highest, fabsf (latents->means[i]));
  for (int i = 0; i < CG_SHOWN; i++)
    {
      double values[20];
      g_autofree char *title = g_strdup_printf ("a %d", latents->digits->labels[i]);
      for (int k = 0; k < latents->size; k++)
        {
          values[k] = cg_latents_mean_of (latents, i)[k];
          g_string_append_printf (csv, "%d,%d,%d,%g\n", i, latents->digits->labels[i], k + 1,
                                  values[k]);
        }
      plots[i] = cg_plot_new (title, "latent variable", "value");
      cg_plot_size (plots[i], 420, 240);
      cg_plot_range (plots[i], 0.3, latents->size + 0.7, -1.1 * highest, 1.1 * highest);
      cg_plot_bars (plots[i], NULL, cg_plot_colours[0], values, latents->size);
    }
  gboolean ok = cg_page_plots (page, "18-19", "the latent variables of five digits", plots,
                               CG_SHOWN, 3, csv, error);
  for (int i = 0; i < CG_SHOWN; i++)
    cg_plot_free (plots[i]);

  double alike = cg_latents_neighbours (latents);
  cg_page_number (page, "largest-value", highest);
  cg_page_number (page, "neighbours-alike", alike);
  cg_page_say (page,
               "Each digit has its own pattern of the twenty numbers, and no number stands for one "
               "thing that we could name; yet like digits lie together: %.0f %% of the nearest "
               "neighbours have the same label.",
               100 * alike);
  return ok;
}

/* --- maps --- */

typedef struct
{
  double x0, x1, y0, y1;
} Window;

/* All but the outermost, and the middle of it. */
static Window
window_of (const CgLatents *latents, double outside)
{
  return (Window){ cg_latents_quantile (latents, 0, outside),
                   cg_latents_quantile (latents, 0, 1 - outside),
                   cg_latents_quantile (latents, 1, outside),
                   cg_latents_quantile (latents, 1, 1 - outside) };
}

static CgPlot *
map (const CgLatents *latents, const char *title, Window window, double radius)
{
  CgPlot *plot = cg_plot_new (title, "first latent variable", "second latent variable");
  g_autofree double *xy = g_new (double, 2 * (gsize) latents->digits->n);
  cg_plot_size (plot, 820, 640);
  cg_plot_range (plot, window.x0, window.x1, window.y0, window.y1);
  for (int label = 0; label < 10; label++)
    {
      const char name[] = { (char) ('0' + label), '\0' };
      int n = 0;
      for (int i = 0; i < latents->digits->n; i++)
        if (latents->digits->labels[i] == label)
          {
            xy[2 * n] = latents->values[2 * i];
            xy[2 * n++ + 1] = latents->values[2 * i + 1];
          }
      cg_plot_points (plot, name, cg_plot_colours[label], radius, xy, n);
    }
  return plot;
}

static GString *
map_csv (const CgLatents *latents)
{
  GString *csv = g_string_new ("digit,label,first,second\n");
  for (int i = 0; i < latents->digits->n; i++)
    g_string_append_printf (csv, "%d,%d,%g,%g\n", i, latents->digits->labels[i],
                            latents->values[2 * i], latents->values[2 * i + 1]);
  return csv;
}

gboolean
cg_draw_latent_map (CgChapter *chapter, CgPage *page, GError **error)
{
  g_autoptr (CgLatents) latents = cg_latents_new (chapter, "deep-2", NULL, error);
  if (latents == NULL)
    return FALSE;
  g_autoptr (GString) csv = map_csv (latents);
  g_autoptr (CgPlot) all
      = map (latents, "Test digits in the latent plane", window_of (latents, 0), 1.6);
  g_autoptr (CgPlot) middle = map (latents, "Its middle, close up", window_of (latents, 0.25), 2.2);
  double alike = cg_latents_neighbours (latents);
  cg_page_number (page, "digits", latents->digits->n);
  cg_page_number (page, "neighbours-alike", alike);
  cg_page_say (page,
               "%d test digits, placed by their two latent variables: labels gather in arms that "
               "meet and overlap in the middle (%.0f %% of nearest neighbours are alike; by "
               "chance it would be 10 %%).",
               latents->digits->n, 100 * alike);
  return cg_page_plots (page, "18-20", "all test digits", &all, 1, 1, csv, error)
         && cg_page_plots (page, "18-21", "close up", &middle, 1, 1, csv, error);
}

/* --- grids --- */

#define GRID 23

/* What the decoder makes of GRID x GRID places of @window, as one picture. */
static CgPlot *
grid (const CgLatents *latents, const char *title, Window window, GString *csv)
{
  float places[GRID * GRID][2];
  int side = GRID * CG_DIGIT_SIDE;
  for (int row = 0; row < GRID; row++)
    for (int column = 0; column < GRID; column++)
      {
        float *place = places[row * GRID + column];
        place[0] = (float) (window.x0 + (window.x1 - window.x0) * (column + 0.5) / GRID);
        place[1] = (float) (window.y1 - (window.y1 - window.y0) * (row + 0.5) / GRID);
      }
  g_autofree float *made = cg_latents_decode (latents, &places[0][0], GRID * GRID);
  g_autofree float *sheet = g_new (float, (gsize) side *side);
  for (int i = 0; i < GRID * GRID; i++)
    {
      double ink = 0;
      for (int p = 0; p < CG_DIGIT_VALUES; p++)
        {
          int y = i / GRID * CG_DIGIT_SIDE + p / CG_DIGIT_SIDE;
          int x = i % GRID * CG_DIGIT_SIDE + p % CG_DIGIT_SIDE;
          float v = made[(gsize) i * CG_DIGIT_VALUES + p];
          sheet[(gsize) y * side + x] = v;
          ink += v / CG_DIGIT_VALUES;
        }
      g_string_append_printf (csv, "%g,%g,%.4f\n", places[i][0], places[i][1], ink);
    }
  CgPlot *plot = cg_plot_new (title, "first latent variable", "second latent variable");
  cg_plot_size (plot, 76 + side, 84 + side);
  cg_plot_range (plot, window.x0, window.x1, window.y0, window.y1);
  cg_plot_picture (plot, sheet, side, side, window.x0, window.x1, window.y0, window.y1);
  return plot;
}

static gboolean
show_grid (const CgLatents *latents, CgPage *page, const char *id, const char *title, Window window,
           GError **error)
{
  g_autoptr (GString) csv = g_string_new ("first,second,mean-brightness\n");
  g_autoptr (CgPlot) plot = grid (latents, title, window, csv);
  return cg_page_plots (page, id, title, &plot, 1, 1, csv, error);
}

/* Share of the test digits that lie in @window. */
static double
share_in (const CgLatents *latents, Window window)
{
  int inside = 0;
  for (int i = 0; i < latents->digits->n; i++)
    {
      const float *v = latents->values + 2 * i;
      inside += v[0] >= window.x0 && v[0] <= window.x1 && v[1] >= window.y0 && v[1] <= window.y1;
    }
  return (double) inside / latents->digits->n;
}

gboolean
cg_draw_latent_grid (CgChapter *chapter, CgPage *page, GError **error)
{
  g_autoptr (CgLatents) latents = cg_latents_new (chapter, "deep-2", NULL, error);
  if (latents == NULL)
    return FALSE;
  Window all = window_of (latents, 0), middle = window_of (latents, 0.25);
  double share = share_in (latents, middle);
  cg_page_number (page, "share-in-close-up", share);
  cg_page_say (page,
               "Decoded from %d x %d places of the plane: digits where there were digits, blends "
               "at their borders, and outside shapes that are none; the close-up holds %.0f %% of "
               "the test digits.",
               GRID, GRID, 100 * share);
  return show_grid (latents, page, "18-22", "Decoded from the latent plane", all, error)
         && show_grid (latents, page, "18-23", "Its middle, close up", middle, error);
}

/* --- walks --- */

#define STEPS 8

/* @digit a little beyond @to, on the way from @from. */
static void
mark_end (CgPlot *plot, int digit, const float *from, const float *to)
{
  const char text[] = { (char) ('0' + digit), '\0' };
  cg_plot_text (plot, to[0] + 0.12 * (to[0] - from[0]), to[1] + 0.12 * (to[1] - from[1]), text);
}

gboolean
cg_draw_latent_arrows (CgChapter *chapter, CgPage *page, GError **error)
{
  static const int pairs[][2] = { { 0, 6 }, { 1, 7 }, { 3, 8 }, { 4, 2 } };
  g_autoptr (CgLatents) latents = cg_latents_new (chapter, "deep-2", NULL, error);
  if (latents == NULL)
    return FALSE;
  g_autoptr (CgPlot) plot
      = map (latents, "Four walks in the latent plane", window_of (latents, 0.01), 1.2);
  g_autoptr (CgSheet) sheet = cg_sheet_new (3);
  g_autoptr (GString) csv = g_string_new ("walk,step,first,second,length\n");
  double largest = 0;
  for (guint w = 0; w < G_N_ELEMENTS (pairs); w++)
    {
      int from = cg_latents_heart (latents, pairs[w][0]),
          to = cg_latents_heart (latents, pairs[w][1]);
      if (from < 0 || to < 0)
        continue;
      const float *a = cg_latents_mean_of (latents, from), *b = cg_latents_mean_of (latents, to);
      float places[STEPS][2];
      g_autofree char *label = g_strdup_printf ("from %d to %d", pairs[w][0], pairs[w][1]);
      cg_plot_arrow (plot, NULL, 0x000000, a[0], a[1], b[0], b[1]);
      mark_end (plot, pairs[w][0], b, a);
      mark_end (plot, pairs[w][1], a, b);
      cg_sheet_row (sheet, label);
      for (int step = 0; step < STEPS; step++)
        cg_latents_between (latents, a, b, step / (STEPS - 1.), places[step]);
      g_autofree float *made = cg_latents_decode (latents, &places[0][0], STEPS);
      double lengths[STEPS];
      largest = MAX (largest, cg_score_walk (made, STEPS, lengths));
      for (int step = 0; step < STEPS; step++)
        {
          cg_sheet_gray (sheet, made + step * CG_DIGIT_VALUES, CG_DIGIT_SIDE, CG_DIGIT_SIDE, NULL);
          g_string_append_printf (csv, "%u,%d,%g,%g,%g\n", w + 1, step + 1, places[step][0],
                                  places[step][1], lengths[step]);
        }
    }
  cg_page_number (page, "largest-step", largest);
  cg_page_say (
      page,
      "Walking from the thickest crowd of one digit to that of another, the decoded picture "
      "becomes the other, no step by more than %.0f %% of the way; in between it may be a third.",
      100 * largest);
  return cg_page_plots (page, "18-24", "four arrows", &plot, 1, 1, csv, error)
         && cg_page_sheet (page, "18-25", "eight steps along each", sheet, csv, error);
}

/* --- the variational plane --- */

static gboolean
show_random_points (const CgLatents *latents, CgPage *page, GError **error)
{
  enum
  {
    ROWS = 8,
    COLUMNS = 10,
    N = ROWS * COLUMNS
  };
  float places[N][2];
  CgRandom random = cg_random (59, 0, 0);
  g_autoptr (CgSheet) sheet = cg_sheet_new (2);
  g_autoptr (GString) csv = g_string_new ("first,second\n");
  for (int i = 0; i < N; i++)
    {
      /* evenly over the disc */
      double radius = 3 * sqrt (cg_random_uniform (&random));
      double angle = 2 * G_PI * cg_random_uniform (&random);
      places[i][0] = (float) (radius * cos (angle));
      places[i][1] = (float) (radius * sin (angle));
      g_string_append_printf (csv, "%g,%g\n", places[i][0], places[i][1]);
    }
  g_autofree float *made = cg_latents_decode (latents, &places[0][0], N);
  for (int i = 0; i < N; i++)
    {
      if (i % COLUMNS == 0)
        cg_sheet_row (sheet, NULL);
      cg_sheet_gray (sheet, made + i * CG_DIGIT_VALUES, CG_DIGIT_SIDE, CG_DIGIT_SIDE, NULL);
    }
  return cg_page_sheet (page, "18-59", "80 random points within 3 of the middle", sheet, csv,
                        error);
}

gboolean
cg_draw_variational_map (CgChapter *chapter, CgPage *page, GError **error)
{
  g_autoptr (CgLatents) latents = cg_latents_new (chapter, "vae-2", NULL, error);
  if (latents == NULL)
    return FALSE;
  const Window window = { -4, 4, -4, 4 }, three = { -3, 3, -3, 3 };
  g_autoptr (GString) csv = map_csv (latents);
  g_autoptr (CgPlot) plot
      = map (latents, "Test digits in the variational latent plane", window, 1.6);
  cg_plot_equal (plot);
  cg_plot_circle (plot, "one \317\203", 0x000000, 0, 0, 1);
  double mean[2], deviation[2];
  for (int k = 0; k < 2; k++)
    cg_latents_spread (latents, k, &mean[k], &deviation[k]);
  double alike = cg_latents_neighbours (latents), inside = share_in (latents, three);
  cg_page_number (page, "mean-first", mean[0]);
  cg_page_number (page, "mean-second", mean[1]);
  cg_page_number (page, "deviation-first", deviation[0]);
  cg_page_number (page, "deviation-second", deviation[1]);
  cg_page_number (page, "neighbours-alike", alike);
  cg_page_number (page, "share-within-3", inside);
  cg_page_say (
      page,
      "The KL divergence gathers the digits round the middle: means %.2f and %.2f, standard "
      "deviations %.2f and %.2f (asked for: 0 and 1), %.1f %% of them within -3..3; there "
      "nearly every place and random point decodes to something like a digit.",
      mean[0], mean[1], deviation[0], deviation[1], 100 * inside);
  return cg_page_plots (page, "18-56", "all test digits, and one standard deviation", &plot, 1, 1,
                        csv, error)
         && show_grid (latents, page, "18-57", "Decoded from -3..3", three, error)
         && show_random_points (latents, page, error);
}
