/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Probes a worker; several, so that nobody has to wait long for the last. */
#define PROBES 4

/* Seconds on the wall, or of processor time over all threads shared out to
 * @workers: what they would take if nobody else used the machine. */
static double
now (const BenchSettings *settings, CgWorkers *workers)
{
  struct timespec t;

  if (!settings->busy)
    return g_get_monotonic_time () * 1e-6;
  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &t);
  return (t.tv_sec + t.tv_nsec * 1e-9) / cg_workers_count (workers);
}

static void
probe_job (int job, int worker, gpointer user)
{
  const BenchSettings *settings = user;

  settings->peak ();
}

double
bench_peak (const BenchSettings *settings, CgWorkers *workers)
{
  int n = cg_workers_count (workers);
  double start = now (settings, workers);

  cg_workers_run (workers, n * PROBES, probe_job, (gpointer) settings);
  return n * PROBES * settings->peak_flop / (now (settings, workers) - start);
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

static double
median (double *values, int n)
{
  qsort (values, n, sizeof *values, compare);
  return (values[n / 2] + values[(n - 1) / 2]) / 2;
}

double
bench_seconds (const BenchSettings *settings, CgWorkers *workers, BenchFunc func, gpointer user)
{
  g_autofree double *values = g_new (double, settings->repetitions);

  func (workers, user);
  for (int n = 0; n < settings->repetitions; n++)
    {
      double start = now (settings, workers);

      func (workers, user);
      values[n] = (now (settings, workers) - start);
    }
  return median (values, settings->repetitions);
}

double
bench_x_peak (const BenchSettings *settings, CgWorkers *workers, BenchFunc func, gpointer user,
              double flop)
{
  g_autofree double *values = g_new (double, settings->repetitions);

  func (workers, user);
  for (int n = 0; n < settings->repetitions; n++)
    {
      double peak = bench_peak (settings, workers);
      double start = now (settings, workers);

      func (workers, user);
      values[n] = flop / (now (settings, workers) - start) / peak;
    }
  return median (values, settings->repetitions);
}

void
bench_print (double value, const char *unit, const char *name, ...)
{
  va_list arguments;

  va_start (arguments, name);
  vprintf (name, arguments);
  va_end (arguments);
  printf (" %.4g %s\n", value, unit);
  fflush (stdout);
}
