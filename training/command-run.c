/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cleargrain-train run: a recipe to a folder of weights. */
#include "training/commands.h"

#include <math.h>
#include <string.h>

#include "model/error.h"
#include "model/interrupt.h"
#include "training/report.h"
#include "training/train.h"

typedef struct
{
  char **overrides;
  char **clean, **noisy;
  char *noise;
  char *init, *compare;
  char *folder;
  char *time_limit;
  int threads;
  gboolean resume;
  gboolean quiet;
  const volatile sig_atomic_t *stop;
} Options;

/* "90", "90s", "20m", "1.5h" to seconds. */
static gboolean
parse_duration (const char *text, double *seconds, GError **error)
{
  char *unit;
  double value = g_ascii_strtod (text, &unit);
  double factor = *unit == 'h' ? 3600 : *unit == 'm' ? 60 : 1;
  gboolean known = *unit == '\0' || (strchr ("smh", *unit) && unit[1] == '\0');
  if (unit == text || !known || !isfinite (value) || value <= 0)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_USAGE,
                   "--time-limit: \"%s\" is no time such as 90s, 20m or 1.5h", text);
      return FALSE;
    }
  *seconds = value * factor;
  return TRUE;
}

static void
add_text (GStrvBuilder *all, const char *key, const char *value)
{
  g_autofree char *text = value ? g_strdup_printf ("%s=%s", key, value) : NULL;
  if (text)
    g_strv_builder_add (all, text);
}

static void
add_paths (GStrvBuilder *all, const char *key, char **paths)
{
  if (paths == NULL)
    return;
  g_autofree char *joined = g_strjoinv (";", paths);
  add_text (all, key, joined);
}

/* --set as given, and the shortcuts in its words. */
static char **
all_overrides (const Options *options)
{
  g_autoptr (GStrvBuilder) all = g_strv_builder_new ();
  if (options->overrides)
    g_strv_builder_addv (all, (const char **) options->overrides);
  add_paths (all, "data.clean", options->clean);
  add_paths (all, "data.noisy", options->noisy);
  add_text (all, "noise.model", options->noise);
  add_text (all, "training.init", options->init);
  add_text (all, "training.compare", options->compare);
  return g_strv_builder_end (all);
}

/* At most so many of the pictures that were left out are named; the rest are counted. */
#define MOST_NOTES 10

static void
print_notes (const GPtrArray *notes)
{
  for (guint i = 0; i < MIN (notes->len, MOST_NOTES); i++)
    g_printerr ("note: %s\n", (char *) notes->pdata[i]);
  if (notes->len > MOST_NOTES)
    g_printerr ("note: and %u more\n", notes->len - MOST_NOTES);
}

static void
print_begin (const CgRun *run)
{
  static const char *const kinds[] = {
    [CG_SOURCE_MODEL] = "clean pictures, made noisy",
    [CG_SOURCE_PAIRS] = "pairs of noisy and clean pictures",
    [CG_SOURCE_SHOTS] = "pairs of noisy shots; their own noise is taken off the PSNR",
    [CG_SOURCE_SELF] = "noisy pictures alone; their own noise is taken off the PSNR, roughly",
  };
  const CgNetwork *network = run->model->network;
  const CgJudge *judge = run->judge;
  const CgSources *sources = run->sources;
  print_notes (sources->notes);
  g_printerr ("%s: %u to train on, %u to judge by (noisy: PSNR %.2f)\n", kinds[sources->train.kind],
              sources->train.pairs->len, sources->held.pairs->len,
              cg_validator_noisy (run->judge->held).psnr);
  g_printerr ("network of %" G_GSIZE_FORMAT " parameters, %.3f MFLOP a pixel; seed %d\n",
              cg_network_n_parameters (network), cg_network_flop_per_pixel (network) * 1e-6,
              run->recipe->seed);
  if (judge->rival)
    g_printerr ("%s scores PSNR %.2f on the same pictures\n", judge->rival, judge->rival_held.psnr);
  if (run->state->step > 0)
    g_printerr ("going on from step %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " in %s\n",
                run->state->step, run->state->steps, run->folder);
}

static void
print_stop (const CgRun *run, gboolean time_up)
{
  const CgCheckpoint *state = run->state;
  g_printerr ("%s at step %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
              "; the same command with --out %s goes on from there\n",
              time_up ? "time is up" : "stopped", state->step, state->steps, run->folder);
}

/* The verdict, and the report that begins with it. */
static int
print_done (CgRun *run)
{
  const CgCheckpoint *state = run->state;
  g_autoptr (GError) error = NULL;
  g_autofree char *time = cg_log_duration (state->seconds);
  g_printerr ("done: %" G_GUINT64_FORMAT " steps in %s (%.0f %% of it for data); best PSNR %.2f "
              "at step %" G_GUINT64_FORMAT " (noisy %.2f): %s/" CG_RUN_BEST "\n",
              state->step, time, 100 * cg_step_data_share (run->step), state->best_psnr,
              state->best_step, cg_validator_noisy (run->judge->held).psnr, run->folder);
  g_autofree char *verdict = cg_run_verdict (run, &error);
  if (verdict == NULL || !cg_report_write (run, verdict, &error))
    return cg_commands_fail (error);
  g_printerr ("%s\n%s/" CG_RUN_REPORT " shows more\n", verdict, run->folder);
  return CG_EXIT_OK;
}

