/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/inputs.h"

#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

#include "cli/jobs.h"
#include "cli/list-file.h"
#include "imageio/imageio.h"

typedef struct
{
  GPtrArray *jobs;
  GStatBuf output; /* of -o; what lies there is no input */
  gboolean has_output;
  const char *suffix; /* of outputs beside their pictures; NULL = none go there */
  guint *left_out;
} Search;

static CgJob *
add (GPtrArray *jobs, const char *in, const char *below)
{
  CgJob *job = g_new0 (CgJob, 1);

  job->in = g_strdup (in);
  job->below = g_strdup (below);
  g_ptr_array_add (jobs, job);
  return job;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* Names in @folder that are not hidden, sorted; NULL with @error. */
static GPtrArray *
names_in (const char *folder, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, error);
  const char *name;

  if (!dir)
    return NULL;
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  while ((name = g_dir_read_name (dir)))
    if (*name != '.')
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  return names;
}

static gboolean
is_output (const Search *search, const GStatBuf *info)
{
  return search->has_output && info->st_dev == search->output.st_dev
         && info->st_ino == search->output.st_ino;
}

static char *
stem_of (const char *name)
{
  const char *dot = strrchr (name, '.');

  return dot && dot != name ? g_strndup (name, dot - name) : g_strdup (name);
}

/* Names without their endings of those of @names that are pictures'. */
static GHashTable *
stems_of (const GPtrArray *names)
{
  GHashTable *stems = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < names->len; i++)
    if (cg_image_can_save (g_ptr_array_index (names, i)))
      g_hash_table_add (stems, stem_of (g_ptr_array_index (names, i)));
  return stems;
}

/* Whether @name is what an earlier run called the output of one of @stems. */
static gboolean
is_earlier_output (const Search *search, const char *name, GHashTable *stems)
{
  g_autofree char *stem = stem_of (name);

  if (!search->suffix || !*search->suffix || !g_str_has_suffix (stem, search->suffix))
    return FALSE;
  stem[strlen (stem) - strlen (search->suffix)] = '\0';
  return g_hash_table_contains (stems, stem);
}

/* A file in a folder. */
static void
add_found (Search *search, const char *path, const char *name, const char *below, GHashTable *stems)
{
  GStatBuf info;

  if (!cg_image_can_save (name) || (g_stat (path, &info) == 0 && !S_ISREG (info.st_mode)))
    return;
  if (is_earlier_output (search, name, stems))
    ++*search->left_out;
  else
    add (search->jobs, path, below);
}

/* Folders behind symbolic links are not entered: they may lead in circles. */
static void
search_folder (Search *search, const char *folder, const char *below)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) names = names_in (folder, &error);
  g_autoptr (GHashTable) stems = names ? stems_of (names) : NULL;

  if (!names)
    add (search->jobs, folder, below)->problem = g_strdup (error->message);
  for (guint i = 0; names && i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *path_below = *below ? g_build_filename (below, name, NULL) : g_strdup (name);
      GStatBuf info;

      if (g_lstat (path, &info) == 0 && S_ISDIR (info.st_mode))
        {
          if (!is_output (search, &info))
            search_folder (search, path, path_below);
        }
      else
        add_found (search, path, name, path_below, stems);
    }
}

static void
add_argument (Search *search, const char *path, gboolean recursive)
{
  g_autofree char *base = g_path_get_basename (path);

  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    add (search->jobs, path, base);
  else if (recursive)
    search_folder (search, path, "");
  else
    add (search->jobs, path, base)->problem
        = g_strdup_printf ("%s: this is a folder; -r takes the pictures in it", path);
}

/* Where the output of a picture from a list goes below -o: as the list names it,
 * if that stays below. */
static char *
below_of (const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);

  if (*path == '/' || g_strv_contains ((const char *const *) parts, ".."))
    return g_path_get_basename (path);
  while (g_str_has_prefix (path, "./"))
    path += 2;
  return g_strdup (path);
}

static void
add_listed (const char *in, const char *out, gpointer user)
{
  Search *search = user;
  g_autofree char *below = below_of (in);

  add (search->jobs, in, below)->out = g_strdup (out);
}

gboolean
cg_inputs_find (const CgOptions *options, GPtrArray *jobs, guint *left_out, GError **error)
{
  Search search = { .jobs = jobs, .left_out = left_out };

  if (!options->output && !options->in_place)
    search.suffix = options->suffix ? options->suffix : CG_SUFFIX_BESIDE_INPUT;
  search.has_output = options->output && g_stat (options->output, &search.output) == 0;
  for (char **path = options->inputs; path && *path; path++)
    add_argument (&search, *path, options->recursive);
  return !options->files_from || cg_list_read (options->files_from, add_listed, &search, error);
}
