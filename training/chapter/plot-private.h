/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a plot is made of, for plot.c, which puts it together, and
 * plot-draw.c, which draws it. */
#ifndef CG_PLOT_PRIVATE_H
#define CG_PLOT_PRIVATE_H

#include "training/chapter/canvas.h"
#include "training/chapter/plot.h"

typedef enum
{
  CG_PLOT_POINTS,
  CG_PLOT_LINE,
  CG_PLOT_AREA,
  CG_PLOT_BARS,
  CG_PLOT_CIRCLE,
  CG_PLOT_ARROW,
  CG_PLOT_WORDS,
  CG_PLOT_PICTURE
} CgPlotKind;

typedef struct
{
  CgPlotKind kind;
  char *label;
  guint32 colour;
  double radius;
  double *xy;
  int n;
  float *gray;
  int w, h;
} CgPlotThing;

struct _CgPlot
{
  char *title, *x_label, *y_label;
  int width, height;
  gboolean ranged, equal;
  double x0, x1, y0, y1;
  GPtrArray *things; /* CgPlotThing * */
};

/* Draw @plot into plot->width x plot->height from the origin on. */
void cg_plot_draw (cairo_t *cr, const CgPlot *plot);

#endif
