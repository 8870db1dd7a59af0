/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Coarse grain: what the denoiser does in streams and tables is what its formula
 * says, written down plainly here, and leaves no trace of the cuts. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/denoise.h"
#include "model/error.h"
#include "model/random.h"

/* Sees far enough to need a halo, and halves the picture once. */
static const char *const text
    = "input 1\nsave image\nconv 8 3x3 relu nobias\nconv 8 3x3 stride 2 relu nobias\n"
      "conv 16 3x3 relu nobias\nconv 4 3x3 nobias\nshuffle 2\nadd image";

static CgModel *
make_model (void)
{
  CgModel *model = cg_model_new (cg_network_parse (text, NULL), NULL);

  cg_network_init (model->network, 11, model->parameters);
  return model;
}

static CgImage *
make_image (int w, int h, int channels)
{
  CgImage *image = cg_image_new (w, h, channels, CG_DEPTH_FLOAT, NULL);
  CgRandom random = cg_random (w, h, channels);

  for (gsize i = 0; i < (gsize) w * h * channels; i++)
    ((float *) image->samples)[i] = (float) cg_random_uniform (&random);
  return image;
}

static CgImage *
clean (const CgModel *model, const CgImage *image, int grain_size, CgDenoiseOptions options,
       CgDenoiseReport *report)
{
  g_autoptr (GError) error = NULL;
  options.grain_size = grain_size;
  g_autoptr (CgDenoiser) denoiser = cg_denoiser_new (model, &options, &error);
  CgImage *result = cg_denoiser_run_image (denoiser, image, report, &error);

  g_assert_no_error (error);
  return result;
}

static float
pixel (const CgImage *image, int x, int y)
{
  x = CLAMP (x, 0, image->width - 1);
  y = CLAMP (y, 0, image->height - 1);
  return ((float *) image->samples)[y * image->width + x];
}

/* Means of squares of @s x @s. */
static CgImage *
shrink (const CgImage *image, int s)
{
  CgImage *small = cg_image_new ((image->width + s - 1) / s, (image->height + s - 1) / s, 1,
                                 CG_DEPTH_FLOAT, NULL);

  for (int y = 0; y < small->height; y++)
    for (int x = 0; x < small->width; x++)
      {
        double sum = 0;
        int n = 0;
        for (int v = y * s; v < MIN ((y + 1) * s, image->height); v++)
          for (int u = x * s; u < MIN ((x + 1) * s, image->width); u++, n++)
            sum += pixel (image, u, v);
        ((float *) small->samples)[y * small->width + x] = (float) (sum / n);
      }
  return small;
}

/* Bilinear, with pixels at their middles. */
static double
enlarged (const CgImage *small, int s, int x, int y)
{
  double u = (x + 0.5) / s - 0.5, v = (y + 0.5) / s - 0.5;
  int u0 = (int) floor (u), v0 = (int) floor (v);
  double fu = u - u0, fv = v - v0;

  return (1 - fv) * ((1 - fu) * pixel (small, u0, v0) + fu * pixel (small, u0 + 1, v0))
         + fv * ((1 - fu) * pixel (small, u0, v0 + 1) + fu * pixel (small, u0 + 1, v0 + 1));
}

/* net (x + up (net (down (x)) - down (x))) */
static CgImage *
by_formula (const CgModel *model, const CgImage *image, int s)
{
  CgDenoiseOptions options = CG_DENOISE_OPTIONS_INIT;
  g_autoptr (CgImage) small = shrink (image, s);
  g_autoptr (CgImage) change = clean (model, small, 1, options, NULL);
  g_autoptr (CgImage) sum = make_image (image->width, image->height, 1);

  for (int i = 0; i < small->width * small->height; i++)
    ((float *) change->samples)[i] -= ((float *) small->samples)[i];
  for (int y = 0; y < image->height; y++)
    for (int x = 0; x < image->width; x++)
      ((float *) sum->samples)[y * image->width + x]
          = (float) (pixel (image, x, y) + enlarged (change, s, x, y));
  return clean (model, sum, 1, options, NULL);
}

static void
test_formula (void)
{
  static const int sizes[][2]
      = { { 1, 1 }, { 7, 3 }, { 1, 40 }, { 64, 48 }, { 211, 107 }, { 90, 399 } };
  g_autoptr (CgModel) model = make_model ();
  CgDenoiseOptions options = CG_DENOISE_OPTIONS_INIT;

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (int s = 2; s <= 4; s++)
      {
        g_autoptr (CgImage) image = make_image (sizes[i][0], sizes[i][1], 1);
        g_autoptr (CgImage) want = by_formula (model, image, s);
        g_autoptr (CgImage) got = clean (model, image, s, options, NULL);
        for (int j = 0; j < image->width * image->height; j++)
          g_assert_cmpfloat_with_epsilon (((float *) want->samples)[j], ((float *) got->samples)[j],
                                          1e-5);
      }
}

static void
assert_same (const CgImage *a, const CgImage *b)
{
  gsize bytes = cg_image_row_bytes (a) * a->height;
  g_assert_cmpmem (a->samples, bytes, b->samples, bytes);
}

