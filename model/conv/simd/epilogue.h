/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happens to a vector of sums on its way to the output. */
#ifndef CG_CONV_SIMD_EPILOGUE_H
#define CG_CONV_SIMD_EPILOGUE_H

#include "model/conv/conv.h"
#include "model/conv/simd/vector.h"

static inline Vec
activate (CgActivation activation, Vec v)
{
  typedef int IntVec __attribute__ ((vector_size (LANES * sizeof (int))));

  switch (activation)
    {
    case CG_ACTIVATION_RELU:
      return (Vec) ((IntVec) v & (IntVec) (v > 0));
    case CG_ACTIVATION_SIGMOID:
      for (int l = 0; l < LANES; l++)
        v[l] = cg_activate (CG_ACTIVATION_SIGMOID, v[l]);
      return v;
    default:
      return v;
    }
}

/* Finish and store channels o <= channel < o + LANES, as far as there are any,
 * of the output's pixel (y, x). */
static inline __attribute__ ((always_inline)) void
finish (const CgConvEpilogue *epilogue, const CgTensor *out, int y, int x, int o, Vec sum)
{
  const float *bias = epilogue->bias ? epilogue->bias + o : NULL;
  const float *add = epilogue->add ? cg_tensor_pixel (epilogue->add, y, x) + o : NULL;
  float *to = cg_tensor_pixel (out, y, x) + o;
  int n = out->c - o;

  if (G_LIKELY (n >= LANES))
    {
      if (bias)
        sum += load (bias);
      if (add)
        sum += load (add);
      store (to, activate (epilogue->activation, sum));
    }
  else
    {
      if (bias)
        sum += load_some (bias, n);
      if (add)
        sum += load_some (add, n);
      sum = activate (epilogue->activation, sum);
      for (int l = 0; l < n; l++)
        to[l] = sum[l];
    }
}

#endif
