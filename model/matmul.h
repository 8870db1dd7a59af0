/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Products of large matrices: OpenBLAS where the build has it, plain C
 * otherwise.  Threads are the caller's business: a call computes in the thread
 * it is made from, and any number of threads may call at once. */
#ifndef CG_MATMUL_H
#define CG_MATMUL_H

#include <glib.h>

/* C = op(A) op(B), or C += op(A) op(B) with @accumulate, all row-major:
 * op(A) is @m x @k, op(B) @k x @n, C @m x @n.  With @transpose_a the array
 * @a holds A as @k x @m, with @transpose_b the array @b holds B as @n x @k.
 * @lda, @ldb, @ldc are the floats from one row of the stored array to the
 * next.  C must not overlap A or B.  Any of m, n, k may be 0. */
void cg_matmul (gboolean transpose_a, gboolean transpose_b, int m, int n, int k, const float *a,
                gsize lda, const float *b, gsize ldb, gboolean accumulate, float *c, gsize ldc);

#endif
