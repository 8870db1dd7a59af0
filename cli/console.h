/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the program says to people: on standard error, one sentence a line,
 * with one line at the bottom of a terminal that is rewritten. */
#ifndef CG_CONSOLE_H
#define CG_CONSOLE_H

#include <glib.h>

typedef struct
{
  gboolean quiet;       /* nothing but failures */
  gboolean verbose;     /* how each picture was done */
  gboolean is_terminal; /* standard error is one: the last line may be rewritten */
  gboolean line_shown;
} CgConsole;

void cg_console_init (CgConsole *console, gboolean quiet, gboolean verbose);

/* A failure, shown always.  Control characters of file names become '?'. */
void cg_console_fail (CgConsole *console, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Shown unless quiet; and only if verbose. */
void cg_console_say (CgConsole *console, const char *format, ...) G_GNUC_PRINTF (2, 3);
void cg_console_tell (CgConsole *console, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Rewrite the last line, or, with NULL, take it away. */
void cg_console_line (CgConsole *console, const char *text);

#endif
