/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of formats, and what several of them need to read a file that
 * may lie. */
#include "imageio/format.h"

#include <errno.h>
#include <string.h>

#include "model/error.h"

const CgFormat *const cg_formats[] = {
  &cg_format_png,  &cg_format_jpeg,
#ifdef CG_HAVE_TIFF
  &cg_format_tiff,
#endif
#ifdef CG_HAVE_OPENEXR
  &cg_format_exr,
#endif
  &cg_format_pgm,  &cg_format_ppm,  &cg_format_pam, &cg_format_pfm,
  &cg_format_hdr,  &cg_format_bmp,  &cg_format_tga, NULL,
};

const CgFormat *
cg_format_for_ending (const char *ending)
{
  for (const CgFormat *const *f = cg_formats; *f; f++)
    for (const char *const *e = (*f)->endings; *e; e++)
      if (g_ascii_strcasecmp (ending, *e) == 0)
        return *f;
  return NULL;
}

const CgFormat *
cg_format_for_path (const char *path)
{
  const char *dot = strrchr (path, '.');

  return dot && !strchr (dot, '/') ? cg_format_for_ending (dot + 1) : NULL;
}

guint64
cg_file_size (FILE *file)
{
  off_t here = ftello (file);

  if (fseeko (file, 0, SEEK_END) != 0)
    return 0;
  off_t size = ftello (file);
  fseeko (file, here, SEEK_SET);
  return size > 0 ? (guint64) size : 0;
}

gboolean
cg_file_read (FILE *file, void *bytes, gsize size, GError **error)
{
  if (fread (bytes, 1, size, file) == size)
    return TRUE;
  if (ferror (file))
    g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "cannot read: %s",
                 g_strerror (errno));
  else
    g_set_error (error, CG_ERROR, CG_ERROR_FORMAT,
                 "the file ends too early, after %" G_GUINT64_FORMAT " bytes", cg_file_size (file));
  return FALSE;
}

gboolean
cg_file_write (FILE *file, const void *bytes, gsize size, GError **error)
{
  if (fwrite (bytes, 1, size, file) == size)
    return TRUE;
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "cannot write: %s",
               g_strerror (errno));
  return FALSE;
}

CgImage *
cg_image_new_for_file (FILE *file, guint64 width, guint64 height, int channels, CgDepth depth,
                       double pack, GError **error)
{
  guint64 size = cg_file_size (file);
  double samples = (double) width * (double) height * channels * (double) cg_depth_bytes (depth);

  if (samples > (double) size * pack || width > G_MAXINT || height > G_MAXINT)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_FORMAT,
                   "the header tells of %" G_GUINT64_FORMAT " x %" G_GUINT64_FORMAT
                   " pixels, which a file of %" G_GUINT64_FORMAT " bytes cannot hold",
                   width, height, size);
      return NULL;
    }
  return cg_image_new ((int) width, (int) height, channels, depth, error);
}
