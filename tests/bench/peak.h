/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The most floating-point work a core can do, measured: multiply-adds on
 * registers alone. */
#ifndef CG_BENCH_PEAK_H
#define CG_BENCH_PEAK_H

/* Work for some milliseconds; returns the floating-point operations done.  One for
 * each family of processors that kernels are built for (conv/simd/). */
double cg_bench_peak_baseline (void);
double cg_bench_peak_avx2 (void);
double cg_bench_peak_avx512 (void);

#endif
