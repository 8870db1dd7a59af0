/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The optimiser against the papers' formulas, written down again in doubles. */
#include "training/adam.h"

#include <math.h>
#include <string.h>

#include "model/random.h"

#define N 150001 /* more than two blocks, and no multiple of anything */

typedef struct
{
  float *p, *m, *v, *a, *g;
} Arrays;

static Arrays
arrays_new (void)
{
  Arrays x = { g_new0 (float, N), g_new0 (float, N), g_new0 (float, N), g_new0 (float, N),
               g_new0 (float, N) };
  CgRandom random = cg_random (5, 0, 0);
  for (int i = 0; i < N; i++)
    x.p[i] = x.a[i] = cg_random_normal (&random);
  return x;
}

static void
arrays_free (Arrays *x)
{
  g_free (x->p);
  g_free (x->m);
  g_free (x->v);
  g_free (x->a);
  g_free (x->g);
}

static void
fill_gradient (float *g, guint64 step)
{
  CgRandom random = cg_random (6, step, 0);
  for (int i = 0; i < N; i++)
    g[i] = 0.01 * cg_random_normal (&random) + 0.003 * (i % 7);
}

static void
take_steps (const CgAdamOptions *options, Arrays *x, int steps, CgWorkers *workers)
{
  CgAdamState state = { N, x->p, x->m, x->v, x->a };
  for (int t = 1; t <= steps; t++)
    {
      fill_gradient (x->g, t);
      cg_adam_step (options, &state, x->g, cg_adam_norm (x->g, N, workers), t, 0.01 / t, workers);
    }
}

/* Kingma & Ba's algorithm 1 with AdamW's decay, for one parameter. */
static void
test_formula (void)
{
  CgAdamOptions options = CG_ADAM_OPTIONS_INIT;
  options.weight_decay = 0.1;
  options.clip = 2;
  options.ema = 0.9;
  Arrays x = arrays_new ();
  const int watched[] = { 0, 65535, 65536, N - 1 };
  double p[4], m[4] = { 0 }, v[4] = { 0 }, a[4];
  for (int k = 0; k < 4; k++)
    p[k] = a[k] = x.p[watched[k]];

  for (int t = 1; t <= 20; t++)
    {
      double norm = 0, rate = 0.01 / t;
      fill_gradient (x.g, t);
      for (int i = 0; i < N; i++)
        norm += (double) x.g[i] * x.g[i];
      norm = sqrt (norm);
      g_assert_cmpfloat (norm, >, 2);
      for (int k = 0; k < 4; k++)
        {
          double g = x.g[watched[k]] * 2 / norm;
          m[k] = 0.9 * m[k] + 0.1 * g;
          v[k] = 0.999 * v[k] + 0.001 * g * g;
          double m_hat = m[k] / (1 - pow (0.9, t)), v_hat = v[k] / (1 - pow (0.999, t));
          p[k] -= rate * (m_hat / (sqrt (v_hat) + 1e-8) + 0.1 * p[k]);
          double decay = MIN (0.9, (1. + t) / (10. + t));
          a[k] = decay * a[k] + (1 - decay) * p[k];
        }
    }
  take_steps (&options, &x, 20, NULL);
  for (int k = 0; k < 4; k++)
    {
      g_assert_cmpfloat_with_epsilon (x.p[watched[k]], p[k], 2e-6);
      g_assert_cmpfloat_with_epsilon (x.a[watched[k]], a[k], 2e-6);
    }
  arrays_free (&x);
}

static void
test_threads (void)
{
  CgAdamOptions options = CG_ADAM_OPTIONS_INIT;
  options.clip = 1;
  Arrays one = arrays_new (), three = arrays_new ();
  g_autoptr (CgWorkers) workers = cg_workers_new (3);
  take_steps (&options, &one, 5, NULL);
  take_steps (&options, &three, 5, workers);
  g_assert_cmpmem (one.p, N * sizeof (float), three.p, N * sizeof (float));
  g_assert_cmpmem (one.a, N * sizeof (float), three.a, N * sizeof (float));
  arrays_free (&one);
  arrays_free (&three);
}

static void
test_rate (void)
{
  g_assert_cmpfloat_with_epsilon (cg_learning_rate (1, 1000, 100, 0.5, 0.1), 0.005, 1e-12);
  g_assert_cmpfloat_with_epsilon (cg_learning_rate (100, 1000, 100, 0.5, 0.1), 0.5, 1e-12);
  g_assert_cmpfloat_with_epsilon (cg_learning_rate (550, 1000, 100, 0.5, 0.1), 0.3, 1e-12);
  g_assert_cmpfloat_with_epsilon (cg_learning_rate (1000, 1000, 100, 0.5, 0.1), 0.1, 1e-12);
  g_assert_cmpfloat_with_epsilon (cg_learning_rate (1, 1000, 0, 0.5, 0.1), 0.5, 1e-5);
  for (int t = 101; t <= 1000; t++)
    g_assert_cmpfloat (cg_learning_rate (t, 1000, 100, 0.5, 0.1), <,
                       cg_learning_rate (t - 1, 1000, 100, 0.5, 0.1));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/adam/formula", test_formula);
  g_test_add_func ("/adam/threads", test_threads);
  g_test_add_func ("/adam/rate", test_rate);
  return g_test_run ();
}
