/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/large.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "imageio/atomic.h"

typedef struct
{
  CgImage *image;
  int fd; /* holds the clean samples where those of the picture would be */
} Large;

static gboolean
fail (GError **error, int code)
{
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code),
               "cannot keep the clean picture on disk meanwhile: %s", g_strerror (code));
  return FALSE;
}

static int
open_nameless (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, CG_ATOMIC_PREFIX "XXXXXX", NULL);
  int fd = g_mkstemp_full (path, O_RDWR | O_CLOEXEC, 0600);

  if (fd >= 0)
    g_unlink (path);
  return fd;
}

static gboolean
write_at (int fd, const guint8 *bytes, gsize size, off_t offset, GError **error)
{
  while (size > 0)
    {
      ssize_t n = pwrite (fd, bytes, size, offset);
      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return fail (error, n < 0 ? errno : ENOSPC);
      bytes += n;
      offset += n;
      size -= (gsize) n;
    }
  return TRUE;
}

static gboolean
read_at (int fd, guint8 *bytes, gsize size, off_t offset, GError **error)
{
  while (size > 0)
    {
      ssize_t n = pread (fd, bytes, size, offset);
      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return fail (error, n < 0 ? errno : EIO);
      bytes += n;
      offset += n;
      size -= (gsize) n;
    }
  return TRUE;
}

static gboolean
read_pixels (int x, int y, int w, int h, float *pixels, gpointer user, GError **error)
{
  cg_image_get (((Large *) user)->image, x, y, w, h, pixels);
  return TRUE;
}

static gboolean
write_pixels (int x, int y, int w, int h, const float *pixels, gpointer user, GError **error)
{
  const Large *large = user;
  gsize row = cg_image_row_bytes (large->image);
  gsize pixel = large->image->channels * cg_depth_bytes (large->image->depth);
  g_autoptr (CgImage) part
      = cg_image_new (w, h, large->image->channels, large->image->depth, error);

  if (!part)
    return FALSE;
  cg_image_set (part, 0, 0, w, h, pixels);
  for (int v = 0; v < h; v++)
    if (!write_at (large->fd, (const guint8 *) part->samples + v * w * pixel, w * pixel,
                   (off_t) ((y + v) * row + x * pixel), error))
      return FALSE;
  return TRUE;
}

gboolean
cg_clean_large (CgDenoiser *denoiser, CgImage *image, const char *folder, CgDenoiseReport *report,
                GError **error)
{
  Large large = { .image = image, .fd = open_nameless (folder) };
  CgDenoiseStream stream = { .width = image->width,
                             .height = image->height,
                             .channels = image->channels,
                             .transfer = image->transfer,
                             .read = read_pixels,
                             .write = write_pixels,
                             .user = &large };

  if (large.fd < 0)
    return fail (error, errno);
  gboolean done
      = cg_denoiser_run (denoiser, &stream, report, error)
        && read_at (large.fd, image->samples, image->height * cg_image_row_bytes (image), 0, error);
  close (large.fd);
  return done;
}
