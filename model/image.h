/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A picture in memory, as its file had it: interleaved samples of the file's
 * own depth.  Files are read and written in imageio/. */
#ifndef CG_IMAGE_H
#define CG_IMAGE_H

#include <glib.h>

typedef enum
{
  CG_DEPTH_8,    /* guint8, 0..255 */
  CG_DEPTH_16,   /* guint16, 0..65535, native byte order */
  CG_DEPTH_FLOAT /* float, nominally 0..1, but any value */
} CgDepth;

typedef enum
{
  CG_TRANSFER_DISPLAY, /* an sRGB-like curve, as in PNG and JPEG */
  CG_TRANSFER_LINEAR   /* proportional to light, as in PFM and HDR */
} CgTransfer;

typedef struct
{
  int width, height;
  int channels; /* 1 gray, 2 gray + alpha, 3 RGB, 4 RGB + alpha */
  CgDepth depth;
  CgTransfer transfer;
  gboolean premultiplied; /* colours are multiplied by alpha, as in OpenEXR [FALSE] */
  void *samples;          /* height x width x channels, no padding */
  GPtrArray *extras;      /* CgImageExtra *: what the file said besides the pixels; NULL = none */
} CgImage;

/* One piece of metadata carried through untouched. */
typedef struct
{
  char *kind;    /* "icc", "exif", "xmp", "text:KEY", "gamma", "chroma", "density", "srgb" */
  GBytes *bytes; /* in the form imageio/metadata.h tells */
} CgImageExtra;

/* A picture of zeros.  NULL with CG_ERROR_TOO_LARGE if it cannot be had, or
 * CG_ERROR_UNSUPPORTED for a size or channel count that makes no sense.  The
 * caller frees it with cg_image_free(). */
CgImage *cg_image_new (int width, int height, int channels, CgDepth depth,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cg_image_free (CgImage *image);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgImage, cg_image_free)

CgImageExtra *cg_image_extra_new (const char *kind, const void *bytes, gsize size);
void cg_image_extra_free (CgImageExtra *extra);

/* Bytes of one sample, and of one pixel row. */
gsize cg_depth_bytes (CgDepth depth);
gsize cg_image_row_bytes (const CgImage *image);

static inline gboolean
cg_channels_have_alpha (int channels)
{
  return channels == 2 || channels == 4;
}

/* Samples of a rectangle inside the picture to floats (0..1 for integer
 * depths) and back (rounded to nearest and clipped for integer depths; floats
 * unchanged).  @pixels is @h x @w x channels, interleaved. */
void cg_image_get (const CgImage *image, int x, int y, int w, int h, float *pixels);
void cg_image_set (CgImage *image, int x, int y, int w, int h, const float *pixels);

#endif
