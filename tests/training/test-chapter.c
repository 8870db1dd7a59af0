/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The chapter's tools on small things: digits of our own, sheets and plots that
 * are read back, latents in a file, and the commands end to end. */
#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "house.h"
#include "imageio/imageio.h"
#include "model/error.h"
#include "model/random.h"
#include "model/weights.h"
#include "training/chapter/diagram.h"
#include "training/chapter/figures.h"
#include "training/chapter/plot.h"
#include "training/chapter/scenes.h"
#include "training/chapter/score.h"
#include "training/chapter/sheet.h"
#include "training/latents-file.h"

/* --- digits that we draw: a label is so many bars --- */

static void
write_idx (House *house, const char *name, int n, gboolean labels)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  const guint8 head[] = { 0, 0, 8, labels ? 1 : 3, 0, 0, (guint8) (n >> 8), (guint8) n };
  const guint8 size[] = { 0, 0, 0, 28, 0, 0, 0, 28 };
  g_byte_array_append (bytes, head, sizeof head);
  if (!labels)
    g_byte_array_append (bytes, size, sizeof size);
  for (int i = 0; i < n; i++)
    {
      guint8 label = (guint8) (i % 10), digit[28 * 28] = { 0 };
      CgRandom random = cg_random (1, i, 0);
      int shift = (int) cg_random_below (&random, 4);
      for (int bar = 0; bar <= label; bar++)
        for (int x = 4; x < 22; x++)
          digit[(2 + 2 * bar + shift) * 28 + x + shift] = 255;
      g_byte_array_append (bytes, labels ? &label : digit, labels ? 1 : sizeof digit);
    }
  g_assert_true (
      g_file_set_contents (house_path (house, name), (const char *) bytes->data, bytes->len, NULL));
}

static void
write_digits (House *house)
{
  g_assert_cmpint (g_mkdir (house_path (house, "digits"), 0777), ==, 0);
  write_idx (house, "digits/" CG_DIGITS_TRAIN, 300, FALSE);
  write_idx (house, "digits/" CG_DIGITS_TEST, 60, FALSE);
  write_idx (house, "digits/" CG_DIGITS_LABELS, 60, TRUE);
}

static void
test_digits (void)
{
  g_auto (House) house = { 0 };
  g_autoptr (GError) error = NULL;
  house_open (&house);
  g_assert_null (cg_digits_load (house_path (&house, "digits"), 0, house.folder, &error));
  g_assert_error (error, CG_ERROR, CG_ERROR_USAGE);
  g_assert_nonnull (strstr (error->message, "fetch-mnist"));
  g_clear_error (&error);

  write_digits (&house);
  g_autoptr (CgDigits) all
      = cg_digits_load (house_path (&house, "digits"), 0, house.folder, &error);
  g_assert_no_error (error);
  g_assert_cmpint (all->n, ==, 60);
  g_assert_cmpint (all->n_train, ==, 300);
  g_assert_cmpint (all->labels[13], ==, 3);
  double ink = 0;
  for (int i = 0; i < CG_DIGIT_VALUES; i++)
    ink += cg_digit (all, 13)[i];
  g_assert_cmpfloat (ink, ==, 4 * 18);
  g_autoptr (CgDigits) few
      = cg_digits_load (house_path (&house, "digits"), 50, house.folder, &error);
  g_assert_cmpint (few->n, ==, 50);
  g_assert_cmpint (few->n_train, ==, 50);

  house_write (&house, "digits/" CG_DIGITS_LABELS, "short");
  g_assert_null (cg_digits_load (house_path (&house, "digits"), 0, house.folder, &error));
  g_assert_error (error, CG_ERROR, CG_ERROR_FORMAT);
}

