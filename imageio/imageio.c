/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* memfd_create */
#include "imageio/imageio.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "imageio/atomic.h"
#include "imageio/format.h"
#include "model/error.h"

static void
set_file_error (GError **error, int code)
{
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code), "cannot read: %s",
               g_strerror (code));
}

/* The whole of a pipe as a file that can seek, or NULL. */
static FILE *
slurp (FILE *pipe, GError **error)
{
  int fd = memfd_create ("cleargrain", MFD_CLOEXEC);
  FILE *file = fd >= 0 ? fdopen (fd, "w+b") : NULL;
  char block[65536];
  gsize n;

  while (file && (n = fread (block, 1, sizeof block, pipe)) > 0)
    if (fwrite (block, 1, n, file) != n)
      break;
  if (!file || ferror (file) || ferror (pipe))
    {
      set_file_error (error, errno);
      g_clear_pointer (&file, fclose);
      return NULL;
    }
  rewind (file);
  return file;
}

/* @path, or "-" for standard input, as a file that can seek. */
static FILE *
open_for_reading (const char *path, GError **error)
{
  gboolean is_stdin = g_str_equal (path, "-");
  FILE *file = is_stdin ? fdopen (dup (STDIN_FILENO), "rb") : g_fopen (path, "rb");
  struct stat info;

  if (!file || fstat (fileno (file), &info) != 0)
    {
      set_file_error (error, errno);
      g_clear_pointer (&file, fclose);
      return NULL;
    }
  if (S_ISREG (info.st_mode) && !is_stdin)
    return file;

  FILE *whole = NULL;
  if (S_ISREG (info.st_mode) || S_ISFIFO (info.st_mode) || S_ISSOCK (info.st_mode))
    whole = slurp (file, error);
  else
    g_set_error (error, G_FILE_ERROR,
                 S_ISDIR (info.st_mode) ? G_FILE_ERROR_ISDIR : G_FILE_ERROR_INVAL,
                 "cannot read: it is %s", S_ISDIR (info.st_mode) ? "a folder" : "not a file");
  fclose (file);
  return whole;
}

static const CgFormat *
recognise (FILE *file, const char *path, GError **error)
{
  guint8 head[CG_FORMAT_HEAD];
  gsize size = fread (head, 1, sizeof head, file);
  const CgFormat *by_name = cg_format_for_path (path);

  rewind (file);
  if (size == 0)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_FORMAT, "the file is empty");
      return NULL;
    }
  for (const CgFormat *const *f = cg_formats; *f; f++)
    if ((*f)->matches && (*f)->matches (head, size))
      return *f;
  if (by_name && !by_name->matches)
    return by_name;

  g_autoptr (GString) names = g_string_new (NULL);
  for (const CgFormat *const *f = cg_formats; *f; f++)
    g_string_append_printf (names, "%s%s", names->len ? ", " : "", (*f)->name);
  g_set_error (error, CG_ERROR, CG_ERROR_UNSUPPORTED, "not a picture of a kind that is read (%s)",
               names->str);
  return NULL;
}

CgImage *
cg_image_load_format (const char *path, const char **ending, GError **error)
{
  CgImage *image = NULL;
  FILE *file = open_for_reading (path, error);

  if (file)
    {
      const CgFormat *format = recognise (file, path, error);
      if (format)
        {
          image = format->load (file, error);
          *ending = format->endings[0];
        }
      fclose (file);
    }
  if (!image)
    g_prefix_error (error, "%s: ", path);
  return image;
}

CgImage *
cg_image_load (const char *path, GError **error)
{
  const char *ending;

  return cg_image_load_format (path, &ending, error);
}

gboolean
cg_image_is_picture (const char *path)
{
  GStatBuf info;

  if (g_stat (path, &info) != 0 || !S_ISREG (info.st_mode) || info.st_size == 0)
    return FALSE;
  FILE *file = open_for_reading (path, NULL);
  gboolean is_one = file && recognise (file, path, NULL);
  g_clear_pointer (&file, fclose);
  return is_one || cg_format_for_path (path);
}

guint64
cg_image_count_pixels (const char *path)
{
  GStatBuf info;
  guint64 size[2] = { 0, 0 };

  /* What is read from a pipe cannot be read again. */
  if (g_stat (path, &info) != 0 || !S_ISREG (info.st_mode))
    return 0;
  FILE *file = open_for_reading (path, NULL);
  if (!file)
    return 0;
  const CgFormat *format = recognise (file, path, NULL);
  gboolean known = format && format->measure (file, &size[0], &size[1], NULL);
  fclose (file);
  return known ? size[0] * size[1] : 0;
}

static const char *
kind_of_pixels (int channels)
{
  static const char *const kinds[] = { "gray", "gray with alpha", "RGB", "RGB with alpha" };

  return kinds[channels - 1];
}

static const char *
kind_of_samples (CgDepth depth)
{
  return depth == CG_DEPTH_8 ? "8-bit" : depth == CG_DEPTH_16 ? "16-bit" : "floating-point";
}