static int
fail (const CgRun *run, const GError *error)
{
  int status = cg_commands_fail (error);
  g_autofree char *path = run ? g_build_filename (run->folder, CG_RUN_CHECKPOINT, NULL) : NULL;
  g_autoptr (CgCheckpoint) last = path ? cg_checkpoint_load (path, NULL) : NULL;
  if (last)
    g_printerr ("the last good checkpoint in %s is of step %" G_GUINT64_FORMAT "\n", run->folder,
                last->step);
  return status;
}

static int
train (CgRecipe *recipe, const Options *options, double time_limit)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = options->folder ? g_strdup (options->folder)
                                            : g_build_filename ("runs", recipe->name, NULL);
  g_autoptr (CgRun) run = cg_run_new (recipe, folder, options->threads, &error);
  if (run == NULL)
    return fail (NULL, error);
  if (options->resume && run->state->step == 0)
    {
      g_printerr ("cleargrain-train: %s: there is no checkpoint to go on from\n", folder);
      return CG_EXIT_FAILED;
    }
  if (!options->quiet)
    print_begin (run);

  const CgTrainOptions train_options = { time_limit, options->quiet, options->stop };
  CgTrainEnd end = cg_train (run, &train_options, &error);
  switch (end)
    {
    case CG_TRAIN_FAILED:
      return fail (run, error);
    case CG_TRAIN_FINISHED:
      return print_done (run);
    default:
      print_stop (run, end == CG_TRAIN_TIME_UP);
      return end == CG_TRAIN_TIME_UP ? CG_EXIT_OK : CG_EXIT_INTERRUPTED;
    }
}

static void
clear_options (Options *options)
{
  g_strfreev (options->overrides);
  g_strfreev (options->clean);
  g_strfreev (options->noisy);
  g_free (options->noise);
  g_free (options->init);
  g_free (options->compare);
  g_free (options->folder);
  g_free (options->time_limit);
}

static const char examples[]
    = "Examples:\n"
      "  cleargrain-train run RECIPE --init photo --clean PICTURES --noise 'gauss:0-55'\n"
      "  cleargrain-train run RECIPE --init photo --clean PICTURES --noisy SAME-PICTURES \\\n"
      "      --time-limit 20m --out runs/mine\n"
      "  cleargrain-train run RECIPE --init photo --noisy SHOTS-A --noisy SHOTS-B\n"
      "  cleargrain-train run RECIPE --clean PICTURES --set training.steps=5000 --set "
      "training.seed=2";

static int
run (int argc, char **argv, Options *o)
{
  const GOptionEntry entries[] = {
    { "clean", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->clean,
      "clean pictures: a folder or a file; may be repeated", "PATH" },
    { "noisy", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->noisy,
      "the same, noisy, matched by name; without --clean: two shots, or noisy pictures alone",
      "PATH" },
    { "noise", 0, 0, G_OPTION_ARG_STRING, &o->noise, "noise to learn, as in gauss:0-55", "NOISE" },
    { "init", 0, 0, G_OPTION_ARG_STRING, &o->init, "begin with these weights: a name or a file",
      "MODEL" },
    { "compare", 0, 0, G_OPTION_ARG_STRING, &o->compare,
      "score these weights beside the new ones [--init, or photo]", "MODEL" },
    { "set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o->overrides,
      "change a line of the recipe; may be repeated", "SECTION.KEY=VALUE" },
    { "out", 'o', 0, G_OPTION_ARG_FILENAME, &o->folder,
      "folder for weights, checkpoint and log [runs/NAME]", "DIR" },
    { "resume", 0, 0, G_OPTION_ARG_NONE, &o->resume, "fail if there is nothing to go on from",
      NULL },
    { "threads", 't', 0, G_OPTION_ARG_INT, &o->threads, "how many [0: one a processor]", "N" },
    { "time-limit", 0, 0, G_OPTION_ARG_STRING, &o->time_limit,
      "fit the schedule into 90s, 20m, 1.5h", "TIME" },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &o->quiet, "no progress", NULL },
    { NULL },
  };
  g_autofree char *keys = cg_recipe_help ();
  g_autofree char *description
      = g_strconcat ("A run that was stopped goes on when it is started again with the same recipe "
                     "and --out.\n\nWhat a recipe may say, and its [default]:\n",
                     keys, NULL);
  const CgCommandHelp help = { "RECIPE", 1, examples, description };
  g_autoptr (GError) error = NULL;
  double time_limit = 0;

  if (!cg_commands_parse (&argc, &argv, entries, &help))
    return CG_EXIT_USAGE;
  if (o->time_limit && !parse_duration (o->time_limit, &time_limit, &error))
    return cg_commands_fail (error);
  if (!cg_commands_check_threads (o->threads))
    return CG_EXIT_USAGE;
  g_auto (GStrv) overrides = all_overrides (o);
  g_autoptr (CgRecipe) recipe = cg_recipe_load (argv[1], (const char *const *) overrides, &error);
  if (recipe == NULL)
    return cg_commands_fail (error);
  return train (recipe, o, time_limit);
}

int
cg_command_run (int argc, char **argv)
{
  Options options = { .stop = cg_interrupt_watch () };
  int status = run (argc, argv, &options);
  clear_options (&options);
  return status;
}
