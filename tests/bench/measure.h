/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Timing on a machine that is never quiet: the probe of the processor's peak
 * runs before every repetition, on the same threads, and medians are reported. */
#ifndef CG_BENCH_MEASURE_H
#define CG_BENCH_MEASURE_H

#include "model/workers.h"

typedef struct
{
  int repetitions;       /* of every measurement ... */
  double seconds;        /* ... or as many as fit into this time */
  const char *kernels;   /* as cg_conv_kernel_for() takes it; NULL for the fastest */
  double (*peak) (void); /* their probe, from peak.h */
  double peak_flop;      /* floating-point operations that it does */
  gboolean busy;         /* others use the machine: count processor time, not the wall clock's */
} BenchSettings;

typedef void (*BenchFunc) (CgWorkers *workers, gpointer user);

/* Seconds on a clock for @workers: the wall's, or for busy machines that of processor
 * time over all threads shared out to them: what they would take if nobody else
 * used the machine. */
double bench_now (const BenchSettings *settings, CgWorkers *workers);

/* Repetitions that begin now: for (...; bench_goes_on (&until, n); n++). */
typedef struct
{
  gint64 end;
  int repetitions;
} BenchUntil;

BenchUntil bench_until (const BenchSettings *settings);
gboolean bench_goes_on (const BenchUntil *until, int n);

/* Sorts @values. */
double bench_median (double *values, int n);

/* Median over the repetitions of the seconds @func takes. */
double
bench_seconds (const BenchSettings *settings, CgWorkers *workers, BenchFunc func, gpointer user);

/* The probe's floating-point operations a second, all @workers together. */
double bench_peak (const BenchSettings *settings, CgWorkers *workers);

/* Median of (@flop / seconds) / bench_peak(). */
double bench_x_peak (const BenchSettings *settings, CgWorkers *workers, BenchFunc func,
                     gpointer user, double flop);

/* Print one line, "NAME VALUE UNIT"; @name is a format for what follows it. */
void bench_print (double value, const char *unit, const char *name, ...) G_GNUC_PRINTF (3, 4);

#endif
