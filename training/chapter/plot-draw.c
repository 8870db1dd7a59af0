/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Axes that fit what is to be shown, and the drawing of it. */
#include "training/chapter/plot-private.h"

#include <math.h>

#define LEFT       62 /* margins, pixels */
#define RIGHT      14
#define TOP        34
#define BOTTOM     50
#define TEXT       13.0
#define AREA_ALPHA 0.35
#define LEGEND     118 /* width, if there is one */

/* Where the axes' box stands and what it shows. */
typedef struct
{
  double left, top, width, height;
  double x0, x1, y0, y1;
} Box;

/* --- axes --- */

static void
reach (Box *box, double x, double y)
{
  box->x0 = MIN (box->x0, x);
  box->x1 = MAX (box->x1, x);
  box->y0 = MIN (box->y0, y);
  box->y1 = MAX (box->y1, y);
}

static void
find_range (const CgPlot *plot, Box *box)
{
  *box = (Box){ .x0 = INFINITY, .x1 = -INFINITY, .y0 = INFINITY, .y1 = -INFINITY };
  for (guint t = 0; t < plot->things->len; t++)
    {
      const CgPlotThing *thing = plot->things->pdata[t];
      double r = thing->kind == CG_PLOT_CIRCLE ? thing->radius : 0;
      double side = thing->kind == CG_PLOT_BARS ? 0.6 : r;
      for (int i = 0; i < thing->n; i++)
        {
          reach (box, thing->xy[2 * i] - side, thing->xy[2 * i + 1] - r);
          reach (box, thing->xy[2 * i] + side, thing->xy[2 * i + 1] + r);
          if (thing->kind == CG_PLOT_BARS || thing->kind == CG_PLOT_AREA)
            reach (box, thing->xy[2 * i], 0);
        }
    }
  double dx = MAX (box->x1 - box->x0, 1e-9) * 0.03, dy = MAX (box->y1 - box->y0, 1e-9) * 0.05;
  box->x0 -= dx;
  box->x1 += dx;
  box->y0 -= dy;
  box->y1 += dy;
}

static gboolean
has_legend (const CgPlot *plot)
{
  for (guint t = 0; t < plot->things->len; t++)
    {
      const CgPlotThing *thing = plot->things->pdata[t];
      if (thing->label && thing->kind != CG_PLOT_WORDS)
        return TRUE;
    }
  return FALSE;
}

static Box
find_box (const CgPlot *plot)
{
  Box box;
  if (plot->ranged)
    box = (Box){ .x0 = plot->x0, .x1 = plot->x1, .y0 = plot->y0, .y1 = plot->y1 };
  else
    find_range (plot, &box);
  box.left = LEFT;
  box.top = TOP;
  box.width = plot->width - LEFT - RIGHT - (has_legend (plot) ? LEGEND : 0);
  box.height = plot->height - TOP - BOTTOM;
  if (plot->equal)
    {
      double unit = MIN (box.width / (box.x1 - box.x0), box.height / (box.y1 - box.y0));
      box.left += (box.width - unit * (box.x1 - box.x0)) / 2;
      box.width = unit * (box.x1 - box.x0);
      box.height = unit * (box.y1 - box.y0);
    }
  return box;
}

static double
at_x (const Box *box, double x)
{
  return box->left + (x - box->x0) / (box->x1 - box->x0) * box->width;
}

static double
at_y (const Box *box, double y)
{
  return box->top + (box->y1 - y) / (box->y1 - box->y0) * box->height;
}

/* 1, 2 or 5 times a power of ten, so that about @n steps make @length. */
static double
nice_step (double length, int n)
{
  double raw = length / n, power = pow (10, floor (log10 (raw)));
  double lead = raw / power;
  return power * (lead < 1.5 ? 1 : lead < 3.5 ? 2 : lead < 7.5 ? 5 : 10);
}

