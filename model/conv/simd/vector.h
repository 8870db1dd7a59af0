/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Vectors of floats as wide as the processor's registers, in the vector
 * extensions that GCC and Clang share.
 *
 * The sources of this folder are compiled once for every family of processors
 * ("avx512", "avx2", "baseline"), with CG_SIMD set to the family's name, and
 * chosen from at run time by ../kernels.c. */
#ifndef CG_CONV_SIMD_VECTOR_H
#define CG_CONV_SIMD_VECTOR_H

#include <glib.h>

/* All that one of these sources offers to another carries the family's name. */
#define CG_SIMD_PASTE(name, family)  name##_##family
#define CG_SIMD_PASTE_(name, family) CG_SIMD_PASTE (name, family)
#define CG_SIMD_NAME(name)           CG_SIMD_PASTE_ (name, CG_SIMD)

#define cg_conv_direct                  CG_SIMD_NAME (cg_conv_direct)
#define cg_conv_winograd                CG_SIMD_NAME (cg_conv_winograd)
#define cg_gather                       CG_SIMD_NAME (cg_gather)
#define cg_gather_packed_at             CG_SIMD_NAME (cg_gather_packed_at)
#define cg_gather_packed_size           CG_SIMD_NAME (cg_gather_packed_size)
#define cg_gather_scratch_size          CG_SIMD_NAME (cg_gather_scratch_size)
#define cg_gather_row                   CG_SIMD_NAME (cg_gather_row)
#define cg_phases                       CG_SIMD_NAME (cg_phases)
#define cg_phases_packed_at             CG_SIMD_NAME (cg_phases_packed_at)
#define cg_phases_scratch_size          CG_SIMD_NAME (cg_phases_scratch_size)
#define cg_product                      CG_SIMD_NAME (cg_product)
#define cg_rows_block                   CG_SIMD_NAME (cg_rows_block)
#define cg_rows_copy                    CG_SIMD_NAME (cg_rows_copy)
#define cg_rows_length                  CG_SIMD_NAME (cg_rows_length)
#define cg_scatter                      CG_SIMD_NAME (cg_scatter)
#define cg_scatter_packed_at            CG_SIMD_NAME (cg_scatter_packed_at)
#define cg_scatter_packed_size          CG_SIMD_NAME (cg_scatter_packed_size)
#define cg_scatter_scratch_size         CG_SIMD_NAME (cg_scatter_scratch_size)
#define cg_winograd_backward_weight     CG_SIMD_NAME (cg_winograd_backward_weight)
#define cg_winograd_weight_scratch_size CG_SIMD_NAME (cg_winograd_weight_scratch_size)

#if defined __AVX512F__
#define LANES 16
#elif defined __AVX__
#define LANES 8
#else
#define LANES 4
#endif

typedef float Vec __attribute__ ((vector_size (LANES * sizeof (float))));
typedef float UnalignedVec
    __attribute__ ((vector_size (LANES * sizeof (float)), aligned (sizeof (float)), may_alias));

/* The same number of doubles. */
typedef double DoubleVec __attribute__ ((vector_size (LANES * sizeof (double))));

static inline Vec
load (const float *from)
{
  return *(const UnalignedVec *) from;
}

static inline void
store (float *to, Vec v)
{
  *(UnalignedVec *) to = v;
}

/* The first @n lanes (or all) from memory, zeros in the others. */
static inline Vec
load_some (const float *from, int n)
{
  float lanes[LANES] = { 0 };

  if (n >= LANES)
    return load (from);

  for (int l = 0; l < n; l++)
    lanes[l] = from[l];
  return load (lanes);
}

/* @n rounded up to whole vectors. */
static inline int
whole_vectors (int n)
{
  return (n + LANES - 1) / LANES * LANES;
}

#endif
