/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Usage: test-shipped FOLDER - what every weights file that ships must keep to,
 * whatever else it learnt: flat areas keep their value, and a picture its mean. */
#include <math.h>

#include "model/denoise.h"
#include "model/random.h"
#include "model/weights.h"

#define SIDE   192
#define BORDER 16
#define GRAY   (1. / 255) /* a gray level */

static const char *folder;

/* Gray levels by which normal noise of 15 may move the mean.  Of renders' noise
 * the mean lies above what is seen most: weights that know it must move it. */
static const struct
{
  const char *name;
  double tilt;
} shipped[] = { { "photo", 0.1 }, { "photo-fast", 0.2 }, { "render", 16 }, { "render-fast", 16 } };

/* @value everywhere, and normal noise of @sigma gray levels. */
static CgImage *
flat (double value, double sigma)
{
  CgImage *image = cg_image_new (SIDE, SIDE, 1, CG_DEPTH_FLOAT, NULL);
  CgRandom random = cg_random (5, 255 * value, sigma);
  float *p = image->samples;

  for (int i = 0; i < SIDE * SIDE; i++)
    p[i] = value + GRAY * sigma * cg_random_normal (&random);
  return image;
}

static CgImage *
cleaned (CgDenoiser *denoiser, const CgImage *image)
{
  g_autoptr (GError) error = NULL;
  CgImage *result = cg_denoiser_run_image (denoiser, image, NULL, &error);

  g_assert_no_error (error);
  return result;
}

static double
mean (const CgImage *image)
{
  const float *p = image->samples;
  double sum = 0;

  for (int i = 0; i < SIDE * SIDE; i++)
    sum += p[i];
  return sum / (SIDE * SIDE);
}

/* The largest distance from @value; nearer to the border than BORDER the
 * network sees what lies beyond the picture, which the mean has to judge. */
static double
farthest (const CgImage *image, double value)
{
  const float *p = image->samples;
  double most = 0;

  for (int y = BORDER; y < SIDE - BORDER; y++)
    for (int x = BORDER; x < SIDE - BORDER; x++)
      most = MAX (most, fabs (p[y * SIDE + x] - value));
  return most;
}

static void
test_flat (gconstpointer user)
{
  g_autoptr (GError) error = NULL;
  int i = GPOINTER_TO_INT (user);
  g_autofree char *path = g_strdup_printf ("%s/%s.safetensors", folder, shipped[i].name);
  g_autoptr (CgModel) model = cg_weights_find (path, &error);
  g_assert_no_error (error);
  CgDenoiseOptions options = CG_DENOISE_OPTIONS_INIT;
  g_autoptr (CgDenoiser) denoiser = cg_denoiser_new (model, &options, &error);
  g_assert_no_error (error);

  for (double value = 0; value <= 1; value += 0.125)
    {
      g_autoptr (CgImage) still = flat (value, 0), noisy = flat (value, 15);
      g_autoptr (CgImage) left = cleaned (denoiser, still), calm = cleaned (denoiser, noisy);
      double moved = farthest (left, value) / GRAY, shift = (mean (left) - value) / GRAY;
      double tilt = (mean (calm) - mean (noisy)) / GRAY;

      g_test_message ("%.3f: moves %.3f, mean %+.3f; of noise %+.3f gray levels", value, moved,
                      shift, tilt);
      g_assert_cmpfloat (moved, <, 0.5);
      g_assert_cmpfloat (fabs (shift), <, 0.1);
      g_assert_cmpfloat (fabs (tilt), <, shipped[i].tilt);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  folder = argv[1];
  for (gsize i = 0; i < G_N_ELEMENTS (shipped); i++)
    {
      g_autofree char *path = g_strconcat ("/shipped/flat/", shipped[i].name, NULL);
      g_test_add_data_func (path, GINT_TO_POINTER (i), test_flat);
    }
  return g_test_run ();
}
