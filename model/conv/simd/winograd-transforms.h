/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one-dimensional transforms of Winograd's convolution, F(6,3) and F(4,3),
 * after Lavin & Gray, "Fast Algorithms for Convolutional Neural Networks"
 * (CVPR 2016, arXiv:1509.09308).
 *
 * To slide three weights g over a row of inputs d, read both as polynomials
 * and multiply them by their values at a few points: m outputs need m + 2
 * points.  In matrices,
 *
 *   y = A^T ((G g) . (B^T d)),       . the product element by element,
 *
 * where G takes the weights' values at the points, B^T and A^T are the
 * transposed interpolation, and so the m x 3 multiplications of the sum became
 * m + 2.  In two dimensions each transform is made along columns, then along
 * rows: F(6x6,3x3) has 64 products in place of 324, F(4x4,3x3) 36 in place of 144.
 *
 * Points: F(6,3)  0, 1, -1, 2, -2, 1/2, -1/2, infinity
 *         F(4,3)  0, 1, -1, 2, -2, infinity
 * Row n of G and B^T and column n of A^T belong to point n.  The rows of two
 * points +p, -p have the same even and opposite odd terms: each pair is a sum
 * and a difference of two halves. */
#ifndef CG_CONV_SIMD_WINOGRAD_TRANSFORMS_H
#define CG_CONV_SIMD_WINOGRAD_TRANSFORMS_H

#include "model/conv/simd/vector.h"

/* B^T of F(6,3): 8 inputs. */
static inline void
f6_input (const Vec d[8], Vec t[8])
{
  Vec even, odd;

  t[0] = d[0] - d[6] + 5.25f * (d[4] - d[2]);

  even = d[2] + d[6] - 4.25f * d[4];
  odd = d[1] + d[5] - 4.25f * d[3];
  t[1] = even + odd;
  t[2] = even - odd;

  even = 0.25f * d[2] - 1.25f * d[4] + d[6];
  odd = 0.5f * d[1] - 2.5f * d[3] + 2.0f * d[5];
  t[3] = even + odd;
  t[4] = even - odd;

  even = 4.0f * d[2] - 5.0f * d[4] + d[6];
  odd = 2.0f * d[1] - 2.5f * d[3] + 0.5f * d[5];
  t[5] = even + odd;
  t[6] = even - odd;

  t[7] = d[7] - d[1] + 5.25f * (d[3] - d[5]);
}

/* A^T of F(6,3): 6 outputs. */
static inline void
f6_output (const Vec m[8], Vec y[6])
{
  Vec sum1 = m[1] + m[2], difference1 = m[1] - m[2];
  Vec sum2 = m[3] + m[4], difference2 = m[3] - m[4];
  Vec sum3 = m[5] + m[6], difference3 = m[5] - m[6];

  y[0] = m[0] + sum1 + sum2 + sum3;
  y[1] = difference1 + 2.0f * difference2 + 0.5f * difference3;
  y[2] = sum1 + 4.0f * sum2 + 0.25f * sum3;
  y[3] = difference1 + 8.0f * difference2 + 0.125f * difference3;
  y[4] = sum1 + 16.0f * sum2 + 0.0625f * sum3;
  y[5] = difference1 + 32.0f * difference2 + 0.03125f * difference3 + m[7];
}

/* G of F(6,3): 3 weights.  In double precision, so that they are rounded only once. */
static inline void
f6_weight (const DoubleVec g[3], DoubleVec u[8])
{
  DoubleVec even, odd;

  u[0] = g[0];

  even = (-2 / 9.0) * (g[0] + g[2]);
  odd = (-2 / 9.0) * g[1];
  u[1] = even + odd;
  u[2] = even - odd;

  even = (1 / 90.0) * (g[0] + 4.0 * g[2]);
  odd = (2 / 90.0) * g[1];
  u[3] = even + odd;
  u[4] = even - odd;

  even = (8 / 45.0) * (4.0 * g[0] + g[2]);
  odd = (16 / 45.0) * g[1];
  u[5] = even + odd;
  u[6] = even - odd;

  u[7] = g[2];
}

/* B^T of F(4,3): 6 inputs. */
static inline void
f4_input (const Vec d[6], Vec t[6])
{
  Vec even, odd;

  t[0] = 4.0f * d[0] - 5.0f * d[2] + d[4];

  even = d[4] - 4.0f * d[2];
  odd = d[3] - 4.0f * d[1];
  t[1] = even + odd;
  t[2] = even - odd;

  even = d[4] - d[2];
  odd = 2.0f * (d[3] - d[1]);
  t[3] = even + odd;
  t[4] = even - odd;

  t[5] = 4.0f * d[1] - 5.0f * d[3] + d[5];
}

/* A of F(4,3), for the gradients of 4 outputs. */
static inline void
f4_gradient (const Vec y[4], Vec z[6])
{
  Vec even, odd;

  z[0] = y[0];

  even = y[0] + y[2];
  odd = y[1] + y[3];
  z[1] = even + odd;
  z[2] = even - odd;

  even = y[0] + 4.0f * y[2];
  odd = 2.0f * y[1] + 8.0f * y[3];
  z[3] = even + odd;
  z[4] = even - odd;

  z[5] = y[3];
}

/* G^T of F(4,3): 3 weights' gradients. */
static inline void
f4_weight_gradient (const Vec u[6], Vec g[3])
{
  Vec sum1 = (u[1] + u[2]) * (1 / 6.0f), difference1 = (u[2] - u[1]) * (1 / 6.0f);
  Vec sum2 = (u[3] + u[4]) * (1 / 24.0f), difference2 = (u[3] - u[4]) * (1 / 12.0f);

  g[0] = 0.25f * u[0] - sum1 + sum2;
  g[1] = difference1 + difference2;
  g[2] = 4.0f * sum2 - sum1 + u[5];
}

#endif
