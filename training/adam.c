/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One optimiser step over flat arrays, in blocks. */
#include "training/adam.h"

#include <math.h>

#define BLOCK 65536

static int
n_blocks (gsize n)
{
  return (int) ((n + BLOCK - 1) / BLOCK);
}

typedef struct
{
  const float *gradient;
  gsize n;
  double *sums;
} NormJob;

static void
norm_block (int job, int worker, gpointer user)
{
  NormJob *norm = user;
  gsize start = (gsize) job * BLOCK, end = MIN (norm->n, start + BLOCK);
  double sum = 0;
  for (gsize i = start; i < end; i++)
    sum += (double) norm->gradient[i] * norm->gradient[i];
  norm->sums[job] = sum;
}

double
cg_adam_norm (const float *gradient, gsize n, CgWorkers *workers)
{
  int blocks = n_blocks (n);
  g_autofree double *sums = g_new0 (double, blocks + 1);
  NormJob job = { gradient, n, sums };
  cg_workers_run (workers, blocks, norm_block, &job);

  double sum = 0;
  for (int i = 0; i < blocks; i++)
    sum += sums[i];
  return sqrt (sum);
}

typedef struct
{
  CgAdamState *state;
  const float *gradient;
  float scale;        /* of the gradient, by clipping */
  float beta1, beta2; /* decays of the running means */
  float rate;         /* learning rate / (1 - beta1^step) */
  float correction;   /* 1 / sqrt (1 - beta2^step) */
  float epsilon;
  float keep; /* 1 - learning rate x weight decay */
  float ema;
} StepJob;

/* @n is known where this is inlined, so that compilers make vectors of it. */
static inline void
step_few (const StepJob *s, int n, const float *restrict gradient, float *restrict mean,
          float *restrict square, float *restrict parameter, float *restrict average)
{
  for (int i = 0; i < n; i++)
    {
      float g = gradient[i] * s->scale;
      float m = s->beta1 * mean[i] + (1 - s->beta1) * g;
      float v = s->beta2 * square[i] + (1 - s->beta2) * g * g;
      float p = s->keep * parameter[i] - s->rate * m / (sqrtf (v) * s->correction + s->epsilon);
      mean[i] = m;
      square[i] = v;
      parameter[i] = p;
      average[i] += (1 - s->ema) * (p - average[i]);
    }
}

#define FEW 16

static void
step_block (int job, int worker, gpointer user)
{
  const StepJob s = *(const StepJob *) user;
  const CgAdamState *state = s.state;
  gsize i = (gsize) job * BLOCK, end = MIN (state->n, i + BLOCK);
  for (; i + FEW <= end; i += FEW)
    step_few (&s, FEW, s.gradient + i, state->mean + i, state->square + i, state->parameters + i,
              state->average + i);
  step_few (&s, (int) (end - i), s.gradient + i, state->mean + i, state->square + i,
            state->parameters + i, state->average + i);
}

double
cg_adam_ema (const CgAdamOptions *options, guint64 step)
{
  return MIN (options->ema, (1. + step) / (10. + step));
}

void
cg_adam_step (const CgAdamOptions *options, CgAdamState *state, const float *gradient, double norm,
              guint64 step, double rate, CgWorkers *workers)
{
  StepJob job = {
    .state = state,
    .gradient = gradient,
    .scale = options->clip > 0 && norm > options->clip ? options->clip / norm : 1,
    .beta1 = options->beta1,
    .beta2 = options->beta2,
    .rate = rate / (1 - pow (options->beta1, step)),
    .correction = 1 / sqrt (1 - pow (options->beta2, step)),
    .epsilon = options->epsilon,
    .keep = 1 - rate * options->weight_decay,
    .ema = cg_adam_ema (options, step),
  };
  cg_workers_run (workers, n_blocks (state->n), step_block, &job);
}

double
cg_learning_rate (guint64 step, guint64 steps, guint64 warm_up, double peak, double last)
{
  if (step <= warm_up)
    return peak * step / warm_up;
  if (step >= steps)
    return last;
  double t = (double) (step - warm_up) / (steps - warm_up);
  return last + (peak - last) * 0.5 * (1 + cos (G_PI * t));
}
