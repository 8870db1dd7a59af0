/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Coarse grain: noise that several pixels share, which a network for noise of
 * single pixels takes for a texture.  In a picture shrunk by the size of its
 * grains it is noise of single pixels again: what the network changes there,
 * enlarged, is taken away before the picture goes through the network itself.
 *
 * The shrunken picture streams beside the picture, as far ahead as needed. */
#ifndef CG_GRAIN_H
#define CG_GRAIN_H

#include "model/denoise-private.h"

#define CG_GRAIN_MOST 4

struct _CgGrain
{
  CgDenoiseRun run;             /* over the shrunken picture, of which it knows only the size */
  CgDenoiseStream stream;       /* of that size */
  CgDenoiseRun *of;             /* the run that it is for */
  int size;                     /* sides of the squares of pixels that become one */
  gboolean more;                /* steps are left */
  int first, end;               /* rows that are known: first <= y < end */
  int room;                     /* for so many of them */
  float *change[CG_MAX_PLANES]; /* these rows of the region's columns */
};

/* Ready for a run whose plan will cover @wanted of the picture.  NULL with
 * CG_ERROR_TOO_LARGE if @max_memory bytes a plane do not do. */
CgGrain *cg_grain_new (CgDenoiseRun *of, CgRect wanted, gsize max_memory,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cg_grain_free (CgGrain *grain);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgGrain, cg_grain_free)

/* Bytes that a plane takes; 0 for NULL. */
gsize cg_grain_memory (const CgGrain *grain);

/* Have the change at hand for the picture's rows @y0 <= y < @y1.  Going back to
 * earlier rows means to start again. */
gboolean cg_grain_need (CgGrain *grain, int y0, int y1, GError **error);

/* What it changes at a pixel of the rows that are at hand. */
float cg_grain_change (const CgGrain *grain, int plane, int y, int x);

#endif
