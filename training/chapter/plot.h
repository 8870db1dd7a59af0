/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plots with axes and a legend, drawn by cairo to PNG and SVG. */
#ifndef CG_PLOT_H
#define CG_PLOT_H

#include <glib.h>

/* 0xRRGGBB; the first ten are told apart well, one a digit. */
extern const guint32 cg_plot_colours[10];
#define CG_PLOT_GRAY 0x888888

typedef struct _CgPlot CgPlot;

/* An empty plot; the caller frees it with cg_plot_free(). */
CgPlot *
cg_plot_new (const char *title, const char *x_label, const char *y_label) G_GNUC_WARN_UNUSED_RESULT;
void cg_plot_free (CgPlot *plot);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgPlot, cg_plot_free)

/* Pixels of the whole plot; 640 x 440 unless set. */
void cg_plot_size (CgPlot *plot, int width, int height);

/* What the axes show; unless set, all that is drawn. */
void cg_plot_range (CgPlot *plot, double x0, double x1, double y0, double y1);

/* A unit is as long across as it is up. */
void cg_plot_equal (CgPlot *plot);

/* Things to draw, later ones over earlier ones; all are copied.  @xy holds @n
 * pairs.  @label (NULL: none) goes into the legend. */
void cg_plot_points (CgPlot *plot, const char *label, guint32 colour, double radius,
                     const double *xy, int n);
void cg_plot_line (CgPlot *plot, const char *label, guint32 colour, const double *xy, int n);
/* The area between a line and zero. */
void cg_plot_area (CgPlot *plot, const char *label, guint32 colour, const double *xy, int n);
/* Bars of unit distance at 1, 2, ... */
void cg_plot_bars (CgPlot *plot, const char *label, guint32 colour, const double *values, int n);
void
cg_plot_circle (CgPlot *plot, const char *label, guint32 colour, double x, double y, double radius);
void cg_plot_arrow (CgPlot *plot, const char *label, guint32 colour, double x0, double y0,
                    double x1, double y1);
void cg_plot_text (CgPlot *plot, double x, double y, const char *text);
/* A gray picture of @h x @w, 0..1, over x0..x1, y0..y1, its first row on top. */
void cg_plot_picture (CgPlot *plot, const float *gray, int w, int h, double x0, double x1,
                      double y0, double y1);

/* Write @base.png and @base.svg, @n plots of one size in @columns. */
gboolean cg_plot_save (CgPlot *const *plots, int n, int columns, const char *base,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
