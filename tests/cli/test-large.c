/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A picture cleaned with one copy in memory is the same as with two. */
#include "cli/large.h"

#include <errno.h>
#include <string.h>

#include <glib/gstdio.h>

#include "model/random.h"

/* Two convolutions with a step, so that strips and bands matter. */
static CgModel *
make_model (void)
{
  static const char text[] = "input 1\nunshuffle 2\nconv 8 3x3 relu\nconv 4 3x3\nshuffle 2";
  CgModel *model = cg_model_new (cg_network_parse (text, NULL), NULL);

  cg_network_init (model->network, 5, model->parameters);
  return model;
}

static CgImage *
make_picture (int channels, CgDepth depth)
{
  CgImage *image = cg_image_new (2000, 120, channels, depth, NULL);
  CgRandom random = cg_random (2, channels, depth);
  g_autofree float *row = g_new (float, 2000 * channels);

  for (int y = 0; y < 120; y++)
    {
      for (int i = 0; i < 2000 * channels; i++)
        row[i] = (float) cg_random_uniform (&random);
      cg_image_set (image, 0, y, 2000, 1, row);
    }
  /* A hole that no neighbour may fill with something already cleaned. */
  memset ((char *) image->samples + 60 * cg_image_row_bytes (image) + 20, 0, 50);
  return image;
}

typedef struct
{
  gsize memory; /* for a plane */
  gboolean in_strips;
} Case;

static const Case bands = { 8 << 20, FALSE }, strips = { 1 << 20, TRUE };

static void
test_same (gconstpointer user)
{
  g_autoptr (CgModel) model = make_model ();
  g_autofree char *folder = g_dir_make_tmp ("cleargrain-test-XXXXXX", NULL);
  const Case *test = user;
  CgDenoiseOptions options = CG_DENOISE_OPTIONS_INIT;

  for (int i = 0; i < 12; i++)
    {
      options.max_memory = test->memory * (i / 3 + 1 < 3 ? 1 : 3);
      g_autoptr (GError) error = NULL;
      g_autoptr (CgDenoiser) denoiser = cg_denoiser_new (model, &options, &error);
      g_assert_no_error (error);
      g_autoptr (CgImage) image = make_picture (i / 3 + 1, (CgDepth) (i % 3));
      CgDenoiseReport report;
      g_autoptr (CgImage) want = cg_denoiser_run_image (denoiser, image, NULL, &error);
      g_assert_no_error (error);
      gboolean done = cg_clean_large (denoiser, image, folder, &report, &error);
      g_assert_no_error (error);
      g_assert_true (done);
      g_assert_cmpmem (image->samples, image->height * cg_image_row_bytes (image), want->samples,
                       want->height * cg_image_row_bytes (want));
      g_assert_cmpint (report.tiles, >, 1);
      g_assert_cmpint (report.tile_width < image->width, ==, test->in_strips);
    }
  /* Nothing is left in the folder. */
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
test_no_place (void)
{
  g_autoptr (CgModel) model = make_model ();
  CgDenoiseOptions options = CG_DENOISE_OPTIONS_INIT;
  g_autoptr (CgDenoiser) denoiser = cg_denoiser_new (model, &options, NULL);
  g_autoptr (CgImage) image = make_picture (1, CG_DEPTH_8);
  g_autoptr (GError) error = NULL;

  g_assert_false (cg_clean_large (denoiser, image, "/nowhere/at/all", NULL, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/large/bands", &bands, test_same);
  g_test_add_data_func ("/large/strips", &strips, test_same);
  g_test_add_func ("/large/no-place", test_no_place);
  return g_test_run ();
}
