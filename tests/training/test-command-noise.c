/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cleargrain-train noise: what it prints is what --noise takes. */
#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "house.h"
#include "imageio/imageio.h"
#include "training/noise.h"

#define NOISE(house, out, err, ...) house_run (house, out, err, "noise", __VA_ARGS__, NULL)

/* From pairs: the sigma that went in, and an 8-bit file's clipping. */
static void
test_measure (void)
{
  g_auto (House) house = { 0 };
  g_autofree char *out = NULL, *err = NULL;
  double sigma;
  house_open (&house);
  house_pictures (&house, "clean", 4, 160, 160);
  house_noisy_pictures (&house, "noisy", 4, 160, 160, 10, 1);
  g_assert_cmpint (NOISE (&house, &out, &err, "--measure", "noisy", "--clean", "clean"), ==, 0);
  g_assert_cmpint (sscanf (out, "gauss:%lf", &sigma), ==, 1);
  g_assert_cmpfloat_with_epsilon (sigma, 10, 0.5);
  g_assert_true (g_str_has_suffix (out, " + clip + quantize\n"));
  g_assert_nonnull (strstr (err, "brightness"));

  g_autoptr (GError) error = NULL;
  g_autoptr (CgNoise) noise = cg_noise_parse (g_strchomp (out), &error);
  g_assert_no_error (error);
}

/* Names say what belongs together, not the order; a picture without a counterpart is an
 * error, not another pair. */
static void
test_names (void)
{
  g_auto (House) house = { 0 };
  g_autofree char *out = NULL, *err = NULL;
  double sigma;
  house_open (&house);
  house_pictures (&house, "clean", 4, 160, 160);
  house_noisy_pictures (&house, "noisy", 4, 160, 160, 10, 1);
  g_assert_cmpint (g_remove (house_path (&house, "noisy/00.png")), ==, 0);
  g_assert_cmpint (NOISE (&house, &out, NULL, "--measure", "noisy", "--clean", "clean"), ==, 0);
  g_assert_cmpint (sscanf (out, "gauss:%lf", &sigma), ==, 1);
  g_assert_cmpfloat_with_epsilon (sigma, 10, 0.5);

  g_assert_cmpint (
      g_rename (house_path (&house, "noisy/01.png"), house_path (&house, "noisy/x.png")), ==, 0);
  g_assert_cmpint (NOISE (&house, NULL, &err, "--measure", "noisy", "--clean", "clean"), ==, 1);
  g_assert_nonnull (strstr (err, "noisy/x.png: there is no clean picture of that name"));
}

/* Four panels; the first is clean, the others are not, nor alike. */
static void
test_preview (void)
{
  g_auto (House) house = { 0 };
  g_autoptr (GError) error = NULL;
  house_open (&house);
  house_pictures (&house, "clean", 1, 300, 260);
  g_assert_cmpint (NOISE (&house, NULL, NULL, "--preview", "look.png", "--noise", "gauss:20",
                          "--clean", "clean/00.png"),
                   ==, 0);
  g_autofree char *err = NULL;
  g_assert_cmpint (NOISE (&house, NULL, &err, "--preview", "look.png", "--noise", "gauss:20"), ==,
                   1);
  g_assert_nonnull (strstr (err, "look.png: is there already; --overwrite replaces it"));
  g_autoptr (CgImage) image = cg_image_load (house_path (&house, "look.png"), &error);
  g_autoptr (CgImage) clean = cg_image_load (house_path (&house, "clean/00.png"), &error);
  g_assert_no_error (error);
  g_assert_cmpint (image->width, ==, 4 * 256);
  g_assert_cmpint (image->height, ==, 256);

  g_autofree float *want = g_new (float, 256 * 256);
  g_autofree float *panel = g_new (float, 256 * 256);
  cg_image_get (clean, 22, 2, 256, 256, want);
  for (int p = 0; p < 4; p++)
    {
      double squares = 0;
      cg_image_get (image, p * 256, 0, 256, 256, panel);
      for (int i = 0; i < 256 * 256; i++)
        squares += (panel[i] - want[i]) * (panel[i] - want[i]);
      double sigma = 255 * sqrt (squares / (256 * 256));
      g_assert_cmpfloat_with_epsilon (sigma, p == 0 ? 0 : 20, p == 0 ? 1e-3 : 1);
    }
}

static void
test_list (void)
{
  g_auto (House) house = { 0 };
  g_autofree char *out = NULL;
  house_open (&house);
  g_assert_cmpint (NOISE (&house, &out, NULL, "--list"), ==, 0);
  g_assert_nonnull (strstr (out, "poisson-gauss:PEAK,SIGMA"));
}

static void
test_refusals (void)
{
  g_auto (House) house = { 0 };
  house_open (&house);
  house_pictures (&house, "small", 1, 12, 12);
  house_pictures (&house, "one", 1, 64, 64);
  house_pictures (&house, "two", 2, 64, 65);
  static const struct
  {
    const char *words[5];
    int status;
    const char *says;
  } bad[] = {
    { { NULL }, 2, "give --measure" },
    { { "--measure", "one", "--preview", "x.png" }, 2, "give --measure" },
    { { "--preview", "x.png" }, 2, "give --measure" },
    { { "--measure", "nowhere" }, 1, "nowhere: there is no such" },
    { { "--measure", "small" }, 1, "too small" },
    { { "--measure", "one", "--clean", "two" },
      1,
      "one/00.png is 64 x 64, but two/00.png is 64 x 65" },
    { { "--measure", "one", "--clean", "two/00.png" },
      1,
      "one/00.png is 64 x 64, but two/00.png is 64 x 65" },
    { { "--preview", "x.png", "--noise", "loud" }, 2, "there is no noise called \"loud\"" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *err = NULL;
      const char *const *w = bad[i].words;
      int status = w[0] ? NOISE (&house, NULL, &err, w[0], w[1], w[2], w[3])
                        : house_run (&house, NULL, &err, "noise", NULL);
      if (strstr (err, bad[i].says) == NULL)
        g_error ("case %u: \"%s\" does not say \"%s\"", i, err, bad[i].says);
      g_assert_cmpint (status, ==, bad[i].status);
      g_assert_false (g_file_test (house_path (&house, "x.png"), G_FILE_TEST_EXISTS));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/command-noise/measure", test_measure);
  g_test_add_func ("/command-noise/names", test_names);
  g_test_add_func ("/command-noise/preview", test_preview);
  g_test_add_func ("/command-noise/list", test_list);
  g_test_add_func ("/command-noise/refusals", test_refusals);
  return g_test_run ();
}
