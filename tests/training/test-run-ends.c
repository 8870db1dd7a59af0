/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cleargrain-train run goes on after any kind of end. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "house.h"
#include "model/random.h"

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

static void
set_steps (House *house, int steps)
{
  g_autofree char *change = g_strdup_printf ("steps = %d\n", steps);
  g_auto (GStrv) parts = g_strsplit (recipe, "steps = 120\n", 2);
  g_autofree char *changed = g_strjoinv (change, parts);
  house_write (house, "r.ini", changed);
}

static GPid
start (House *house, const char *folder)
{
  g_autoptr (GError) error = NULL;
  const char *argv[] = { g_getenv ("CLEARGRAIN_TRAIN"), "run", "r.ini", "--out", folder, NULL };
  GPid pid;
  g_spawn_async (house->folder, (char **) argv, NULL,
                 G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL
                     | G_SPAWN_STDERR_TO_DEV_NULL,
                 NULL, NULL, &pid, &error);
  g_assert_no_error (error);
  return pid;
}

/* Signal the run after @milliseconds; returns its exit status or minus its signal. */
static int
interrupt (House *house, const char *folder, int signal_number, int milliseconds)
{
  int status;
  GPid pid = start (house, folder);
  g_usleep (milliseconds * 1000);
  kill (pid, signal_number);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  return WIFSIGNALED (status) ? -WTERMSIG (status) : WEXITSTATUS (status);
}

/* Somebody stops it, or the terminal it runs in is closed: both end it after a step. */
static void
check_signal (int number)
{
  g_auto (House) house = { 0 };
  int status;
  furnish (&house);
  set_steps (&house, 1000000000);
  GPid pid = start (&house, "a");
  const char *log = house_path (&house, "a/log.csv");
  for (int tries = 0; tries < 2000 && !g_file_test (log, G_FILE_TEST_EXISTS); tries++)
    g_usleep (10000);
  kill (pid, number);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 130);
  g_assert_true (g_file_test (house_path (&house, "a/checkpoint"), G_FILE_TEST_EXISTS));
}

static void
test_signals (void)
{
  check_signal (SIGINT);
  check_signal (SIGTERM);
  check_signal (SIGHUP);
}

/* All columns of log @name but the second. */
static char *
log_without_seconds (House *house, const char *name)
{
  g_autoptr (GString) rest = g_string_new (NULL);
  g_autofree char *text = NULL;
  g_assert_true (g_file_get_contents (house_path (house, name), &text, NULL, NULL));
  g_auto (GStrv) lines = g_strsplit (g_strchomp (text), "\n", -1);
  for (char **line = lines; *line; line++)
    {
      g_auto (GStrv) columns = g_strsplit (*line, ",", 3);
      g_string_append_printf (rest, "%s,%s\n", columns[0], columns[2]);
    }
  return g_string_free (g_steal_pointer (&rest), FALSE);
}

/* Ends of both kinds at random moments, then the rest: the same bytes as a run
 * that never ended early, and nothing temporary left.  A checkpoint that was not whole
 * would end the next start with status 1. */
