/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/part.h"

typedef struct
{
  const CgImage *image;
  CgImage *result;
  int x, y; /* what in the result is pixel 0, 0 of the picture */
} Part;

static gboolean
read_pixels (int x, int y, int w, int h, float *pixels, gpointer user, GError **error)
{
  cg_image_get (((Part *) user)->image, x, y, w, h, pixels);
  return TRUE;
}

static gboolean
write_pixels (int x, int y, int w, int h, const float *pixels, gpointer user, GError **error)
{
  const Part *part = user;

  cg_image_set (part->result, part->x + x, part->y + y, w, h, pixels);
  return TRUE;
}

static void
copy_part (const CgImage *image, CgRectangle r, CgImage *to)
{
  g_autofree float *row = g_new (float, (gsize) r.w * image->channels);

  for (int y = 0; y < r.h; y++)
    {
      cg_image_get (image, r.x, r.y + y, r.w, 1, row);
      cg_image_set (to, 0, y, r.w, 1, row);
    }
}

CgImage *
cg_clean_part (CgDenoiser *denoiser, const CgImage *image, CgRectangle r, gboolean before,
               CgDenoiseReport *report, GError **error)
{
  int width = before ? 2 * r.w : r.w;
  g_autoptr (CgImage) result = cg_image_new (width, r.h, image->channels, image->depth, error);
  Part part = { image, result, width - r.w - r.x, -r.y };
  CgDenoiseStream stream = { .width = image->width,
                             .height = image->height,
                             .x = r.x,
                             .y = r.y,
                             .w = r.w,
                             .h = r.h,
                             .channels = image->channels,
                             .transfer = image->transfer,
                             .read = read_pixels,
                             .write = write_pixels,
                             .user = &part };

  if (!result || !cg_denoiser_run (denoiser, &stream, report, error))
    return NULL;
  if (before)
    copy_part (image, r, result);
  result->transfer = image->transfer;
  result->premultiplied = image->premultiplied;
  if (image->extras)
    result->extras = g_ptr_array_ref (image->extras);
  return g_steal_pointer (&result);
}
