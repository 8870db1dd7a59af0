/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said of each picture, counted and logged, when it comes out of the
 * pipeline. */
#include "cli/batch.h"

#include <stdio.h>

#include "cli/exit-status.h"
#include "cli/jobs.h"
#include "cli/list-file.h"
#include "cli/log.h"
#include "cli/pipeline.h"
#include "cli/progress.h"
#include "imageio/atomic.h"
#include "model/conv/conv.h"
#include "model/error.h"
#include "model/interrupt.h"
#include "model/weights.h"

/* How often the progress line of a terminal is looked at, microseconds. */
#define LOOK 100000

typedef struct
{
  const CgOptions *options;
  const GPtrArray *jobs;
  CgConsole *console;
  CgPipeline *pipeline;
  CgLog log;
  CgProgress progress;
  GHashTable *ended; /* CgJob * */
  guint counts[CG_N_PICTURE_STATES];
} Batch;

static void
tell (const Batch *batch, const CgPicture *picture)
{
  static const char *const kinds[] = { "gray", "gray + alpha", "RGB", "RGB + alpha" };
  static const char *const depths[] = { "8 bits", "16 bits", "float" };
  const CgDenoiseReport *report = &picture->report;
  const CgConvKernel *kernel = cg_conv_kernel_for (&(CgConv){ 32, 32, 3, 1 }, NULL);

  cg_console_tell (batch->console,
                   "%s -> %s: %d x %d %s, %s; %d tiles of %d x %d, %.1f MB of buffers, kernels %s; "
                   "%.2f s",
                   picture->job->in, picture->job->out, picture->width, picture->height,
                   kinds[picture->channels - 1], depths[picture->depth], report->tiles,
                   report->tile_width, report->tile_height, report->memory / 1e6, kernel->name,
                   picture->seconds);
  if (report->not_finite)
    cg_console_say (batch->console,
                    "%s: %" G_GUINT64_FORMAT " samples were no finite numbers; they were taken "
                    "from their neighbours",
                    picture->job->in, report->not_finite);
}

static void
finish (Batch *batch, const CgPicture *picture)
{
  gboolean done = picture->state == CG_PICTURE_DONE;

  if (done)
    tell (batch, picture);
  else if (picture->state == CG_PICTURE_SKIPPED)
    cg_console_tell (batch->console, "%s: skipped, %s is there", picture->job->in,
                     picture->job->out);
  else
    cg_console_fail (batch->console, "%s", picture->error->message);
  batch->counts[picture->state]++;
  g_hash_table_add (batch->ended, (gpointer) picture->job);
  cg_log_picture (&batch->log, picture);
  cg_progress_next (&batch->progress, cg_job_work (picture->job),
                    done ? (double) picture->width * picture->height : 0);
}

static void
run_all (Batch *batch)
{
  gint64 patience = batch->console->is_terminal ? LOOK : -1;
  gboolean ended = FALSE;

  while (!ended)
    {
      CgPicture *picture = cg_pipeline_next (batch->pipeline, patience, &ended);

      if (picture && picture->state != CG_PICTURE_READ)
        finish (batch, picture);
      if (picture)
        cg_pipeline_return (batch->pipeline, picture);
      cg_progress_update (&batch->progress, cg_pipeline_under_way (batch->pipeline));
    }
  cg_progress_finish (&batch->progress);
}

/* After an interruption: what a next run has to do. */
static void
log_undone (Batch *batch)
{
  for (guint i = 0; i < batch->jobs->len; i++)
    {
      const CgJob *job = g_ptr_array_index (batch->jobs, i);
      if (!g_hash_table_contains (batch->ended, job))
        cg_log_undone (&batch->log, job);
    }
}

static int
conclude (const Batch *batch)
{
  const guint *counts = batch->counts;
  int signal = cg_interrupt_signal ();

  if (batch->jobs->len != 1 || signal)
    cg_console_say (batch->console, "%s%u done, %u skipped, %u failed, of %u",
                    signal ? "interrupted: " : "", counts[CG_PICTURE_DONE],
                    counts[CG_PICTURE_SKIPPED], counts[CG_PICTURE_FAILED], batch->jobs->len);
  if (signal)
    return CG_EXIT_SIGNAL + signal;
  return counts[CG_PICTURE_FAILED] ? CG_EXIT_FAILED : CG_EXIT_DONE;
}

/* What runs that were killed have left where we are going to write. */
static void
remove_stale (const Batch *batch)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < batch->jobs->len; i++)
    {
      const CgJob *job = g_ptr_array_index (batch->jobs, i);
      g_autofree char *target = cg_atomic_target (job->out);
      char *folder = g_path_get_dirname (target);
      guint removed;
      if (g_hash_table_add (seen, folder) && (removed = cg_atomic_remove_stale (folder)) > 0)
        cg_console_tell (batch->console, "%s: removed %u unfinished files of a killed run", folder,
                         removed);
    }
}

static double
all_work (const GPtrArray *jobs)
{
  double work = 0;

  for (guint i = 0; i < jobs->len; i++)
    work += cg_job_work (g_ptr_array_index (jobs, i));
  return work;
}

int
cg_batch_run (const CgOptions *options, const GPtrArray *jobs, CgConsole *console)
{
  g_autoptr (GError) error = NULL;
  Batch batch = { .options = options, .jobs = jobs, .console = console };

  g_autoptr (CgModel) model = cg_weights_find (options->model, &error);
  g_autoptr (CgPipeline) pipeline = model ? cg_pipeline_new (options, jobs, model, &error) : NULL;
  if (!pipeline || !cg_log_open (&batch.log, options, model, &error))
    {
      cg_console_fail (console, "%s", error->message);
      return CG_EXIT_FAILED;
    }
  g_autoptr (GHashTable) ended = batch.ended = g_hash_table_new (NULL, NULL);
  batch.pipeline = pipeline;
  cg_progress_init (&batch.progress, console, jobs->len, all_work (jobs));
  remove_stale (&batch);
  cg_pipeline_start (pipeline);
  run_all (&batch);
  log_undone (&batch);
  int status = conclude (&batch);
  if (cg_log_close (&batch.log))
    return status;
  cg_console_fail (console, "not all of the log or the list of failures could be written");
  return status == CG_EXIT_DONE ? CG_EXIT_FAILED : status;
}

int
cg_batch_dry_run (const CgOptions *options, const GPtrArray *jobs, CgConsole *console)
{
  guint failed = 0;

  for (guint i = 0; i < jobs->len; i++)
    {
      const CgJob *job = g_ptr_array_index (jobs, i);
      g_autofree char *line = cg_list_line (job->in, job->out);
      g_autofree char *problem = cg_picture_problem (job, options);

      if (problem)
        {
          cg_console_fail (console, "%s", problem);
          failed++;
        }
      else if (!cg_picture_is_there (job) || !options->skip_existing)
        puts (line);
    }
  return failed ? CG_EXIT_FAILED : CG_EXIT_DONE;
}
