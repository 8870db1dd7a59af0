/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Activation functions, with derivatives told from the output alone, so that
 * a layer need not keep its input. */
#ifndef CG_ACTIVATION_H
#define CG_ACTIVATION_H

#include <math.h>

typedef enum
{
  CG_ACTIVATION_NONE,
  CG_ACTIVATION_RELU,
  CG_ACTIVATION_SIGMOID
} CgActivation;

static inline float
cg_activate (CgActivation activation, float v)
{
  switch (activation)
    {
    case CG_ACTIVATION_RELU:
      return v > 0 ? v : 0;
    case CG_ACTIVATION_SIGMOID:
      return 1 / (1 + expf (-v));
    default:
      return v;
    }
}

/* d activate / d v where activate (v) = @out. */
static inline float
cg_activate_slope (CgActivation activation, float out)
{
  switch (activation)
    {
    case CG_ACTIVATION_RELU:
      return out > 0;
    case CG_ACTIVATION_SIGMOID:
      return out * (1 - out);
    default:
      return 1;
    }
}

/* Multiply @n gradients by the slope where the activation gave @out. */
static inline void
cg_times_slope (CgActivation activation, int n, const float *restrict out, float *restrict gradient)
{
  if (activation == CG_ACTIVATION_RELU)
    for (int i = 0; i < n; i++)
      gradient[i] = out[i] > 0 ? gradient[i] : 0;
  if (activation == CG_ACTIVATION_SIGMOID)
    for (int i = 0; i < n; i++)
      gradient[i] *= out[i] * (1 - out[i]);
}

#endif