static void
draw_ticks (cairo_t *cr, const Box *box)
{
  double step = nice_step (box->x1 - box->x0, MAX (2, (int) (box->width / 80)));
  for (double x = ceil (box->x0 / step) * step; x <= box->x1 + step * 1e-6; x += step)
    {
      g_autofree char *text = g_strdup_printf ("%.4g", fabs (x) < step * 1e-6 ? 0 : x);
      cg_canvas_line (cr, 0xdddddd, 1, at_x (box, x), box->top, at_x (box, x),
                      box->top + box->height);
      cg_canvas_text (cr, text, TEXT, at_x (box, x), box->top + box->height + 17, 0.5);
    }
  step = nice_step (box->y1 - box->y0, MAX (2, (int) (box->height / 50)));
  for (double y = ceil (box->y0 / step) * step; y <= box->y1 + step * 1e-6; y += step)
    {
      g_autofree char *text = g_strdup_printf ("%.4g", fabs (y) < step * 1e-6 ? 0 : y);
      cg_canvas_line (cr, 0xdddddd, 1, box->left, at_y (box, y), box->left + box->width,
                      at_y (box, y));
      cg_canvas_text (cr, text, TEXT, box->left - 6, at_y (box, y) + 4, 1);
    }
}

static void
draw_names (cairo_t *cr, const CgPlot *plot, const Box *box)
{
  double middle = box->left + box->width / 2;
  cg_canvas_text (cr, plot->title, TEXT + 2, middle, box->top - 12, 0.5);
  cg_canvas_text (cr, plot->x_label, TEXT, middle, box->top + box->height + 38, 0.5);
  cairo_save (cr);
  cairo_translate (cr, box->left - 46, box->top + box->height / 2);
  cairo_rotate (cr, -G_PI / 2);
  cg_canvas_text (cr, plot->y_label, TEXT, 0, 0, 0.5);
  cairo_restore (cr);
  cg_canvas_colour (cr, 0x333333);
  cairo_set_line_width (cr, 1);
  cairo_rectangle (cr, box->left, box->top, box->width, box->height);
  cairo_stroke (cr);
}

static void
draw_legend (cairo_t *cr, const CgPlot *plot, const Box *box)
{
  double x = box->left + box->width + 14, y = box->top + 8;
  for (guint t = 0; t < plot->things->len; t++)
    {
      const CgPlotThing *thing = plot->things->pdata[t];
      if (thing->label == NULL || thing->kind == CG_PLOT_WORDS)
        continue;
      cg_canvas_colour_alpha (cr, thing->colour, thing->kind == CG_PLOT_AREA ? AREA_ALPHA : 1);
      if (thing->kind == CG_PLOT_POINTS)
        cairo_arc (cr, x + 7, y, 4.5, 0, 2 * G_PI);
      else if (thing->kind == CG_PLOT_AREA || thing->kind == CG_PLOT_BARS)
        cairo_rectangle (cr, x, y - 5, 14, 10);
      else
        cairo_rectangle (cr, x, y - 1.5, 14, 3);
      cairo_fill (cr);
      cg_canvas_text (cr, thing->label, TEXT, x + 20, y + 4, 0);
      y += 20;
    }
}

/* --- things --- */

static void
path (cairo_t *cr, const CgPlotThing *thing, const Box *box)
{
  for (int i = 0; i < thing->n; i++)
    cairo_line_to (cr, at_x (box, thing->xy[2 * i]), at_y (box, thing->xy[2 * i + 1]));
}

static void
draw_points (cairo_t *cr, const CgPlotThing *thing, const Box *box)
{
  for (int i = 0; i < thing->n; i++)
    {
      double x = thing->xy[2 * i], y = thing->xy[2 * i + 1];
      if (x < box->x0 || x > box->x1 || y < box->y0 || y > box->y1)
        continue;
      cairo_new_sub_path (cr);
      cairo_arc (cr, at_x (box, x), at_y (box, y), thing->radius, 0, 2 * G_PI);
    }
  cairo_fill (cr);
}

static void
draw_area (cairo_t *cr, const CgPlotThing *thing, const Box *box)
{
  cg_canvas_colour_alpha (cr, thing->colour, AREA_ALPHA);
  cairo_move_to (cr, at_x (box, thing->xy[0]), at_y (box, 0));
  path (cr, thing, box);
  cairo_line_to (cr, at_x (box, thing->xy[2 * thing->n - 2]), at_y (box, 0));
  cairo_fill (cr);
}

