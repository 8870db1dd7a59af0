/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Queues lead from thread to thread: reader -> to_clean -> lanes -> to_write ->
 * writer -> ended, and what fails or is skipped goes to `ended` at once.  A ticket is
 * needed to be read and given back at the end: that bounds the pictures in
 * memory.  At the end each thread hands on that it has ended. */
#include "cli/pipeline.h"

#include "model/interrupt.h"
#include "model/workers.h"

/* Beside those that are being cleaned: one is read, one written. */
#define OTHERS_UNDER_WAY 2
/* A lane with less cuts its pictures into small pieces. */
#define LANE_MEMORY ((gsize) 128 << 20)
/* Fractions of a picture are counted in. */
#define PARTS 1000

typedef struct
{
  CgPipeline *pipeline;
  CgDenoiser *denoiser;
  GThread *thread;
  const CgJob *job; /* atomic: being cleaned, or NULL ... */
  int done;         /* ... and atomic, how many of its PARTS */
} Lane;

struct _CgPipeline
{
  const CgOptions *options;
  const GPtrArray *jobs;
  Lane *lanes;
  int n_lanes, lanes_open; /* the latter atomic */
  GThread *reader, *writer;
  GAsyncQueue *tickets, *to_clean, *to_write, *ended;
};

/* A message that is no picture: the sender has ended. */
static CgPicture end_mark;
static char ticket;

/* --- the threads --- */

static gpointer
read_pictures (gpointer user)
{
  CgPipeline *p = user;

  for (guint i = 0; i < p->jobs->len && cg_interrupt_signal () == 0; i++)
    {
      g_async_queue_pop (p->tickets);
      if (cg_interrupt_signal ())
        break;
      CgPicture *picture = cg_picture_read (g_ptr_array_index (p->jobs, i), p->options);
      g_async_queue_push (picture->state == CG_PICTURE_READ ? p->to_clean : p->ended, picture);
    }
  for (int i = 0; i < p->n_lanes; i++)
    g_async_queue_push (p->to_clean, &end_mark);
  return NULL;
}

/* The denoiser's callback. */
static gboolean
on_progress (double done, gpointer user)
{
  Lane *lane = user;

  g_atomic_int_set (&lane->done, (int) (PARTS * done));
  return cg_interrupt_signal () == 0;
}

static void
clean (Lane *lane, CgPicture *picture)
{
  const CgPipeline *p = lane->pipeline;

  g_atomic_int_set (&lane->done, 0);
  g_atomic_pointer_set (&lane->job, picture->job);
  if (cg_interrupt_signal () == 0)
    cg_picture_clean (picture, p->options, lane->denoiser);
  g_atomic_pointer_set (&lane->job, NULL);
  /* Neither done nor failed: the next run will do it. */
  if (picture->state != CG_PICTURE_CLEANED && cg_interrupt_signal ())
    picture->state = CG_PICTURE_READ;
  g_async_queue_push (picture->state == CG_PICTURE_CLEANED ? p->to_write : p->ended, picture);
}

static gpointer
clean_pictures (gpointer user)
{
  Lane *lane = user;
  CgPipeline *p = lane->pipeline;
  CgPicture *picture;

  while ((picture = g_async_queue_pop (p->to_clean)) != &end_mark)
    clean (lane, picture);
  if (g_atomic_int_dec_and_test (&p->lanes_open))
    g_async_queue_push (p->to_write, &end_mark);
  return NULL;
}

static gpointer
write_pictures (gpointer user)
{
  CgPipeline *p = user;
  CgPicture *picture;

  while ((picture = g_async_queue_pop (p->to_write)) != &end_mark)
    {
      cg_picture_write (picture, p->options);
      g_async_queue_push (p->ended, picture);
    }
  g_async_queue_push (p->ended, &end_mark);
  return NULL;
}

/* --- from outside --- */

static int
threads_of (const CgOptions *options)
{
  return options->threads > 0 ? options->threads : cg_processor_count ();
}

static gsize
memory_of (const CgOptions *options)
{
  return options->max_memory > 0 ? options->max_memory : cg_denoise_default_memory ();
}

/* So few pictures that some lanes would soon be idle go through one. */
static int
count_lanes (const CgOptions *options, guint n_jobs)
{
  int threads = threads_of (options), lanes = threads;

  if (n_jobs < 2 * (guint) threads)
    return 1;
  if (options->jobs > 0)
    lanes = MIN (lanes, options->jobs - OTHERS_UNDER_WAY);
  lanes = MIN (lanes, (int) (memory_of (options) / LANE_MEMORY));
  return MAX (lanes, 1);
}

