/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `cleargrain`: noisy pictures in, clean pictures out. */
#include "config.h"

#include <locale.h>
#include <stdio.h>

#include "cli/batch.h"
#include "cli/commands.h"
#include "cli/exit-status.h"
#include "cli/jobs.h"
#include "imageio/imageio.h"
#include "model/error.h"
#include "model/interrupt.h"

int
cg_usage_error (const char *command, const char *message)
{
  CgConsole console;

  cg_console_init (&console, FALSE, FALSE);
  cg_console_fail (&console, "%s", message);
  fprintf (stderr, "Try 'cleargrain %s%s--help'.\n", command, *command ? " " : "");
  return CG_EXIT_USAGE;
}

static int
denoise (char **argv)
{
  g_autoptr (GError) error = NULL;
  g_auto (CgOptions) options = { 0 };
  CgConsole console;

  if (!cg_options_parse (&options, &argv, &error))
    return cg_usage_error ("", error->message);
  if (options.version)
    {
      puts ("cleargrain " CG_VERSION);
      return CG_EXIT_DONE;
    }
  cg_console_init (&console, options.quiet, options.verbose);
  for (guint i = 0; options.settings_files && i < options.settings_files->len; i++)
    cg_console_tell (&console, "settings of %s",
                     (const char *) g_ptr_array_index (options.settings_files, i));
  guint left_out = 0;
  g_autoptr (GPtrArray) jobs = cg_jobs_plan (&options, &left_out, &error);
  if (g_error_matches (error, CG_ERROR, CG_ERROR_USAGE))
    return cg_usage_error ("", error->message);
  if (!jobs)
    {
      cg_console_fail (&console, "%s", error->message);
      return CG_EXIT_FAILED;
    }
  if (left_out > 0)
    cg_console_say (&console, "%u left out: outputs of an earlier run beside their pictures",
                    left_out);
  if (options.shards > 0 || console.is_terminal)
    cg_jobs_measure (jobs);
  if (options.shards > 0)
    cg_jobs_keep_shard (jobs, options.shard, options.shards);
  if (options.dry_run)
    return cg_batch_dry_run (&options, jobs, &console);
  cg_interrupt_watch ();
  return cg_batch_run (&options, jobs, &console);
}

/* What was to be printed counts, too; a failure that was told needs no other. */
static int
finish (int status)
{
  g_autoptr (GError) error = NULL;
  CgConsole console;

  if (status != CG_EXIT_DONE || cg_flush_stdout (&error))
    return status;
  cg_console_init (&console, FALSE, FALSE);
  cg_console_fail (&console, "standard output: %s", error->message);
  return CG_EXIT_FAILED;
}

int
main (int argc, char **argv)
{
  gboolean is_models = g_strcmp0 (argv[1], "models") == 0;
  gboolean is_compare = g_strcmp0 (argv[1], "compare") == 0;
  g_auto (GStrv) arguments = g_strdupv (argv + (is_models || is_compare));

  setlocale (LC_CTYPE, "");
  g_set_prgname ("cleargrain");
  if (is_models)
    return finish (cg_command_models (arguments));
  if (is_compare)
    return finish (cg_command_compare (arguments));
  return finish (denoise (arguments));
}
