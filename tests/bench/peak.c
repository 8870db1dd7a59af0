/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/peak.h"

#include "model/conv/simd/vector.h"

/* As many sums as hide the latency, and still fit into 16 registers. */
#define SUMS  12
#define STEPS 500000

/* Makes the compiler believe that @v is used and changed here, in a register. */
#if defined __x86_64__
#define TOUCH(v) __asm__ volatile("" : "+x"(v))
#elif defined __aarch64__
#define TOUCH(v) __asm__ volatile("" : "+w"(v))
#else
#define TOUCH(v) (void) (v)
#endif

double
CG_SIMD_NAME (cg_bench_peak) (void)
{
  Vec sums[SUMS], a = { 1 }, b = { 1 };
  volatile float result = 0;

#pragma GCC unroll 16
  for (int n = 0; n < SUMS; n++)
    {
      sums[n] = (Vec){ 0 };
      TOUCH (sums[n]); /* or the compiler sees that all are the same */
    }
  for (int step = 0; step < STEPS; step++)
    {
      TOUCH (a);
      TOUCH (b);
#pragma GCC unroll 16
      for (int n = 0; n < SUMS; n++)
        sums[n] += a * b;
    }
#pragma GCC unroll 16
  for (int n = 0; n < SUMS; n++)
    result = result + sums[n][0];
  return 2.0 * STEPS * SUMS * LANES;
}
