/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cleargrain-train eval against scores computed here, plainly, from the
 * pictures it saves. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <unistd.h>

#include <glib/gstdio.h>

#include "house.h"
#include "imageio/imageio.h"
#include "model/weights.h"

#define N_PICTURES 3

/* Half of the picture and half of its blurred self: 3x3 weights that any
 * reader can check. */
static void
make_model (House *house)
{
  g_autoptr (GError) error = NULL;
  CgNetwork *network = cg_network_parse ("input 1\nconv 1 3x3 nobias\n", &error);
  g_assert_no_error (error);
  g_autoptr (CgModel) model = cg_model_new (network, NULL);
  for (int i = 0; i < 9; i++)
    model->parameters[i] = 0.5f / 9 + (i == 4 ? 0.5f : 0);
  g_assert_true (cg_weights_save (model, house_path (house, "m.safetensors"), &error));
}

/* IEC 61966-2-1; PFM files hold light. */
static float
display (float light)
{
  float a = fabsf (light);
  return copysignf (a <= 0.0031308f ? 12.92f * a : 1.055f * powf (a, 1 / 2.4f) - 0.055f, light);
}

static float *
load (House *house, const char *name, int *w, int *h)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CgImage) image = cg_image_load (house_path (house, name), &error);
  g_assert_no_error (error);
  g_assert_cmpint (image->channels, ==, 1);
  *w = image->width;
  *h = image->height;
  float *plane = g_new (float, (gsize) *w **h);
  cg_image_get (image, 0, 0, *w, *h, plane);
  for (gsize i = 0; g_str_has_suffix (name, ".pfm") && i < (gsize) *w * *h; i++)
    plane[i] = display (plane[i]);
  return plane;
}

static double
naive_psnr (const double *a, const double *b, int n)
{
  double sum = 0;
  for (int i = 0; i < n; i++)
    sum += (a[i] - b[i]) * (a[i] - b[i]);
  return 10 * log10 (255. * 255 * n / sum);
}

/* Wang et al. 2004, equation 13, window by window. */
static double
naive_ssim (const double *a, const double *b, int w, int h)
{
  double c1 = 0.01 * 255 * 0.01 * 255, c2 = 0.03 * 255 * 0.03 * 255, total = 0;
  for (int y = 5; y < h - 5; y++)
    for (int x = 5; x < w - 5; x++)
      {
        double weight = 0, ma = 0, mb = 0, aa = 0, bb = 0, ab = 0;
        for (int v = -5; v <= 5; v++)
          for (int u = -5; u <= 5; u++)
            {
              double g = exp (-(u * u + v * v) / (2 * 1.5 * 1.5));
              double p = a[(y + v) * w + x + u], q = b[(y + v) * w + x + u];
              weight += g;
              ma += g * p;
              mb += g * q;
              aa += g * p * p;
              bb += g * q * q;
              ab += g * p * q;
            }
        ma /= weight;
        mb /= weight;
        aa = aa / weight - ma * ma;
        bb = bb / weight - mb * mb;
        ab = ab / weight - ma * mb;
        total += (2 * ma * mb + c1) * (2 * ab + c2) / ((ma * ma + mb * mb + c1) * (aa + bb + c2));
      }
  return total / ((w - 10) * (h - 10));
}

/* Scores of saved picture @i, added to the sums. */
static void
score (House *house, int i, double *psnr, double *ssim, double *noise)
{
  int w, h;
  g_autofree char *clean_name = g_strdup_printf ("clean/%02d.png", i);
  g_autofree char *noisy_name = g_strdup_printf ("saved/%02d-noisy.pfm", i);
  g_autofree char *result_name = g_strdup_printf ("saved/%02d-result.pfm", i);
  g_autofree float *clean = load (house, clean_name, &w, &h);
  g_autofree float *noisy = load (house, noisy_name, &w, &h);
  g_autofree float *result = load (house, result_name, &w, &h);
  g_autofree double *a = g_new (double, w *h);
  g_autofree double *b = g_new (double, w *h);
  double squares = 0;
  for (int p = 0; p < w * h; p++)
    {
      a[p] = clean[p] * 255;
      b[p] = rint (CLAMP (result[p], 0, 1) * 255);
      squares += (noisy[p] - clean[p]) * (noisy[p] - clean[p]) * 255 * 255;
    }
  *psnr += naive_psnr (a, b, w * h) / N_PICTURES;
  *ssim += naive_ssim (a, b, w, h) / N_PICTURES;
  *noise += sqrt (squares / (w * h)) / N_PICTURES;
}

static const char *
last_line (char *text)
{
  g_strchomp (text);
  const char *newline = strrchr (text, '\n');
  return newline ? newline + 1 : text;
}

