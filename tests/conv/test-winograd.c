/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one-dimensional transforms as matrices: that they interpolate at the
 * points they claim, and that together they are the convolution. */
#define CG_SIMD test
#include "model/conv/simd/winograd-transforms.h"

#include <math.h>

#define MAX_SIDE 8

typedef void (*Transform) (const Vec *from, Vec *to);

/* The matrix of a linear @transform of @n_from values into @n_to, from what it
 * makes of unit vectors. */
static void
matrix_of (Transform transform, int n_from, int n_to, double matrix[MAX_SIDE][MAX_SIDE])
{
  for (int column = 0; column < n_from; column++)
    {
      Vec from[MAX_SIDE] = { { 0 } }, to[MAX_SIDE];

      from[column] += 1.0f;
      transform (from, to);
      for (int row = 0; row < n_to; row++)
        matrix[row][column] = to[row][LANES - 1];
    }
}

/* The same for f6_weight(), which computes in double precision. */
static void
matrix_of_weight (double matrix[MAX_SIDE][3])
{
  for (int column = 0; column < 3; column++)
    {
      DoubleVec from[3] = { { 0 } }, to[MAX_SIDE];

      from[column] += 1.0;
      f6_weight (from, to);
      for (int row = 0; row < MAX_SIDE; row++)
        matrix[row][column] = to[row][LANES - 1];
    }
}

/* y[i] = sum over j of g[j] d[i + j] for every g and d: the coefficient of
 * g[j] d[l] is sum over e of A[e][i] G[e][j] B^T[e][l], and must be 1 for
 * l = i + j and 0 otherwise. */
static void
check_identity (int outputs, double a[MAX_SIDE][MAX_SIDE], double g[][3],
                double b_transposed[MAX_SIDE][MAX_SIDE], double epsilon)
{
  int side = outputs + 2;

  for (int i = 0; i < outputs; i++)
    for (int j = 0; j < 3; j++)
      for (int l = 0; l < side; l++)
        {
          double coefficient = 0;

          for (int e = 0; e < side; e++)
            coefficient += a[e][i] * g[e][j] * b_transposed[e][l];
          g_assert_cmpfloat_with_epsilon (coefficient, l == i + j, epsilon);
        }
}

/* Row e of A holds the powers of point e, row e of G a multiple of them; the
 * point at infinity, the last, sees the highest power only. */
static void
check_points (int outputs, const double *points, double a[MAX_SIDE][MAX_SIDE], double g[][3],
              double epsilon)
{
  int last = outputs + 1;

  for (int e = 0; e < last; e++)
    {
      for (int i = 0; i < outputs; i++)
        g_assert_cmpfloat (a[e][i], ==, pow (points[e], i));
      for (int j = 0; j < 3; j++)
        g_assert_cmpfloat_with_epsilon (g[e][j], g[e][0] * pow (points[e], j), epsilon);
    }
  for (int i = 0; i < outputs; i++)
    g_assert_cmpfloat (a[last][i], ==, i == outputs - 1);
  for (int j = 0; j < 3; j++)
    g_assert_cmpfloat (g[last][j], ==, j == 2);
}

static void
test_f6 (void)
{
  static const double points[] = { 0, 1, -1, 2, -2, 0.5, -0.5 };
  double a_transposed[MAX_SIDE][MAX_SIDE], a[MAX_SIDE][MAX_SIDE], b[MAX_SIDE][MAX_SIDE];
  double g[MAX_SIDE][3];

  matrix_of (f6_input, 8, 8, b);
  matrix_of (f6_output, 8, 6, a_transposed);
  matrix_of_weight (g);
  for (int e = 0; e < 8; e++)
    for (int i = 0; i < 6; i++)
      a[e][i] = a_transposed[i][e];
  check_points (6, points, a, g, 1e-15);
  check_identity (6, a, g, b, 1e-12);
}

static void
test_f4 (void)
{
  static const double points[] = { 0, 1, -1, 2, -2 };
  double a[MAX_SIDE][MAX_SIDE], b[MAX_SIDE][MAX_SIDE];
  double g_transposed[MAX_SIDE][MAX_SIDE], g[MAX_SIDE][3];

  matrix_of (f4_input, 6, 6, b);
  matrix_of (f4_gradient, 4, 6, a);
  matrix_of (f4_weight_gradient, 6, 3, g_transposed);
  for (int e = 0; e < 6; e++)
    for (int j = 0; j < 3; j++)
      g[e][j] = g_transposed[j][e];
  check_points (4, points, a, g, 1e-7); /* in single precision */
  check_identity (4, a, g, b, 1e-6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/winograd/f6", test_f6);
  g_test_add_func ("/winograd/f4", test_f4);
  return g_test_run ();
}
