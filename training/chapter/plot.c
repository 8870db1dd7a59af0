/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A plot is a list of things that are drawn when it is saved. */
#include "training/chapter/plot-private.h"

const guint32 cg_plot_colours[10] = { 0x1f77b4, 0xff7f0e, 0x2ca02c, 0xd62728, 0x9467bd,
                                      0x8c564b, 0xe377c2, 0x7f7f7f, 0xbcbd22, 0x17becf };

/* --- putting together --- */

static void
free_thing (gpointer data)
{
  CgPlotThing *thing = data;
  g_free (thing->label);
  g_free (thing->xy);
  g_free (thing->gray);
  g_free (thing);
}

CgPlot *
cg_plot_new (const char *title, const char *x_label, const char *y_label)
{
  CgPlot *plot = g_new0 (CgPlot, 1);
  plot->title = g_strdup (title);
  plot->x_label = g_strdup (x_label);
  plot->y_label = g_strdup (y_label);
  plot->width = 640;
  plot->height = 440;
  plot->things = g_ptr_array_new_with_free_func (free_thing);
  return plot;
}

void
cg_plot_free (CgPlot *plot)
{
  if (plot == NULL)
    return;
  g_free (plot->title);
  g_free (plot->x_label);
  g_free (plot->y_label);
  g_ptr_array_unref (plot->things);
  g_free (plot);
}

void
cg_plot_size (CgPlot *plot, int width, int height)
{
  plot->width = width;
  plot->height = height;
}

void
cg_plot_range (CgPlot *plot, double x0, double x1, double y0, double y1)
{
  plot->ranged = TRUE;
  plot->x0 = x0;
  plot->x1 = x1;
  plot->y0 = y0;
  plot->y1 = y1;
}

void
cg_plot_equal (CgPlot *plot)
{
  plot->equal = TRUE;
}

static CgPlotThing *
add (CgPlot *plot, CgPlotKind kind, const char *label, guint32 colour, const double *xy, int n)
{
  CgPlotThing *thing = g_new0 (CgPlotThing, 1);
  thing->kind = kind;
  thing->label = g_strdup (label);
  thing->colour = colour;
  thing->xy = g_memdup2 (xy, sizeof *xy * 2 * n);
  thing->n = n;
  g_ptr_array_add (plot->things, thing);
  return thing;
}

void
cg_plot_points (CgPlot *plot, const char *label, guint32 colour, double radius, const double *xy,
                int n)
{
  add (plot, CG_PLOT_POINTS, label, colour, xy, n)->radius = radius;
}

void
cg_plot_line (CgPlot *plot, const char *label, guint32 colour, const double *xy, int n)
{
  add (plot, CG_PLOT_LINE, label, colour, xy, n);
}

void
cg_plot_area (CgPlot *plot, const char *label, guint32 colour, const double *xy, int n)
{
  add (plot, CG_PLOT_AREA, label, colour, xy, n);
}

void
cg_plot_bars (CgPlot *plot, const char *label, guint32 colour, const double *values, int n)
{
  g_autofree double *xy = g_new (double, 2 * (gsize) n);
  for (int i = 0; i < n; i++)
    {
      xy[2 * i] = i + 1;
      xy[2 * i + 1] = values[i];
    }
  add (plot, CG_PLOT_BARS, label, colour, xy, n);
}

void
cg_plot_circle (CgPlot *plot, const char *label, guint32 colour, double x, double y, double radius)
{
  add (plot, CG_PLOT_CIRCLE, label, colour, (double[]){ x, y }, 1)->radius = radius;
}

void
cg_plot_arrow (CgPlot *plot, const char *label, guint32 colour, double x0, double y0, double x1,
               double y1)
{
  add (plot, CG_PLOT_ARROW, label, colour, (double[]){ x0, y0, x1, y1 }, 2);
}

void
cg_plot_text (CgPlot *plot, double x, double y, const char *text)
{
  add (plot, CG_PLOT_WORDS, NULL, 0, (double[]){ x, y }, 1)->label = g_strdup (text);
}

void
cg_plot_picture (CgPlot *plot, const float *gray, int w, int h, double x0, double x1, double y0,
                 double y1)
{
  CgPlotThing *thing = add (plot, CG_PLOT_PICTURE, NULL, 0, (double[]){ x0, y0, x1, y1 }, 2);
  thing->gray = g_memdup2 (gray, sizeof *gray * w * h);
  thing->w = w;
  thing->h = h;
}

/* --- saving --- */

typedef struct
{
  CgPlot *const *plots;
  int n, columns;
} Grid;

static void
draw_grid (cairo_t *cr, gpointer user)
{
  const Grid *grid = user;
  int width = grid->plots[0]->width, height = grid->plots[0]->height;
  for (int i = 0; i < grid->n; i++)
    {
      cairo_save (cr);
      cairo_translate (cr, i % grid->columns * width, i / grid->columns * height);
      cg_plot_draw (cr, grid->plots[i]);
      cairo_restore (cr);
    }
}

gboolean
cg_plot_save (CgPlot *const *plots, int n, int columns, const char *base, GError **error)
{
  Grid grid = { plots, n, columns };
  int width = columns * plots[0]->width, height = (n + columns - 1) / columns * plots[0]->height;
  g_autofree char *png = g_strconcat (base, ".png", NULL);
  g_autofree char *svg = g_strconcat (base, ".svg", NULL);
  return cg_canvas_save_png (png, width, height, draw_grid, &grid, error)
         && cg_canvas_save_svg (svg, width, height, draw_grid, &grid, error);
}
