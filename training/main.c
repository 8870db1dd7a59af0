/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cleargrain-train: makes the weights that cleargrain loads. */
#include "config.h"

#include <locale.h>
#include <string.h>

#include "imageio/imageio.h"
#include "model/conv/conv.h"
#include "model/error.h"
#include "training/files.h"
#include "model/nearest.h"
#include "training/commands.h"

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
  { "encode", cg_command_encode, "turn pictures into an autoencoder's latents" },
  { "decode", cg_command_decode, "turn latents into pictures" },
  { "sample", cg_command_sample, "draw pictures from a variational autoencoder" },
  { "chapter", cg_command_chapter, "draw the textbook's figures on autoencoders again" },
};

static void
print_help (void)
{
  g_print ("Usage: " PROGRAM " COMMAND [OPTION...]\n"
           "\n"
           "Make weights for noise of your own.\n"
           "\n"
           "Examples:\n"
           "  " PROGRAM " noise --measure NOISY-PICTURES\n"
           "  " PROGRAM " run RECIPE --init photo --clean PICTURES --noise 'gauss:0-55' \\\n"
           "      --time-limit 20m --out runs/mine\n"
           "  " PROGRAM " eval --model runs/mine/best.safetensors --clean OTHERS --noise gauss:25\n"
           "\n"
           "Commands:\n");
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    g_print ("  %-8s %s\n", commands[i].name, commands[i].summary);
  g_print (
      "\n"
      "`" PROGRAM " COMMAND --help` tells more; `--version` prints the version.\n"
      "Exit status: 0 done, 1 failed, 2 the command line or the recipe makes no sense, 130 "
      "stopped\n"
      "(Ctrl-C, SIGTERM, SIGHUP).  Environment: CLEARGRAIN_WEIGHTS, a folder of weights to look in "
      "first;\n"
      "CLEARGRAIN_KERNELS, which convolution kernels to use (\"reference\" ...).\n");
}

static int
run_command (int argc, char **argv)
{
  const char *names[G_N_ELEMENTS (commands)];
  g_autoptr (GError) error = NULL;
  if (!cg_conv_check_wish (&error))
    {
      g_printerr (PROGRAM ": %s\n", error->message);
      return CG_EXIT_USAGE;
    }
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

static int
run (int argc, char **argv)
{
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

/* What was to be printed counts, too. */
int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  g_set_prgname (PROGRAM);
  int status = run (argc, argv);
  if (status != CG_EXIT_OK || cg_flush_stdout (&error))
    return status;
  g_printerr (PROGRAM ": standard output: %s\n", error->message);
  return CG_EXIT_FAILED;
}

/* "--" stays where it stood in what GOption leaves. */
static void
drop_separator (int *argc, char **argv)
{
  for (int i = 1; i < *argc; i++)
    if (strcmp (argv[i], "--") == 0)
      {
        memmove (argv + i, argv + i + 1, sizeof (char *) * (*argc - i));
        --*argc;
        return;
      }
}

static gboolean
check_operands (int argc, char **argv, const CgCommandHelp *help, GError **error)
{
  if (argc - 1 < help->n_operands)
    g_set_error (error, CG_ERROR, CG_ERROR_USAGE, "%s: expects %s", argv[0], help->operands);
  else if (argc - 1 > help->n_operands)
    g_set_error (error, CG_ERROR, CG_ERROR_USAGE, "%s: \"%s\" is too much", argv[0],
                 argv[help->n_operands + 1]);
  return argc - 1 == help->n_operands;
}

gboolean
cg_commands_parse (int *argc, char ***argv, const GOptionEntry *entries, const CgCommandHelp *help)
{
  g_autoptr (GError) error = NULL;
  const char *command = (*argv)[0];
  g_autofree char *program = g_strdup_printf (PROGRAM " %s", command);
  g_autoptr (GOptionContext) context = g_option_context_new (help->operands);

  g_set_prgname (program); /* what --help begins with */
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_summary (context, help->examples);
  g_option_context_set_description (context, help->description);
  gboolean ok = g_option_context_parse (context, argc, argv, &error);
  g_set_prgname (PROGRAM);
  if (ok)
    {
      drop_separator (argc, *argv);
      ok = check_operands (*argc, *argv, help, &error);
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

gboolean
cg_commands_may_write (const char *path, gboolean overwrite, GError **error)
{
  if (overwrite || !g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_EXIST,
               "%s: is there already; --overwrite replaces it", path);
  return FALSE;
}

int
cg_commands_fail (const GError *error)
{
  g_printerr (PROGRAM ": %s\n", error->message);
  return error->domain == CG_ERROR && error->code == CG_ERROR_USAGE ? CG_EXIT_USAGE
                                                                    : CG_EXIT_FAILED;
}

CgImage *
cg_commands_load_gray (const char *path, GError **error)
{
  g_autofree char *note = NULL;
  CgImage *gray = cg_files_load_gray (path, &note, error);
  if (note)
    g_printerr ("note: %s\n", note);
  return gray;
}
