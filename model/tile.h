/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a picture is cut: a grid of cores that cover it once, each read with a
 * halo as wide as the network can see, so that no pixel of a core knows where
 * the cuts are. */
#ifndef CG_TILE_H
#define CG_TILE_H

#include "model/pass.h"

typedef struct
{
  int width, height;  /* of the picture */
  int padded_width;   /* the same, rounded up to the network's step */
  int padded_height;
  int halo;           /* multiple of the alignment */
  int core_w, core_h; /* of every tile but the last of a row or column */
  int columns, rows;
  int pass_w, pass_h; /* largest rectangle a pass has to take */
  gsize memory;       /* bytes one pass of that size needs */
} CgTilePlan;

/* A rectangle to read (core and halo, inside the padded picture) and the core
 * within the picture to write. */
typedef struct
{
  int x, y, w, h;
  int core_x, core_y, core_w, core_h;
} CgTile;

/* The largest tiles whose pass stays within @max_memory bytes with @threads
 * workers.  Fails with CG_ERROR_TOO_LARGE, naming what would be needed, if not
 * even the smallest does. */
gboolean cg_tile_plan (CgTilePlan *plan, const CgPacked *packed, int width, int height,
                       gsize max_memory, int threads, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Tile @i of columns x rows, row by row. */
CgTile cg_tile_at (const CgTilePlan *plan, int i);

#endif
