/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One OpenEXR picture on its way between a file and memory. */
#ifndef CG_EXR_CHANNELS_H
#define CG_EXR_CHANNELS_H

#include "imageio/exr-job.h"
#include "model/image.h"

/* Where in memory one channel is. */
typedef struct
{
  const char *name;
  exr_pixel_type_t type;  /* in the file */
  exr_pixel_type_t there; /* in memory */
  guint8 *samples;
  gsize pixel, row; /* bytes from one to the next */
  gboolean is_colour;
  float *plane; /* reading: the colours of a chunk, before they are interleaved */
} CgExrChannel;

typedef struct
{
  CgExrJob job;
  exr_attr_box2i_t window;
  int width, height;
  CgExrChannel *channels; /* as the file has them, sorted by name */
  int n_channels;
} CgExrPicture;

static inline gsize
cg_exr_sample_bytes (exr_pixel_type_t type)
{
  return type == EXR_PIXEL_HALF ? 2 : 4;
}

/* CgFormat.save. */
gboolean cg_exr_save (const CgImage *image, FILE *file, GError **error);

#endif
