/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/clashes.h"

#include <sys/stat.h>

#include <glib/gstdio.h>

#include "cli/jobs.h"
#include "imageio/atomic.h"
#include "imageio/imageio.h"
#include "model/error.h"

/* What makes two names the same file; NULL if there is none, or a pipe. */
static char *
identity (const char *path)
{
  GStatBuf info;

  if (g_str_equal (path, "-") || g_stat (path, &info) != 0)
    return NULL;
  return g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, (guint64) info.st_dev,
                          (guint64) info.st_ino);
}

/* What makes two names the same place, even if nothing is there yet: the folder, or the
 * nearest above it that is there, and the names below. */
static char *
place (const char *path)
{
  g_autofree char *target = cg_atomic_target (path), *folder = g_path_get_dirname (target);
  g_autofree char *below = g_path_get_basename (target), *there = identity (folder);

  while (!there && !g_str_equal (folder, ".") && !g_str_equal (folder, "/"))
    {
      g_autofree char *name = g_path_get_basename (folder), *rest = g_steal_pointer (&below);
      g_autofree char *inner = g_steal_pointer (&folder);
      below = g_build_filename (name, rest, NULL);
      folder = g_path_get_dirname (inner);
      there = identity (folder);
    }
  g_autofree char *plain = g_canonicalize_filename (below, "/");
  return g_strconcat (there ? there : folder, plain, NULL);
}

static gboolean
check_outputs_differ (const GPtrArray *jobs, GError **error)
{
  g_autoptr (GHashTable) outputs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < jobs->len; i++)
    {
      CgJob *job = g_ptr_array_index (jobs, i);
      char *path = place (job->out);
      const CgJob *other = g_hash_table_lookup (outputs, path);
      if (other)
        {
          g_set_error (error, CG_ERROR, CG_ERROR_USAGE, "%s and %s would both be written to %s",
                       other->in, job->in, job->out);
          g_free (path);
          return FALSE;
        }
      g_hash_table_insert (outputs, path, job);
    }
  return TRUE;
}

/* Without --overwrite another's output cannot replace a picture, but one's own
 * should not be refused only later. */
static gboolean
check_inputs_stay (const GPtrArray *jobs, gboolean overwrite, GError **error)
{
  g_autoptr (GHashTable) inputs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < jobs->len; i++)
    {
      CgJob *job = g_ptr_array_index (jobs, i);
      char *file = identity (job->in);
      if (file)
        g_hash_table_insert (inputs, file, job);
    }
  for (guint i = 0; i < jobs->len; i++)
    {
      const CgJob *job = g_ptr_array_index (jobs, i);
      g_autofree char *file = identity (job->out);
      const CgJob *replaced = file ? g_hash_table_lookup (inputs, file) : NULL;
      if (replaced && !job->problem && (overwrite || replaced == job))
        {
          g_set_error (error, CG_ERROR, CG_ERROR_USAGE,
                       "%s would be replaced by the output of %s; --in-place is there to replace "
                       "pictures by their own",
                       replaced->in, job->in);
          return FALSE;
        }
    }
  return TRUE;
}

/* The pictures and their outputs, as far as they are there: identity -> name. */
static GHashTable *
all_files (const GPtrArray *jobs)
{
  GHashTable *files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < jobs->len; i++)
    {
      const CgJob *job = g_ptr_array_index (jobs, i);
      char *in = identity (job->in), *out = identity (job->out);
      if (in)
        g_hash_table_insert (files, in, job->in);
      if (out)
        g_hash_table_insert (files, out, job->out);
    }
  return files;
}

/* A list or a log may replace another one, but a shell may have put the name of a picture
 * where its own should be. */
static gboolean
check_no_picture (const char *option, const char *path, GHashTable *files, GError **error)
{
  g_autofree char *file = path ? identity (path) : NULL;

  if (!file)
    return TRUE;
  if (g_hash_table_contains (files, file))
    g_set_error (error, CG_ERROR, CG_ERROR_USAGE, "%s %s: this is one of the pictures of this run",
                 option, path);
  else if (cg_image_is_picture (path))
    g_set_error (error, CG_ERROR, CG_ERROR_USAGE, "%s %s: this is a picture, which stays", option,
                 path);
  else
    return TRUE;
  return FALSE;
}

static gboolean
check_other_files (const CgOptions *options, const GPtrArray *jobs, GError **error)
{
  const char *failed_list = options->failed_list, *log_json = options->log_json;

  if (!failed_list && !log_json)
    return TRUE;
  if (failed_list && log_json
      && (g_str_equal (failed_list, log_json) || cg_is_same_file (failed_list, log_json)))
    {
      g_set_error (error, CG_ERROR, CG_ERROR_USAGE,
                   "--failed-list and --log-json would both be written to %s", log_json);
      return FALSE;
    }
  g_autoptr (GHashTable) files = all_files (jobs);
  return check_no_picture ("--failed-list", failed_list, files, error)
         && check_no_picture ("--log-json", log_json, files, error);
}

gboolean
cg_clashes_check (const CgOptions *options, const GPtrArray *jobs, GError **error)
{
  return check_outputs_differ (jobs, error)
         && (options->in_place || check_inputs_stay (jobs, options->overwrite, error))
         && check_other_files (options, jobs, error);
}

gboolean
cg_is_same_file (const char *a, const char *b)
{
  g_autofree char *file_a = identity (a), *file_b = identity (b);

  return file_a && g_strcmp0 (file_a, file_b) == 0;
}