static void
test_interruptions (int kills, int stops, int steps)
{
  g_auto (House) house = { 0 };
  CgRandom random = cg_random (g_test_rand_int (), 0, 0);
  int ended[3] = { 0 };

  furnish (&house);
  set_steps (&house, steps);
  g_assert_cmpint (RUN (&house, NULL, "--out", "whole"), ==, 0);
  for (int left = kills + stops, left_kills = kills; left > 0; left--)
    {
      gboolean kill_it = (int) cg_random_below (&random, left) < left_kills;
      int wanted = kill_it ? SIGKILL : left & 1 ? SIGINT : SIGHUP;
      left_kills -= kill_it;
      int status = interrupt (&house, "cut", wanted, 20 + (int) cg_random_below (&random, 200));
      g_assert_true (status == 130 || status == 0 || status == -wanted);
      ended[status == 0 ? 0 : status == 130 ? 1 : 2]++;
    }
  g_test_message ("%d finished, %d stopped, %d killed", ended[0], ended[1], ended[2]);
  g_assert_cmpint (ended[2], >, kills / 2); /* it is not all done before */
  g_assert_cmpint (RUN (&house, NULL, "--out", "cut"), ==, 0);

  const char *const names[] = { "best.safetensors", "last.safetensors" };
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *a = g_build_filename ("whole", names[i], NULL);
      g_autofree char *b = g_build_filename ("cut", names[i], NULL);
      g_autofree char *whole = house_sum (&house, a);
      g_autofree char *cut = house_sum (&house, b);
      g_assert_cmpstr (whole, ==, cut);
    }
  g_autofree char *whole_log = log_without_seconds (&house, "whole/log.csv");
  g_autofree char *cut_log = log_without_seconds (&house, "cut/log.csv");
  g_assert_cmpstr (whole_log, ==, cut_log);
  g_autoptr (GDir) dir = g_dir_open (house_path (&house, "cut"), 0, NULL);
  const char *name;
  while ((name = g_dir_read_name (dir)) != NULL)
    g_assert_false (g_str_has_prefix (name, "."));
}

static void
test_few_interruptions (void)
{
  test_interruptions (4, 2, 1500);
}

static void
test_many_interruptions (void)
{
  test_interruptions (50, 10, 12000);
}

/* A run that is over is over, under its own recipe only, and the log has no line twice. */
static void
test_stop (void)
{
  g_auto (House) house = { 0 };
  furnish (&house);
  house_write (&house, "r.ini", recipe);
  g_assert_cmpint (RUN (&house, NULL, "--out", "a", "--time-limit", "0.2s", "--set",
                        "training.checkpoint-every=1000000000"),
                   ==, 0);
  g_autofree char *err = NULL;
  g_assert_cmpint (RUN (&house, &err, "--out", "a", "--resume"), ==, 1);
  assert_says (err, "another recipe (\"checkpoint-every = 1000000000\" there, "
                    "\"checkpoint-every = 10\" here)");

  g_autofree char *log = NULL;
  g_assert_cmpint (RUN (&house, NULL, "--out", "b"), ==, 0);
  g_assert_cmpint (RUN (&house, NULL, "--out", "b"), ==, 0);
  g_assert_true (g_file_get_contents (house_path (&house, "b/log.csv"), &log, NULL, NULL));
  g_auto (GStrv) lines = g_strsplit (g_strchomp (log), "\n", -1);
  g_assert_true (g_str_has_prefix (lines[0], "step,seconds,rate,loss"));
  int last = 0;
  for (char **line = lines + 1; *line; line++)
    {
      g_assert_cmpint (atoi (*line), >, last);
      last = atoi (*line);
    }
  g_assert_cmpint (last, ==, 120);
}

/* The loss runs away: the run ends and names the step and what is left. */
static void
test_not_finite (void)
{
  g_auto (House) house = { 0 };
  g_autofree char *err = NULL;
  furnish (&house);
  g_assert_cmpint (RUN (&house, &err, "--out", "a", "--set", "training.rate=10", "--set",
                        "training.loss=mse", "--set", "training.clip=0", "--set",
                        "training.checkpoint-every=1", "--set", "training.weight-decay=10"),
                   ==, 1);
  assert_says (err, "the loss is not finite at step ");
  assert_says (err, "the last good checkpoint in a is of step ");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (g_test_slow ())
    {
      g_test_add_func ("/run-ends/many-interruptions", test_many_interruptions);
      return g_test_run ();
    }
  g_test_add_func ("/run-ends/signals", test_signals);
  g_test_add_func ("/run-ends/few-interruptions", test_few_interruptions);
  g_test_add_func ("/run-ends/stop", test_stop);
  g_test_add_func ("/run-ends/not-finite", test_not_finite);
  return g_test_run ();
}
