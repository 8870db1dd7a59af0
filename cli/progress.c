/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/progress.h"

#define REDRAW (G_USEC_PER_SEC / 10)

/* Too early to tell how long it will take. */
#define LEAST_SHARE   0.005
#define LEAST_SECONDS 2.

void
cg_progress_init (CgProgress *progress, CgConsole *console, guint pictures)
{
  *progress = (CgProgress){ .console = console,
                            .pictures = pictures,
                            .started = g_get_monotonic_time () };
}

static char *
remaining (const CgProgress *progress, double seconds)
{
  if (progress->shown < LEAST_SHARE || seconds < LEAST_SECONDS)
    return g_strdup ("");
  int left = (int) (seconds / progress->shown * (1 - progress->shown) + 0.5);
  if (left >= 3600)
    return g_strdup_printf (", %d:%02d:%02d left", left / 3600, left / 60 % 60, left % 60);
  return g_strdup_printf (", %d:%02d left", left / 60, left % 60);
}

void
cg_progress_update (CgProgress *progress, double fraction)
{
  gint64 now = g_get_monotonic_time ();

  progress->shown = MAX (progress->shown, (progress->done + fraction) / progress->pictures);
  if (!progress->console->is_terminal || now - progress->last < REDRAW)
    return;
  progress->last = now;
  g_autofree char *left = remaining (progress, (now - progress->started) / 1e6);
  g_autofree char *text = g_strdup_printf ("%u of %u done, %.0f %%%s", progress->done,
                                           progress->pictures, 100 * progress->shown, left);
  cg_console_line (progress->console, text);
}

void
cg_progress_next (CgProgress *progress)
{
  progress->done++;
  cg_progress_update (progress, 0);
}

void
cg_progress_finish (CgProgress *progress)
{
  cg_console_line (progress->console, NULL);
}
