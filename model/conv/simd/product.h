/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The small matrix product that the fast kernels are made of. */
#ifndef CG_CONV_SIMD_PRODUCT_H
#define CG_CONV_SIMD_PRODUCT_H

#include "model/conv/simd/vector.h"

/* C = A B or C += A B.  C is m x n and B is (segments * k) x n, both row-major
 * and n whole vectors.  A is read where it lies: its element in row r and
 * column s * k + j is a[r * a_row + s * a_segment + j * a_column], and either
 * a_row or a_column is 1.  Rows of A may overlap.
 *
 * Each element of C is one sum over ascending columns of A, so its bits do not
 * depend on its place, on m or on n. */
typedef struct
{
  int m, n, k;
  int segments;
  const float *a, *b;
  float *c;
  gsize a_row, a_segment, a_column;
  gsize b_row, c_row;
  gboolean accumulate;
} CgProduct;

void cg_product (const CgProduct *product);

#endif
