/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of the benchmark; each prints its own lines. */
#ifndef CG_BENCH_H
#define CG_BENCH_H

#include "tests/bench/measure.h"

/* bench-conv.c */
void bench_conv (const BenchSettings *settings, CgWorkers *workers);

#endif
