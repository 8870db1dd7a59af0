/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs among files that are not as the program left them, and pictures that hardly suffice. */
#include <string.h>

#include <glib/gstdio.h>

#include "house.h"

static const char recipe[] = "[data]\n"
                             "clean = clean\n"
                             "hold-out = 2\n"
                             "[noise]\n"
                             "model = gauss:25\n"
                             "[network]\n"
                             "input 1\n"
                             "conv 4 3x3 relu nobias\n"
                             "conv 1 3x3 nobias\n"
                             "[training]\n"
                             "steps = 40\n"
                             "batch = 2\n"
                             "patch = 6\n"
                             "validate-every = 10\n"
                             "checkpoint-every = 10\n"
                             "log-every = 10\n";

static void
furnish (House *house, int side)
{
  house_open (house);
  house_pictures (house, "clean", 5, side, side);
  house_write (house, "r.ini", recipe);
}

#define RUN(house, err, ...) house_run (house, NULL, err, "run", "r.ini", __VA_ARGS__, NULL)

/* The log that a stopped run left, cut to @keep bytes or, with -1, taken away; the run goes on and
 * the log holds lines and nothing else. */
static void
check_log (int keep)
{
  g_auto (House) house = { 0 };
  g_autofree char *before = NULL, *after = NULL;
  gsize size;
  furnish (&house, 32);
  g_assert_cmpint (RUN (&house, NULL, "--out", "a"), ==, 0);
  const char *log = house_path (&house, "a/log.csv");
  g_assert_true (g_file_get_contents (log, &before, NULL, NULL));
  if (keep < 0)
    g_assert_cmpint (g_remove (log), ==, 0);
  else
    g_assert_true (g_file_set_contents (log, before, keep, NULL));

  g_assert_cmpint (RUN (&house, NULL, "--out", "a"), ==, 0);
  g_assert_true (g_file_get_contents (log, &after, &size, NULL));
  g_assert_cmpuint (strlen (after), ==, size);
  g_assert_true (g_str_has_prefix (after, "step,seconds,rate,loss"));
  g_assert_true (g_str_has_suffix (after, "\n"));
  if (keep > 0)
    g_assert_true (strncmp (before, after, MIN ((gsize) keep, size)) == 0);
}

static void
test_log (void)
{
  check_log (-1);
  check_log (130);
}

/* Pictures that suffice for the network, but not for weights that look at 8 x 8 pixels at once:
 * those are left out, or refused if they were asked for. */
static void
test_small_pictures (void)
{
  g_auto (House) house = { 0 };
  g_autofree char *err = NULL, *refused = NULL;
  furnish (&house, 7);
  house_pictures (&house, "large", 4, 32, 32);
  house_write (&house, "coarse.ini",
               "[data]\nclean = large\n[noise]\nmodel = gauss:25\n[network]\ninput 1\nunshuffle 8\n"
               "conv 64 3x3\nshuffle 8\n[training]\nsteps = 2\nbatch = 1\npatch = 16\n"
               "[output]\nname = photo\n");
  g_assert_cmpint (house_run (&house, NULL, NULL, "run", "coarse.ini", "--out", "coarse", NULL), ==,
                   0);
  g_assert_cmpint (RUN (&house, &refused, "--out", "a", "--compare", "coarse/best.safetensors"), ==,
                   1);
  g_assert_nonnull (strstr (refused, "pictures to judge by are less than 8 pixels wide or high"));
  g_clear_pointer (&refused, g_free); /* the other pictures that judge */
  g_assert_cmpint (RUN (&house, &refused, "--out", "a", "--clean", "large", "--set",
                        "data.standard=clean", "--compare", "coarse/best.safetensors"),
                   ==, 1);
  g_assert_nonnull (strstr (refused, "pictures to judge by are less than 8 pixels wide or high"));

  g_setenv ("CLEARGRAIN_WEIGHTS", house_path (&house, "coarse"), TRUE);
  g_assert_cmpint (g_rename (house_path (&house, "coarse/best.safetensors"),
                             house_path (&house, "coarse/photo.safetensors")),
                   ==, 0);
  g_assert_cmpint (RUN (&house, &err, "--out", "b"), ==, 0);
  g_assert_nonnull (strstr (err, "than the noisy ones"));
  g_unsetenv ("CLEARGRAIN_WEIGHTS");
}

