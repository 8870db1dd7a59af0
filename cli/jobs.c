/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/jobs.h"

#include <string.h>

#include "cli/clashes.h"
#include "cli/inputs.h"
#include "imageio/imageio.h"
#include "model/error.h"

static void
free_job (gpointer data)
{
  CgJob *job = data;

  g_free (job->in);
  g_free (job->out);
  g_free (job->below);
  g_free (job->problem);
  g_free (job);
}

static gboolean
has_folder (char **inputs)
{
  for (; inputs && *inputs; inputs++)
    if (g_file_test (*inputs, G_FILE_TEST_IS_DIR))
      return TRUE;
  return FALSE;
}

/* Whether -o names a folder; --preview names a picture.  A setting that suits folders does
 * not make it one for a picture. */
static gboolean
is_into_folder (const CgOptions *options, const GPtrArray *jobs)
{
  return options->output && !options->preview && !g_str_equal (options->output, "-")
         && (jobs->len > 1 || options->typed_recursive || options->files_from
             || (options->recursive && has_folder (options->inputs))
             || g_str_has_suffix (options->output, "/")
             || g_file_test (options->output, G_FILE_TEST_IS_DIR));
}

/* "frame.png" with "-clean" is "frame-clean.png", and with a format of "jpg"
 * "frame-clean.jpg". */
static char *
change_name (const char *path, const char *suffix, const char *format)
{
  const char *slash = strrchr (path, '/');
  const char *name = slash ? slash + 1 : path;
  const char *dot = strrchr (name, '.');
  int stem = (int) (dot && dot != name ? (gsize) (dot - path) : strlen (path));

  if (format)
    return g_strdup_printf ("%.*s%s.%s", stem, path, suffix, format);
  return g_strdup_printf ("%.*s%s%s", stem, path, suffix, path + stem);
}

static char *
output_of (const CgOptions *options, const CgJob *job, gboolean into_folder)
{
  if (options->in_place)
    return g_strdup (job->in);
  if (options->output && !into_folder)
    return g_strdup (options->output);
  if (g_str_equal (job->in, "-") && !options->output)
    return g_strdup ("-");

  const char *usual = options->output ? "" : CG_SUFFIX_BESIDE_INPUT;
  const char *suffix = options->suffix ? options->suffix : usual;
  if (!options->output)
    return change_name (job->in, suffix, options->format);
  g_autofree char *name = change_name (job->below, suffix, options->format);
  return g_build_filename (options->output, name, NULL);
}

/* What the options say of @job's output, unless its list has named one.  A preview goes nowhere
 * else, and --in-place contradicts such a list. */
static gboolean
choose_output (const CgOptions *options, CgJob *job, gboolean into_folder, GError **error)
{
  if (options->preview)
    g_clear_pointer (&job->out, g_free);
  job->named = job->out || (options->output && !into_folder);
  if (!job->out)
    job->out = output_of (options, job, into_folder);
  else if (options->in_place)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_USAGE,
                   "%s: the list would have it written to %s, --in-place to itself", job->in,
                   job->out);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_pipes (const CgOptions *options, const GPtrArray *jobs, GError **error)
{
  int from = g_strcmp0 (options->files_from, "-") == 0, to = 0;

  for (guint i = 0; i < jobs->len; i++)
    {
      const CgJob *job = g_ptr_array_index (jobs, i);
      from += g_str_equal (job->in, "-");
      to += g_str_equal (job->out, "-");
    }
  if (from <= 1 && (to == 0 || jobs->len == 1))
    return TRUE;
  g_set_error (error, CG_ERROR, CG_ERROR_USAGE, "only one picture goes through a pipe");
  return FALSE;
}

GPtrArray *
cg_jobs_plan (const CgOptions *options, guint *left_out, GError **error)
{
  g_autoptr (GPtrArray) jobs = g_ptr_array_new_with_free_func (free_job);

  if (!options->inputs && !options->files_from)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_USAGE, "no picture was named");
      return NULL;
    }
  *left_out = 0;
  if (!cg_inputs_find (options, jobs, left_out, error))
    return NULL;
  if (options->preview && jobs->len != 1)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_USAGE, "--preview takes one picture, not %u",
                   jobs->len);
      return NULL;
    }
  gboolean into_folder = is_into_folder (options, jobs);
  for (guint i = 0; i < jobs->len; i++)
    {
      CgJob *job = g_ptr_array_index (jobs, i);
      if (!choose_output (options, job, into_folder, error))
        return NULL;
    }
  if (!check_pipes (options, jobs, error) || !cg_clashes_check (options, jobs, error))
    return NULL;
  return g_steal_pointer (&jobs);
}

void
cg_jobs_measure (GPtrArray *jobs)
{
  for (guint i = 0; i < jobs->len; i++)
    {
      CgJob *job = g_ptr_array_index (jobs, i);
      job->pixels = job->problem ? 0 : cg_image_count_pixels (job->in);
    }
}

double
cg_job_work (const CgJob *job)
{
  return MAX (job->pixels, 1);
}

static int
compare_sizes (gconstpointer a, gconstpointer b, gpointer user)
{
  const GPtrArray *jobs = user;
  const CgJob *job_a = g_ptr_array_index (jobs, *(const guint *) a);
  const CgJob *job_b = g_ptr_array_index (jobs, *(const guint *) b);

  return (job_a->pixels < job_b->pixels) - (job_a->pixels > job_b->pixels);
}

/* Who does which picture: the largest first, always to the one with the least
 * work so far. */
static int *
deal (GPtrArray *jobs, int shards)
{
  g_autofree guint *order = g_new (guint, jobs->len);
  g_autofree guint64 *load = g_new0 (guint64, shards);
  int *shard_of = g_new (int, jobs->len);

  for (guint i = 0; i < jobs->len; i++)
    order[i] = i;
  g_qsort_with_data (order, (int) jobs->len, sizeof *order, compare_sizes, jobs);
  for (guint i = 0; i < jobs->len; i++)
    {
      const CgJob *job = g_ptr_array_index (jobs, order[i]);
      int least = 0;
      for (int s = 1; s < shards; s++)
        if (load[s] < load[least])
          least = s;
      shard_of[order[i]] = least;
      /* One that cannot be measured still costs a look. */
      load[least] += MAX (job->pixels, 1);
    }
  return shard_of;
}

void
cg_jobs_keep_shard (GPtrArray *jobs, int shard, int shards)
{
  g_autofree int *shard_of = deal (jobs, shards);

  for (guint i = jobs->len; i-- > 0;)
    if (shard_of[i] != shard)
      g_ptr_array_remove_index (jobs, i);
}
