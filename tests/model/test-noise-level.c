/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The estimate of noise, on noise that is known. */
#include "model/noise-level.h"

#include <math.h>

#include "model/random.h"

/* Waves, with an edge, and normal noise of @sigma / 255. */
static CgImage *
noisy (int channels, CgDepth depth, double sigma)
{
  CgImage *image = cg_image_new (301, 200, channels, depth, NULL);
  CgRandom random = cg_random (3, channels, 0);
  g_autofree float *row = g_new (float, 301 * channels);

  for (int y = 0; y < 200; y++)
    {
      for (int i = 0; i < 301 * channels; i++)
        row[i]
            = (float) (0.5 + 0.2 * sin (i / channels * 0.05) * cos (y * 0.03)
                       + (i > 200 * channels ? 0.1 : 0) + sigma / 255 * cg_random_normal (&random));
      cg_image_set (image, 0, y, 301, 1, row);
    }
  return image;
}

static void
test_known (void)
{
  static const double sigmas[] = { 5, 15, 25, 50 };

  for (int i = 0; i < 16; i++)
    {
      int channels = i / 4 + 1;
      g_autoptr (CgImage) image = noisy (channels, i % 2 ? CG_DEPTH_16 : CG_DEPTH_8, sigmas[i % 4]);
      /* 15,000 coefficients: the median is good to 1 %. */
      g_assert_cmpfloat_with_epsilon (cg_estimate_noise (image), sigmas[i % 4],
                                      0.04 * sigmas[i % 4]);
    }
}

static void
test_ends (void)
{
  g_autoptr (CgImage) flat = cg_image_new (50, 50, 1, CG_DEPTH_8, NULL);
  g_autoptr (CgImage) line = cg_image_new (50, 1, 1, CG_DEPTH_8, NULL);
  g_autoptr (CgImage) holes = noisy (1, CG_DEPTH_FLOAT, 10);

  g_assert_cmpfloat_with_epsilon (cg_estimate_noise (flat), 0, 0.02);
  g_assert_true (isnan (cg_estimate_noise (line)));
  ((float *) holes->samples)[1234] = NAN;
  ((float *) holes->samples)[5678] = INFINITY;
  g_assert_cmpfloat_with_epsilon (cg_estimate_noise (holes), 10, 0.4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/noise/known", test_known);
  g_test_add_func ("/noise/ends", test_ends);
  return g_test_run ();
}