static gboolean
check_size (const CgFormat *format, const CgImage *image, GError **error)
{
  guint64 pixels = (guint64) image->width * image->height;
  gboolean is_long = format->most_side > 0 && MAX (image->width, image->height) > format->most_side;

  if (!is_long && (format->most_pixels == 0 || pixels <= format->most_pixels))
    return TRUE;
  g_set_error (error, CG_ERROR, CG_ERROR_TOO_LARGE,
               "a %s has at most %" G_GUINT64_FORMAT " pixels%s, not %d x %d", format->name,
               is_long ? (guint64) format->most_side : format->most_pixels,
               is_long ? " a side" : "", image->width, image->height);
  return FALSE;
}

static const CgFormat *
format_that_holds (const CgImage *image, const char *path, const char *ending, GError **error)
{
  const CgFormat *format = ending ? cg_format_for_ending (ending) : cg_format_for_path (path);

  if (!format)
    g_set_error (error, CG_ERROR, CG_ERROR_UNSUPPORTED,
                 "cannot tell the format to write from the end of this name");
  else if (!(format->depths & CG_HOLDS_DEPTH (image->depth)))
    g_set_error (error, CG_ERROR, CG_ERROR_UNSUPPORTED, "%s does not hold %s samples", format->name,
                 kind_of_samples (image->depth));
  else if (!(format->channels & CG_HOLDS_CHANNELS (image->channels)))
    g_set_error (error, CG_ERROR, CG_ERROR_UNSUPPORTED, "%s does not hold %s pixels", format->name,
                 kind_of_pixels (image->channels));
  else if (check_size (format, image, error))
    return format;
  return NULL;
}

gboolean
cg_image_can_save (const char *path)
{
  return cg_format_for_path (path) != NULL;
}

gboolean
cg_image_can_save_format (const char *format)
{
  return cg_format_for_ending (format) != NULL;
}

gboolean
cg_image_check_save (const CgImage *image, const char *path, const char *format, GError **error)
{
  if (format_that_holds (image, path, format, error))
    return TRUE;
  g_prefix_error (error, "%s: ", path);
  return FALSE;
}

gboolean
cg_flush_stdout (GError **error)
{
  if (ferror (stdout)) /* before, and the reason is gone */
    g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_IO, "cannot write all of it");
  else if (fflush (stdout) != 0)
    g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "cannot write: %s",
                 g_strerror (errno));
  else
    return TRUE;
  return FALSE;
}

static gboolean
copy_to_stdout (FILE *from, GError **error)
{
  char block[65536];
  gsize n;

  rewind (from);
  while ((n = fread (block, 1, sizeof block, from)) > 0)
    if (!cg_file_write (stdout, block, n, error))
      return FALSE;
  return cg_flush_stdout (error);
}

/* A pipe cannot seek, as some formats need, nor take back half a picture. */
static gboolean
save_to_stdout (const CgImage *image, const CgFormat *format, GError **error)
{
  int fd = memfd_create ("cleargrain", MFD_CLOEXEC);
  FILE *file = fd >= 0 ? fdopen (fd, "w+b") : NULL;

  if (!file)
    {
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "cannot write: %s",
                   g_strerror (errno));
      return FALSE;
    }
  gboolean done = format->save (image, file, error) && copy_to_stdout (file, error);
  fclose (file);
  return done;
}

static gboolean
save_as (const CgFormat *format, const CgImage *image, const char *path,
         const CgSaveOptions *options, GError **error)
{
  if (g_str_equal (path, "-"))
    return save_to_stdout (image, format, error);
  CgAtomicFile *atomic = cg_atomic_open (path, error);
  if (!atomic)
    return FALSE;
  if (!format->save (image, atomic->file, error))
    {
      cg_atomic_abandon (atomic);
      return FALSE;
    }
  atomic->is_new = options->is_new;
  cg_atomic_take_after (atomic, options->like, options->keep_times);
  return cg_atomic_commit (atomic, error);
}

static gboolean
save (const CgImage *image, const char *path, const CgSaveOptions *options, GError **error)
{
  const CgFormat *format = format_that_holds (image, path, options->format, error);

  if (!format)
    return FALSE;
  if (format->premultiplied == image->premultiplied || !cg_channels_have_alpha (image->channels))
    return save_as (format, image, path, options, error);
  g_autoptr (CgImage) other = cg_image_multiply (image, format->premultiplied, error);
  return other && save_as (format, other, path, options, error);
}

gboolean
cg_image_save_with (const CgImage *image, const char *path, const CgSaveOptions *options,
                    GError **error)
{
  if (save (image, path, options, error))
    return TRUE;
  g_prefix_error (error, "%s: ", path);
  return FALSE;
}

gboolean
cg_image_save (const CgImage *image, const char *path, GError **error)
{
  return cg_image_save_with (image, path, &(CgSaveOptions){ 0 }, error);
}
