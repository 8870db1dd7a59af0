/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines, axes with round numbers, a legend. */
#include "training/chart.h"

#include <math.h>

#define WIDTH   640
#define HEIGHT  280
#define LEFT    64 /* room for the numbers */
#define TOP     34
#define BOTTOM  40
#define RIGHT   16
#define N_TICKS 5 /* about */

/* What is shown, in the numbers that are drawn (logarithms if so wished). */
typedef struct
{
  double x0, x1, y0, y1;
  gboolean logarithmic;
} Frame;

static double
point (const CgChartLine *line, guint i, int axis)
{
  return g_array_index (line->points, double, 2 * i + axis);
}

static double
height_of (const Frame *frame, double y)
{
  return frame->logarithmic ? log10 (y) : y;
}

static double
to_x (const Frame *f, double x)
{
  return LEFT + (x - f->x0) / (f->x1 - f->x0) * (WIDTH - LEFT - RIGHT);
}

static double
to_y (const Frame *f, double y)
{
  return HEIGHT - BOTTOM - (y - f->y0) / (f->y1 - f->y0) * (HEIGHT - TOP - BOTTOM);
}

/* Numbers in SVG have a point, whatever the locale. */
static void
append_number (GString *html, const char *before, double value, const char *after)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  g_string_append_printf (html, "%s%s%s", before,
                          g_ascii_formatd (number, sizeof number, "%.5g", value), after);
}

/* What stands at a tick of the y axis at @y; logarithms are not round. */
static void
append_tick (GString *html, const Frame *f, double y, double step)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  double value = f->logarithmic ? pow (10, y) : fabs (y) < step / 2 ? 0 : y;
  g_string_append (
      html, g_ascii_formatd (number, sizeof number, f->logarithmic ? "%.3g" : "%.5g", value));
}

/* 1, 2 or 5 times a power of ten, so that about N_TICKS fit into @range. */
static double
tick_step (double range)
{
  double rough = range / N_TICKS, power = pow (10, floor (log10 (rough))), rest = rough / power;
  return power * (rest < 1.5 ? 1 : rest < 3.5 ? 2 : rest < 7.5 ? 5 : 10);
}

static gboolean
find_frame (const CgChart *chart, Frame *f)
{
  *f = (Frame){ INFINITY, -INFINITY, INFINITY, -INFINITY, chart->logarithmic };
  for (guint l = 0; l < chart->n_lines; l++)
    for (guint i = 0; 2 * i < chart->lines[l].points->len; i++)
      {
        double x = point (&chart->lines[l], i, 0);
        double y = height_of (f, point (&chart->lines[l], i, 1));
        f->x0 = MIN (f->x0, x);
        f->x1 = MAX (f->x1, x);
        f->y0 = MIN (f->y0, y);
        f->y1 = MAX (f->y1, y);
      }
  double margin = MAX (0.06 * (f->y1 - f->y0), 1e-3);
  f->y0 -= margin;
  f->y1 += margin;
  f->x0 = MIN (f->x0, 0);
  return chart->lines[0].points->len >= 4 && f->x1 > f->x0;
}

static void
append_grid (GString *html, const Frame *f, const char *x_label)
{
  double step = tick_step (f->y1 - f->y0);
  for (double y = ceil (f->y0 / step) * step; y <= f->y1; y += step)
    {
      append_number (html, "<path class='grid' d='M64 ", to_y (f, y), "H624'/>");
      append_number (html, "<text class='right' x='58' y='", to_y (f, y) + 4, "'>");
      append_tick (html, f, y, step);
      g_string_append (html, "</text>");
    }
  step = tick_step (f->x1 - f->x0);
  for (double x = ceil (f->x0 / step) * step; x <= f->x1; x += step)
    {
      append_number (html, "<text class='middle' y='258' x='", to_x (f, x), "'>");
      append_number (html, "", x, "</text>");
    }
  g_string_append_printf (html, "<text class='middle' x='344' y='275'>%s</text>", x_label);
}

static void
append_line (GString *html, const Frame *f, const CgChartLine *line, guint number)
{
  guint n = line->points->len / 2;
  g_string_append_printf (html, "<path class='line%u' d='", number);
  for (guint i = 0; i < n; i++)
    {
      append_number (html, i == 0 ? "M" : "L", to_x (f, point (line, i, 0)), " ");
      append_number (html, "", to_y (f, height_of (f, point (line, i, 1))), "");
    }
  g_string_append (html, n == 1 ? "H624'/>" : "'/>");
}

static void
append_legend (GString *html, const CgChart *chart)
{
  int x = WIDTH - RIGHT;
  for (guint l = chart->n_lines; l-- > 0;)
    {
      g_autofree char *label = g_markup_escape_text (chart->lines[l].label, -1);
      g_string_append_printf (html, "<text class='right' x='%d' y='20'>%s</text>", x, label);
      x -= 7 * (int) g_utf8_strlen (chart->lines[l].label, -1) + 8;
      g_string_append_printf (html, "<path class='line%u' d='M%d 16h-20'/>", l, x);
      x -= 36;
    }
}

void
cg_chart_append (GString *html, const CgChart *chart)
{
  Frame frame;
  if (!find_frame (chart, &frame))
    return;
  g_string_append_printf (html,
                          "<svg viewBox='0 0 %d %d' role='img' aria-label='%s'>"
                          "<text class='title' x='%d' y='20'>%s</text>",
                          WIDTH, HEIGHT, chart->title, LEFT, chart->title);
  append_grid (html, &frame, chart->x_label);
  for (guint l = chart->n_lines; l-- > 0;)
    if (chart->lines[l].points->len > 0)
      append_line (html, &frame, &chart->lines[l], l);
  append_legend (html, chart);
  g_string_append (html, "</svg>\n");
}