/* Of two clean pictures of one name neither is taken for the noisy one's. */
static void
test_same_names (void)
{
  g_auto (House) house = { 0 };
  g_autofree char *err = NULL;
  furnish (&house, 32);
  house_pictures (&house, "more", 5, 32, 32);
  house_noisy_pictures (&house, "noisy", 5, 32, 32, 25, 1);
  g_assert_cmpint (RUN (&house, &err, "--out", "a", "--clean", "clean", "--clean", "more",
                        "--noisy", "noisy", "--set", "data.check-alignment=no"),
                   !=, 0);
  g_assert_nonnull (strstr (err, "no picture is left of 10"));
}

/* Weights of the same name are not the same weights. */
static void
test_other_init (void)
{
  g_auto (House) house = { 0 };
  g_autofree char *err = NULL;
  furnish (&house, 32);
  g_assert_cmpint (RUN (&house, NULL, "--out", "a"), ==, 0);
  g_assert_cmpint (RUN (&house, NULL, "--out", "b", "--set", "training.seed=2"), ==, 0);
  g_assert_cmpint (RUN (&house, NULL, "--out", "c", "--init", "a/best.safetensors"), ==, 0);
  g_assert_cmpint (RUN (&house, NULL, "--out", "c", "--init", "a/best.safetensors"), ==, 0);
  g_assert_cmpint (RUN (&house, &err, "--out", "c", "--init", "b/best.safetensors"), ==, 1);
  g_assert_nonnull (strstr (err, "c: this folder holds a run that began with other weights"));
}

/* Results that are no numbers are not the best there are. */
static void
test_not_finite (void)
{
  g_auto (House) house = { 0 };
  g_autofree char *err = NULL;
  g_autoptr (GString) network = g_string_new ("network=input 1");
  furnish (&house, 32);
  for (int i = 0; i < 24; i++)
    g_string_append (network, "; conv 8 3x3");
  g_string_append (network, "; conv 1 3x3");
  g_assert_cmpint (RUN (&house, &err, "--out", "a", "--set", network->str, "--set",
                        "training.rate=10", "--set", "training.warm-up=0", "--set",
                        "training.ema=0", "--set", "training.validate-every=1"),
                   ==, 1);
  g_assert_nonnull (strstr (err, "not finite at step "));
  g_assert_false (g_file_test (house_path (&house, "a/best.safetensors"), G_FILE_TEST_EXISTS));
}

/* What learns nothing ends when patience does. */
static void
test_patience (void)
{
  g_auto (House) house = { 0 };
  g_autofree char *err = NULL;
  furnish (&house, 32);
  g_assert_cmpint (RUN (&house, &err, "--out", "a", "--set", "training.patience=1", "--set",
                        "training.rate=1e-12", "--set", "training.final-rate=1e-12"),
                   ==, 0);
  g_assert_nonnull (strstr (err, "done: 20 steps"));
}

/* Noise that makes no sense is told before pictures are read, and a run without noise is compared
 * with nothing. */
static void
test_words (void)
{
  g_auto (House) house = { 0 };
  g_autofree char *refused = NULL, *err = NULL;
  furnish (&house, 32);
  g_assert_cmpint (RUN (&house, &refused, "--out", "a", "--clean", "nowhere", "--set",
                        "noise.validation=pepper"),
                   ==, 2);
  g_assert_nonnull (strstr (refused, "there is no noise called \"pepper\""));
  g_assert_cmpint (RUN (&house, &err, "--out", "b", "--noise", "gauss:0", "--set",
                        "training.batch=1", "--set", "network=input 32x32x1; conv 1 3x3"),
                   ==, 0);
  g_assert_null (strstr (err, "the noisy ones"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/run-awkward/log", test_log);
  g_test_add_func ("/run-awkward/same-names", test_same_names);
  g_test_add_func ("/run-awkward/other-init", test_other_init);
  g_test_add_func ("/run-awkward/not-finite", test_not_finite);
  g_test_add_func ("/run-awkward/patience", test_patience);
  g_test_add_func ("/run-awkward/words", test_words);
  g_test_add_func ("/run-awkward/small-pictures", test_small_pictures);
  return g_test_run ();
}
