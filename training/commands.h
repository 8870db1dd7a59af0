/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The subcommands of cleargrain-train, a file each.  Each takes its own
 * arguments (argv[0] is its name) and returns the exit status. */
#ifndef CG_COMMANDS_H
#define CG_COMMANDS_H

#include "model/image.h"

enum
{
  CG_EXIT_OK = 0,
  CG_EXIT_FAILED = 1,
  CG_EXIT_USAGE = 2,
  CG_EXIT_INTERRUPTED = 130
};

int cg_command_run (int argc, char **argv);
int cg_command_eval (int argc, char **argv);
int cg_command_export (int argc, char **argv);
int cg_command_noise (int argc, char **argv);
int cg_command_chapter (int argc, char **argv);
int cg_command_encode (int argc, char **argv);
int cg_command_decode (int argc, char **argv);
int cg_command_sample (int argc, char **argv);

typedef struct
{
  const char *operands; /* as the line of use has them */
  int n_operands;
  const char *examples;    /* come first in --help */
  const char *description; /* follows the options; may be NULL */
} CgCommandHelp;

/* Parse @entries and leave exactly as many operands as @help tells of in *@argv
 * (after argv[0]).  Returns FALSE, having said why in two lines on stderr, on
 * misuse. */
gboolean
cg_commands_parse (int *argc, char ***argv, const GOptionEntry *entries, const CgCommandHelp *help);

/* Whether @threads makes sense; says so if not. */
gboolean cg_commands_check_threads (int threads);

/* TRUE if @path may be written: it is not there, or @overwrite.  Else FALSE with @error. */
gboolean cg_commands_may_write (const char *path, gboolean overwrite, GError **error);

/* Say "cleargrain-train: MESSAGE" and return the exit status that fits. */
int cg_commands_fail (const GError *error);

/* cg_files_load_gray(), saying what it has to say of the picture. */
CgImage *cg_commands_load_gray (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
