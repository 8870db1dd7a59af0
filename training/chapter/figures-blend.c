/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two pictures blended pixel by pixel, and what they show blended by its
 * parameters. */
#include <math.h>

#include "training/chapter/figures.h"
#include "training/chapter/scenes.h"

#define SIDE  100
#define STEPS 5

typedef struct
{
  double x, y, radius;
  double colour[3]; /* 0..1 */
} Circle;

static const Circle from = { 30, 34, 14, { 0.85, 0.25, 0.2 } };
static const Circle to = { 68, 64, 26, { 0.15, 0.45, 0.85 } };

typedef double Picture[SIDE * SIDE][3];

static double
mix (double a, double b, double t)
{
  return a + (b - a) * t;
}

static void
draw_circle (Circle c, Picture out)
{
  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++)
      {
        /* one pixel of soft edge */
        double cover = CLAMP (c.radius - hypot (x + 0.5 - c.x, y + 0.5 - c.y) + 0.5, 0, 1);
        for (int k = 0; k < 3; k++)
          out[y * SIDE + x][k] = mix (0.97, c.colour[k], cover);
      }
}

static Circle
mix_circles (double t)
{
  Circle c = { mix (from.x, to.x, t), mix (from.y, to.y, t), mix (from.radius, to.radius, t), {} };
  for (int k = 0; k < 3; k++)
    c.colour[k] = mix (from.colour[k], to.colour[k], t);
  return c;
}

static void
mix_pictures (double t, Picture out)
{
  g_autofree double (*a)[3] = g_malloc (sizeof (Picture));
  g_autofree double (*b)[3] = g_malloc (sizeof (Picture));
  draw_circle (from, a);
  draw_circle (to, b);
  for (int i = 0; i < SIDE * SIDE; i++)
    for (int k = 0; k < 3; k++)
      out[i][k] = mix (a[i][k], b[i][k], t);
}

/* Pixels that are visibly no background. */
static int
area (Picture picture)
{
  int n = 0;
  for (int i = 0; i < SIDE * SIDE; i++)
    n += picture[i][0] < 0.9 || picture[i][1] < 0.9 || picture[i][2] < 0.9;
  return n;
}

static void
add_picture (CgSheet *sheet, Picture picture, double t)
{
  g_autofree guint32 *rgb = g_new (guint32, SIDE * SIDE);
  g_autofree char *caption = g_strdup_printf ("%.0f %%", 100 * t);
  for (int i = 0; i < SIDE * SIDE; i++)
    rgb[i] = (guint32) rint (255 * picture[i][0]) << 16 | (guint32) rint (255 * picture[i][1]) << 8
             | (guint32) rint (255 * picture[i][2]);
  cg_sheet_rgb (sheet, rgb, SIDE, SIDE, caption);
}

static void
add_scenes (CgSheet *sheet)
{
  g_autofree float *a = cg_scene (0, 0), *b = cg_scene (1, 0);
  cg_sheet_row (sheet, "landscapes");
  for (int step = 0; step < STEPS; step++)
    {
      double t = step / (STEPS - 1.);
      float mixed[CG_SCENE_VALUES];
      g_autofree char *caption = g_strdup_printf ("%.0f %%", 100 * t);
      for (int i = 0; i < CG_SCENE_VALUES; i++)
        mixed[i] = (float) mix (a[i], b[i], t);
      cg_sheet_gray (sheet, mixed, CG_SCENE_SIDE, CG_SCENE_SIDE, caption);
    }
}

gboolean
cg_draw_blends (CgChapter *chapter, CgPage *page, GError **error)
{
  g_autoptr (CgSheet) contents = cg_sheet_new (1);
  g_autoptr (CgSheet) parameters = cg_sheet_new (1);
  g_autoptr (GString) contents_csv = g_string_new ("share,area\n");
  g_autoptr (GString) parameters_csv = g_string_new ("share,x,y,radius,red,green,blue,area\n");
  g_autofree double (*picture)[3] = g_malloc (sizeof (Picture));
  int areas[2][STEPS];

  cg_sheet_row (contents, "circles");
  cg_sheet_row (parameters, "circles");
  for (int step = 0; step < STEPS; step++)
    {
      double t = step / (STEPS - 1.);
      Circle c = mix_circles (t);
      mix_pictures (t, picture);
      add_picture (contents, picture, t);
      areas[0][step] = area (picture);
      g_string_append_printf (contents_csv, "%g,%d\n", t, areas[0][step]);
      draw_circle (c, picture);
      add_picture (parameters, picture, t);
      areas[1][step] = area (picture);
      g_string_append_printf (parameters_csv, "%g,%g,%g,%g,%g,%g,%g,%d\n", t, c.x, c.y, c.radius,
                              c.colour[0], c.colour[1], c.colour[2], areas[1][step]);
    }
  add_scenes (contents);

  int middle = STEPS / 2, last = STEPS - 1;
  cg_page_number (page, "area-first", areas[0][0]);
  cg_page_number (page, "area-last", areas[0][last]);
  cg_page_number (page, "area-middle-contents", areas[0][middle]);
  cg_page_number (page, "area-middle-parameters", areas[1][middle]);
  cg_page_say (page,
               "Half-way, blended contents show both circles at once, faintly (%d pixels; the two "
               "have %d and %d), blended parameters one circle of middling place, size and colour "
               "(%d pixels).",
               areas[0][middle], areas[0][0], areas[0][last], areas[1][middle]);
  return cg_page_sheet (page, "18-1", "contents blended", contents, contents_csv, error)
         && cg_page_sheet (page, "18-3", "parameters blended", parameters, parameters_csv, error);
}
