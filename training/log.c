/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The CSV log; numbers have a point whatever the locale. */
#include "training/log.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define HEADINGS "step,seconds,rate,loss,gradient,psnr,ssim,noisy_psnr\n"

struct _CgLog
{
  char *path;
  FILE *file;
  guint64 size;
};

static gboolean
fail (const CgLog *log, GError **error)
{
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "%s: cannot write: %s",
               log->path, g_strerror (errno));
  return FALSE;
}

static gboolean
write_text (CgLog *log, const char *text, GError **error)
{
  gsize n = strlen (text);
  if (fwrite (text, 1, n, log->file) != n || fflush (log->file) != 0)
    return fail (log, error);
  log->size += n;
  return TRUE;
}

/* Bytes of whole lines within the first @most of the file; 0 if it is not there. */
static guint64
whole_lines (const char *path, guint64 most)
{
  g_autofree char *text = NULL;
  gsize size;
  if (!g_file_get_contents (path, &text, &size, NULL))
    return 0;
  for (size = MIN (size, most); size > 0 && text[size - 1] != '\n';)
    size--;
  return size;
}

CgLog *
cg_log_open (const char *path, guint64 size, GError **error)
{
  g_autoptr (CgLog) log = g_new0 (CgLog, 1);
  log->path = g_strdup (path);
  log->size = whole_lines (path, size);
  log->file = fopen (path, log->size == 0 ? "wb" : "ab");
  if (log->file == NULL || ftruncate (fileno (log->file), (off_t) log->size) != 0)
    {
      fail (log, error);
      return NULL;
    }
  if (log->size == 0 && !write_text (log, HEADINGS, error))
    return NULL;
  return g_steal_pointer (&log);
}

void
cg_log_free (CgLog *log)
{
  if (log == NULL)
    return;
  if (log->file)
    fclose (log->file);
  g_free (log->path);
  g_free (log);
}

gboolean
cg_log_line (CgLog *log, const CgLogLine *line, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_string_append_printf (text, "%" G_GUINT64_FORMAT, line->step);
  const double columns[] = { line->seconds, line->rate, line->loss,      line->gradient,
                             line->psnr,    line->ssim, line->noisy_psnr };
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    {
      char number[G_ASCII_DTOSTR_BUF_SIZE];
      g_string_append_c (text, ',');
      if (isfinite (columns[i]))
        g_string_append (text, g_ascii_formatd (number, sizeof number, "%.6g", columns[i]));
    }
  g_string_append_c (text, '\n');
  return write_text (log, text->str, error);
}

guint64
cg_log_size (const CgLog *log)
{
  return log->size;
}

char *
cg_log_duration (double seconds)
{
  if (seconds < 100)
    return g_strdup_printf ("%.0f s", seconds);
  if (seconds < 100 * 60)
    return g_strdup_printf ("%.0f min", seconds / 60);
  return g_strdup_printf ("%.1f h", seconds / 3600);
}
