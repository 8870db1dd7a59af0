/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/chapter/chapter.h"

#include <errno.h>

#include <glib/gstdio.h>

#include "model/error.h"
#include "training/chapter/networks.h"

static void
free_trained (gpointer data)
{
  CgTrained *trained = data;
  cg_apply_free (trained->whole);
  cg_coder_free (trained->coder);
  cg_model_free (trained->model);
  g_free (trained);
}

CgChapter *
cg_chapter_new (const CgChapterOptions *options, GError **error)
{
  if (g_mkdir_with_parents (options->folder, 0777) != 0)
    {
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno),
                   "%s: cannot make this folder: %s", options->folder, g_strerror (errno));
      return NULL;
    }
  CgChapter *chapter = g_new0 (CgChapter, 1);
  chapter->options = *options;
  chapter->workers = cg_workers_new (options->threads);
  chapter->trained = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_trained);
  return chapter;
}

void
cg_chapter_free (CgChapter *chapter)
{
  if (chapter == NULL)
    return;
  g_hash_table_unref (chapter->trained);
  cg_digits_free (chapter->digits);
  cg_workers_free (chapter->workers);
  g_free (chapter);
}

char *
cg_chapter_path (const CgChapter *chapter, const char *name)
{
  return g_build_filename (chapter->options.folder, name, NULL);
}

const CgDigits *
cg_chapter_digits (CgChapter *chapter, GError **error)
{
  const CgChapterOptions *o = &chapter->options;
  if (chapter->digits == NULL)
    chapter->digits = cg_digits_load (o->data, o->limit, o->folder, error);
  return chapter->digits;
}

const CgTrained *
cg_chapter_network (CgChapter *chapter, const char *name, GError **error)
{
  CgTrained *trained = g_hash_table_lookup (chapter->trained, name);
  if (trained != NULL)
    return trained;
  trained = g_new0 (CgTrained, 1);
  g_hash_table_insert (chapter->trained, g_strdup (name), trained);
  if (cg_networks_train (chapter, name, trained, error))
    return trained;
  g_hash_table_remove (chapter->trained, name);
  return NULL;
}
