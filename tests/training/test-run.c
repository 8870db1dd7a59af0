/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cleargrain-train run, from pictures to weights: it learns, it repeats itself, and it says
 * what is wrong. */
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <glib/gstdio.h>

#include "house.h"
#include "imageio/imageio.h"
#include "model/planes.h"
#include "model/random.h"
#include "model/weights.h"
#include "training/files.h"
#include "training/symmetry.h"

static const char recipe[] = "[data]\n"
                             "clean = clean\n"
                             "hold-out = 4\n"
                             "[noise]\n"
                             "model = gauss:25\n"
                             "[network]\n"
                             "input 1\n"
                             "save image\n"
                             "conv 12 3x3 relu nobias\n"
                             "conv 12 3x3 relu nobias\n"
                             "conv 1 3x3 nobias\n"
                             "add image\n"
                             "[training]\n"
                             "steps = 120\n"
                             "batch = 8\n"
                             "patch = 24\n"
                             "rate = 0.003\n"
                             "warm-up = 10\n"
                             "ema = 0.9\n"
                             "validate-every = 25\n"
                             "checkpoint-every = 10\n"
                             "log-every = 10\n";

static void
furnish (House *house)
{
  house_open (house);
  house_pictures (house, "clean", 8, 80, 64);
  house_write (house, "r.ini", recipe);
}

#define RUN(house, err, ...) house_run (house, NULL, err, "run", "r.ini", __VA_ARGS__, NULL)

static void
assert_says (const char *text, const char *words)
{
  if (strstr (text, words) == NULL)
    g_error ("\"%s\" does not say \"%s\"", text, words);
}

/* "best PSNR 25.31 at step 120 (noisy 20.17)" */
static void
read_verdict (const char *err, double *best, double *noisy)
{
  const char *b = strstr (err, "best PSNR "), *n = b ? strstr (b, "(noisy ") : NULL;
  g_assert_nonnull (n);
  *best = g_ascii_strtod (b + strlen ("best PSNR "), NULL);
  *noisy = g_ascii_strtod (n + strlen ("(noisy "), NULL);
}