/* Bands, strips and threads give the bits of one piece. */
static void
test_cuts (void)
{
  static const int widths[] = { 300, 3001 };
  g_autoptr (CgModel) model = make_model ();

  for (int i = 0; i < 2; i++)
    for (int channels = 1; channels <= 4; channels += 3)
      {
        CgDenoiseOptions options = CG_DENOISE_OPTIONS_INIT;
        CgDenoiseReport report;
        g_autoptr (CgImage) image = make_image (widths[i], 500, channels);
        g_autoptr (CgImage) want = clean (model, image, 2, options, &report);
        gsize most = report.memory;
        for (options.threads = 1; options.threads <= 3; options.threads += 2)
          for (int share = 2; share <= 4; share++)
            {
              options.max_memory = most / share + ((gsize) (channels == 1 ? 2 : 5) << 20);
              g_autoptr (CgImage) got = clean (model, image, 2, options, &report);
              g_test_message ("%d x %d: %d tiles of %d x %d", widths[i], 500, report.tiles,
                              report.tile_width, report.tile_height);
              g_assert_cmpuint (report.memory, <=, options.max_memory);
              assert_same (want, got);
            }
      }
}

/* Strength 0 leaves all as it is; one plane's strength is not another's. */
static void
test_strength (void)
{
  g_autoptr (CgModel) model = make_model ();
  g_autoptr (CgImage) image = make_image (80, 60, 4);
  CgDenoiseOptions options = CG_DENOISE_OPTIONS_INIT;

  options.strength = 0;
  g_autoptr (CgImage) none = clean (model, image, 3, options, NULL);
  assert_same (image, none);
  options.colour_strength = 1;
  g_autoptr (CgImage) colour = clean (model, image, 3, options, NULL);
  const float *a = image->samples, *b = colour->samples;
  for (int i = 0; i < 80 * 60; i++, a += 4, b += 4)
    {
      /* Luma is the mean of the colours. */
      g_assert_cmpfloat_with_epsilon (a[0] + a[1] + a[2], b[0] + b[1] + b[2], 1e-5);
      g_assert_cmpfloat (a[3], ==, b[3]);
    }
  options.strength = 1;
  g_autoptr (CgImage) all = clean (model, image, 3, options, NULL);
  options.strength = options.colour_strength = 0.25;
  g_autoptr (CgImage) some = clean (model, image, 3, options, NULL);
  for (int i = 0; i < 80 * 60 * 4; i++)
    {
      float x = ((float *) image->samples)[i], y = ((float *) all->samples)[i];
      g_assert_cmpfloat_with_epsilon (((float *) some->samples)[i], x + 0.25f * (y - x), 1e-5);
    }
}

/* Holes do not spread, and nothing is added to what is not there. */
static void
test_holes (void)
{
  g_autoptr (CgModel) model = make_model ();
  g_autoptr (CgImage) image = make_image (50, 40, 2);
  CgDenoiseOptions options = CG_DENOISE_OPTIONS_INIT;
  CgDenoiseReport report;
  float *samples = image->samples;

  samples[2 * (50 * 20 + 25)] = NAN;
  samples[2 * (50 * 10 + 9)] = INFINITY;
  samples[2 * (50 * 30 + 9) + 1] = 0;
  g_autoptr (CgImage) got = clean (model, image, 2, options, &report);
  g_assert_cmpuint (report.not_finite, ==, 2);
  for (int i = 0; i < 50 * 40 * 2; i++)
    g_assert_true (isfinite (((float *) got->samples)[i]));
  g_assert_cmpfloat (((float *) got->samples)[2 * (50 * 30 + 9)], ==, samples[2 * (50 * 30 + 9)]);
}

static void
test_too_little_memory (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CgModel) model = make_model ();
  g_autoptr (CgImage) image = make_image (3001, 500, 1);
  CgDenoiseOptions options = CG_DENOISE_OPTIONS_INIT;

  options.grain_size = 2;
  options.max_memory = 2 << 20;
  g_autoptr (CgDenoiser) denoiser = cg_denoiser_new (model, &options, &error);
  g_assert_null (cg_denoiser_run_image (denoiser, image, NULL, &error));
  g_assert_error (error, CG_ERROR, CG_ERROR_TOO_LARGE);
}

/* Memory for the picture, but not for its shrunken copy besides: every refusal tells what would
 * do, and that does. */
static void
test_enough_memory (void)
{
  g_autoptr (CgModel) model = make_model ();
  g_autoptr (CgImage) image = make_image (64, 60, 1);
  int refused_for_grain = 0;

  for (int kib = 100; kib < 4000; kib += 25)
    {
      g_autoptr (GError) error = NULL;
      CgDenoiseOptions options = CG_DENOISE_OPTIONS_INIT;
      options.grain_size = 2;
      options.threads = 1;
      options.max_memory = (gsize) kib << 10;
      g_autoptr (CgDenoiser) denoiser = cg_denoiser_new (model, &options, &error);
      g_autoptr (CgImage) out = cg_denoiser_run_image (denoiser, image, NULL, &error);
      const char *told = error ? strstr (error->message, " with coarse grain, ") : NULL;
      if (!told)
        continue;
      refused_for_grain++;
      options.max_memory = (gsize) atoi (told + strlen (" with coarse grain, ")) << 20;
      g_assert_cmpuint (options.max_memory, >, (gsize) kib << 10);
      g_autoptr (CgImage) enough = clean (model, image, 2, options, NULL);
    }
  g_assert_cmpint (refused_for_grain, >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/grain/formula", test_formula);
  g_test_add_func ("/grain/cuts", test_cuts);
  g_test_add_func ("/grain/strength", test_strength);
  g_test_add_func ("/grain/holes", test_holes);
  g_test_add_func ("/grain/too-little-memory", test_too_little_memory);
  g_test_add_func ("/grain/enough-memory", test_enough_memory);
  return g_test_run ();
}
