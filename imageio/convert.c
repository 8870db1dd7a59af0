/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From one depth to another, and with colours multiplied by alpha or not. */
#include "imageio/format.h"
#include "imageio/imageio.h"
#include "model/planes.h"

static void
bend (float *pixels, gsize n, int channels, CgTransfer to)
{
  int colours = channels - cg_channels_have_alpha (channels);

  for (gsize i = 0; i < n; i++)
    for (int c = 0; c < colours; c++)
      pixels[i * channels + c] = to == CG_TRANSFER_LINEAR
                                     ? cg_linear_from_display (pixels[i * channels + c])
                                     : cg_display_from_linear (pixels[i * channels + c]);
}

/* Multiply the colours by alpha, or undo that, except where alpha is 0. */
static void
multiply (float *pixels, gsize n, int channels, gboolean undo)
{
  for (float *p = pixels; p < pixels + n * channels; p += channels)
    for (int c = 0; c < channels - 1 && p[channels - 1] > 0; c++)
      p[c] = undo ? p[c] / p[channels - 1] : p[c] * p[channels - 1];
}

/* Alpha counts in light: colours are divided by it before they are bent for a
 * display. */
static CgImage *
convert (const CgImage *image, CgDepth depth, CgTransfer transfer, gboolean premultiplied,
         GError **error)
{
  CgImage *result = cg_image_new (image->width, image->height, image->channels, depth, error);

  if (!result)
    return NULL;
  g_autofree float *row = g_new (float, (gsize) image->width * image->channels);
  for (int y = 0; y < image->height; y++)
    {
      cg_image_get (image, 0, y, image->width, 1, row);
      if (premultiplied != image->premultiplied && cg_channels_have_alpha (image->channels))
        multiply (row, image->width, image->channels, image->premultiplied);
      if (transfer != image->transfer)
        bend (row, image->width, image->channels, transfer);
      cg_image_set (result, 0, y, image->width, 1, row);
    }
  result->transfer = transfer;
  result->premultiplied = premultiplied;
  if (image->extras)
    result->extras = g_ptr_array_ref (image->extras);
  return result;
}

CgImage *
cg_image_convert (const CgImage *image, CgDepth depth, GError **error)
{
  gboolean is_light = depth == CG_DEPTH_FLOAT;

  return convert (image, depth, is_light ? CG_TRANSFER_LINEAR : CG_TRANSFER_DISPLAY,
                  is_light && image->premultiplied, error);
}

CgImage *
cg_image_multiply (const CgImage *image, gboolean premultiplied, GError **error)
{
  return convert (image, image->depth, image->transfer, premultiplied, error);
}