static void
test_learns (void)
{
  g_auto (House) house = { 0 };
  g_autofree char *err = NULL;
  double best, noisy;
  furnish (&house);
  g_assert_cmpint (RUN (&house, &err, "--out", "a", "--set", "training.steps=800"), ==, 0);
  read_verdict (err, &best, &noisy);
  g_assert_cmpfloat_with_epsilon (noisy, 20.17, 0.15);
  g_assert_cmpfloat (best, >, noisy + 5);

  g_autoptr (GError) error = NULL;
  g_autoptr (CgModel) model = cg_weights_load (house_path (&house, "a/best.safetensors"), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (cg_model_card (model, CG_CARD_NOISE), ==, "gauss:25");
  g_assert_cmpstr (cg_model_card (model, CG_CARD_DATA), ==, "6 pictures");
  assert_says (cg_model_card (model, CG_CARD_RECIPE), "steps = 800\n");
}

/* Each source of noisy pictures, judged on clean pictures and other noise. */
static void
test_sources (void)
{
  static const struct
  {
    const char *clean, *noisy, *says;
    double gain; /* dB over noisy */
  } sources[] = {
    { "data.clean=clean", "data.noisy=a", "pairs of noisy and clean pictures: 8 to train", 4.5 },
    { "data.clean=", "data.noisy=a;b", "pairs of noisy shots", 4.5 },
    { "data.clean=", "data.noisy=a", "noisy pictures alone", 3.5 },
  };
  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    {
      g_auto (House) house = { 0 };
      g_autofree char *err = NULL;
      double best, noisy;
      furnish (&house);
      house_noisy_pictures (&house, "a", 8, 80, 64, 25, 1);
      house_noisy_pictures (&house, "b", 8, 80, 64, 25, 2);
      g_assert_cmpint (RUN (&house, &err, "--out", "x", "--set", sources[i].clean, "--set",
                            sources[i].noisy, "--set", "data.validation=clean", "--set",
                            "training.steps=800"),
                       ==, 0);
      assert_says (err, sources[i].says);
      read_verdict (err, &best, &noisy);
      g_test_message ("%s: %.2f to %.2f", sources[i].says, noisy, best);
      g_assert_cmpfloat (best, >, noisy + sources[i].gain);
    }
}

static double
number_behind (const char *text, const char *words)
{
  const char *found = strstr (text, words);
  g_assert_nonnull (found);
  return g_ascii_strtod (found + strlen (words), NULL);
}

/* Judged by noisy pictures, PSNR is still about what clean ones would tell. */
static void
test_estimates (void)
{
  static const struct
  {
    const char *noisy;
    double tolerance; /* pictures alone are judged at half size, by what else is near */
  } cases[] = { { "data.noisy=a;b", 1 }, { "data.noisy=a", 1.6 } };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (House) house = { 0 };
      g_autofree char *err = NULL, *scores = NULL;
      double best, noisy;
      furnish (&house);
      house_pictures (&house, "large", 4, 256, 192);
      house_noisy_pictures (&house, "a", 4, 256, 192, 25, 1);
      house_noisy_pictures (&house, "b", 4, 256, 192, 25, 2);
      g_assert_cmpint (RUN (&house, &err, "--out", "x", "--set", "data.clean=", "--set",
                            cases[i].noisy, "--set", "training.steps=200"),
                       ==, 0);
      read_verdict (err, &best, &noisy);
      g_assert_cmpint (house_run (&house, &scores, NULL, "eval", "--model", "x/best.safetensors",
                                  "--clean", "large", "--noisy", "a", NULL),
                       ==, 0);
      double true_best = number_behind (scores, "\nmean PSNR ");
      double true_noisy = number_behind (scores, "\nnoisy PSNR ");
      g_test_message ("%s: noisy %.2f, truly %.2f; best %.2f, truly %.2f", cases[i].noisy, noisy,
                      true_noisy, best, true_best);
      g_assert_cmpfloat_with_epsilon (noisy, true_noisy, 0.6);
      g_assert_cmpfloat_with_epsilon (best, true_best, cases[i].tolerance);
    }
}

/* The best never becomes worse than what it began with, and the verdict tells
 * both sides of a gain. */
static void
test_fine_tuning (void)
{
  g_auto (House) house = { 0 };
  g_autofree char *err = NULL, *worse = NULL, *other = NULL;
  furnish (&house);
  house_pictures (&house, "standard", 4, 64, 64);
  g_assert_cmpint (RUN (&house, NULL, "--out", "old", "--set", "training.steps=600"), ==, 0);

  g_assert_cmpint (RUN (&house, &err, "--out", "new", "--init", "old/best.safetensors", "--noise",
                        "speckle:40", "--set", "network=", "--set", "training.steps=400", "--set",
                        "data.standard=standard"),
                   ==, 0);
  assert_says (err, "beside old/best.safetensors: better on your pictures by ");
  assert_says (err, ", worse on ordinary noise by ");
  assert_says (err, " (gauss:25 on standard pictures: ");

  g_assert_cmpint (RUN (&house, &worse, "--out", "worse", "--init", "old/best.safetensors", "--set",
                        "training.rate=1", "--set", "training.steps=30"),
                   ==, 0);
  assert_says (worse, "as good on your pictures");
  assert_says (worse, ", as good on ordinary noise (gauss:25 on drawn pictures: ");

  g_assert_cmpint (RUN (&house, &other, "--out", "x", "--init", "old/best.safetensors", "--set",
                        "network=input 1; conv 1 3x3"),
                   ==, 1);
  assert_says (other,
               "these weights are of another network (\"save image\" there, \"conv 1 3x3\" here)");
}