/* The lanes' shares of threads and of memory; the weights are the first one's. */
static gboolean
make_denoisers (CgPipeline *p, const CgModel *model, GError **error)
{
  int threads = threads_of (p->options), n = p->n_lanes;

  for (int i = 0; i < n; i++)
    {
      Lane *lane = &p->lanes[i];
      CgDenoiseOptions denoise = CG_DENOISE_OPTIONS_INIT;

      denoise.strength = p->options->strength;
      denoise.colour_strength = p->options->colour_strength;
      denoise.grain_size = p->options->grain_size;
      denoise.max_memory = memory_of (p->options) / n;
      denoise.threads = threads / n + (i < threads % n);
      denoise.progress = on_progress;
      denoise.progress_data = lane;
      lane->pipeline = p;
      lane->denoiser = i == 0 ? cg_denoiser_new (model, &denoise, error)
                              : cg_denoiser_new_beside (p->lanes[0].denoiser, &denoise);
      if (!lane->denoiser)
        return FALSE;
    }
  return TRUE;
}

CgPipeline *
cg_pipeline_new (const CgOptions *options, const GPtrArray *jobs, const CgModel *model,
                 GError **error)
{
  g_autoptr (CgPipeline) pipeline = g_new0 (CgPipeline, 1);

  pipeline->options = options;
  pipeline->jobs = jobs;
  pipeline->n_lanes = pipeline->lanes_open = count_lanes (options, jobs->len);
  pipeline->lanes = g_new0 (Lane, pipeline->n_lanes);
  pipeline->tickets = g_async_queue_new ();
  pipeline->to_clean = g_async_queue_new ();
  pipeline->to_write = g_async_queue_new ();
  pipeline->ended = g_async_queue_new ();
  if (!make_denoisers (pipeline, model, error))
    return NULL;
  return g_steal_pointer (&pipeline);
}

void
cg_pipeline_start (CgPipeline *p)
{
  int under_way = p->options->jobs > 0 ? p->options->jobs : p->n_lanes + OTHERS_UNDER_WAY;

  for (int i = 0; i < under_way; i++)
    g_async_queue_push (p->tickets, &ticket);
  p->reader = g_thread_new ("reader", read_pictures, p);
  p->writer = g_thread_new ("writer", write_pictures, p);
  for (int i = 0; i < p->n_lanes; i++)
    p->lanes[i].thread = g_thread_new ("lane", clean_pictures, &p->lanes[i]);
}

void
cg_pipeline_free (CgPipeline *pipeline)
{
  if (!pipeline)
    return;
  g_clear_pointer (&pipeline->reader, g_thread_join);
  g_clear_pointer (&pipeline->writer, g_thread_join);
  for (int i = pipeline->n_lanes - 1; i >= 0; i--)
    {
      g_clear_pointer (&pipeline->lanes[i].thread, g_thread_join);
      cg_denoiser_free (pipeline->lanes[i].denoiser);
    }
  g_free (pipeline->lanes);
  g_async_queue_unref (pipeline->tickets);
  g_async_queue_unref (pipeline->to_clean);
  g_async_queue_unref (pipeline->to_write);
  g_async_queue_unref (pipeline->ended);
  g_free (pipeline);
}

CgPicture *
cg_pipeline_next (CgPipeline *pipeline, gint64 microseconds, gboolean *ended)
{
  CgPicture *picture = microseconds < 0
                           ? g_async_queue_pop (pipeline->ended)
                           : g_async_queue_timeout_pop (pipeline->ended, (guint64) microseconds);

  *ended = picture == &end_mark;
  return *ended ? NULL : picture;
}

void
cg_pipeline_return (CgPipeline *pipeline, CgPicture *picture)
{
  cg_picture_free (picture);
  g_async_queue_push (pipeline->tickets, &ticket);
}

double
cg_pipeline_under_way (const CgPipeline *pipeline)
{
  double sum = 0;

  for (int i = 0; i < pipeline->n_lanes; i++)
    {
      Lane *lane = &pipeline->lanes[i];
      const CgJob *job = g_atomic_pointer_get (&lane->job);
      if (job)
        sum += cg_job_work (job) * g_atomic_int_get (&lane->done) / PARTS;
    }
  return sum;
}
