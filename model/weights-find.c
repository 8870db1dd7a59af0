/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where weights files lie: cg_weights_folders(), and what is in them. */
#include "model/weights.h"

#include <string.h>

#include "config.h"
#include "model/error.h"

#define FILE_ENDING ".safetensors"

/* Folder of the running program, or NULL where /proc does not tell. */
static char *
program_folder (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  return program ? g_path_get_dirname (program) : NULL;
}

/* Add a folder, unless it is there already. */
static void
add (GStrvBuilder *folders, GHashTable *seen, const char *folder, const char *below)
{
  g_autofree char *joined = g_build_filename (folder, below, NULL);
  char *path = g_canonicalize_filename (joined, NULL);
  if (g_hash_table_add (seen, path))
    g_strv_builder_add (folders, path);
}

static void
add_beside_program (GStrvBuilder *folders, GHashTable *seen)
{
  g_autofree char *folder = program_folder ();
  if (folder == NULL)
    return;
  add (folders, seen, folder, "weights");
  add (folders, seen, folder, "../share/cleargrain/weights");

  /* BUILD/cli/cleargrain, with the source around BUILD. */
  g_autofree char *build_tree = g_build_filename (folder, "..", "build.ninja", NULL);
  if (g_file_test (build_tree, G_FILE_TEST_EXISTS))
    add (folders, seen, folder, "../../weights");
}

char *
cg_weights_user_folder (void)
{
  return g_build_filename (g_get_user_data_dir (), "cleargrain", "weights", NULL);
}

char **
cg_weights_folders (void)
{
  g_autoptr (GStrvBuilder) folders = g_strv_builder_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *user = cg_weights_user_folder ();
  const char *chosen = g_getenv ("CLEARGRAIN_WEIGHTS");

  if (chosen != NULL && *chosen != '\0')
    add (folders, seen, chosen, NULL);
  add (folders, seen, user, NULL);
  add_beside_program (folders, seen);
  add (folders, seen, CG_WEIGHTS_DIR, NULL);
  return g_strv_builder_end (folders);
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(char *const *) a, *(char *const *) b);
}

char **
cg_weights_names (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *file;

  if (!dir)
    return NULL;
  GPtrArray *names = g_ptr_array_new ();
  while ((file = g_dir_read_name (dir)))
    if (g_str_has_suffix (file, FILE_ENDING))
      g_ptr_array_add (names, g_strndup (file, strlen (file) - strlen (FILE_ENDING)));
  g_ptr_array_sort (names, by_name);
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (names, FALSE);
}

char *
cg_weights_about (const char *folder, const char *name)
{
  g_autofree char *file = g_strconcat (name, FILE_ENDING, NULL);
  g_autofree char *path = g_build_filename (folder, file, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (CgModel) model = cg_weights_load (path, &error);

  return g_strdup (model ? cg_model_card (model, CG_CARD_SUMMARY) : error->message);
}

CgModel *
cg_weights_find (const char *name_or_path, GError **error)
{
  if (strchr (name_or_path, '/') != NULL || g_str_has_suffix (name_or_path, FILE_ENDING))
    return cg_weights_load (name_or_path, error);

  g_autofree char *file = g_strconcat (name_or_path, FILE_ENDING, NULL);
  g_auto (GStrv) folders = cg_weights_folders ();
  for (char **folder = folders; *folder != NULL; folder++)
    {
      g_autofree char *path = g_build_filename (*folder, file, NULL);
      if (g_file_test (path, G_FILE_TEST_EXISTS))
        return cg_weights_load (path, error);
    }
  g_autofree char *places = g_strjoinv (", ", folders);
  g_set_error (error, CG_ERROR, CG_ERROR_NOT_FOUND, "no weights \"%s\": there is no %s in %s",
               name_or_path, file, places);
  return NULL;
}