static void
draw_bars (cairo_t *cr, const CgPlotThing *thing, const Box *box)
{
  for (int i = 0; i < thing->n; i++)
    {
      double x0 = at_x (box, thing->xy[2 * i] - 0.4), x1 = at_x (box, thing->xy[2 * i] + 0.4);
      double y0 = at_y (box, 0), y1 = at_y (box, thing->xy[2 * i + 1]);
      cairo_rectangle (cr, x0, MIN (y0, y1), x1 - x0, fabs (y1 - y0));
    }
  cairo_fill (cr);
}

static void
draw_arrow (cairo_t *cr, const CgPlotThing *thing, const Box *box)
{
  double x0 = at_x (box, thing->xy[0]), y0 = at_y (box, thing->xy[1]);
  double x1 = at_x (box, thing->xy[2]), y1 = at_y (box, thing->xy[3]);
  double direction = atan2 (y1 - y0, x1 - x0);
  cg_canvas_line (cr, thing->colour, 3, x0, y0, x1, y1);
  cairo_move_to (cr, x1 + 7 * cos (direction), y1 + 7 * sin (direction));
  cairo_line_to (cr, x1 + 7 * cos (direction + 2.4), y1 + 7 * sin (direction + 2.4));
  cairo_line_to (cr, x1 + 7 * cos (direction - 2.4), y1 + 7 * sin (direction - 2.4));
  cairo_fill (cr);
}

/* On a white ground, as they may stand on anything. */
static void
draw_words (cairo_t *cr, const CgPlotThing *thing, const Box *box)
{
  double x = at_x (box, thing->xy[0]), y = at_y (box, thing->xy[1]);
  double half = cg_canvas_text_width (cr, thing->label, TEXT) / 2 + 3;
  cg_canvas_colour_alpha (cr, 0xffffff, 0.8);
  cairo_rectangle (cr, x - half, y - TEXT, 2 * half, TEXT + 4);
  cairo_fill (cr);
  cg_canvas_text (cr, thing->label, TEXT, x, y, 0.5);
}

static void
draw_thing (cairo_t *cr, const CgPlotThing *thing, const Box *box)
{
  cg_canvas_colour (cr, thing->colour);
  cairo_set_line_width (cr, 2);
  cairo_new_path (cr);
  switch (thing->kind)
    {
    case CG_PLOT_POINTS:
      draw_points (cr, thing, box);
      break;
    case CG_PLOT_LINE:
      path (cr, thing, box);
      cairo_stroke (cr);
      break;
    case CG_PLOT_AREA:
      draw_area (cr, thing, box);
      break;
    case CG_PLOT_BARS:
      draw_bars (cr, thing, box);
      break;
    case CG_PLOT_CIRCLE:
      cairo_arc (cr, at_x (box, thing->xy[0]), at_y (box, thing->xy[1]),
                 thing->radius * box->width / (box->x1 - box->x0), 0, 2 * G_PI);
      cairo_stroke (cr);
      break;
    case CG_PLOT_ARROW:
      draw_arrow (cr, thing, box);
      break;
    case CG_PLOT_WORDS:
      draw_words (cr, thing, box);
      break;
    case CG_PLOT_PICTURE:
      {
        double x0 = at_x (box, thing->xy[0]), y0 = at_y (box, thing->xy[3]);
        cg_canvas_gray (cr, thing->gray, thing->w, thing->h, x0, y0, at_x (box, thing->xy[2]) - x0,
                        at_y (box, thing->xy[1]) - y0);
        break;
      }
    }
}

void
cg_plot_draw (cairo_t *cr, const CgPlot *plot)
{
  Box box = find_box (plot);
  draw_ticks (cr, &box);
  cairo_save (cr);
  cairo_rectangle (cr, box.left, box.top, box.width, box.height);
  cairo_clip (cr);
  for (guint t = 0; t < plot->things->len; t++)
    draw_thing (cr, plot->things->pdata[t], &box);
  cairo_restore (cr);
  draw_names (cr, plot, &box);
  draw_legend (cr, plot, &box);
}
