/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One job a weight matrix: momentum, orthogonalisation, step. */
#include "training/muon.h"

#include <math.h>
#include <string.h>

#include "model/matmul.h"

#define MOMENTUM  0.95
#define LEAST     16 /* sides of a matrix that is worth it */
#define NS_STEPS  5
#define LIKE_ADAM 0.2 /* a usual step of Adam, as a part of the learning rate */

static gboolean
is_matrix (const CgNetworkTensor *tensor, int *rows, int *columns)
{
  *rows = tensor->dims[0];
  *columns = (int) (tensor->length / tensor->dims[0]);
  return tensor->n_dims >= 2 && *rows >= LEAST && *columns >= LEAST;
}

static void
scale_to_length_one (float *x, gsize n)
{
  double sum = 0;
  for (gsize i = 0; i < n; i++)
    sum += (double) x[i] * x[i];
  float scale = sum > 0 ? 1 / sqrt (sum) : 0;
  for (gsize i = 0; i < n; i++)
    x[i] *= scale;
}

static void
multiply (int side, const float *a, const float *b, float *product)
{
  cg_matmul (FALSE, FALSE, side, side, side, a, side, b, side, FALSE, product, side);
}

/* The product of the NS_STEPS factors Q = a I + b S + c S S, with Jordan's numbers, which lift
 * small singular values fastest.  A step X <- Q X makes Q S Q of S = X X', so all of them can
 * be had from the first S, which is smaller than X.  @s is lost; @room: 3 side x side. */
static void
multiply_factors (float *s, int side, float *whole, float *room)
{
  const float a = 3.4445f, b = -4.7750f, c = 2.0315f;
  gsize n = (gsize) side * side;
  float *q = room, *product = q + n, *half = product + n;

  for (int step = 0; step < NS_STEPS; step++)
    {
      multiply (side, s, s, q);
      for (gsize i = 0; i < n; i++)
        q[i] = b * s[i] + c * q[i];
      for (int i = 0; i < side; i++)
        q[(gsize) i * side + i] += a;
      if (step == 0)
        memcpy (product, q, n * sizeof *q);
      else
        multiply (side, q, whole, product);
      memcpy (whole, product, n * sizeof *whole);
      multiply (side, q, s, half);
      multiply (side, half, q, s);
    }
}

/* Factors of a tall matrix come from the right, with S = X' X. */
void
cg_muon_orthogonalise (float *matrix, int rows, int columns)
{
  gboolean tall = rows > columns;
  int side = MIN (rows, columns);
  gsize n = (gsize) rows * columns, square = (gsize) side * side;
  g_autofree float *room = g_new (float, n + 5 * square);
  float *s = room + n, *whole = s + square;

  scale_to_length_one (matrix, n);
  cg_matmul (tall, !tall, side, side, MAX (rows, columns), matrix, columns, matrix, columns, FALSE,
             s, side);
  multiply_factors (s, side, whole, whole + square);
  if (tall)
    cg_matmul (FALSE, FALSE, rows, columns, side, matrix, columns, whole, side, FALSE, room,
               columns);
  else
    cg_matmul (FALSE, FALSE, rows, columns, side, whole, side, matrix, columns, FALSE, room,
               columns);
  memcpy (matrix, room, n * sizeof *matrix);
}

typedef struct
{
  const CgAdamOptions *options;
  CgAdamState *state;
  const float *gradient;
  GArray *matrices; /* CgNetworkTensor, the largest first */
  guint64 step;
  double rate;
} MuonJob;

static void
step_matrix (int job, int worker, gpointer user)
{
  const MuonJob *muon = user;
  const CgNetworkTensor *tensor = &g_array_index (muon->matrices, CgNetworkTensor, job);
  const float *g = muon->gradient + tensor->offset;
  float *mean = muon->state->mean + tensor->offset;
  float *p = muon->state->parameters + tensor->offset;
  float *average = muon->state->average + tensor->offset;
  int rows, columns;
  is_matrix (tensor, &rows, &columns);

  g_autofree float *u = g_new (float, tensor->length);
  for (gsize i = 0; i < tensor->length; i++)
    {
      mean[i] += (1 - (float) MOMENTUM) * (g[i] - mean[i]);
      u[i] = g[i] + (float) MOMENTUM * (mean[i] - g[i]);
    }
  cg_muon_orthogonalise (u, rows, columns);

  float length = muon->rate * LIKE_ADAM * sqrt (MAX (rows, columns));
  float keep = 1 - muon->rate * muon->options->weight_decay;
  float ema = cg_adam_ema (muon->options, muon->step);
  for (gsize i = 0; i < tensor->length; i++)
    {
      p[i] = keep * p[i] - length * u[i];
      average[i] += (1 - ema) * (p[i] - average[i]);
    }
}

static int
by_length (gconstpointer a, gconstpointer b)
{
  const CgNetworkTensor *first = a, *second = b;
  return (first->length < second->length) - (first->length > second->length);
}

/* Adam for the part of everything that @tensor is. */
static void
step_adam (const CgAdamOptions *options, const CgNetworkTensor *tensor, const CgAdamState *state,
           const float *gradient, double norm, guint64 step, double rate, CgWorkers *workers)
{
  CgAdamState part = {
    .n = tensor->length,
    .parameters = state->parameters + tensor->offset,
    .mean = state->mean + tensor->offset,
    .square = state->square + tensor->offset,
    .average = state->average + tensor->offset,
  };
  cg_adam_step (options, &part, gradient + tensor->offset, norm, step, rate, workers);
}

void
cg_muon_step (const CgAdamOptions *options, const CgNetwork *network, CgAdamState *state,
              const float *gradient, double norm, guint64 step, double rate, CgWorkers *workers)
{
  g_autoptr (GArray) matrices = g_array_new (FALSE, FALSE, sizeof (CgNetworkTensor));
  for (guint i = 0; i < cg_network_n_tensors (network); i++)
    {
      const CgNetworkTensor *tensor = cg_network_tensor (network, i);
      int rows, columns;
      if (is_matrix (tensor, &rows, &columns))
        g_array_append_val (matrices, *tensor);
      else
        step_adam (options, tensor, state, gradient, norm, step, rate, workers);
    }
  g_array_sort (matrices, by_length);
  MuonJob job = { options, state, gradient, matrices, step, rate };
  cg_workers_run (workers, matrices->len, step_matrix, &job);
}
