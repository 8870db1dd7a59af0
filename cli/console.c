/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/console.h"

#include <stdio.h>
#include <unistd.h>

#define CLEAR_LINE "\r\033[K"

void
cg_console_init (CgConsole *console, gboolean quiet, gboolean verbose)
{
  *console
      = (CgConsole){ .quiet = quiet, .verbose = verbose, .is_terminal = isatty (STDERR_FILENO) };
}

/* Bytes as they are, whatever the locale: a name must come out as it is on disk. */
static void
print (CgConsole *console, const char *format, va_list arguments)
{
  g_autofree char *text = g_strdup_vprintf (format, arguments);

  for (char *c = text; *c; c++)
    if (g_ascii_iscntrl (*c))
      *c = '?';
  cg_console_line (console, NULL);
  fprintf (stderr, "cleargrain: %s\n", text);
}

void
cg_console_fail (CgConsole *console, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  print (console, format, arguments);
  va_end (arguments);
}

void
cg_console_say (CgConsole *console, const char *format, ...)
{
  va_list arguments;

  if (console->quiet)
    return;
  va_start (arguments, format);
  print (console, format, arguments);
  va_end (arguments);
}

void
cg_console_tell (CgConsole *console, const char *format, ...)
{
  va_list arguments;

  if (console->quiet || !console->verbose)
    return;
  va_start (arguments, format);
  print (console, format, arguments);
  va_end (arguments);
}

void
cg_console_line (CgConsole *console, const char *text)
{
  if (!console->is_terminal || console->quiet || (!text && !console->line_shown))
    return;
  fprintf (stderr, CLEAR_LINE "%s", text ? text : "");
  fflush (stderr);
  console->line_shown = text != NULL;
}
