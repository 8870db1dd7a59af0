/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Muon: what orthogonalising does to singular values, and the step against the
 * paper's formula, written down again in doubles. */
#include "training/muon.h"

#include <math.h>
#include <string.h>

#include "model/random.h"

static void
fill (float *x, gsize n, guint64 seed)
{
  CgRandom random = cg_random (seed, 0, 0);
  for (gsize i = 0; i < n; i++)
    x[i] = cg_random_normal (&random);
}

/* Singular values s become p (p (... s)): a diagonal matrix shows each of them. */
static void
test_diagonal (void)
{
  enum
  {
    ROWS = 16,
    COLUMNS = 20
  };
  float x[ROWS * COLUMNS] = { 0 };
  double length = 0, s[ROWS];
  for (int i = 0; i < ROWS; i++)
    {
      s[i] = x[i * COLUMNS + i] = i == 3 ? 0 : (i + 1) * (i % 2 ? -1 : 1);
      length += s[i] * s[i];
    }
  cg_muon_orthogonalise (x, ROWS, COLUMNS);
  for (int i = 0; i < ROWS; i++)
    {
      double v = s[i] / sqrt (length);
      for (int k = 0; k < 5; k++)
        v = 3.4445 * v - 4.7750 * v * v * v + 2.0315 * v * v * v * v * v;
      g_assert_cmpfloat_with_epsilon (x[i * COLUMNS + i], v, 1e-4);
      g_assert_cmpfloat_with_epsilon (fabs (v), s[i] == 0 ? 0 : 1, 0.4);
      x[i * COLUMNS + i] = 0;
    }
  for (int i = 0; i < ROWS * COLUMNS; i++)
    g_assert_cmpfloat_with_epsilon (x[i], 0, 1e-5);
}

/* Rows of a wide matrix, columns of a tall one, end up of length about 1 and
 * nearly at right angles; the tall one is the other's transpose. */
static void
test_shapes (void)
{
  enum
  {
    SIDE = 24,
    LONG = 300
  };
  g_autofree float *wide = g_new (float, SIDE *LONG), *tall = g_new (float, SIDE *LONG);
  fill (wide, SIDE * LONG, 1);
  for (int i = 0; i < SIDE; i++)
    for (int k = 0; k < LONG; k++)
      tall[k * SIDE + i] = wide[i * LONG + k];
  cg_muon_orthogonalise (wide, SIDE, LONG);
  cg_muon_orthogonalise (tall, LONG, SIDE);
  for (int i = 0; i < SIDE; i++)
    for (int j = 0; j <= i; j++)
      {
        double dot = 0;
        for (int k = 0; k < LONG; k++)
          dot += (double) wide[i * LONG + k] * wide[j * LONG + k];
        g_assert_cmpfloat_with_epsilon (dot, i == j, 0.55);
        g_assert_cmpfloat_with_epsilon (tall[i * SIDE + j], wide[j * LONG + i], 1e-4);
      }
}

static void
test_zero (void)
{
  float x[16 * 16] = { 0 };
  cg_muon_orthogonalise (x, 16, 16);
  for (int i = 0; i < 16 * 16; i++)
    g_assert_cmpfloat (x[i], ==, 0);
}

typedef struct
{
  gsize n;
  float *p, *m, *v, *a, *g;
} Arrays;

