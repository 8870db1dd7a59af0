/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sleeping workers: one loop at a time, jobs handed out by an atomic counter. */
#define _GNU_SOURCE
#include "workers.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

struct _CgWorkers
{
  int count;         /* with the calling thread */
  GThread **threads; /* count - 1 */
  GMutex lock;
  GCond start, finished;
  guint loop; /* number of the loop under way; changes wake the sleepers */
  int busy;   /* sleepers that have not finished this loop */
  gboolean quit;

  CgJobFunc func;
  gpointer user;
  int n_jobs;
  int next_job; /* atomic */
};

typedef struct
{
  CgWorkers *workers;
  int worker;
} Seat;

/* Denormal numbers are slow and mean nothing in a picture.  The mode belongs
 * to a thread and is put back: we live in someone else's process. */
static unsigned
flush_denormals (void)
{
#if defined(__SSE2__)
  unsigned before = _mm_getcsr ();
  _mm_setcsr (before | 0x8040);
  return before;
#else
  return 0;
#endif
}

static void
restore_denormals (unsigned before)
{
#if defined(__SSE2__)
  _mm_setcsr (before);
#endif
}

static void
work (CgWorkers *workers, int worker)
{
  unsigned mode = flush_denormals ();
  int job;

  while ((job = g_atomic_int_add (&workers->next_job, 1)) < workers->n_jobs)
    workers->func (job, worker, workers->user);
  restore_denormals (mode);
}

static gpointer
sleeper (gpointer data)
{
  g_autofree Seat *seat = data;
  CgWorkers *workers = seat->workers;
  guint seen = 0;

  g_mutex_lock (&workers->lock);
  for (;;)
    {
      while (workers->loop == seen && !workers->quit)
        g_cond_wait (&workers->start, &workers->lock);
      if (workers->quit)
        break;
      seen = workers->loop;
      g_mutex_unlock (&workers->lock);
      work (workers, seat->worker);
      g_mutex_lock (&workers->lock);
      if (--workers->busy == 0)
        g_cond_signal (&workers->finished);
    }
  g_mutex_unlock (&workers->lock);
  return NULL;
}

CgWorkers *
cg_workers_new (int threads)
{
  CgWorkers *workers = g_new0 (CgWorkers, 1);

  workers->count = threads > 0 ? threads : cg_processor_count ();
  workers->threads = g_new0 (GThread *, workers->count);
  g_mutex_init (&workers->lock);
  g_cond_init (&workers->start);
  g_cond_init (&workers->finished);
  for (int i = 1; i < workers->count; i++)
    {
      Seat *seat = g_new (Seat, 1);
      *seat = (Seat){ workers, i };
      workers->threads[i - 1] = g_thread_new ("cleargrain", sleeper, seat);
    }
  return workers;
}

void
cg_workers_free (CgWorkers *workers)
{
  if (!workers)
    return;
  g_mutex_lock (&workers->lock);
  workers->quit = TRUE;
  g_cond_broadcast (&workers->start);
  g_mutex_unlock (&workers->lock);
  for (int i = 0; i < workers->count - 1; i++)
    g_thread_join (workers->threads[i]);
  g_mutex_clear (&workers->lock);
  g_cond_clear (&workers->start);
  g_cond_clear (&workers->finished);
  g_free (workers->threads);
  g_free (workers);
}

int
cg_workers_count (const CgWorkers *workers)
{
  return workers ? workers->count : 1;
}

void
cg_workers_run (CgWorkers *workers, int n_jobs, CgJobFunc func, gpointer user)
{
  if (cg_workers_count (workers) == 1 || n_jobs <= 1)
    {
      CgWorkers alone = { .count = 1, .func = func, .user = user, .n_jobs = n_jobs };
      work (&alone, 0);
      return;
    }
  g_mutex_lock (&workers->lock);
  workers->func = func;
  workers->user = user;
  workers->n_jobs = n_jobs;
  workers->next_job = 0;
  workers->busy = workers->count - 1;
  workers->loop++;
  g_cond_broadcast (&workers->start);
  g_mutex_unlock (&workers->lock);

  work (workers, 0);

  g_mutex_lock (&workers->lock);
  while (workers->busy > 0)
    g_cond_wait (&workers->finished, &workers->lock);
  g_mutex_unlock (&workers->lock);
}

/* The cgroup's share of processors (version 2, of the group we see as root),
 * or 0 if none is set. */
static int
cgroup_quota (void)
{
  g_autofree char *text = NULL;
  double quota, period;

  if (!g_file_get_contents ("/sys/fs/cgroup/cpu.max", &text, NULL, NULL)
      || sscanf (text, "%lf %lf", &quota, &period) != 2 || period <= 0)
    return 0;
  return MAX (1, (int) ceil (quota / period));
}

int
cg_processor_count (void)
{
  int count = (int) g_get_num_processors ();
  int quota = cgroup_quota ();

#ifdef CPU_COUNT
  cpu_set_t set;
  if (sched_getaffinity (0, sizeof set, &set) == 0)
    count = CPU_COUNT (&set);
#endif
  return MAX (1, quota > 0 ? MIN (count, quota) : count);
}
