/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One picture on its way through the batch.  Reading and writing need nothing
 * but the picture, so that they can run while another one is computed. */
#ifndef CG_PICTURE_H
#define CG_PICTURE_H

#include "cli/jobs.h"
#include "imageio/imageio.h"
#include "model/denoise.h"

typedef enum
{
  CG_PICTURE_READ,    /* in memory, to be cleaned */
  CG_PICTURE_CLEANED, /* to be written */
  CG_PICTURE_DONE,
  CG_PICTURE_SKIPPED,
  CG_PICTURE_FAILED, /* error says why */
  CG_N_PICTURE_STATES
} CgPictureState;

typedef struct
{
  const CgJob *job;
  CgPictureState state;
  GError *error;
  CgImage *image, *result; /* NULL when no longer needed */
  gboolean cleaned;        /* has been with the denoiser */
  const char *format;      /* to write; NULL = as the name ends */

  /* For the log; they outlive the pixels. */
  int width, height, channels;
  CgDepth depth;
  double noise; /* standard deviation on the scale of 8 bits; NaN = not known */
  CgDenoiseReport report;
  double seconds; /* of work, without waiting */
} CgPicture;

/* Whether the output exists. */
gboolean cg_picture_is_there (const CgJob *job);

/* Why @job cannot be done, as far as can be told without reading the picture;
 * NULL if nothing is known against it.  To be freed. */
char *cg_picture_problem (const CgJob *job, const CgOptions *options);

/* Decide whether it is to be done at all, and load it. */
CgPicture *cg_picture_read (const CgJob *job, const CgOptions *options);
void cg_picture_clean (CgPicture *picture, const CgOptions *options, CgDenoiser *denoiser);
void cg_picture_write (CgPicture *picture, const CgOptions *options);
void cg_picture_free (CgPicture *picture);

#endif
