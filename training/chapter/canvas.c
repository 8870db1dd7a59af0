/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/chapter/canvas.h"

#include <math.h>

#include <cairo-svg.h>
#include <glib/gstdio.h>

#include "model/error.h"

void
cg_canvas_colour_alpha (cairo_t *cr, guint32 rgb, double alpha)
{
  cairo_set_source_rgba (cr, (rgb >> 16 & 255) / 255., (rgb >> 8 & 255) / 255., (rgb & 255) / 255.,
                         alpha);
}

void
cg_canvas_colour (cairo_t *cr, guint32 rgb)
{
  cg_canvas_colour_alpha (cr, rgb, 1);
}

void
cg_canvas_line (cairo_t *cr, guint32 rgb, double width, double x0, double y0, double x1, double y1)
{
  cg_canvas_colour (cr, rgb);
  cairo_set_line_width (cr, width);
  cairo_move_to (cr, x0, y0);
  cairo_line_to (cr, x1, y1);
  cairo_stroke (cr);
}

double
cg_canvas_text_width (cairo_t *cr, const char *text, double size)
{
  cairo_text_extents_t extents;
  cairo_select_font_face (cr, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size (cr, size);
  cairo_text_extents (cr, text, &extents);
  return extents.x_advance;
}

void
cg_canvas_text (cairo_t *cr, const char *text, double size, double x, double y, double align)
{
  double width = cg_canvas_text_width (cr, text, size);
  cg_canvas_colour (cr, 0x000000);
  cairo_move_to (cr, x - align * width, y);
  cairo_show_text (cr, text);
  cairo_new_path (cr);
}

void
cg_canvas_rgb (cairo_t *cr, const guint32 *rgb, int w, int h, double x, double y, double width,
               double height)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, w, h);
  int stride = cairo_image_surface_get_stride (surface) / 4;
  guint32 *pixels = (guint32 *) (void *) cairo_image_surface_get_data (surface);
  for (int v = 0; v < h; v++)
    for (int u = 0; u < w; u++)
      pixels[v * stride + u] = rgb[v * w + u];
  cairo_surface_mark_dirty (surface);

  cairo_save (cr);
  cairo_translate (cr, x, y);
  cairo_scale (cr, width / w, height / h);
  cairo_set_source_surface (cr, surface, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
  cairo_paint (cr);
  cairo_restore (cr);
  cairo_surface_destroy (surface);
}

void
cg_canvas_gray (cairo_t *cr, const float *gray, int w, int h, double x, double y, double width,
                double height)
{
  g_autofree guint32 *rgb = g_new (guint32, (gsize) w * h);
  for (int i = 0; i < w * h; i++)
    rgb[i] = (guint32) rintf (255 * CLAMP (gray[i], 0, 1)) * 0x010101;
  cg_canvas_rgb (cr, rgb, w, h, x, y, width, height);
}

static cairo_status_t
draw_on (cairo_surface_t *surface, CgCanvasFunc draw, gpointer user)
{
  cairo_t *cr = cairo_create (surface);
  cg_canvas_colour (cr, 0xffffff);
  cairo_paint (cr);
  draw (cr, user);
  cairo_status_t status = cairo_status (cr);
  cairo_destroy (cr);
  return status;
}

/* @part becomes @path if all went well, and nothing otherwise. */
static gboolean
finish (cairo_status_t status, const char *part, const char *path, GError **error)
{
  if (status == CAIRO_STATUS_SUCCESS && g_rename (part, path) == 0)
    return TRUE;
  g_set_error (error, CG_ERROR, CG_ERROR_UNSUPPORTED, "%s: cannot be written: %s", path,
               status == CAIRO_STATUS_SUCCESS ? "renaming failed"
                                              : cairo_status_to_string (status));
  g_unlink (part);
  return FALSE;
}

gboolean
cg_canvas_save_png (const char *path, int width, int height, CgCanvasFunc draw, gpointer user,
                    GError **error)
{
  g_autofree char *part = g_strconcat (path, ".part", NULL);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
  cairo_status_t status = draw_on (surface, draw, user);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_write_to_png (surface, part);
  cairo_surface_destroy (surface);
  return finish (status, part, path, error);
}

gboolean
cg_canvas_save_svg (const char *path, int width, int height, CgCanvasFunc draw, gpointer user,
                    GError **error)
{
  g_autofree char *part = g_strconcat (path, ".part", NULL);
  cairo_surface_t *surface = cairo_svg_surface_create (part, width, height);
  cairo_status_t status = draw_on (surface, draw, user);
  cairo_surface_finish (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  return finish (status, part, path, error);
}