static void
test_scores (void)
{
  float digit[CG_DIGIT_VALUES] = { 0 }, made[CG_DIGIT_VALUES];
  for (int i = 0; i < CG_DIGIT_VALUES; i++)
    {
      digit[i] = i % 2;
      made[i] = 0.25f + 0.5f * (i % 2);
    }
  CgDigitScore score = cg_score_digit (digit, made);
  g_assert_cmpfloat_with_epsilon (score.bce, -CG_DIGIT_VALUES * log (0.75), 1e-3);
  g_assert_cmpfloat_with_epsilon (score.mse, 1 / 16., 1e-6);
  g_assert_cmpfloat_with_epsilon (score.psnr, 10 * log10 (16), 1e-4);
  g_assert_cmpfloat_with_epsilon (cg_score_correlation (digit, made, CG_DIGIT_VALUES), 1, 1e-9);
  for (int i = 0; i < CG_DIGIT_VALUES; i++)
    made[i] = 1 - made[i];
  g_assert_cmpfloat_with_epsilon (cg_score_correlation (digit, made, CG_DIGIT_VALUES), -1, 1e-9);
}

static void
test_walks (void)
{
  g_autofree float *walk = g_new (float, 5 * CG_DIGIT_VALUES);
  double lengths[5];

  /* evenly from black to white; with the last step three times as long; all in one; none */
  static const struct
  {
    float places[5];
    double longest;
  } cases[] = {
    { { 0, 0.2f, 0.4f, 0.6f, 0.8f }, 1 / 4. },
    { { 0, 0.1f, 0.2f, 0.3f, 0.6f }, 1 / 2. },
    { { 0, 0, 0, 1, 1 }, 1 },
    { { 0.5f, 0.5f, 0.5f, 0.5f, 0.5f }, 0 },
  };
  for (guint c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      const float *places = cases[c].places;
      for (int i = 0; i < 5 * CG_DIGIT_VALUES; i++)
        walk[i] = places[i / CG_DIGIT_VALUES];
      g_assert_cmpfloat_with_epsilon (cg_score_walk (walk, 5, lengths), cases[c].longest, 1e-5);
      for (int i = 0; i < 5; i++)
        g_assert_cmpfloat_with_epsilon (lengths[i], i ? places[i] - places[i - 1] : 0, 1e-6);
    }
}

static void
test_scenes (void)
{
  g_autofree float *a = cg_scene (0, 0), *b = cg_scene (1, 0), *turned = cg_scene (0, 1);
  g_autofree float *again = cg_scene (0, 0);
  double worst = 0;
  g_assert_cmpmem (a, sizeof *a * CG_SCENE_VALUES, again, sizeof *a * CG_SCENE_VALUES);
  g_assert_cmpfloat (fabs (cg_score_correlation (a, b, CG_SCENE_VALUES)), <, 0.8);
  for (int y = 0; y < CG_SCENE_SIDE; y++) /* a quarter turn to the right */
    for (int x = 0; x < CG_SCENE_SIDE; x++)
      worst += fabs (turned[x * CG_SCENE_SIDE + CG_SCENE_SIDE - 1 - y] - a[y * CG_SCENE_SIDE + x])
               / CG_SCENE_VALUES;
  g_assert_cmpfloat (worst, <, 0.02); /* edges are smoothed afresh */
}

/* --- drawing, read back --- */

static void
expect (const CgImage *image, int x, int y, int red, int green, int blue)
{
  float pixel[4];
  cg_image_get (image, x, y, 1, 1, pixel);
  int got[3] = { (int) rintf (255 * pixel[0]), (int) rintf (255 * pixel[1]),
                 (int) rintf (255 * pixel[2]) };
  if (abs (got[0] - red) > 2 || abs (got[1] - green) > 2 || abs (got[2] - blue) > 2)
    g_error ("%d, %d is %d %d %d, not %d %d %d", x, y, got[0], got[1], got[2], red, green, blue);
}

