/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recipes: what is read, what is written, what is refused. */
#include "training/recipe.h"

#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "model/error.h"

static const char sample[] = "# a comment\n"
                             "[data]\n"
                             "clean = one; two words/three\n"
                             "[noise]\n"
                             "model=gauss:0-55 | poisson:10\n"
                             "\n"
                             "[network]\n"
                             "input 1\n"
                             "# kept, as it is part of the text\n"
                             "conv 1 3x3\n"
                             "\n"
                             "[training]\n"
                             "  steps = 12  \n"
                             "rate = 2.5e-4\n"
                             "loss = bce\n";

static void
test_read (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CgRecipe) r = cg_recipe_parse (sample, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (r->clean[0], ==, "one");
  g_assert_cmpstr (r->clean[1], ==, "two words/three");
  g_assert_null (r->clean[2]);
  g_assert_cmpstr (r->noise, ==, "gauss:0-55 | poisson:10");
  g_assert_cmpstr (r->network, ==, "input 1\n# kept, as it is part of the text\nconv 1 3x3");
  g_assert_cmpint (r->steps, ==, 12);
  g_assert_cmpfloat (r->rate, ==, 2.5e-4);
  g_assert_cmpint (r->loss, ==, CG_LOSS_BCE);
  g_assert_cmpint (r->batch, ==, 16); /* not in the text */
  g_assert_true (r->flips);

  g_autofree char *with_mark = g_strconcat ("\xef\xbb\xbf", sample, NULL);
  g_autoptr (CgRecipe) marked = cg_recipe_parse (with_mark, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (marked->steps, ==, 12);
}

static void
test_override (void)
{
  g_autoptr (GError) error = NULL;
  const char *const set[]
      = { "training.steps=13", "data.flips=no", "network=input 1;  conv 2 1x1 ;", NULL };
  g_autoptr (CgRecipe) r = cg_recipe_parse (sample, set, &error);
  g_assert_no_error (error);
  g_assert_cmpint (r->steps, ==, 13);
  g_assert_false (r->flips);
  g_assert_cmpstr (r->network, ==, "input 1\nconv 2 1x1");
}

static void
test_round_trip (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CgRecipe) first = cg_recipe_parse (sample, NULL, &error);
  g_assert_no_error (error);
  g_autofree char *text = cg_recipe_text (first, FALSE);
  g_autoptr (CgRecipe) second = cg_recipe_parse (text, NULL, &error);
  g_assert_no_error (error);
  g_autofree char *again = cg_recipe_text (second, FALSE);
  g_assert_cmpstr (text, ==, again);
}

/* Where a word stands for a number. */
static void
test_auto (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CgRecipe) r
      = cg_recipe_parse ("[training]\nbatch = auto\npatch = auto\n", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (r->batch, ==, 0);
  g_assert_cmpint (r->patch, ==, 0);
  g_autofree char *text = cg_recipe_text (r, FALSE);
  g_assert_nonnull (strstr (text, "batch = auto\n"));
  g_assert_null (cg_recipe_parse ("[training]\nsteps = auto\n", NULL, &error));
  g_assert_error (error, CG_ERROR, CG_ERROR_USAGE);
}

/* What goes into a weights file does not tell where somebody keeps their pictures. */
static void
test_portable (void)
{
  g_autoptr (CgRecipe) r = cg_recipe_parse (
      "[data]\nclean = /home/me/photos\n[training]\ninit = /home/me/w.safetensors\n", NULL, NULL);
  g_autofree char *text = cg_recipe_text (r, TRUE);
  g_assert_nonnull (strstr (text, "clean = photos\n"));
  g_assert_nonnull (strstr (text, "init = w.safetensors\n"));
  g_assert_null (strstr (text, "/home"));
}

static void
test_errors (void)
{
  static const struct
  {
    const char *text, *says;
  } bad[] = {
    { "[training]\nstep = 5\n",
      "line 2: there is no key \"step\" in [training]; the nearest is \"steps\"" },
    { "[trainin]\n", "line 1: there is no section [trainin]; the nearest is [training]" },
    { "steps = 5\n", "there is no section []" },
    { "[training]\nsteps\n", "\"steps\" is neither a section nor key = value" },
    { "[training]\nsteps = many\n", "training.steps: \"many\" is not a whole number" },
    { "[training]\nsteps = 1.5\n", "not a whole number" },
    { "[training]\nsteps = 0\n", "0 is not within 1..1000000000" },
    { "[training]\nrate = nan\n", "is not a number" },
    { "[training]\nrate = 1e99\n", "not within" },
    { "[training]\nloss = l2\n", "\"l2\" is none of l1, charbonnier, mse, psnr, bce, auto" },
    { "[training]\nema = 1\n", "not within" },
    { "\xff", "not UTF-8" },
    { "[network]\ninput 1\nconv x\n", "network line 2 'conv x'" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (cg_recipe_parse (bad[i].text, NULL, &error));
      g_assert_error (error, CG_ERROR, CG_ERROR_USAGE);
      if (strstr (error->message, bad[i].says) == NULL)
        g_error ("\"%s\" gives \"%s\"", bad[i].text, error->message);
    }
}

static void
test_override_errors (void)
{
  const char *const bad[]
      = { "steps=5",          "training.stepz=5",       "trainings.steps=5",
          "training.steps",   "training.steps=x",       "output.summary=two\nlines",
          "output.name=\xff", "network=input 1; conv x" };
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      const char *const set[] = { bad[i], NULL };
      g_assert_null (cg_recipe_parse (sample, set, &error));
      g_assert_error (error, CG_ERROR, CG_ERROR_USAGE);
    }
}

/* An error names the file only if it is the file's. */
static void
test_blame (void)
{
  g_autoptr (GError) file_error = NULL;
  g_autoptr (GError) word_error = NULL;
  const char *const set[] = { "training.stepz=5", NULL };
  g_autofree char *path = NULL;
  int file = g_file_open_tmp ("recipe-XXXXXX.ini", &path, NULL);
  g_assert_cmpint (file, >=, 0);
  close (file);
  g_assert_true (g_file_set_contents (path, "[training]\nstepz = 5\n", -1, NULL));
  g_assert_null (cg_recipe_load (path, NULL, &file_error));
  g_assert_true (g_str_has_prefix (file_error->message, path));

  g_clear_error (&file_error);
  g_assert_true (g_file_set_contents (path, "[network]\ninput 1\ncnov 3 3x3\n", -1, NULL));
  g_assert_null (cg_recipe_load (path, NULL, &file_error));
  g_assert_true (g_str_has_prefix (file_error->message, path));

  g_assert_true (g_file_set_contents (path, sample, -1, NULL));
  g_assert_null (cg_recipe_load (path, set, &word_error));
  g_assert_cmpstr (word_error->message, ==,
                   "there is no key \"stepz\" in [training]; the nearest is \"steps\"");
  g_remove (path);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/recipe/read", test_read);
  g_test_add_func ("/recipe/override", test_override);
  g_test_add_func ("/recipe/round-trip", test_round_trip);
  g_test_add_func ("/recipe/auto", test_auto);
  g_test_add_func ("/recipe/portable", test_portable);
  g_test_add_func ("/recipe/errors", test_errors);
  g_test_add_func ("/recipe/override-errors", test_override_errors);
  g_test_add_func ("/recipe/blame", test_blame);
  return g_test_run ();
}