static void
furnish (House *house)
{
  house_open (house);
  house_pictures (house, "clean", N_PICTURES, 96, 70);
  g_mkdir (house_path (house, "saved"), 0777);
  make_model (house);
}

#define EVAL(house, out, err, ...)                                                                 \
  house_run (house, out, err, "eval", "--model", "m.safetensors", "--clean", "clean", "--noise",   \
             __VA_ARGS__, NULL)

static void
test_scores (gconstpointer quantize)
{
  g_auto (House) house = { 0 };
  g_autofree char *out = NULL;
  furnish (&house);
  g_assert_cmpint (EVAL (&house, &out, NULL, "gauss:25", "--save", "saved", quantize), ==, 0);

  double psnr = 0, ssim = 0, noise = 0;
  for (int i = 0; i < N_PICTURES; i++)
    score (&house, i, &psnr, &ssim, &noise);
  double said_psnr, said_ssim;
  int pictures, end = 0;
  const char *line = last_line (out);
  g_assert_cmpint (sscanf (line, "mean PSNR %lf SSIM %lf pictures %d%n", &said_psnr, &said_ssim,
                           &pictures, &end),
                   ==, 3);
  g_assert_cmpint (line[end], ==, '\0');
  g_assert_cmpint (pictures, ==, N_PICTURES);
  g_assert_cmpfloat_with_epsilon (said_psnr, psnr, 0.0051);
  g_assert_cmpfloat_with_epsilon (said_ssim, ssim, 0.0002); /* a pixel may round otherwise */
  if (quantize)
    g_assert_cmpfloat (noise, <, 24.9); /* clipping takes some away */
  else
    g_assert_cmpfloat_with_epsilon (noise, 25, 0.5);
}

/* A picture without room for SSIM's window has none, and leaves the others their mean. */
static void
test_small_picture (void)
{
  g_auto (House) house = { 0 };
  g_autofree char *out = NULL;
  double psnr, ssim;
  furnish (&house);
  house_pictures (&house, "small", 1, 12, 8);
  g_assert_cmpint (
      g_rename (house_path (&house, "small/00.png"), house_path (&house, "clean/small.png")), ==,
      0);
  g_assert_cmpint (EVAL (&house, &out, NULL, "gauss:25"), ==, 0);
  g_assert_nonnull (strstr (out, "SSIM nan"));
  g_assert_cmpint (sscanf (last_line (out), "mean PSNR %lf SSIM %lf", &psnr, &ssim), ==, 2);
  g_assert_cmpfloat (ssim, >, 0.1);
  g_assert_cmpfloat (ssim, <, 1);
}

static void
test_quantized (void)
{
  g_auto (House) house = { 0 };
  int w, h, outside = 0;
  furnish (&house);
  g_assert_cmpint (EVAL (&house, NULL, NULL, "gauss:80", "--save", "saved"), ==, 0);
  g_autofree float *as_is = load (&house, "saved/00-noisy.pfm", &w, &h);
  for (int i = 0; i < w * h; i++)
    outside += as_is[i] < 0 || as_is[i] > 1;
  g_assert_cmpint (outside, >, w * h / 20);

  g_autofree char *err = NULL;
  g_assert_cmpint (EVAL (&house, NULL, &err, "gauss:80", "--save", "saved"), ==, 1);
  g_assert_nonnull (strstr (err, "saved/00-noisy.pfm: is there already; --overwrite replaces it"));
  g_assert_cmpint (
      EVAL (&house, NULL, NULL, "gauss:80", "--save", "saved", "--overwrite", "--quantize"), ==, 0);
  g_autofree float *rounded = load (&house, "saved/00-noisy.pfm", &w, &h);
  for (int i = 0; i < w * h; i++)
    g_assert_cmpfloat_with_epsilon (rounded[i] * 255, rint (CLAMP (as_is[i], 0, 1) * 255), 1e-3);
}

/* Noisy files score as the same noise made here. */
static void
test_noisy_files (void)
{
  g_auto (House) house = { 0 };
  g_autofree char *out = NULL, *err = NULL;
  double psnr;
  furnish (&house);
  house_noisy_pictures (&house, "noisy", N_PICTURES, 96, 70, 25, 1);
  g_assert_cmpint (house_run (&house, &out, NULL, "eval", "--model", "m.safetensors", "--clean",
                              "clean", "--noisy", "noisy", NULL),
                   ==, 0);
  g_assert_cmpint (sscanf (last_line (out), "mean PSNR %lf", &psnr), ==, 1);
  g_assert_cmpfloat_with_epsilon (psnr, 24.3, 0.5);

  g_assert_cmpint (
      g_rename (house_path (&house, "noisy/01.png"), house_path (&house, "noisy/x.png")), ==, 0);
  g_assert_cmpint (house_run (&house, NULL, &err, "eval", "--model", "m.safetensors", "--clean",
                              "clean", "--noisy", "noisy", NULL),
                   ==, 1);
  g_assert_nonnull (strstr (err, "noisy/x.png: there is no clean picture of that name"));
}

