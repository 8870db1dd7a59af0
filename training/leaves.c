/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dead leaves, painted at double size and halved, so that edges are smooth. */
#include "training/leaves.h"

#include <math.h>

#include "model/random.h"

#define SEED G_GUINT64_CONSTANT (0x6c6561766573)
/* Radii in pixels of the large picture; their density falls with the cube. */
#define LEAST_RADIUS 2.
#define MOST_RADIUS  160.
/* Discs for each 100 pixels: hardly anything of the first ones is left. */
#define DENSITY 6

/* A gray that changes along a line, with stripes or without. */
typedef struct
{
  double x, y, radius;
  double gray, ramp, stripes, turn, angle;
} Leaf;

static Leaf
draw_leaf (CgRandom *random, int side)
{
  double least = 1 / (LEAST_RADIUS * LEAST_RADIUS), most = 1 / (MOST_RADIUS * MOST_RADIUS);
  Leaf leaf = {
    .x = cg_random_uniform (random) * side,
    .y = cg_random_uniform (random) * side,
    .radius = 1 / sqrt (most + cg_random_uniform (random) * (least - most)),
    .gray = 20 + 215 * cg_random_uniform (random),
    .ramp = 40 * (cg_random_uniform (random) - 0.5),
    .stripes = MAX (0, 40 * (cg_random_uniform (random) - 0.5)),
    .turn = 0.2 + cg_random_uniform (random),
    .angle = G_PI * cg_random_uniform (random),
  };
  return leaf;
}

static void
paint (const Leaf *leaf, float *plane, int side)
{
  double r = leaf->radius, along_x = cos (leaf->angle), along_y = sin (leaf->angle);
  for (int y = MAX (0, (int) (leaf->y - r)); y < MIN (side, leaf->y + r); y++)
    for (int x = MAX (0, (int) (leaf->x - r)); x < MIN (side, leaf->x + r); x++)
      {
        double dx = x - leaf->x, dy = y - leaf->y;
        if (dx * dx + dy * dy > r * r)
          continue;
        double along = dx * along_x + dy * along_y;
        plane[(gsize) y * side + x]
            = leaf->gray + leaf->ramp * along / r + leaf->stripes * sin (leaf->turn * along);
      }
}

static void
draw_picture (guint number, int side, guint8 *out)
{
  CgRandom random = cg_random (SEED, number, 0);
  int large = 2 * side;
  g_autofree float *plane = g_new0 (float, (gsize) large *large);
  for (gint64 i = 0; i < (gint64) large * large * DENSITY / 100; i++)
    {
      Leaf leaf = draw_leaf (&random, large);
      paint (&leaf, plane, large);
    }
  for (int y = 0; y < side; y++)
    for (int x = 0; x < side; x++)
      {
        const float *p = plane + (gsize) (2 * y) * large + 2 * x;
        float mean = (p[0] + p[1] + p[large] + p[large + 1]) / 4;
        *out++ = (guint8) (CLAMP (mean, 0, 255) + 0.5f);
      }
}

CgPictures *
cg_leaves_new (guint n, int side, GError **error)
{
  guint8 *samples;
  CgPictures *pictures = cg_pictures_new_blank (n, side, &samples, error);
  for (guint i = 0; pictures && i < n; i++)
    draw_picture (i, side, samples + (gsize) i * side * side);
  return pictures;
}
