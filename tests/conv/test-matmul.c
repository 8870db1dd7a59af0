/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cg_matmul() against a double loop, alone and from several threads at once. */
#include "model/matmul.h"

#include <math.h>
#include <string.h>

#define CANARY 12345.0f

static void
fill (float *values, gsize n, GRand *random)
{
  for (gsize i = 0; i < n; i++)
    values[i] = (float) g_rand_double_range (random, -1, 1);
}

static void
check_one (GRand *random)
{
  int m = g_rand_int_range (random, 1, 70), n = g_rand_int_range (random, 1, 70);
  int k = g_rand_int_range (random, 1, 300);
  gboolean ta = g_rand_boolean (random), tb = g_rand_boolean (random);
  gboolean accumulate = g_rand_boolean (random);
  gsize lda = (ta ? m : k) + g_rand_int_range (random, 0, 4);
  gsize ldb = (tb ? k : n) + g_rand_int_range (random, 0, 4), ldc = n + 3;
  gsize a_size = (ta ? k : m) * lda, b_size = (tb ? n : k) * ldb;
  g_autofree float *a = g_new (float, a_size), *b = g_new (float, b_size);
  g_autofree float *c = g_new (float, m *ldc);

  fill (a, a_size, random);
  fill (b, b_size, random);
  for (gsize i = 0; i < m * ldc; i++)
    c[i] = i % ldc < (gsize) n && accumulate ? 0.5f : CANARY;
  cg_matmul (ta, tb, m, n, k, a, lda, b, ldb, accumulate, c, ldc);

  for (int i = 0; i < m; i++)
    {
      for (int j = 0; j < n; j++)
        {
          double want = accumulate ? 0.5 : 0;

          for (int l = 0; l < k; l++)
            want += (double) a[ta ? l * lda + i : i * lda + l] * b[tb ? j * ldb + l : l * ldb + j];
          g_assert_cmpfloat (fabs (c[i * ldc + j] - want), <, 1e-5 * (1 + sqrt (k)));
        }
      for (gsize j = n; j < ldc; j++)
        g_assert_cmpfloat (c[i * ldc + j], ==, CANARY);
    }
}

static void
test_alone (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (g_test_rand_int ());

  for (int round = 0; round < 200; round++)
    check_one (random);
}

/* A product that a thread repeats, and what it was when it was alone. */
#define M 96
#define N 64
#define K 300

typedef struct
{
  float a[M * K], b[K * N], want[M * N];
} Job;

static gpointer
repeat (gpointer data)
{
  const Job *job = data;
  g_autofree float *c = g_malloc (sizeof job->want);

  for (int round = 0; round < 5000; round++)
    {
      cg_matmul (FALSE, FALSE, M, N, K, job->a, K, job->b, N, FALSE, c, N);
      if (memcmp (c, job->want, sizeof job->want) != 0)
        return GINT_TO_POINTER (1);
    }
  return NULL;
}

/* Threads do not disturb each other.  OpenBLAS without threads would, did
 * cg_matmul() not lock. */
static void
test_threads (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (g_test_rand_int ());
  g_autofree Job *jobs = g_new (Job, 4);
  GThread *threads[4];

  for (guint n = 0; n < G_N_ELEMENTS (threads); n++)
    {
      fill (jobs[n].a, M * K, random);
      fill (jobs[n].b, K * N, random);
      cg_matmul (FALSE, FALSE, M, N, K, jobs[n].a, K, jobs[n].b, N, FALSE, jobs[n].want, N);
    }
  for (guint n = 0; n < G_N_ELEMENTS (threads); n++)
    threads[n] = g_thread_new ("matmul", repeat, &jobs[n]);
  for (guint n = 0; n < G_N_ELEMENTS (threads); n++)
    g_assert_null (g_thread_join (threads[n]));
}

/* Nothing to sum is zero, or leaves the sum as it is. */
static void
test_empty (void)
{
  float a[1] = { 2 }, c[1] = { 3 };

  cg_matmul (FALSE, FALSE, 1, 1, 0, a, 1, a, 1, TRUE, c, 1);
  g_assert_cmpfloat (c[0], ==, 3);
  cg_matmul (FALSE, FALSE, 1, 1, 0, a, 1, a, 1, FALSE, c, 1);
  g_assert_cmpfloat (c[0], ==, 0);
  cg_matmul (FALSE, FALSE, 0, 1, 1, a, 1, a, 1, FALSE, c, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/matmul/alone", test_alone);
  g_test_add_func ("/matmul/threads", test_threads);
  g_test_add_func ("/matmul/empty", test_empty);
  return g_test_run ();
}
