/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/log.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "cli/list-file.h"
#include "model/json-text.h"

static void
append_member (GString *json, const char *name, const char *text)
{
  g_string_append_printf (json, "%s\"%s\": ", json->str[json->len - 1] == '{' ? "" : ", ", name);
  cg_json_append_string (json, text);
}

/* What the weights are, whatever they are called: SHA-256 of the network's text and
 * its numbers. */
static char *
hash_model (const CgModel *model)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  const char *text = cg_network_text (model->network);

  g_checksum_update (sum, (const guchar *) text, strlen (text));
  g_checksum_update (sum, (const guchar *) model->parameters,
                     cg_network_n_parameters (model->network) * sizeof *model->parameters);
  return g_strdup (g_checksum_get_string (sum));
}

static FILE *
open_file (const char *path, const char *mode, GError **error)
{
  FILE *file = g_fopen (path, mode);

  if (!file)
    g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "%s: cannot write: %s", path,
                 g_strerror (errno));
  return file;
}

gboolean
cg_log_open (CgLog *log, const CgOptions *options, const CgModel *model, GError **error)
{
  *log = (CgLog){ 0 };
  if (options->log_json && !(log->json = open_file (options->log_json, "ae", error)))
    return FALSE;
  if (options->failed_list && !(log->failed = open_file (options->failed_list, "we", error)))
    {
      cg_log_close (log);
      return FALSE;
    }
  if (log->json)
    {
      g_autofree char *hash = hash_model (model);
      g_autoptr (GString) json = g_string_new (", ");
      append_member (json, "model", options->model);
      append_member (json, "model_hash", hash);
      log->model = g_strdup (json->str + strlen (", "));
    }
  return TRUE;
}

static void
append_pixels (GString *json, const CgPicture *picture)
{
  static const char *const depths[] = { "8", "16", "float" };
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_printf (json, ", \"width\": %d, \"height\": %d, \"channels\": %d", picture->width,
                          picture->height, picture->channels);
  append_member (json, "depth", depths[picture->depth]);
  if (isfinite (picture->noise))
    g_string_append_printf (json, ", \"noise\": %s",
                            g_ascii_formatd (number, sizeof number, "%.3f", picture->noise));
  if (picture->state == CG_PICTURE_DONE)
    g_string_append_printf (json, ", \"not_finite\": %" G_GUINT64_FORMAT,
                            picture->report.not_finite);
}

static void
write_json (CgLog *log, const CgPicture *picture)
{
  static const char *const states[] = { "read", "cleaned", "done", "skipped", "failed" };
  g_autoptr (GString) json = g_string_new ("{");
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  append_member (json, "in", picture->job->in);
  append_member (json, "out", picture->job->out);
  append_member (json, "status", states[picture->state]);
  if (picture->error)
    append_member (json, "error", picture->error->message);
  g_string_append_printf (json, ", \"seconds\": %s",
                          g_ascii_formatd (number, sizeof number, "%.4f", picture->seconds));
  if (picture->width > 0)
    append_pixels (json, picture);
  fprintf (log->json, "%s%s}\n", json->str, log->model);
  fflush (log->json);
}

void
cg_log_undone (CgLog *log, const CgJob *job)
{
  if (!log->failed)
    return;
  g_autofree char *line = cg_list_line (job->in, job->out);
  fprintf (log->failed, "%s\n", line);
  fflush (log->failed);
}

void
cg_log_picture (CgLog *log, const CgPicture *picture)
{
  if (log->json)
    write_json (log, picture);
  if (picture->state == CG_PICTURE_FAILED)
    cg_log_undone (log, picture->job);
}

static gboolean
close_file (FILE *file)
{
  gboolean good = !file || !ferror (file);

  return (!file || fclose (file) == 0) && good;
}

gboolean
cg_log_close (CgLog *log)
{
  gboolean good = close_file (log->json);

  good = close_file (log->failed) && good;
  g_clear_pointer (&log->model, g_free);
  return good;
}
