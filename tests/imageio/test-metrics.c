/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PSNR and SSIM against their definitions, written down without thought for
 * speed, and against figures computed with NumPy in float64. */
#include "imageio/metrics.h"

#include <math.h>

#include <glib.h>

/* A picture that every language can make again: integers of a short formula. */
static float *
make_picture (int w, int h, int seed)
{
  float *picture = g_new (float, w *h);

  for (int y = 0; y < h; y++)
    for (int x = 0; x < w; x++)
      picture[y * w + x] = (x * x * 3 + y * 7 + x * y * seed + seed * 31) % 256;
  return picture;
}

static double
naive_ssim_at (const float *a, const float *b, int w, double peak, int x0, int y0)
{
  double sum = 0, mean_a = 0, mean_b = 0, var_a = 0, var_b = 0, cov = 0;
  double c1 = pow (0.01 * peak, 2), c2 = pow (0.03 * peak, 2);

  for (int pass = 0; pass < 3; pass++)
    for (int v = -5; v <= 5; v++)
      for (int u = -5; u <= 5; u++)
        {
          double weight = exp (-(u * u + v * v) / (2 * 1.5 * 1.5)) / (pass ? sum : 1);
          double pa = a[(y0 + v) * w + x0 + u], pb = b[(y0 + v) * w + x0 + u];
          if (pass == 0)
            sum += weight;
          else if (pass == 1)
            {
              mean_a += weight * pa;
              mean_b += weight * pb;
            }
          else
            {
              var_a += weight * (pa - mean_a) * (pa - mean_a);
              var_b += weight * (pb - mean_b) * (pb - mean_b);
              cov += weight * (pa - mean_a) * (pb - mean_b);
            }
        }
  return (2 * mean_a * mean_b + c1) * (2 * cov + c2)
         / ((mean_a * mean_a + mean_b * mean_b + c1) * (var_a + var_b + c2));
}

static void
test_ssim_naive (void)
{
  static const int sizes[][2] = { { 11, 11 }, { 12, 11 }, { 11, 17 }, { 31, 23 } };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      int w = sizes[i][0], h = sizes[i][1];
      g_autofree float *a = make_picture (w, h, 1), *b = make_picture (w, h, 5);
      double sum = 0;
      for (int y = 5; y < h - 5; y++)
        for (int x = 5; x < w - 5; x++)
          sum += naive_ssim_at (a, b, w, 255, x, y);
      g_assert_cmpfloat_with_epsilon (cg_ssim (a, b, w, h, 255), sum / ((w - 10) * (h - 10)),
                                      1e-12);
    }
}

/* numpy: x, y = np.arange (40)[None, :], np.arange (29)[:, None]; the formula
 * above; scipy-free 11x11 window, sliding_window_view, float64. */
static void
test_numpy (void)
{
  g_autofree float *a = make_picture (40, 29, 1), *b = make_picture (40, 29, 2);

  g_assert_cmpfloat_with_epsilon (cg_psnr (a, b, 40, 29, 255), 7.589234189242015, 1e-9);
  g_assert_cmpfloat_with_epsilon (cg_ssim (a, b, 40, 29, 255), -0.051206945032001336, 1e-9);
}

static void
test_psnr (void)
{
  float a[] = { 0, 100, 200, 255 }, b[] = { 5, 95, 205, 250 };

  /* Every difference is 5: 20 log10 (255 / 5). */
  g_assert_cmpfloat_with_epsilon (cg_psnr (a, b, 4, 1, 255), 34.151403521958725, 1e-12);
  g_assert_cmpfloat_with_epsilon (cg_psnr (a, b, 2, 2, 1), -13.979400086720377, 1e-12);
  g_assert_true (isinf (cg_psnr (a, a, 4, 1, 255)));
}

static void
test_ssim_ends (void)
{
  g_autofree float *a = make_picture (20, 20, 3);

  g_assert_cmpfloat_with_epsilon (cg_ssim (a, a, 20, 20, 255), 1, 1e-12);
  g_assert_true (isnan (cg_ssim (a, a, 10, 40, 255)));
  g_assert_true (isnan (cg_ssim (a, a, 40, 10, 255)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/psnr", test_psnr);
  g_test_add_func ("/metrics/ssim-naive", test_ssim_naive);
  g_test_add_func ("/metrics/ssim-ends", test_ssim_ends);
  g_test_add_func ("/metrics/numpy", test_numpy);
  return g_test_run ();
}
