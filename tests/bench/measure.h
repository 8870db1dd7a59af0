/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Timing on a machine that is never quiet: the probe of the processor's peak
 * runs before every repetition, on the same threads, and medians are reported. */
#ifndef CG_BENCH_MEASURE_H
#define CG_BENCH_MEASURE_H

#include "model/workers.h"

typedef struct
{
  int repetitions;       /* of every measurement */
  const char *kernels;   /* as cg_conv_kernel_for() takes it; NULL for the fastest */
  double (*peak) (void); /* their probe, from peak.h */
  double peak_flop;      /* floating-point operations that it does */
  gboolean busy;         /* others use the machine: count processor time, not the wall clock's */
} BenchSettings;

typedef void (*BenchFunc) (CgWorkers *workers, gpointer user);

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
