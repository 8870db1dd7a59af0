/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/models.h"

#include "model/weights.h"

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
entry_new (const char *folder, const char *name)
{
  CgModelEntry *entry = g_new0 (CgModelEntry, 1);

  entry->name = g_strdup (name);
  entry->summary = cg_weights_about (folder, name);
  return entry;
}

static gboolean
has_name (gconstpointer entry, gconstpointer name)
{
  return g_str_equal (((const CgModelEntry *) entry)->name, name);
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
      g_auto (GStrv) names = cg_weights_names (*folder);

      for (char **name = names; name && *name; name++)
        if (!g_ptr_array_find_with_equal_func (list, *name, has_name, NULL))
          g_ptr_array_add (list, entry_new (*folder, *name));
    }
  g_ptr_array_sort (list, by_name);
  return list;
}