/* The report has everything within itself, and what it quotes is escaped. */
static void
test_report (void)
{
  g_auto (House) house = { 0 };
  g_autofree char *html = NULL;
  furnish (&house);
  g_assert_cmpint (RUN (&house, NULL, "--out", "a", "--set", "output.name=mine & <yours>"), ==, 0);
  g_assert_true (g_file_get_contents (house_path (&house, "a/report.html"), &html, NULL, NULL));
  assert_says (html, "<h1>mine &amp; &lt;yours&gt;</h1>");
  assert_says (html, "<p class='verdict'>"); /* beside the shipped weights, if there are any */
  assert_says (html, " on your pictures by ");
  assert_says (html, "<td>gauss:25</td>");
  assert_says (html, "6 clean pictures, made noisy");
  assert_says (html, "src='data:image/png;base64,iVBORw0KGgo");
  assert_says (html, "steps = 120\n");
  g_assert_null (strstr (html, "<yours>"));
  g_assert_null (strstr (html, "<script"));
  g_assert_null (strstr (html, "http"));
  g_assert_null (strstr (html, "nan"));

  int svgs = 0, pictures = 0;
  for (const char *at = html; (at = strstr (at, "<svg ")) != NULL; at++)
    svgs++;
  for (const char *at = html; (at = strstr (at, "<figure>")) != NULL; at++)
    pictures++;
  g_assert_cmpint (svgs, ==, 2);
  g_assert_cmpint (pictures, ==, 2);
}

/* Everything that does not fit together is named before training begins. */
static void
test_pair_report (void)
{
  g_auto (House) house = { 0 };
  g_autofree char *err = NULL;
  furnish (&house);
  house_noisy_pictures (&house, "noisy", 9, 80, 64, 10, 1);
  house_pictures (&house, "large", 4, 81, 64);
  g_assert_cmpint (g_remove (house_path (&house, "noisy/02.png")), ==, 0);
  g_assert_cmpint (
      g_rename (house_path (&house, "large/03.png"), house_path (&house, "noisy/03.png")), ==, 0);
  g_assert_cmpint (
      g_rename (house_path (&house, "noisy/05.png"), house_path (&house, "noisy/04.png")), ==, 0);
  g_assert_cmpint (RUN (&house, &err, "--out", "x", "--noisy", "noisy"), ==, 0);
  assert_says (err, "08.png: left out, there is no counterpart of that name");
  assert_says (err, "02.png: left out, there is no noisy counterpart of that name");
  assert_says (err, "05.png: left out, there is no noisy counterpart of that name");
  assert_says (err, "03.png: left out, it is 81 x 64 and its counterpart 80 x 64");
  assert_says (err, "04.png: left out, it shows something else than its counterpart");
  assert_says (err, "3 to train on, 1 to judge by");
}

static void
test_repeats (void)
{
  g_auto (House) house = { 0 };
  furnish (&house);
  g_assert_cmpint (RUN (&house, NULL, "--out", "1", "--threads", "1"), ==, 0);
  g_assert_cmpint (RUN (&house, NULL, "--out", "2", "--threads", "2"), ==, 0);
  g_assert_cmpint (RUN (&house, NULL, "--out", "3", "--threads", "3"), ==, 0);
  g_assert_cmpint (RUN (&house, NULL, "--out", "other", "--set", "training.seed=2"), ==, 0);
  g_autofree char *one = house_sum (&house, "1/last.safetensors");
  g_autofree char *two = house_sum (&house, "2/last.safetensors");
  g_autofree char *three = house_sum (&house, "3/last.safetensors");
  g_autofree char *best_one = house_sum (&house, "1/best.safetensors");
  g_autofree char *best_three = house_sum (&house, "3/best.safetensors");
  g_autofree char *other = house_sum (&house, "other/last.safetensors");
  g_assert_cmpstr (one, ==, two);
  g_assert_cmpstr (one, ==, three);
  g_assert_cmpstr (best_one, ==, best_three);
  g_assert_cmpstr (one, !=, other);
}