static void
test_sheet (void)
{
  g_auto (House) house = { 0 };
  g_autoptr (GError) error = NULL;
  house_open (&house);
  g_autoptr (CgSheet) sheet = cg_sheet_new (10);
  const float gray[2] = { 0, 0.5f }, signs[2] = { -1, 0.5f };
  cg_sheet_row (sheet, NULL);
  cg_sheet_gray (sheet, gray, 2, 1, NULL);
  cg_sheet_signed (sheet, signs, 2, 1, 1, NULL);
  g_assert_true (cg_sheet_save (sheet, house_path (&house, "sheet.png"), &error));
  g_assert_no_error (error);
  g_autoptr (CgImage) image = cg_image_load (house_path (&house, "sheet.png"), &error);
  g_assert_no_error (error);
  g_assert_cmpint (image->width, ==, 6 + 2 * (20 + 6));
  expect (image, 6 + 5, 6 + 5, 0, 0, 0);
  expect (image, 6 + 15, 6 + 5, 128, 128, 128);
  expect (image, 6 + 26 + 5, 6 + 5, 0, 0, 255);
  expect (image, 6 + 26 + 15, 6 + 5, 255, 128, 128);
  g_assert_false (cg_sheet_save (sheet, house_path (&house, "no/sheet.png"), &error));
  g_assert_nonnull (strstr (error->message, "sheet.png"));
}

/* A point lies where its axes say. */
static void
test_plot (void)
{
  g_auto (House) house = { 0 };
  g_autoptr (GError) error = NULL;
  house_open (&house);
  g_autoptr (CgPlot) plot = cg_plot_new ("title", "x", "y");
  g_autofree char *base = g_strdup (house_path (&house, "plot"));
  cg_plot_size (plot, 276, 284); /* the axes are 200 x 200, from 62, 34 */
  cg_plot_range (plot, 0, 10, 0, 10);
  cg_plot_points (plot, NULL, 0xff0000, 4, (double[]){ 2.5, 7.5 }, 1);
  cg_plot_points (plot, NULL, 0x0000ff, 4, (double[]){ 20, 5 }, 1); /* outside */
  g_assert_true (cg_plot_save (&plot, 1, 1, base, &error));
  g_assert_no_error (error);
  g_autoptr (CgImage) image = cg_image_load (house_path (&house, "plot.png"), &error);
  g_assert_no_error (error);
  expect (image, 62 + 50, 34 + 50, 255, 0, 0);
  expect (image, 62 + 150, 34 + 60, 255, 255, 255);
  g_autofree char *svg = NULL;
  g_assert_true (g_file_get_contents (house_path (&house, "plot.svg"), &svg, NULL, NULL));
  g_assert_nonnull (strstr (svg, "</svg>"));
}

