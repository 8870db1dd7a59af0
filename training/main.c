/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cleargrain-train: makes the weights that cleargrain loads. */
#include "config.h"

#include <locale.h>
#include <string.h>

#include "model/error.h"
#include "training/commands.h"
#include "training/nearest.h"

#define PROGRAM "cleargrain-train"

static const struct
{
  const char *name;
  int (*run) (int argc, char **argv);
  const char *summary;
} commands[] = {
  { "run", cg_command_run, "train as a recipe says, or go on with it" },
  { "eval", cg_command_eval, "score weights on clean pictures made noisy" },
  { "export", cg_command_export, "write weights as other programs read them" },
  { "noise", cg_command_noise, "measure the noise in pictures, or show what one looks like" },
};

static void
print_help (void)
{
  g_print ("Usage: " PROGRAM " COMMAND [OPTION...]\n\nCommands:\n");
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    g_print ("  %-8s %s\n", commands[i].name, commands[i].summary);
  g_print ("\n`" PROGRAM " COMMAND --help` tells more; `--version` prints the version.\n");
}

static int
run_command (int argc, char **argv)
{
  const char *names[G_N_ELEMENTS (commands)];
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      names[i] = commands[i].name;
      if (strcmp (argv[0], names[i]) == 0)
        return commands[i].run (argc, argv);
    }
  g_printerr (PROGRAM ": there is no command \"%s\"; the nearest is \"%s\"\n"
                      "Try '" PROGRAM " --help'\n",
              argv[0], cg_nearest (argv[0], names, G_N_ELEMENTS (names)));
  return CG_EXIT_USAGE;
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  g_set_prgname (PROGRAM);
  if (argc < 2)
    {
      g_printerr (PROGRAM ": no command given\nTry '" PROGRAM " --help'\n");
      return CG_EXIT_USAGE;
    }
  if (strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "-h") == 0)
    print_help ();
  else if (strcmp (argv[1], "--version") == 0)
    g_print (PROGRAM " " CG_VERSION "\n");
  else
    return run_command (argc - 1, argv + 1);
  return CG_EXIT_OK;
}

gboolean
cg_commands_parse (int *argc, char ***argv, const GOptionEntry *entries, const char *head,
                   const char *description, int n_operands)
{
  g_autoptr (GError) error = NULL;
  const char *command = (*argv)[0];
  g_autofree char *program = g_strdup_printf (PROGRAM " %s", command);
  g_autoptr (GOptionContext) context = g_option_context_new (head);

  g_set_prgname (program); /* what --help begins with */
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_description (context, description);
  gboolean ok = g_option_context_parse (context, argc, argv, &error);
  g_set_prgname (PROGRAM);

  for (int i = 1; ok && i < *argc; i++) /* "--" stays where it stood */
    if (strcmp ((*argv)[i], "--") == 0)
      {
        memmove (*argv + i, *argv + i + 1, sizeof (char *) * (*argc - i));
        --*argc;
        break;
      }
  if (ok && *argc - 1 != n_operands)
    {
      ok = FALSE;
      if (*argc - 1 < n_operands)
        g_set_error (&error, CG_ERROR, CG_ERROR_USAGE, "%s: expects %s", command, head);
      else
        g_set_error (&error, CG_ERROR, CG_ERROR_USAGE, "%s: \"%s\" is too much", command,
                     (*argv)[n_operands + 1]);
    }
  if (!ok)
    g_printerr (PROGRAM ": %s\nTry '" PROGRAM " %s --help'\n", error->message, command);
  return ok;
}

gboolean
cg_commands_check_threads (int threads)
{
  if (threads >= 0 && threads <= 1024)
    return TRUE;
  g_printerr (PROGRAM ": --threads: %d is not within 0..1024\n", threads);
  return FALSE;
}

int
cg_commands_fail (const GError *error)
{
  g_printerr (PROGRAM ": %s\n", error->message);
  return error->domain == CG_ERROR && error->code == CG_ERROR_USAGE ? CG_EXIT_USAGE
                                                                    : CG_EXIT_FAILED;
}
