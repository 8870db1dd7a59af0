/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One run of a denoiser: denoise.c drives it band by band, denoise-pixels.c
 * brings pixels to the network and back. */
#ifndef CG_DENOISE_PRIVATE_H
#define CG_DENOISE_PRIVATE_H

#include "model/denoise.h"
#include "model/pass.h"
#include "model/planes.h"
#include "model/tile.h"

struct _CgDenoiser
{
  const CgModel *model;
  CgDenoiseOptions options;
  CgTransfer transfer; /* that the model was trained on */
  CgWorkers *workers;
  CgPacked *packed;

  CgPass *passes[CG_MAX_PLANES]; /* of the last strip; kept for the next of its size */
  int pass_h, pass_w, pass_band;
};

/* One run over one stream. */
typedef struct
{
  CgDenoiser *denoiser;
  const CgDenoiseStream *stream;
  CgTilePlan plan;
  int planes;
  float strength[CG_MAX_PLANES];                  /* planes of strength 0 are left out */
  CgRect core, padded;                            /* of the strip under way */
  CgTensor in[CG_MAX_PLANES], out[CG_MAX_PLANES]; /* of the step under way */
  int forwards, forwards_done;
  int steps_done;
  guint64 not_finite;
} CgDenoiseRun;

/* Fill the inputs' rows y0 <= y < y1, counted within the padded rectangle. */
gboolean cg_denoise_feed (CgDenoiseRun *run, int y0, int y1, GError **error);

/* Write what of the output's rows y0 <= y < y1 (within the padded rectangle)
 * lies in the core. */
gboolean cg_denoise_write (CgDenoiseRun *run, int y0, int y1, GError **error);

/* Strength 0: hand the region on without even looking at it. */
gboolean cg_denoise_copy (const CgDenoiseRun *run, CgRect region, GError **error);

#endif
