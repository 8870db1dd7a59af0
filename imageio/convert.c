/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From one depth to another. */
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

CgImage *
cg_image_convert (const CgImage *image, CgDepth depth, GError **error)
{
  CgTransfer transfer = depth == CG_DEPTH_FLOAT ? CG_TRANSFER_LINEAR : CG_TRANSFER_DISPLAY;
  CgImage *result = cg_image_new (image->width, image->height, image->channels, depth, error);

  if (!result)
    return NULL;
  g_autofree float *row = g_new (float, (gsize) image->width * image->channels);
  for (int y = 0; y < image->height; y++)
    {
      cg_image_get (image, 0, y, image->width, 1, row);
      if (transfer != image->transfer)
        bend (row, image->width, image->channels, transfer);
      cg_image_set (result, 0, y, image->width, 1, row);
    }
  result->transfer = transfer;
  if (image->extras)
    result->extras = g_ptr_array_ref (image->extras);
  return result;
}
