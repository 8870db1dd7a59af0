/* SPDX-License-Identifier: GPL-3.0-or-later */
/* C is computed in blocks of a few rows and one to MAX_VECTORS vectors of
 * columns.  A block's sums stay in registers while the loop runs along the
 * columns of A: it loads one row of B's block, and each element of A that it
 * loads then serves all of it. */
#include "model/conv/simd/product.h"

/* Sums in registers, with some left for B: enough to hide the latency of two
 * multiply-adds a cycle. */
#if defined __AVX512F__ || defined __aarch64__
#define SUMS        24
#define MAX_VECTORS 4
#else
#define SUMS        12
#define MAX_VECTORS 3
#endif
#define MAX_ROWS      12
#define ROWS(vectors) (SUMS / (vectors) < MAX_ROWS ? SUMS / (vectors) : MAX_ROWS)

#define INLINE static inline __attribute__ ((always_inline))

/* One block at (row, column).  Called with constants for @rows, @vectors and
 * one of @a_row, @a_column, so that the inner loops vanish. */
INLINE void
block (const CgProduct *p, int rows, int vectors, gsize a_row, gsize a_column, int row, int column)
{
  float *c = p->c + row * p->c_row + column;
  const float *b = p->b + column;
  Vec sum[MAX_ROWS][MAX_VECTORS], of_b[MAX_VECTORS];

#pragma GCC unroll 16
  for (int r = 0; r < rows; r++)
#pragma GCC unroll 16
    for (int v = 0; v < vectors; v++)
      sum[r][v] = p->accumulate ? load (c + r * p->c_row + v * LANES) : (Vec){ 0 };

  for (int s = 0; s < p->segments; s++)
    {
      const float *a = p->a + row * a_row + s * p->a_segment;

      for (int j = 0; j < p->k; j++, a += a_column, b += p->b_row)
        {
#pragma GCC unroll 16
          for (int v = 0; v < vectors; v++)
            of_b[v] = load (b + v * LANES);
#pragma GCC unroll 16
          for (int r = 0; r < rows; r++)
#pragma GCC unroll 16
            for (int v = 0; v < vectors; v++)
              sum[r][v] += a[r * a_row] * of_b[v];
        }
    }

#pragma GCC unroll 16
  for (int r = 0; r < rows; r++)
#pragma GCC unroll 16
    for (int v = 0; v < vectors; v++)
      store (c + r * p->c_row + v * LANES, sum[r][v]);
}

/* @rows at @row, where @rows is at most what fits. */
INLINE void
block_of (const CgProduct *p, int rows, int vectors, gsize a_row, gsize a_column, int row,
          int column)
{
#define CASE(n)                                                                                    \
  case n:                                                                                          \
    if (n <= ROWS (vectors))                                                                       \
      block (p, n, vectors, a_row, a_column, row, column);                                         \
    break

  switch (rows)
    {
      CASE (1);
      CASE (2);
      CASE (3);
      CASE (4);
      CASE (5);
      CASE (6);
      CASE (7);
      CASE (8);
      CASE (9);
      CASE (10);
      CASE (11);
      CASE (12);
    }
#undef CASE
}

/* All rows of one column of blocks, shared out evenly: a block of a single row
 * would take as long as one of several. */
INLINE void
blocks (const CgProduct *p, int vectors, gsize a_row, gsize a_column, int column)
{
  int n = (p->m + ROWS (vectors) - 1) / ROWS (vectors);

  for (int row = 0; n > 0; n--)
    {
      int rows = (p->m - row + n - 1) / n;

      block_of (p, rows, vectors, a_row, a_column, row, column);
      row += rows;
    }
}

INLINE void
blocks_of (const CgProduct *p, int vectors, int column)
{
  if (p->a_column == 1)
    blocks (p, vectors, p->a_row, 1, column);
  else
    blocks (p, vectors, 1, p->a_column, column);
}

/* Vectors left that are not a multiple of MAX_VECTORS are shared out evenly:
 * five are 3 + 2, not 4 + 1. */
void
cg_product (const CgProduct *p)
{
  int left = p->n / LANES, blocks_left = (left + MAX_VECTORS - 1) / MAX_VECTORS;

  for (int column = 0; left > 0; blocks_left--)
    {
      int vectors = (left + blocks_left - 1) / blocks_left;

      switch (vectors)
        {
        case 1:
          blocks_of (p, 1, column);
          break;
        case 2:
          blocks_of (p, 2, column);
          break;
        case 3:
          blocks_of (p, 3, column);
          break;
#if MAX_VECTORS > 3
        case 4:
          blocks_of (p, 4, column);
          break;
#endif
        }
      left -= vectors;
      column += vectors * LANES;
    }
}
