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

/* Multiplies @v by the slope where the activation gave @out. */
static inline Vec
times_slope (CgActivation activation, Vec v, Vec out)
{
  typedef int IntVec __attribute__ ((vector_size (LANES * sizeof (int))));

  if (activation == CG_ACTIVATION_RELU)
    return (Vec) ((IntVec) v & (IntVec) (out > 0));
  if (activation == CG_ACTIVATION_SIGMOID)
    return v * (out * (1.0f - out));
  return v;
}

/* The epilogue of picture @n alone. */
static inline CgConvEpilogue
epilogue_at (const CgConvEpilogue *epilogue, int n)
{
  CgConvEpilogue at = *epilogue;

  at.add = cg_batch_part (&epilogue->add, n, 1);
  at.slope_at = cg_batch_part (&epilogue->slope_at, n, 1);
  return at;
}

/* Add up, activate and store channels @o <= channel < @o + LANES of @n pixels
 * from (@y, @x) on to the right, given their @sums.  The epilogue's tensors are
 * the first of its batches. */
static inline __attribute__ ((always_inline)) void
finish_whole (const CgConvEpilogue *epilogue, const CgTensor *out, int y, int x, int o, Vec *sums,
              int n)
{
  float *to = cg_tensor_pixel (out, y, x) + o;

  if (epilogue->bias)
#pragma GCC unroll 8
    for (int i = 0; i < n; i++)
      sums[i] += load (epilogue->bias + o);
  if (epilogue->add.first.data)
#pragma GCC unroll 8
    for (int i = 0; i < n; i++)
      sums[i] += load (cg_tensor_pixel (&epilogue->add.first, y, x + i) + o);
  if (epilogue->activation == CG_ACTIVATION_RELU)
#pragma GCC unroll 8
    for (int i = 0; i < n; i++)
      sums[i] = relu (sums[i]);
  else if (epilogue->activation == CG_ACTIVATION_SIGMOID)
#pragma GCC unroll 8
    for (int i = 0; i < n; i++)
      sums[i] = sigmoid (sums[i]);
  if (epilogue->slope_at.first.data)
#pragma GCC unroll 8
    for (int i = 0; i < n; i++)
      sums[i] = times_slope (epilogue->slope, sums[i],
                             load (cg_tensor_pixel (&epilogue->slope_at.first, y, x + i) + o));
#pragma GCC unroll 8
  for (int i = 0; i < n; i++)
    store (to + i * out->pixel_stride, sums[i]);
}

/* The same for one value of channel @o. */
static inline void
finish_one (const CgConvEpilogue *epilogue, const CgTensor *out, int y, int x, int o, float sum)
{
  if (epilogue->bias)
    sum += epilogue->bias[o];
  if (epilogue->add.first.data)
    sum += cg_tensor_pixel (&epilogue->add.first, y, x)[o];
  sum = cg_activate (epilogue->activation, sum);
  if (epilogue->slope_at.first.data)
    sum *= cg_activate_slope (epilogue->slope,
                              cg_tensor_pixel (&epilogue->slope_at.first, y, x)[o]);
  cg_tensor_pixel (out, y, x)[o] = sum;
}

/* The same where fewer than LANES channels are left. */
static inline void
finish_rest (const CgConvEpilogue *epilogue, const CgTensor *out, int y, int x, int o,
             const Vec *sums, int n)
{
  for (int i = 0; i < n; i++, x++)
    for (int l = 0; o + l < out->c; l++)
      finish_one (epilogue, out, y, x, o + l, sums[i][l]);
}

#endif
