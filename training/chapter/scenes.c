/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/chapter/scenes.h"

#include <math.h>

#include <cairo.h>
#include <glib/gstdio.h>

#include "model/error.h"
#include "model/random.h"
#include "training/chapter/canvas.h"

static double
between (CgRandom *random, double low, double high)
{
  return low + (high - low) * cg_random_uniform (random);
}

static void
gray (cairo_t *cr, double level)
{
  cairo_set_source_rgb (cr, level, level, level);
}

static void
draw_sky (cairo_t *cr, CgRandom *random)
{
  double top = between (random, 0.25, 0.9), bottom = between (random, 0.5, 1);
  cairo_pattern_t *sky = cairo_pattern_create_linear (0, 0, 0, CG_SCENE_SIDE);
  cairo_pattern_add_color_stop_rgb (sky, 0, top, top, top);
  cairo_pattern_add_color_stop_rgb (sky, 1, bottom, bottom, bottom);
  cairo_set_source (cr, sky);
  cairo_paint (cr);
  cairo_pattern_destroy (sky);
  gray (cr, between (random, 0.9, 1));
  cairo_arc (cr, between (random, 10, 90), between (random, 10, 40), between (random, 4, 12), 0,
             2 * G_PI);
  cairo_fill (cr);
}

static void
draw_hills (cairo_t *cr, CgRandom *random)
{
  for (int hill = 0; hill < 3; hill++)
    {
      double base = 45 + 15 * hill, height = between (random, 5, 18);
      double width = between (random, 8, 25), shift = between (random, 0, 6);
      gray (cr, between (random, 0.1, 0.7));
      cairo_move_to (cr, 0, CG_SCENE_SIDE);
      for (int x = 0; x <= CG_SCENE_SIDE; x += 2)
        cairo_line_to (cr, x, base + height * sin (x / width + shift));
      cairo_line_to (cr, CG_SCENE_SIDE, CG_SCENE_SIDE);
      cairo_fill (cr);
    }
}

static void
draw_trees (cairo_t *cr, CgRandom *random)
{
  int n = (int) between (random, 2, 7);
  for (int tree = 0; tree < n; tree++)
    {
      double x = between (random, 5, 95), foot = between (random, 70, 97);
      double height = between (random, 15, 45);
      gray (cr, between (random, 0, 0.3));
      cairo_rectangle (cr, x - 1, foot - height, 2, height);
      cairo_fill (cr);
      gray (cr, between (random, 0, 0.8));
      cairo_move_to (cr, x, foot - 1.4 * height);
      cairo_line_to (cr, x - height / 4, foot - height / 3);
      cairo_line_to (cr, x + height / 4, foot - height / 3);
      cairo_fill (cr);
    }
}

static void
draw_house (cairo_t *cr, CgRandom *random)
{
  double x = between (random, 10, 65), y = between (random, 60, 78),
         side = between (random, 12, 26);
  gray (cr, between (random, 0.6, 1));
  cairo_rectangle (cr, x, y, side, side);
  cairo_fill (cr);
  gray (cr, between (random, 0, 0.4));
  cairo_move_to (cr, x - 3, y);
  cairo_line_to (cr, x + side / 2, y - side * 0.7);
  cairo_line_to (cr, x + side + 3, y);
  cairo_fill (cr);
  for (int window = 0; window < 2; window++)
    {
      cairo_rectangle (cr, x + side * (0.15 + 0.45 * window), y + side * 0.2, side / 4, side / 4);
      cairo_fill (cr);
    }
}

typedef struct
{
  int number, quarters;
} Scene;

static void
draw (cairo_t *cr, gpointer user)
{
  const Scene *scene = user;
  CgRandom random = cg_random (18, scene->number, 0);
  cairo_translate (cr, CG_SCENE_SIDE / 2., CG_SCENE_SIDE / 2.);
  cairo_rotate (cr, scene->quarters * G_PI / 2);
  cairo_translate (cr, -CG_SCENE_SIDE / 2., -CG_SCENE_SIDE / 2.);
  draw_sky (cr, &random);
  draw_hills (cr, &random);
  draw_trees (cr, &random);
  if (scene->number % 2 == 0)
    draw_house (cr, &random);
}

float *
cg_scene (int number, int quarters)
{
  Scene scene = { number, quarters };
  float *out = g_new (float, CG_SCENE_VALUES);
  cairo_surface_t *surface
      = cairo_image_surface_create (CAIRO_FORMAT_RGB24, CG_SCENE_SIDE, CG_SCENE_SIDE);
  cairo_t *cr = cairo_create (surface);
  draw (cr, &scene);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  const guint32 *pixels = (const guint32 *) (const void *) cairo_image_surface_get_data (surface);
  int stride = cairo_image_surface_get_stride (surface) / 4;
  for (int y = 0; y < CG_SCENE_SIDE; y++)
    for (int x = 0; x < CG_SCENE_SIDE; x++)
      out[y * CG_SCENE_SIDE + x] = (pixels[y * stride + x] & 255) / 255.f;
  cairo_surface_destroy (surface);
  return out;
}

gboolean
cg_scenes_save (const char *folder, int n, int quarters, GError **error)
{
  if (g_mkdir_with_parents (folder, 0777) != 0)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_UNSUPPORTED, "%s: cannot make this folder", folder);
      return FALSE;
    }
  for (int i = 0; i < n; i++)
    for (int turn = 0; turn < quarters; turn++)
      {
        Scene scene = { i, turn };
        g_autofree char *name = g_strdup_printf ("%02d-%d.png", i, turn);
        g_autofree char *path = g_build_filename (folder, name, NULL);
        if (!cg_canvas_save_png (path, CG_SCENE_SIDE, CG_SCENE_SIDE, draw, &scene, error))
          return FALSE;
      }
  return TRUE;
}
