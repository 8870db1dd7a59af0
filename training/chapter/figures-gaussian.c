/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The normal distribution in one and two dimensions. */
#include <math.h>

#include "model/random.h"
#include "training/chapter/figures.h"

#define CURVE   241
#define SAMPLES 2000

static double
density (double x)
{
  return exp (-x * x / 2) / sqrt (2 * G_PI);
}

/* Points of the curve from @from to @to; n of them. */
static void
curve (double from, double to, double *xy, int n)
{
  for (int i = 0; i < n; i++)
    {
      xy[2 * i] = from + (to - from) * i / (n - 1);
      xy[2 * i + 1] = density (xy[2 * i]);
    }
}

static GString *
curve_csv (const double *xy, int n)
{
  GString *csv = g_string_new ("x,density\n");
  for (int i = 0; i < n; i++)
    g_string_append_printf (csv, "%g,%g\n", xy[2 * i], xy[2 * i + 1]);
  return csv;
}

static gboolean
draw_line (CgPage *page, GError **error)
{
  double xy[2 * CURVE];
  g_autoptr (CgPlot) plot = cg_plot_new ("The normal distribution", "x", "density");
  curve (-4, 4, xy, CURVE);
  g_autoptr (GString) csv = curve_csv (xy, CURVE);
  cg_plot_line (plot, "density", cg_plot_colours[0], xy, CURVE);
  cg_plot_line (plot, "mean", cg_plot_colours[3], (double[]){ 0, 0, 0, density (0) }, 2);
  return cg_page_plots (page, "18-41", "in one dimension", &plot, 1, 1, csv, error);
}

static gboolean
draw_sigma (CgPage *page, double *share, GError **error)
{
  double xy[2 * CURVE], within[2 * CURVE];
  CgRandom random = cg_random (42, 0, 0);
  g_autoptr (CgPlot) plot = cg_plot_new ("One standard deviation about the mean", "x", "density");
  curve (-4, 4, xy, CURVE);
  curve (-1, 1, within, CURVE);
  g_autoptr (GString) csv = curve_csv (within, CURVE);
  *share = 0;
  for (int i = 0; i < 50 * SAMPLES; i++)
    *share += (fabs (cg_random_normal (&random)) < 1) / (50. * SAMPLES);
  g_autofree char *text = g_strdup_printf ("%.0f %%", 100 * *share);
  cg_plot_area (plot, "mean \302\261 \317\203", cg_plot_colours[1], within, CURVE);
  cg_plot_line (plot, "density", cg_plot_colours[0], xy, CURVE);
  cg_plot_text (plot, 0, 0.17, text);
  return cg_page_plots (page, "18-42", "mean and one standard deviation", &plot, 1, 1, csv, error);
}

static gboolean
draw_plane (CgPage *page, double *share, GError **error)
{
  static const double deviation[2] = { 1, 0.5 };
  double xy[2 * SAMPLES], ellipse[2 * CURVE];
  CgRandom random = cg_random (43, 0, 0);
  g_autoptr (CgPlot) plot = cg_plot_new ("Two dimensions, standard deviations 1 and 0.5", "x", "y");
  g_autoptr (GString) csv = g_string_new ("x,y\n");
  *share = 0;
  for (int i = 0; i < SAMPLES; i++)
    {
      for (int k = 0; k < 2; k++)
        xy[2 * i + k] = deviation[k] * cg_random_normal (&random);
      *share += (fabs (xy[2 * i]) < deviation[0]) / (double) SAMPLES;
      g_string_append_printf (csv, "%g,%g\n", xy[2 * i], xy[2 * i + 1]);
    }
  for (int i = 0; i < CURVE; i++)
    {
      ellipse[2 * i] = deviation[0] * cos (2 * G_PI * i / (CURVE - 1));
      ellipse[2 * i + 1] = deviation[1] * sin (2 * G_PI * i / (CURVE - 1));
    }
  cg_plot_size (plot, 700, 420);
  cg_plot_range (plot, -4, 4, -2.5, 2.5);
  cg_plot_equal (plot);
  cg_plot_points (plot, "draws", cg_plot_colours[0], 1.5, xy, SAMPLES);
  cg_plot_line (plot, "one \317\203", cg_plot_colours[3], ellipse, CURVE);
  return cg_page_plots (page, "18-43", "in two dimensions", &plot, 1, 1, csv, error);
}

gboolean
cg_draw_gaussians (CgChapter *chapter, CgPage *page, GError **error)
{
  double one, two;
  if (!draw_line (page, error) || !draw_sigma (page, &one, error)
      || !draw_plane (page, &two, error))
    return FALSE;
  cg_page_number (page, "share-within-one-deviation", one);
  cg_page_number (page, "share-within-one-deviation-of-x", two);
  cg_page_say (page,
               "Of %d draws %.1f %% fall within one standard deviation of the mean (68.3 %% by the "
               "formula); in two dimensions each variable has its own.",
               50 * SAMPLES, 100 * one);
  return TRUE;
}
