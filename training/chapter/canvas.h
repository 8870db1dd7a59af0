/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What plots and sheets draw with: a few words over cairo, and its files. */
#ifndef CG_CANVAS_H
#define CG_CANVAS_H

#include <cairo.h>
#include <glib.h>

void cg_canvas_colour (cairo_t *cr, guint32 rgb);
void cg_canvas_colour_alpha (cairo_t *cr, guint32 rgb, double alpha);
void
cg_canvas_line (cairo_t *cr, guint32 rgb, double width, double x0, double y0, double x1, double y1);

/* Black text on the baseline @y; @x is where it begins (@align 0), its middle
 * (0.5) or where it ends (1). */
void cg_canvas_text (cairo_t *cr, const char *text, double size, double x, double y, double align);

double cg_canvas_text_width (cairo_t *cr, const char *text, double size);

/* A gray picture (0..1, clipped) or one of 0xRRGGBB values, h x w, scaled
 * without smoothing. */
void cg_canvas_gray (cairo_t *cr, const float *gray, int w, int h, double x, double y, double width,
                     double height);
void cg_canvas_rgb (cairo_t *cr, const guint32 *rgb, int w, int h, double x, double y, double width,
                    double height);

/* Draw on white and write; nothing is left of a file that cannot be written. */
typedef void (*CgCanvasFunc) (cairo_t *cr, gpointer user);
gboolean cg_canvas_save_png (const char *path, int width, int height, CgCanvasFunc draw,
                             gpointer user, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean cg_canvas_save_svg (const char *path, int width, int height, CgCanvasFunc draw,
                             gpointer user, GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
