/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "imageio/tiff-job.h"

#include <string.h>

#include "imageio/format.h"
#include "model/error.h"

/* No part of a file that libtiff takes at once is larger. */
#define MOST_AT_ONCE ((tmsize_t) 1 << 31)

static tmsize_t
read_bytes (thandle_t handle, void *bytes, tmsize_t size)
{
  return (tmsize_t) fread (bytes, 1, size, ((CgTiffJob *) handle)->file);
}

static tmsize_t
write_bytes (thandle_t handle, void *bytes, tmsize_t size)
{
  return (tmsize_t) fwrite (bytes, 1, size, ((CgTiffJob *) handle)->file);
}

static toff_t
seek (thandle_t handle, toff_t offset, int whence)
{
  FILE *file = ((CgTiffJob *) handle)->file;

  return fseeko (file, (off_t) offset, whence) == 0 ? (toff_t) ftello (file) : (toff_t) -1;
}

static toff_t
size_of (thandle_t handle)
{
  return cg_file_size (((CgTiffJob *) handle)->file);
}

static int
close_nothing (thandle_t handle)
{
  return 0;
}

static int
on_error (TIFF *tiff, void *user, const char *module, const char *format, va_list arguments)
{
  CgTiffJob *job = user;

  if (job->message)
    return 1;
  /* Some begin with the name of the file, which is empty here. */
  g_autofree char *message = g_strdup_vprintf (format, arguments);
  job->message = g_strdup (message + strspn (message, ": "));
  return 1;
}

static int
on_warning (TIFF *tiff, void *user, const char *module, const char *format, va_list arguments)
{
  return 1;
}

TIFF *
cg_tiff_open (CgTiffJob *job, const char *mode)
{
  TIFFOpenOptions *options = TIFFOpenOptionsAlloc ();

  TIFFOpenOptionsSetErrorHandlerExtR (options, on_error, job);
  TIFFOpenOptionsSetWarningHandlerExtR (options, on_warning, job);
  TIFFOpenOptionsSetMaxSingleMemAlloc (options, MOST_AT_ONCE);
  TIFF *tiff = TIFFClientOpenExt ("", mode, job, read_bytes, write_bytes, seek, close_nothing,
                                  size_of, NULL, NULL, options);
  TIFFOpenOptionsFree (options);
  return tiff;
}

void
cg_tiff_set_error (const CgTiffJob *job, GError **error)
{
  g_set_error (error, CG_ERROR, CG_ERROR_FORMAT, "broken TIFF: %s",
               job->message ? job->message : "it cannot be read");
}
