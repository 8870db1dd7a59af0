/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One run of a denoiser: denoise.c drives it band by band, denoise-pixels.c
 * brings pixels to the network and back. */
#ifndef CG_DENOISE_PRIVATE_H
#define CG_DENOISE_PRIVATE_H

#include "model/denoise.h"
#include "model/pass.h"
#include "model/planes.h"
#include "model/tile.h"

typedef struct _CgGrain CgGrain; /* model/grain.h */

struct _CgDenoiser
{
  const CgModel *model;
  CgDenoiseOptions options;
  CgTransfer transfer; /* that the model was trained on */
  CgWorkers *workers;
  CgPacked *packed;
  gboolean borrows_packed; /* it is another denoiser's */

  CgPass *passes[CG_MAX_PLANES]; /* of the last strip; kept for the next of its size */
  int pass_h, pass_w, pass_band;

  CgDenoiser *small; /* for the shrunken picture, with passes of its own; NULL = none */
};

/* One run over one stream. */
typedef struct _CgDenoiseRun CgDenoiseRun;
struct _CgDenoiseRun
{
  CgDenoiser *denoiser;
  const CgDenoiseStream *stream;
  CgTilePlan plan;
  int planes;
  float strength[CG_MAX_PLANES];                  /* planes of strength 0 are left out */
  CgRect core, padded;                            /* of the strip under way */
  CgTensor in[CG_MAX_PLANES], out[CG_MAX_PLANES]; /* of the step under way */
  CgGrain *grain; /* coarse grain to take away first, NULL = none; or what the run is part of */

  /* Fill the inputs' rows y0 <= y < y1, counted within the padded rectangle, and
   * take the outputs' rows. */
  gboolean (*feed) (CgDenoiseRun *run, int y0, int y1, GError **error);
  gboolean (*take) (CgDenoiseRun *run, int y0, int y1, GError **error);

  int forwards, forwards_done;
  int steps_done;
  guint64 not_finite;
};

/* Passes for the strip under way: those of the last one if they fit. */
gboolean cg_denoise_prepare (CgDenoiseRun *run, GError **error);

/* One band through all planes.  *more tells whether there is another; passes that
 * stop half-way must be dropped. */
gboolean cg_denoise_step (CgDenoiseRun *run, gboolean *more, GError **error);
void cg_denoise_drop_passes (CgDenoiser *denoiser);

/* --- denoise-pixels.c --- */

/* The coordinate within 0 .. @limit - 1 that @v stands for: mirrored at the far edge. */
int cg_denoise_mirror (int v, int limit);

/* A rectangle of the picture as the network is to see it, without holes, as planes
 * one after the other; to be freed, NULL on failure. */
float *cg_denoise_read_planes (const CgDenoiseRun *run, CgRect at, GError **error);

/* The run over the picture itself: feed it, and ... */
gboolean cg_denoise_feed (CgDenoiseRun *run, int y0, int y1, GError **error);

/* ... write what of the output's rows y0 <= y < y1 (within the padded rectangle)
 * lies in the core. */
gboolean cg_denoise_write (CgDenoiseRun *run, int y0, int y1, GError **error);

/* Strength 0: hand the region on without even looking at it. */
gboolean cg_denoise_copy (const CgDenoiseRun *run, CgRect region, GError **error);

#endif
