/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Three threads: one reads, this one computes and speaks, one writes.  Pictures
 * go round as messages: the reader and the writer send theirs to `events`, which
 * only this thread takes, so that nothing else is shared.  A ticket is needed
 * to be read and given back at the end: that bounds the pictures in memory. */
#include "cli/batch.h"

#include <stdio.h>

#include "cli/exit-status.h"
#include "cli/interrupt.h"
#include "cli/jobs.h"
#include "cli/list-file.h"
#include "cli/log.h"
#include "cli/picture.h"
#include "cli/progress.h"
#include "imageio/atomic.h"
#include "model/conv/conv.h"
#include "model/error.h"
#include "model/weights.h"

typedef struct
{
  const CgOptions *options;
  const GPtrArray *jobs;
  CgConsole *console;
  CgDenoiser *denoiser;
  CgLog log;
  CgProgress progress;
  guint counts[CG_N_PICTURE_STATES];

  GAsyncQueue *tickets, *events, *to_write;
  GQueue ready; /* read, waiting to be cleaned */
  const CgPicture *under_way;
  gboolean all_read; /* the reader has ended */
  guint writing;     /* sent to the writer and not yet back */
} Batch;

/* A message that is no picture: the sender or the receiver ends. */
static CgPicture end_mark;
static char ticket;

/* --- the other two threads --- */

static gpointer
read_pictures (gpointer user)
{
  Batch *batch = user;

  for (guint i = 0; i < batch->jobs->len && cg_interrupt_signal () == 0; i++)
    {
      g_async_queue_pop (batch->tickets);
      if (cg_interrupt_signal () == 0)
        g_async_queue_push (batch->events,
                            cg_picture_read (g_ptr_array_index (batch->jobs, i), batch->options));
    }
  g_async_queue_push (batch->events, &end_mark);
  return NULL;
}

static gpointer
write_pictures (gpointer user)
{
  Batch *batch = user;
  CgPicture *picture;

  while ((picture = g_async_queue_pop (batch->to_write)) != &end_mark)
    {
      cg_picture_write (picture, batch->options);
      g_async_queue_push (batch->events, picture);
    }
  return NULL;
}

/* --- this thread --- */

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

/* How much of the progress this picture is. */
static double
work_of (const CgJob *job)
{
  return MAX (job->pixels, 1);
}

static void
finish (Batch *batch, CgPicture *picture)
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
  cg_log_picture (&batch->log, picture);
  cg_progress_next (&batch->progress, work_of (picture->job),
                    done ? (double) picture->width * picture->height : 0);
  cg_picture_free (picture);
  g_async_queue_push (batch->tickets, &ticket);
}

static void
handle (Batch *batch, CgPicture *event)
{
  if (event == &end_mark)
    {
      batch->all_read = TRUE;
      return;
    }
  if (event->state == CG_PICTURE_READ)
    {
      g_queue_push_tail (&batch->ready, event);
      return;
    }
  if (event->cleaned) /* so it comes from the writer */
    batch->writing--;
  finish (batch, event);
}

static void
handle_waiting (Batch *batch)
{
  CgPicture *event;

  while ((event = g_async_queue_try_pop (batch->events)))
    handle (batch, event);
}

/* The denoiser's callback. */
static gboolean
on_progress (double done, gpointer user)
{
  Batch *batch = user;

  handle_waiting (batch);
  if (batch->under_way)
    cg_progress_update (&batch->progress, work_of (batch->under_way->job), done);
  return cg_interrupt_signal () == 0;
}

static void
clean (Batch *batch, CgPicture *picture)
{
  batch->under_way = picture;
  if (cg_interrupt_signal () == 0)
    cg_picture_clean (picture, batch->options, batch->denoiser);
  batch->under_way = NULL;
  if (picture->state == CG_PICTURE_CLEANED)
    {
      batch->writing++;
      g_async_queue_push (batch->to_write, picture);
    }
  else if (cg_interrupt_signal () == 0)
    finish (batch, picture);
  else
    {
      /* Neither done nor failed: the next run will do it. */
      cg_picture_free (picture);
      g_async_queue_push (batch->tickets, &ticket);
    }
}

static void
run_all (Batch *batch)
{
  GThread *reader, *writer;

  for (int i = 0; i < batch->options->jobs; i++)
    g_async_queue_push (batch->tickets, &ticket);
  reader = g_thread_new ("reader", read_pictures, batch);
  writer = g_thread_new ("writer", write_pictures, batch);
  while (!batch->all_read || batch->writing > 0 || batch->ready.length > 0)
    {
      handle_waiting (batch);
      CgPicture *picture = g_queue_pop_head (&batch->ready);
      if (picture)
        clean (batch, picture);
      else if (!batch->all_read || batch->writing > 0)
        handle (batch, g_async_queue_pop (batch->events));
    }
  g_async_queue_push (batch->to_write, &end_mark);
  g_thread_join (reader);
  g_thread_join (writer);
  cg_progress_finish (&batch->progress);
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
      char *folder = g_path_get_dirname (job->out);
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
    work += work_of (g_ptr_array_index (jobs, i));
  return work;
}

static CgDenoiser *
make_denoiser (Batch *batch, const CgModel *model, GError **error)
{
  CgDenoiseOptions denoise = CG_DENOISE_OPTIONS_INIT;

  denoise.strength = batch->options->strength;
  denoise.colour_strength = batch->options->colour_strength;
  denoise.grain_size = batch->options->grain_size;
  denoise.max_memory = batch->options->max_memory;
  denoise.threads = batch->options->threads;
  denoise.progress = on_progress;
  denoise.progress_data = batch;
  return cg_denoiser_new (model, &denoise, error);
}

int
cg_batch_run (const CgOptions *options, const GPtrArray *jobs, CgConsole *console)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncQueue) tickets = g_async_queue_new ();
  g_autoptr (GAsyncQueue) events = g_async_queue_new ();
  g_autoptr (GAsyncQueue) to_write = g_async_queue_new ();
  Batch batch = { .options = options,
                  .jobs = jobs,
                  .console = console,
                  .tickets = tickets,
                  .events = events,
                  .to_write = to_write };

  g_autoptr (CgModel) model = cg_weights_find (options->model, &error);
  g_autoptr (CgDenoiser) denoiser = model ? make_denoiser (&batch, model, &error) : NULL;
  if (!denoiser || !cg_log_open (&batch.log, options, model, &error))
    {
      cg_console_fail (console, "%s", error->message);
      return CG_EXIT_FAILED;
    }
  batch.denoiser = denoiser;
  cg_progress_init (&batch.progress, console, jobs->len, all_work (jobs));
  remove_stale (&batch);
  run_all (&batch);
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
