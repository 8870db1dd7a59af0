/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands besides denoising.  Each takes its own arguments, @argv[0] being
 * its name, and returns the exit status. */
#ifndef CG_CLI_COMMANDS_H
#define CG_CLI_COMMANDS_H

int cg_command_models (char **argv);
int cg_command_compare (char **argv);

/* Say @message and where help is; returns CG_EXIT_USAGE. */
int cg_usage_error (const char *command, const char *message);

#endif
