/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A convolution in oneDNN, to take turns with. */
#ifndef CG_BENCH_ONEDNN_H
#define CG_BENCH_ONEDNN_H

#include <glib.h>

typedef struct _BenchOneDnn BenchOneDnn;

/* Version of the library, or NULL if the benchmark was built without it. */
const char *bench_onednn_version (void);

/* 3x3 with bias and ReLU on one picture of @side x @side, @channels in and out, by the algorithm
 * and in the layouts that oneDNN takes by default, in as many threads as it likes.  The caller
 * frees it with bench_onednn_free(). */
BenchOneDnn *bench_onednn_new (int side, int channels) G_GNUC_WARN_UNUSED_RESULT;
void bench_onednn_free (BenchOneDnn *peer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BenchOneDnn, bench_onednn_free)

/* Once. */
void bench_onednn_run (BenchOneDnn *peer);

#endif
