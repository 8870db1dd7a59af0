/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A whole picture through a network, tile by tile, in bounded memory.
 *
 * Gray goes through the network as it is; RGB as one luma and two chroma
 * planes, each through the same network.  Alpha is copied; the colour of fully
 * transparent pixels is kept too, but the network is shown their neighbours'.
 * NaN and infinity are replaced by neighbours and counted.  The result does
 * not depend on tile size or thread count, to the last bit. */
#ifndef CG_DENOISE_H
#define CG_DENOISE_H

#include "model/image.h"
#include "model/model.h"
#include "model/progress.h"

typedef struct
{
  double strength; /* 0 (leave as it is, bit for bit) .. 1 (all of it) [1]; up to 2 overdoes it */
  double colour_strength; /* the same for the chroma planes of RGB; < 0 = as strength [-1] */
  gsize max_memory;    /* bytes for buffers and, from twice their size on, weights; 0 = a quarter of
                          RAM or of what a control group allows, 128 MiB to 1 GiB [0] */
  int threads;         /* 0 = one a processor [0] */
  int grain_size;      /* 2 to 4: also take away noise that about so many pixels across share;
                          0 or 1: only noise of single pixels [1] */
  const char *kernels; /* name of the convolution kernels (conv/conv.h) [NULL] */
  CgProgressFunc progress; /* [NULL] */
  gpointer progress_data;
} CgDenoiseOptions;

#define CG_DENOISE_OPTIONS_INIT                                                                    \
  {                                                                                                \
    .strength = 1, .colour_strength = -1, .grain_size = 1                                          \
  }

/* What was done; every field is set by a successful run. */
typedef struct
{
  int tiles;
  int tile_width, tile_height; /* core of one tile */
  gsize memory;                /* bytes of buffers, weights not counted */
  guint64 not_finite;          /* NaN and infinite samples replaced */
} CgDenoiseReport;

/* Where pixels come from and go to.  Rectangles lie inside the picture;
 * @pixels is h x w x channels floats, interleaved, without padding.  Reads may
 * overlap each other; a read never follows the write of a pixel it contains
 * unless the source keeps the original, which it must.  Each pixel of the region
 * is written once, with the value it would get in a run over the whole picture,
 * but for roundings (below 1e-6).  Both are called in the thread that started the
 * run; FALSE with @error set stops it. */
typedef struct
{
  int width, height;
  int x, y, w, h; /* region inside the picture to clean; w = 0 for all of it */
  int channels;   /* as CgImage */
  CgTransfer transfer;
  gboolean (*read) (int x, int y, int w, int h, float *pixels, gpointer user, GError **error);
  gboolean (*write) (int x, int y, int w, int h, const float *pixels, gpointer user,
                     GError **error);
  gpointer user;
} CgDenoiseStream;

/* A model made ready to denoise many pictures.  One thread at a time. */
typedef struct _CgDenoiser CgDenoiser;

/* @model must outlive the denoiser and map one channel to one channel of the same
 * size (CG_ERROR_UNSUPPORTED otherwise). */
CgDenoiser *cg_denoiser_new (const CgModel *model, const CgDenoiseOptions *options,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cg_denoiser_free (CgDenoiser *denoiser);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgDenoiser, cg_denoiser_free)

/* Another one for a thread of its own, which has the weights of @other made ready already
 * and its kernels; @other must outlive it.  Freed with cg_denoiser_free(). */
CgDenoiser *cg_denoiser_new_beside (const CgDenoiser *other,
                                    const CgDenoiseOptions *options) G_GNUC_WARN_UNUSED_RESULT;

/* What max_memory = 0 means on this machine, bytes. */
gsize cg_denoise_default_memory (void);

/* Strengths may change from picture to picture. */
void cg_denoiser_set_strength (CgDenoiser *denoiser, double strength, double colour_strength);

/* Clean a stream.  @report may be NULL.  CG_ERROR_CANCELLED if the progress
 * callback said so. */
gboolean cg_denoiser_run (CgDenoiser *denoiser, const CgDenoiseStream *stream,
                          CgDenoiseReport *report, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Clean @image into a new picture of the same kind that the caller frees. */
CgImage *cg_denoiser_run_image (CgDenoiser *denoiser, const CgImage *image, CgDenoiseReport *report,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
