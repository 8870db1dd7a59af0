/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/image.h"

#include <string.h>

#include "model/error.h"

gsize
cg_depth_bytes (CgDepth depth)
{
  return depth == CG_DEPTH_8 ? 1 : depth == CG_DEPTH_16 ? 2 : 4;
}

gsize
cg_image_row_bytes (const CgImage *image)
{
  return (gsize) image->width * image->channels * cg_depth_bytes (image->depth);
}

CgImage *
cg_image_new (int width, int height, int channels, CgDepth depth, GError **error)
{
  gsize size;

  if (width < 1 || height < 1 || channels < 1 || channels > 4)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_UNSUPPORTED,
                   "a picture of %d x %d pixels with %d channels makes no sense", width, height,
                   channels);
      return NULL;
    }
  void *samples = NULL;
  if (g_size_checked_mul (&size, width, height)
      && g_size_checked_mul (&size, size, channels * cg_depth_bytes (depth)))
    samples = g_try_malloc0 (size);
  if (!samples)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_TOO_LARGE,
                   "no memory for a picture of %d x %d pixels with %d channels", width, height,
                   channels);
      return NULL;
    }

  CgImage *image = g_new0 (CgImage, 1);
  image->width = width;
  image->height = height;
  image->channels = channels;
  image->depth = depth;
  image->transfer = CG_TRANSFER_DISPLAY;
  image->samples = samples;
  return image;
}

void
cg_image_free (CgImage *image)
{
  if (!image)
    return;
  g_free (image->samples);
  g_clear_pointer (&image->extras, g_ptr_array_unref);
  g_free (image);
}

CgImageExtra *
cg_image_extra_new (const char *kind, const void *bytes, gsize size)
{
  CgImageExtra *extra = g_new0 (CgImageExtra, 1);

  extra->kind = g_strdup (kind);
  extra->bytes = g_bytes_new (bytes, size);
  return extra;
}

void
cg_image_extra_free (CgImageExtra *extra)
{
  if (!extra)
    return;
  g_free (extra->kind);
  g_bytes_unref (extra->bytes);
  g_free (extra);
}

static void
get_row_8 (const guint8 *restrict from, float *restrict to, gsize n)
{
  for (gsize i = 0; i < n; i++)
    to[i] = from[i] / 255.f;
}

static void
get_row_16 (const guint16 *restrict from, float *restrict to, gsize n)
{
  for (gsize i = 0; i < n; i++)
    to[i] = from[i] / 65535.f;
}

/* To the nearest of 0 .. @top; NaN becomes 0. */
static inline int
quantize (float v, float top)
{
  v = v * top + 0.5f;
  return v > 0 ? (int) (v < top ? v : top) : 0;
}

static void
set_row_8 (const float *restrict from, guint8 *restrict to, gsize n)
{
  for (gsize i = 0; i < n; i++)
    to[i] = (guint8) quantize (from[i], 255.f);
}

static void
set_row_16 (const float *restrict from, guint16 *restrict to, gsize n)
{
  for (gsize i = 0; i < n; i++)
    to[i] = (guint16) quantize (from[i], 65535.f);
}

static guint8 *
address (const CgImage *image, int x, int y)
{
  return (guint8 *) image->samples + y * cg_image_row_bytes (image)
         + (gsize) x * image->channels * cg_depth_bytes (image->depth);
}

static gboolean
rectangle_fits (const CgImage *image, int x, int y, int w, int h)
{
  return x >= 0 && y >= 0 && w >= 0 && h >= 0 && w <= image->width - x && h <= image->height - y;
}

void
cg_image_get (const CgImage *image, int x, int y, int w, int h, float *pixels)
{
  g_return_if_fail (rectangle_fits (image, x, y, w, h));
  gsize n = (gsize) w * image->channels;

  for (int row = 0; row < h; row++, pixels += n)
    {
      const void *from = address (image, x, y + row);
      switch (image->depth)
        {
        case CG_DEPTH_8:
          get_row_8 (from, pixels, n);
          break;
        case CG_DEPTH_16:
          get_row_16 (from, pixels, n);
          break;
        case CG_DEPTH_FLOAT:
          memcpy (pixels, from, n * sizeof (float));
          break;
        }
    }
}

void
cg_image_set (CgImage *image, int x, int y, int w, int h, const float *pixels)
{
  g_return_if_fail (rectangle_fits (image, x, y, w, h));
  gsize n = (gsize) w * image->channels;

  for (int row = 0; row < h; row++, pixels += n)
    {
      void *to = address (image, x, y + row);
      switch (image->depth)
        {
        case CG_DEPTH_8:
          set_row_8 (pixels, to, n);
          break;
        case CG_DEPTH_16:
          set_row_16 (pixels, to, n);
          break;
        case CG_DEPTH_FLOAT:
          memcpy (to, pixels, n * sizeof (float));
          break;
        }
    }
}
