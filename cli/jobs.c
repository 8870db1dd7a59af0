/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/jobs.h"

#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

#include "model/error.h"

#define SUFFIX_BESIDE_INPUT "-clean"

static void
free_job (gpointer data)
{
  CgJob *job = data;

  g_free (job->in);
  g_free (job->out);
  g_free (job);
}

static gboolean
is_folder (const CgOptions *options)
{
  return options->output
         && (g_strv_length (options->inputs) > 1 || g_str_has_suffix (options->output, "/")
             || g_file_test (options->output, G_FILE_TEST_IS_DIR));
}

/* "frame.png" with "-clean" is "frame-clean.png". */
static char *
add_suffix (const char *name, const char *suffix)
{
  const char *dot = strrchr (name, '.');
  int stem = dot && dot != name ? (int) (dot - name) : (int) strlen (name);

  return g_strdup_printf ("%.*s%s%s", stem, name, suffix, name + stem);
}

static char *
output_of (const CgOptions *options, const char *in, gboolean into_folder)
{
  if (options->in_place)
    return g_strdup (in);
  if (options->output && !into_folder)
    return g_strdup (options->output);

  const char *usual = options->output ? "" : SUFFIX_BESIDE_INPUT;
  g_autofree char *base = g_path_get_basename (in);
  g_autofree char *name = add_suffix (base, options->suffix ? options->suffix : usual);
  g_autofree char *beside = g_path_get_dirname (in);
  const char *folder = options->output ? options->output : beside;

  return g_str_equal (folder, ".") ? g_strdup (name) : g_build_filename (folder, name, NULL);
}

/* What makes two names the same file. */
static char *
identity (const char *path)
{
  GStatBuf info;

  if (g_stat (path, &info) != 0)
    return NULL;
  return g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, (guint64) info.st_dev,
                          (guint64) info.st_ino);
}

static gboolean
check_outputs_differ (const GPtrArray *jobs, GError **error)
{
  g_autoptr (GHashTable) outputs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < jobs->len; i++)
    {
      const CgJob *job = g_ptr_array_index (jobs, i), *other;
      char *path = g_canonicalize_filename (job->out, NULL);
      other = g_hash_table_lookup (outputs, path);
      if (other)
        {
          g_set_error (error, CG_ERROR, CG_ERROR_USAGE, "%s and %s would both be written to %s",
                       other->in, job->in, job->out);
          g_free (path);
          return FALSE;
        }
      g_hash_table_insert (outputs, path, (gpointer) job);
    }
  return TRUE;
}

/* Inputs by file.  Without --overwrite another's output cannot replace one of
 * them, but a picture's own output should not be refused only later. */
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
      if (replaced && (overwrite || replaced == job))
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

GPtrArray *
cg_jobs_plan (const CgOptions *options, GError **error)
{
  g_autoptr (GPtrArray) jobs = g_ptr_array_new_with_free_func (free_job);

  if (!options->inputs)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_USAGE, "no picture was named");
      return NULL;
    }
  gboolean into_folder = is_folder (options);
  for (char **in = options->inputs; *in; in++)
    {
      CgJob *job = g_new0 (CgJob, 1);
      job->in = g_strdup (*in);
      job->out = output_of (options, *in, into_folder);
      g_ptr_array_add (jobs, job);
    }
  if (!check_outputs_differ (jobs, error)
      || (!options->in_place && !check_inputs_stay (jobs, options->overwrite, error)))
    return NULL;
  return g_steal_pointer (&jobs);
}
