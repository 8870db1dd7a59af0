/* SPDX-License-Identifier: GPL-3.0-or-later */
/* In place of onednn.c where the library is not there. */
#include "tests/bench/onednn.h"

const char *
bench_onednn_version (void)
{
  return NULL;
}

BenchOneDnn *
bench_onednn_new (int side, int channels)
{
  return NULL;
}

void
bench_onednn_free (BenchOneDnn *peer)
{
}

void
bench_onednn_run (BenchOneDnn *peer)
{
}
