/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line chart as inline SVG. */
#ifndef CG_CHART_H
#define CG_CHART_H

#include <glib.h>

typedef struct
{
  const char *label;
  GArray *points; /* double x, double y, ... */
} CgChartLine;

typedef struct
{
  const char *title, *x_label;
  const CgChartLine *lines; /* the first is drawn bold; one of a single point is a level */
  guint n_lines;
  gboolean logarithmic; /* y > 0 then */
} CgChart;

/* Append @chart to @html; nothing if there are fewer than two points to draw. */
void cg_chart_append (GString *html, const CgChart *chart);

#endif
