/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/models.h"

#include <string.h>

#include "model/weights.h"

#define SUFFIX ".safetensors"

void
cg_model_entry_free (CgModelEntry *entry)
{
  if (entry == NULL)
    return;
  g_free (entry->name);
  g_free (entry->summary);
  g_free (entry);
}

static CgModelEntry *
entry_new (const char *folder, const char *file)
{
  g_autofree char *path = g_build_filename (folder, file, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (CgModel) model = cg_weights_load (path, &error);
  CgModelEntry *entry = g_new0 (CgModelEntry, 1);

  entry->name = g_strndup (file, strlen (file) - strlen (SUFFIX));
  entry->summary = g_strdup (model ? cg_model_card (model, CG_CARD_SUMMARY) : error->message);
  return entry;
}

static gboolean
is_listed (GPtrArray *list, const char *file)
{
  for (guint i = 0; i < list->len; i++)
    {
      const CgModelEntry *entry = g_ptr_array_index (list, i);

      if (g_str_has_prefix (file, entry->name) && g_str_equal (file + strlen (entry->name), SUFFIX))
        return TRUE;
    }
  return FALSE;
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  const CgModelEntry *const *left = a, *const *right = b;

  return g_utf8_collate ((*left)->name, (*right)->name);
}

GPtrArray *
cg_models_list (void)
{
  g_auto (GStrv) folders = cg_weights_folders ();
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) cg_model_entry_free);

  for (char **folder = folders; *folder; folder++)
    {
      g_autoptr (GDir) dir = g_dir_open (*folder, 0, NULL);
      const char *file;

      while (dir && (file = g_dir_read_name (dir)) != NULL)
        if (g_str_has_suffix (file, SUFFIX) && !is_listed (list, file))
          g_ptr_array_add (list, entry_new (*folder, file));
    }
  g_ptr_array_sort (list, by_name);
  return list;
}
