/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a picture is cut to fit a memory limit.
 *
 * A picture streams through the network from top to bottom in bands of rows
 * (pass.h); nothing is computed twice.  Only if one band as wide as the picture
 * is too much, the picture is cut into upright strips as well, each read with
 * so wide a halo that no pixel of its core knows where the cuts are. */
#ifndef CG_TILE_H
#define CG_TILE_H

#include "model/pass.h"

typedef struct
{
  int x, y, w, h;
} CgRect;

typedef struct
{
  CgRect region;   /* pixels wanted */
  CgRect padded;   /* what the network is given: with halo, whole steps; may reach past the
                      picture's right and bottom edge by less than a step, to be mirrored */
  int step;        /* of the network */
  int row_step;    /* what the first row of the padded rectangle is a multiple of, */
  int column_step; /* and the first column of it and of every strip */
  int halo;        /* columns on each side of a strip */
  int strips;
  int strip;    /* columns of every core but the last */
  int band;     /* rows of input a step of the pass */
  gsize memory; /* bytes that one pass takes */
} CgTilePlan;

/* Cut @region of a picture of @width x @height so that a pass takes at most
 * @max_memory bytes with @threads workers.  Few large bands are preferred.
 * Fails with CG_ERROR_TOO_LARGE, naming what would do, if nothing fits. */
gboolean
cg_tile_plan (CgTilePlan *plan, const CgPacked *packed, int width, int height, CgRect region,
              gsize max_memory, int threads, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Strip @i: its core within the region, and the part of the padded rectangle
 * that the network is given for it. */
void cg_tile_strip (const CgTilePlan *plan, int i, CgRect *core, CgRect *padded);

/* Steps that the passes of all strips take together. */
int cg_tile_steps (const CgTilePlan *plan, const CgPacked *packed);

#endif
