/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pool of sleeping threads that share the jobs of one parallel loop.
 *
 * Nothing is ever divided "by the number of threads": callers cut their work
 * into jobs that do not depend on it, so results do not either. */
#ifndef CG_WORKERS_H
#define CG_WORKERS_H

#include <glib.h>

typedef struct _CgWorkers CgWorkers;

/* A pool of @threads workers, the calling thread counted; 0 = one for each
 * processor this process may run on (affinity and cgroup share respected).
 * Never NULL; the caller frees it with cg_workers_free(). */
CgWorkers *cg_workers_new (int threads) G_GNUC_WARN_UNUSED_RESULT;
void cg_workers_free (CgWorkers *workers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgWorkers, cg_workers_free)

/* Number of workers, >= 1; 1 for NULL. */
int cg_workers_count (const CgWorkers *workers);

/* @job is 0 <= job < n_jobs, @worker is 0 <= worker < cg_workers_count():
 * two jobs that run at the same time have different workers. */
typedef void (*CgJobFunc) (int job, int worker, gpointer user);

/* Run all jobs and return when the last one is done.  Jobs start in order.
 * NULL runs them one after the other in the calling thread.  One pool runs
 * one loop at a time; jobs must not call cg_workers_run() on the same pool. */
void cg_workers_run (CgWorkers *workers, int n_jobs, CgJobFunc func, gpointer user);

/* Processors this process may use: affinity mask and cgroup quota, >= 1. */
int cg_processor_count (void);

#endif