/* Sizes that are left to memory are settled once, and are those of a run that names them. */
static void
test_auto_sizes (void)
{
  g_auto (House) house = { 0 };
  g_autofree char *text = NULL, *err = NULL;
  house_open (&house);
  house_pictures (&house, "clean", 3, 128, 128);
  house_write (&house, "r.ini", recipe);
#define AUTO_RUN(out, batch, patch, ...)                                                           \
  RUN (&house, &err, "--out", out, "--set", "training.batch=" batch, "--set",                      \
       "training.patch=" patch, "--set", "training.steps=20", ##__VA_ARGS__)
  g_assert_cmpint (AUTO_RUN ("a", "auto", "auto"), ==, 0);
  g_clear_pointer (&err, g_free);
  g_assert_true (g_file_get_contents (house_path (&house, "a/recipe.ini"), &text, NULL, NULL));
  assert_says (text, "batch = 16\n");
  assert_says (text, "patch = 96\n");
  g_assert_cmpint (AUTO_RUN ("b", "16", "96"), ==, 0);
  g_clear_pointer (&err, g_free);
  g_autofree char *a = house_sum (&house, "a/last.safetensors");
  g_autofree char *b = house_sum (&house, "b/last.safetensors");
  g_assert_cmpstr (a, ==, b);

  /* As if it had begun on a smaller machine: it goes on as it was. */
  g_assert_cmpint (AUTO_RUN ("c", "4", "32"), ==, 0);
  g_clear_pointer (&err, g_free);
  g_assert_cmpint (AUTO_RUN ("c", "auto", "auto", "--resume"), ==, 0);
}

static void
test_refusals (void)
{
  g_auto (House) house = { 0 };
  furnish (&house);
  g_mkdir (house_path (&house, "empty"), 0777);
  house_pictures (&house, "small", 3, 20, 20);
  house_pictures (&house, "broken", 5, 64, 64);
  house_write (&house, "broken/02.png", "no picture at all");
  const struct
  {
    const char *option, *value;
    int status;
    const char *says;
  } bad[] = {
    { "--clean", "nowhere", 1, "nowhere: there is no such file or folder" },
    { "--clean", "empty", 1, "empty: there are no pictures in this folder" },
    { "--clean", "small", 1,
      "no picture is left of 3: 02.png: left out, 20 x 20 does not hold a patch of 24 x 24" },
    { "--clean", "broken", 1, "broken/02.png" },
    { "--noise", "pepper", 2, "there is no noise called \"pepper\"" },
    { "--noise", "", 2, "no noise is given" },
    { "--set", "training.stepz=1", 2, "nearest is \"steps\"" },
    { "--set", "training.chunk=3", 2, "3 does not divide the batch of 8" },
    { "--set", "network=input 1; cnov 3 3x3", 2, "cleargrain-train: network line 2" },
    { "--set", "network=input 1; conv 3 3x3", 1, "a denoiser makes one channel of one" },
    { "--set", "network=input 1; maxpool 2; upsample 2; maxpool 16; upsample 16", 2,
      "24 is no multiple of" },
    { "--set", "network=", 2, "the recipe has no [network]; say --init" },
    { "--init", "nothing.safetensors", 1, "nothing.safetensors" },
    { "--compare", "nothing.safetensors", 1, "nothing.safetensors" },
    { "--time-limit", "soon", 2, "\"soon\" is no time" },
    { "--threads", "-1", 2, "not within" },
    { "--no-such-option", "x", 2, "--no-such-option" },
    { "--resume", "--quiet", 1, "there is no checkpoint to go on from" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *err = NULL;
      int status = RUN (&house, &err, "--out", "x", bad[i].option, bad[i].value);
      assert_says (err, bad[i].says);
      g_assert_cmpint (status, ==, bad[i].status);
      g_assert_false (g_file_test (house_path (&house, "x/best.safetensors"), G_FILE_TEST_EXISTS));
    }
}

static void
test_unreadable_skipped (void)
{
  g_auto (House) house = { 0 };
  g_autofree char *err = NULL;
  furnish (&house);
  house_write (&house, "clean/03.png", "no picture at all");
  g_assert_cmpint (RUN (&house, &err, "--out", "a", "--set", "data.skip-unreadable=yes"), ==, 0);
  assert_says (err, "note: clean/03.png: ");
}

/* Replace the first @bad pixels of row 20 of a picture in floats, by turns, by what is
 * no light. */
static void
write_bad (House *house, const char *name, int number, int bad)
{
  static const float values[] = { NAN, INFINITY, -INFINITY, 1e30f };
  g_autoptr (GError) error = NULL;
  g_autoptr (CgImage) image = house_picture (number, 80, 64, CG_DEPTH_FLOAT);
  for (int i = 0; i < bad; i++)
    cg_image_set (image, 7 * i % 80, 20 + 7 * i / 80, 1, 1, &values[i % 4]);
  g_assert_true (cg_image_save (image, house_path (house, name), &error));
  g_assert_no_error (error);
}

/* A few pixels that are no light are filled, which is said; with many the picture is broken. */
static void
test_no_light (void)
{
  g_auto (House) house = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *err = NULL, *again = NULL, *note = NULL;
  double best, noisy;
  furnish (&house);
  for (int i = 0; i < 8; i++)
    {
      g_autofree char *name = g_strdup_printf ("clean/%02d.pfm", i);
      write_bad (&house, name, i, i == 3 ? 4 : 0);
    }
  g_assert_cmpint (RUN (&house, &err, "--out", "a", "--set", "training.steps=300"), ==, 0);
  assert_says (err, "note: clean/03.pfm: 4 of 5120 pixels are NaN, infinite or beyond 65504; "
                    "filled from those around them");
  read_verdict (err, &best, &noisy);
  g_assert_cmpfloat (best, >, noisy + 4);

  g_autoptr (CgImage) good = house_picture (3, 80, 64, CG_DEPTH_FLOAT);
  g_autoptr (CgImage) gray
      = cg_files_load_gray (house_path (&house, "clean/03.pfm"), &note, &error);
  g_assert_no_error (error);
  for (int i = 0; i < 4; i++)
    {
      float around[9], filled, low = 1, high = 0;
      cg_image_get (good, MAX (7 * i - 1, 0), 19, 3, 3, around);
      cg_image_get (gray, 7 * i, 20, 1, 1, &filled);
      for (int k = 0; k < 9; k++)
        {
          low = MIN (low, cg_display_from_linear (around[k]));
          high = MAX (high, cg_display_from_linear (around[k]));
        }
      g_assert_true (filled >= low && filled <= high);
    }

  write_bad (&house, "clean/05.pfm", 5, 60);
  g_assert_cmpint (RUN (&house, &again, "--out", "b"), ==, 1);
  assert_says (again, "clean/05.pfm: 60 of 5120 pixels are NaN, infinite or beyond 65504");
}

static void
test_other_pictures (void)
{
  g_auto (House) house = { 0 };
  g_autofree char *err = NULL;
  furnish (&house);
  g_assert_cmpint (RUN (&house, NULL, "--out", "a"), ==, 0);

  /* The same ones elsewhere are no others. */
  g_assert_cmpint (g_mkdir (house_path (&house, "elsewhere"), 0777), ==, 0);
  g_autofree char *there = g_strdup (house_path (&house, "elsewhere/clean"));
  g_assert_cmpint (g_rename (house_path (&house, "clean"), there), ==, 0);
  g_assert_cmpint (RUN (&house, NULL, "--out", "a", "--clean", "elsewhere/clean"), ==, 0);
  g_assert_cmpint (g_rename (there, house_path (&house, "clean")), ==, 0);
  g_assert_cmpint (g_remove (house_path (&house, "clean/05.png")), ==, 0);
  g_assert_cmpint (RUN (&house, &err, "--out", "a"), ==, 1);
  assert_says (err, "a: this folder holds a run on other pictures");
}

/* How far the weights @name are from being symmetric. */
static double
asymmetry (House *house, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CgModel) model = cg_weights_load (house_path (house, name), &error);
  g_assert_no_error (error);
  g_autoptr (CgSymmetry) symmetry = cg_symmetry_new (model->network, &error);
  g_assert_no_error (error);
  return cg_symmetry_error (symmetry, model->parameters);
}

static const char even[]
    = "[data]\nclean = clean\nhold-out = 4\n[noise]\nmodel = gauss:25\n[network]\ninput 1\n"
      "save image\nunshuffle 2\nconv 16 3x3 relu\nconv 16 3x3 relu\nconv 4 3x3\nshuffle 2\n"
      "add image\n[training]\nsteps = 60\nbatch = 2\npatch = 24\noptimizer = muon\n";

static void
test_symmetric (void)
{
  g_auto (House) house = { 0 };
  g_autofree char *err = NULL, *strides = NULL;
  double best, noisy;
  furnish (&house);
  house_write (&house, "even.ini", even);
  g_assert_cmpint (house_run (&house, NULL, NULL, "run", "even.ini", "--out", "free", NULL), ==, 0);
  g_assert_cmpfloat (asymmetry (&house, "free/last.safetensors"), >, 0.01);
  g_assert_cmpint (house_run (&house, NULL, &err, "run", "even.ini", "--set",
                              "training.symmetric=yes", "--out", "a", NULL),
                   ==, 0);
  read_verdict (err, &best, &noisy);
  g_assert_cmpfloat (best, >, noisy + 0.3);
  g_assert_cmpfloat (asymmetry (&house, "a/last.safetensors"), <, 1e-6);

  /* Weights to begin with must be so, too. */
  g_assert_cmpint (house_run (&house, NULL, NULL, "run", "even.ini", "--set",
                              "training.symmetric=yes", "--set", "training.steps=2", "--init",
                              "a/last.safetensors", "--out", "b", NULL),
                   ==, 0);
  g_assert_cmpfloat (asymmetry (&house, "b/last.safetensors"), <, 1e-6);
  g_clear_pointer (&err, g_free);
  g_assert_cmpint (house_run (&house, NULL, &err, "run", "even.ini", "--set",
                              "training.symmetric=yes", "--init", "free/last.safetensors", "--out",
                              "c", NULL),
                   ==, 1);
  assert_says (err, "free/last.safetensors: these weights are not symmetric");
  g_assert_cmpint (RUN (&house, &strides, "--set", "training.symmetric=yes", "--out", "c"), ==, 1);
  assert_says (strides, "network line 3: symmetric weights want channels in groups of eight");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/run/learns", test_learns);
  g_test_add_func ("/run/sources", test_sources);
  g_test_add_func ("/run/estimates", test_estimates);
  g_test_add_func ("/run/fine-tuning", test_fine_tuning);
  g_test_add_func ("/run/report", test_report);
  g_test_add_func ("/run/pair-report", test_pair_report);
  g_test_add_func ("/run/repeats", test_repeats);
  g_test_add_func ("/run/symmetric", test_symmetric);
  g_test_add_func ("/run/auto-sizes", test_auto_sizes);
  g_test_add_func ("/run/refusals", test_refusals);
  g_test_add_func ("/run/unreadable-skipped", test_unreadable_skipped);
  g_test_add_func ("/run/no-light", test_no_light);
  g_test_add_func ("/run/other-pictures", test_other_pictures);
  return g_test_run ();
}