/* A box a layer; what is latent has a colour of its own. */
static void
test_diagram (void)
{
  g_auto (House) house = { 0 };
  g_autoptr (GError) error = NULL;
  house_open (&house);
  g_autoptr (CgNetwork) network = cg_network_parse (
      "input 4x4x1\nconv 2 3x3 relu\nmaxpool 2\nlatent\nupsample 2\nconv 1 3x3 nobias", &error);
  g_assert_no_error (error);
  g_autofree char *base = g_strdup (house_path (&house, "net"));
  g_autoptr (GString) csv = g_string_new (NULL);
  g_assert_true (cg_diagram_save (network, base, csv, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (csv->str, ==,
                   "layer,rows,columns,channels,parameters\n"
                   "input 4x4x1,4,4,1,0\n"
                   "conv 2 3x3 relu,4,4,2,20\n"
                   "maxpool 2,2,2,2,0\n"
                   "upsample 2,4,4,2,0\n"
                   "conv 1 3x3 nobias,4,4,1,18\n");
  g_autoptr (CgImage) image = cg_image_load (house_path (&house, "net.png"), &error);
  g_assert_no_error (error);
  for (int box = 0; box < 5; box++) /* within each box, left of its words */
    if (box == 2)
      expect (image, 150, 12 + 42 * box + 13, 0xf5, 0xc7, 0x7e);
    else
      expect (image, 150, 12 + 42 * box + 13, 0xdc, 0xe6, 0xf2);
}

/* --- figures --- */

static void
test_table (void)
{
  for (guint i = 0; i < cg_n_figures; i++)
    {
      g_auto (GStrv) ids = g_strsplit (cg_figures[i].ids, " ", -1);
      g_assert_cmpstr (ids[0], ==, cg_figures[i].name);
      for (char **id = ids; *id; id++)
        g_assert_true (cg_figure_find (*id) == &cg_figures[i]); /* no figure is there twice */
    }
  g_assert_null (cg_figure_find ("18-99"));
}

static void
assert_there (House *house, const char *name)
{
  GStatBuf buffer;
  if (g_stat (house_path (house, name), &buffer) != 0 || buffer.st_size == 0)
    g_error ("%s was not written", name);
}

/* Every figure of section @name, with its numbers. */
static void
assert_all_there (House *house, const char *name)
{
  g_auto (GStrv) ids = g_strsplit (cg_figure_find (name)->ids, " ", -1);
  for (char **id = ids; *id; id++)
    {
      g_autofree char *png = g_strdup_printf ("c/%s.png", *id);
      g_autofree char *csv = g_strdup_printf ("c/%s.csv", *id);
      assert_there (house, png);
      assert_there (house, csv);
    }
}

static void
test_without_digits (void)
{
  g_auto (House) house = { 0 };
  g_autofree char *err = NULL, *out = NULL, *html = NULL;
  house_open (&house);
  g_assert_cmpint (house_run (&house, &out, NULL, "chapter", "list", NULL), ==, 0);
  g_assert_nonnull (strstr (out, "18-60 18-61 18-62"));
  g_assert_cmpint (house_run (&house, NULL, &err, "chapter", "18-3", "--out", "c", NULL), ==, 0);
  g_assert_cmpint (house_run (&house, NULL, NULL, "chapter", "18-41", "--out", "c", NULL), ==, 0);
  assert_all_there (&house, "18-1");
  assert_all_there (&house, "18-41");
  assert_there (&house, "c/18-42.svg");
  g_assert_true (g_file_get_contents (house_path (&house, "c/index.html"), &html, NULL, NULL));
  g_assert_nonnull (strstr (html, "18-1.png"));
  g_assert_nonnull (strstr (html, "18-43.svg"));

  g_free (g_steal_pointer (&err));
  g_assert_cmpint (
      house_run (&house, NULL, &err, "chapter", "18-15", "--out", "c", "--data", "no", NULL), ==,
      2);
  g_assert_nonnull (strstr (err, "no/train-images-idx3-ubyte: the MNIST digits are not there"));
  g_free (g_steal_pointer (&err));
  g_assert_cmpint (house_run (&house, NULL, &err, "chapter", "18-99", "--out", "c", NULL), ==, 2);
  g_assert_nonnull (strstr (err, "there is no figure \"18-99\""));
}

/* Networks are trained once, and the commands work on what they have learnt. */
static void
test_with_digits (void)
{
  g_auto (House) house = { 0 };
  g_autofree char *err = NULL, *out = NULL;
  house_open (&house);
  write_digits (&house);
#define CHAPTER(figure)                                                                            \
  house_run (&house, NULL, &err, "chapter", figure, "--out", "c", "--data", "digits", "--epochs",  \
             "2", NULL)
  if (CHAPTER ("18-50") != 0)
    g_error ("%s", err);
  g_assert_nonnull (strstr (err, "vae-20: 6 of 6 steps to train"));
  g_free (g_steal_pointer (&err));
  if (CHAPTER ("18-53") != 0)
    g_error ("%s", err);
  g_assert_null (strstr (err, "steps to train"));
  assert_there (&house, "c/18-54.csv");
  assert_all_there (&house, "18-50");
  assert_all_there (&house, "18-53");

  const char *model = "c/networks/vae-20/last.safetensors";
  g_assert_cmpint (
      house_run (&house, &out, NULL, "encode", model, "digits/" CG_DIGITS_TEST, "latents", NULL),
      ==, 0);
  g_assert_nonnull (strstr (out, "60 pictures of 28 x 28: 47040 bytes of pixels, 20 numbers each, "
                                 "4800 bytes as floats (10.2 %)"));
  g_autofree char *said = g_strdup (strstr (out, "decoded:"));
  g_free (g_steal_pointer (&out));
  g_assert_cmpint (house_run (&house, &out, NULL, "decode", model, "latents", "again", "--original",
                              "digits/" CG_DIGITS_TEST, NULL),
                   ==, 0);
  g_assert_nonnull (strstr (out, said)); /* both tell the same error */
  assert_there (&house, "again/00059.png");
  g_assert_cmpint (house_run (&house, NULL, NULL, "decode", model, "latents", "again", NULL), ==,
                   1);

  g_assert_cmpint (
      house_run (&house, NULL, NULL, "sample", model, "-n", "20", "-o", "sheet.png", NULL), ==, 0);
  g_clear_pointer (&err, g_free);
  g_assert_cmpint (house_run (&house, NULL, &err, "sample", model, "-o", "sheet.jpg", NULL), ==, 2);
  g_assert_nonnull (strstr (err, "sheet.jpg: the sheet will be a PNG, so its name must end in"));
  g_autoptr (CgImage) sheet = cg_image_load (house_path (&house, "sheet.png"), NULL);
  g_assert_cmpint (sheet->width, ==, 6 + 10 * (56 + 6));
  g_assert_cmpint (sheet->height, ==, 6 + 2 * (56 + 6));
}

static void
test_latents_file (void)
{
  g_auto (House) house = { 0 };
  g_autoptr (GError) error = NULL;
  const float latents[6] = { 1, 2, 3, 4, 5, -6 };
  const CgShape shape = { 1, 1, 3 };
  g_autofree char *path = NULL;
  int n;
  house_open (&house);
  path = g_strdup (house_path (&house, "latents"));
  g_assert_true (cg_latents_file_save (path, latents, 2, shape, &error));
  g_autofree float *again = cg_latents_file_load (path, shape, &n, &error);
  g_assert_no_error (error);
  g_assert_cmpint (n, ==, 2);
  g_assert_cmpmem (again, sizeof latents, latents, sizeof latents);

  g_assert_null (cg_latents_file_load (path, (CgShape){ 1, 1, 2 }, &n, &error));
  g_assert_error (error, CG_ERROR, CG_ERROR_MISMATCH);
  g_assert_nonnull (strstr (error->message, "latents are 1x1x3, those of the network 1x1x2"));
  g_clear_error (&error);
  const float broken[3] = { 1, NAN, 3 };
  g_assert_true (cg_latents_file_save (path, broken, 1, shape, NULL));
  g_assert_null (cg_latents_file_load (path, shape, &n, &error));
  g_assert_error (error, CG_ERROR, CG_ERROR_FORMAT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/chapter/digits", test_digits);
  g_test_add_func ("/chapter/scores", test_scores);
  g_test_add_func ("/chapter/walks", test_walks);
  g_test_add_func ("/chapter/scenes", test_scenes);
  g_test_add_func ("/chapter/sheet", test_sheet);
  g_test_add_func ("/chapter/plot", test_plot);
  g_test_add_func ("/chapter/diagram", test_diagram);
  g_test_add_func ("/chapter/table", test_table);
  g_test_add_func ("/chapter/latents-file", test_latents_file);
  g_test_add_func ("/chapter/without-digits", test_without_digits);
  g_test_add_func ("/chapter/with-digits", test_with_digits);
  return g_test_run ();
}