/* Two folders of the same names cannot be told apart; without matching they may be scored. */
static void
test_same_names (void)
{
  g_auto (House) house = { 0 };
  g_autofree char *out = NULL, *err = NULL;
  furnish (&house);
  house_pictures (&house, "other", N_PICTURES, 96, 70);
  g_assert_cmpint (house_run (&house, NULL, &err, "eval", "--model", "m.safetensors", "--clean",
                              "clean", "--clean", "other", "--noisy", "clean", NULL),
                   ==, 1);
  g_assert_nonnull (strstr (err, "clean/00.png and other/00.png have the same name"));
  g_assert_cmpint (EVAL (&house, &out, NULL, "gauss:25", "--clean", "other"), ==, 0);
  g_autofree char *pictures = g_strdup_printf ("pictures %d", 2 * N_PICTURES);
  g_assert_nonnull (strstr (out, pictures));
}

/* A link that leads round is not followed for ever. */
static void
test_round (void)
{
  g_auto (House) house = { 0 };
  g_autofree char *out = NULL;
  furnish (&house);
  g_assert_cmpint (symlink (".", house_path (&house, "clean/again")), ==, 0);
  g_assert_cmpint (symlink ("../clean", house_path (&house, "clean/and-again")), ==, 0);
  g_assert_cmpint (EVAL (&house, &out, NULL, "gauss:25"), ==, 0);
  g_autofree char *pictures = g_strdup_printf ("pictures %d", N_PICTURES);
  g_assert_true (g_str_has_suffix (last_line (out), pictures));
}

/* Names are given back as they are. */
static void
test_json (void)
{
  g_auto (House) house = { 0 };
  g_autofree char *out = NULL;
  furnish (&house);
  g_assert_cmpint (g_rename (house_path (&house, "clean/00.png"),
                             house_path (&house, "clean/\"\303\251t\303\251\".png")),
                   ==, 0);
  g_assert_cmpint (EVAL (&house, &out, NULL, "gauss:25", "--json"), ==, 0);
  g_assert_nonnull (
      strstr (out, "{\"picture\": \"\\\"\303\251t\303\251\\\".png\", \"noisy_psnr\": "));
}

static void
test_seed (void)
{
  g_auto (House) house = { 0 };
  g_autofree char *a = NULL, *b = NULL, *c = NULL;
  furnish (&house);
  g_assert_cmpint (EVAL (&house, &a, NULL, "gauss:25", "--threads", "1"), ==, 0);
  g_assert_cmpint (EVAL (&house, &b, NULL, "gauss:25", "--threads", "3"), ==, 0);
  g_assert_cmpint (EVAL (&house, &c, NULL, "gauss:25", "--seed", "2"), ==, 0);
  g_assert_cmpstr (a, ==, b);
  g_assert_cmpstr (a, !=, c);
}

static void
test_refusals (void)
{
  g_auto (House) house = { 0 };
  g_autofree char *err = NULL;
  furnish (&house);
  g_assert_cmpint (house_run (&house, NULL, &err, "eval", "--model", "m.safetensors", NULL), ==, 2);
  g_assert_nonnull (strstr (err, "--clean is missing"));
  g_assert_cmpint (EVAL (&house, NULL, NULL, "gauss:x"), ==, 2);
  g_assert_cmpint (house_run (&house, NULL, NULL, "eval", "--model", "none.safetensors", "--clean",
                              "clean", "--noise", "gauss:5", NULL),
                   ==, 1);
  house_write (&house, "clean/01.png", "broken");
  g_clear_pointer (&err, g_free);
  g_assert_cmpint (EVAL (&house, NULL, &err, "gauss:5"), ==, 1);
  g_assert_nonnull (strstr (err, "clean/01.png"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/eval/scores", NULL, test_scores);
  g_test_add_data_func ("/eval/scores-quantized", "--quantize", test_scores);
  g_test_add_func ("/eval/small-picture", test_small_picture);
  g_test_add_func ("/eval/quantized", test_quantized);
  g_test_add_func ("/eval/noisy-files", test_noisy_files);
  g_test_add_func ("/eval/same-names", test_same_names);
  g_test_add_func ("/eval/round", test_round);
  g_test_add_func ("/eval/json", test_json);
  g_test_add_func ("/eval/seed", test_seed);
  g_test_add_func ("/eval/refusals", test_refusals);
  return g_test_run ();
}
