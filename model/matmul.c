/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/matmul.h"

#include "config.h"

#include <string.h>

#if CG_HAVE_OPENBLAS

#include <cblas.h>

/* OpenBLAS is kept to one thread.  Its openmp flavour takes that setting for
 * the calling thread only, so every thread makes it once; the others take it
 * for the process, where making it again does no harm. */
static void
keep_to_one_thread (void)
{
  static __thread gboolean done;

  if (!done)
    openblas_set_num_threads (1);
  done = TRUE;
}

void
cg_matmul (gboolean transpose_a, gboolean transpose_b, int m, int n, int k, const float *a,
           gsize lda, const float *b, gsize ldb, gboolean accumulate, float *c, gsize ldc)
{
  static GMutex one_caller;
  /* OpenBLAS built without threads shares one work buffer between callers. */
  gboolean lock = openblas_get_parallel () == OPENBLAS_SEQUENTIAL;

  if (m <= 0 || n <= 0)
    return;
  keep_to_one_thread ();
  if (lock)
    g_mutex_lock (&one_caller);
  cblas_sgemm (CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans,
               transpose_b ? CblasTrans : CblasNoTrans, m, n, k, 1.0f, a, (blasint) lda, b,
               (blasint) ldb, accumulate ? 1.0f : 0.0f, c, (blasint) ldc);
  if (lock)
    g_mutex_unlock (&one_caller);
}

#else

/* A row of C is a sum of rows of B, so the inner loop runs along memory. */
void
cg_matmul (gboolean transpose_a, gboolean transpose_b, int m, int n, int k, const float *a,
           gsize lda, const float *b, gsize ldb, gboolean accumulate, float *c, gsize ldc)
{
  for (int i = 0; i < m; i++)
    {
      float *row = c + i * ldc;

      if (!accumulate)
        memset (row, 0, n * sizeof *row);
      for (int l = 0; l < k; l++)
        {
          float factor = transpose_a ? a[l * lda + i] : a[i * lda + l];

          if (transpose_b)
            for (int j = 0; j < n; j++)
              row[j] += factor * b[j * ldb + l];
          else
            for (int j = 0; j < n; j++)
              row[j] += factor * b[l * ldb + j];
        }
    }
}

#endif
