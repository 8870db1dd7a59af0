/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Adam (Kingma & Ba, ICLR 2015) with decoupled weight decay (AdamW, Loshchilov
 * & Hutter, ICLR 2019), gradient clipping and a running mean of the weights.
 * Every sum is taken in blocks of fixed size, so nothing depends on threads. */
#ifndef CG_ADAM_H
#define CG_ADAM_H

#include "model/workers.h"

typedef struct
{
  double beta1, beta2, epsilon;
  double weight_decay; /* a step multiplies weights by 1 - rate x this */
  double clip;         /* longest gradient (Euclidean norm); 0 = any */
  double ema;          /* decay of the running mean, < 1 */
} CgAdamOptions;

#define CG_ADAM_OPTIONS_INIT                                                                       \
  {                                                                                                \
    .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .ema = 0.999                                    \
  }

/* Arrays of @n floats each, the caller's. */
typedef struct
{
  gsize n;
  float *parameters;
  float *mean;    /* running mean of the gradient, 0 at first */
  float *square;  /* running mean of its square, 0 at first */
  float *average; /* running mean of the parameters, equal to them at first */
} CgAdamState;

/* Euclidean length of @gradient. */
double cg_adam_norm (const float *gradient, gsize n, CgWorkers *workers);

/* Step number @step (the first is 1) with @gradient of length @norm at
 * learning rate @rate. */
void cg_adam_step (const CgAdamOptions *options, CgAdamState *state, const float *gradient,
                   double norm, guint64 step, double rate, CgWorkers *workers);

/* Decay of the parameters' running mean at @step, which forgets faster in the
 * beginning: min (ema, (1 + step) / (10 + step)). */
double cg_adam_ema (const CgAdamOptions *options, guint64 step);

/* Learning rate of @step (1..@steps): a line from 0 to @peak over the first
 * @warm_up steps, then half a cosine down to @last. */
double cg_learning_rate (guint64 step, guint64 steps, guint64 warm_up, double peak, double last);

#endif
