/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Probes a worker; several, so that nobody has to wait long for the last. */
#define PROBES 4

double
bench_now (const BenchSettings *settings, CgWorkers *workers)
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
  double start = bench_now (settings, workers);

  cg_workers_run (workers, n * PROBES, probe_job, (gpointer) settings);
  return n * PROBES * settings->peak_flop / (bench_now (settings, workers) - start);
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

double
bench_median (double *values, int n)
{
  qsort (values, n, sizeof *values, compare);
  return (values[n / 2] + values[(n - 1) / 2]) / 2;
}

BenchUntil
bench_until (const BenchSettings *settings)
{
  return (BenchUntil){ g_get_monotonic_time () + (gint64) (settings->seconds * G_USEC_PER_SEC),
                       settings->repetitions };
}

gboolean
bench_goes_on (const BenchUntil *until, int n)
{
  return n == 0 || (n < until->repetitions && g_get_monotonic_time () < until->end);
}

double
bench_seconds (const BenchSettings *settings, CgWorkers *workers, BenchFunc func, gpointer user)
{
  g_autofree double *values = g_new (double, settings->repetitions);
  int n = 0;

  func (workers, user);
  for (BenchUntil until = bench_until (settings); bench_goes_on (&until, n); n++)
    {
      double start = bench_now (settings, workers);

      func (workers, user);
      values[n] = (bench_now (settings, workers) - start);
    }
  return bench_median (values, n);
}

double
bench_x_peak (const BenchSettings *settings, CgWorkers *workers, BenchFunc func, gpointer user,
              double flop)
{
  g_autofree double *values = g_new (double, settings->repetitions);
  int n = 0;

  func (workers, user);
  for (BenchUntil until = bench_until (settings); bench_goes_on (&until, n); n++)
    {
      double peak = bench_peak (settings, workers);
      double start = bench_now (settings, workers);

      func (workers, user);
      values[n] = flop / (bench_now (settings, workers) - start) / peak;
    }
  return bench_median (values, n);
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
