/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happens to sums on their way to the output. */
#ifndef CG_CONV_SIMD_EPILOGUE_H
#define CG_CONV_SIMD_EPILOGUE_H

#include "model/conv/conv.h"
#include "model/conv/simd/vector.h"

static inline Vec
relu (Vec v)
{
  typedef int IntVec __attribute__ ((vector_size (LANES * sizeof (int))));

  return (Vec) ((IntVec) v & (IntVec) (v > 0));
}

static __attribute__ ((noinline, unused)) Vec
sigmoid (Vec v)
{
  for (int l = 0; l < LANES; l++)
    v[l] = cg_activate (CG_ACTIVATION_SIGMOID, v[l]);
  return v;
}

/* Add up, activate and store channels @o <= channel < @o + LANES of @n pixels
 * from (@y, @x) on to the right, given their @sums. */
static inline __attribute__ ((always_inline)) void
finish_whole (const CgConvEpilogue *epilogue, const CgTensor *out, int y, int x, int o, Vec *sums,
              int n)
{
  float *to = cg_tensor_pixel (out, y, x) + o;

  if (epilogue->bias)
#pragma GCC unroll 8
    for (int i = 0; i < n; i++)
      sums[i] += load (epilogue->bias + o);
  if (epilogue->add)
#pragma GCC unroll 8
    for (int i = 0; i < n; i++)
      sums[i] += load (cg_tensor_pixel (epilogue->add, y, x + i) + o);
  if (epilogue->activation == CG_ACTIVATION_RELU)
#pragma GCC unroll 8
    for (int i = 0; i < n; i++)
      sums[i] = relu (sums[i]);
  else if (epilogue->activation == CG_ACTIVATION_SIGMOID)
#pragma GCC unroll 8
    for (int i = 0; i < n; i++)
      sums[i] = sigmoid (sums[i]);
#pragma GCC unroll 8
  for (int i = 0; i < n; i++)
    store (to + i * out->pixel_stride, sums[i]);
}

/* The same where fewer than LANES channels are left. */
static inline void
finish_rest (const CgConvEpilogue *epilogue, const CgTensor *out, int y, int x, int o,
             const Vec *sums, int n)
{
  for (int i = 0; i < n; i++, x++)
    for (int l = 0; o + l < out->c; l++)
      {
        float sum = sums[i][l];

        if (epilogue->bias)
          sum += epilogue->bias[o + l];
        if (epilogue->add)
          sum += cg_tensor_pixel (epilogue->add, y, x)[o + l];
        cg_tensor_pixel (out, y, x)[o + l] = cg_activate (epilogue->activation, sum);
      }
}

#endif