static Arrays
arrays_new (gsize n)
{
  Arrays x = {
    n, g_new (float, n), g_new0 (float, n), g_new0 (float, n), g_new (float, n), g_new (float, n)
  };
  fill (x.p, n, 2);
  memcpy (x.a, x.p, n * sizeof (float));
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

#define NETWORK "input 1\nconv 20 5x5 relu\nconv 32 3x3 nobias\nconv 16 1x1\nconv 1 3x3"

static void
take_steps (const CgNetwork *network, const CgAdamOptions *options, Arrays *x, int steps,
            CgWorkers *workers)
{
  CgAdamState state = { x->n, x->p, x->m, x->v, x->a };
  for (int t = 1; t <= steps; t++)
    {
      fill (x->g, x->n, 10 + t);
      cg_muon_step (options, network, &state, x->g, cg_adam_norm (x->g, x->n, workers), t, 0.01,
                    workers);
    }
}

/* The second convolution's 32 x 180 weights after two steps; its neighbours as Adam has them. */
static void
test_formula (void)
{
  g_autoptr (CgNetwork) network = cg_network_parse (NETWORK, NULL);
  gsize n = cg_network_n_parameters (network);
  CgAdamOptions options = CG_ADAM_OPTIONS_INIT;
  options.weight_decay = 0.1;
  options.clip = 1;
  Arrays muon = arrays_new (n), adam = arrays_new (n);
  const CgNetworkTensor *tensor = NULL;
  for (guint i = 0; i < cg_network_n_tensors (network); i++)
    if (cg_network_tensor (network, i)->length == 32 * 180)
      tensor = cg_network_tensor (network, i);
  g_assert_nonnull (tensor);

  g_autofree double *m = g_new0 (double, tensor->length);
  g_autofree double *p = g_new (double, tensor->length);
  g_autofree float *u = g_new (float, tensor->length);
  for (gsize i = 0; i < tensor->length; i++)
    p[i] = muon.p[tensor->offset + i];
  for (int t = 1; t <= 2; t++)
    {
      fill (adam.g, n, 10 + t);
      const float *g = adam.g + tensor->offset;
      for (gsize i = 0; i < tensor->length; i++)
        {
          m[i] = 0.95 * m[i] + 0.05 * g[i];
          u[i] = 0.05 * g[i] + 0.95 * m[i];
        }
      cg_muon_orthogonalise (u, 32, 180);
      for (gsize i = 0; i < tensor->length; i++)
        p[i] -= 0.01 * (0.1 * p[i] + 0.2 * sqrt (180) * u[i]);
    }
  take_steps (network, &options, &muon, 2, NULL);
  for (gsize i = 0; i < tensor->length; i++)
    g_assert_cmpfloat_with_epsilon (muon.p[tensor->offset + i], p[i], 1e-5);

  CgAdamState state = { n, adam.p, adam.m, adam.v, adam.a };
  for (int t = 1; t <= 2; t++)
    {
      fill (adam.g, n, 10 + t);
      cg_adam_step (&options, &state, adam.g, cg_adam_norm (adam.g, n, NULL), t, 0.01, NULL);
    }
  const CgNetworkTensor *last = cg_network_tensor (network, cg_network_n_tensors (network) - 2);
  g_assert_cmpint (last->dims[0], ==, 1);
  g_assert_cmpmem (muon.p + last->offset, (last->length + 1) * sizeof (float),
                   adam.p + last->offset, (last->length + 1) * sizeof (float));
  arrays_free (&muon);
  arrays_free (&adam);
}

static void
test_threads (void)
{
  g_autoptr (CgNetwork) network = cg_network_parse (NETWORK, NULL);
  CgAdamOptions options = CG_ADAM_OPTIONS_INIT;
  gsize n = cg_network_n_parameters (network);
  Arrays one = arrays_new (n), three = arrays_new (n);
  g_autoptr (CgWorkers) workers = cg_workers_new (3);
  take_steps (network, &options, &one, 5, NULL);
  take_steps (network, &options, &three, 5, workers);
  g_assert_cmpmem (one.p, n * sizeof (float), three.p, n * sizeof (float));
  g_assert_cmpmem (one.a, n * sizeof (float), three.a, n * sizeof (float));
  arrays_free (&one);
  arrays_free (&three);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/muon/diagonal", test_diagonal);
  g_test_add_func ("/muon/shapes", test_shapes);
  g_test_add_func ("/muon/zero", test_zero);
  g_test_add_func ("/muon/formula", test_formula);
  g_test_add_func ("/muon/threads", test_threads);
  return g_test_run ();
}
