/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/progress.h"

#define REDRAW (G_USEC_PER_SEC / 10)

/* Before this it is too early to tell how long all will take. */
#define LEAST_SHARE   0.005
#define LEAST_SECONDS 2.

void
cg_progress_init (CgProgress *progress, CgConsole *console, guint pictures, double work)
{
  *progress = (CgProgress){ .console = console,
                            .pictures = pictures,
                            .work = MAX (work, 1),
                            .started = g_get_monotonic_time () };
}

static void
append_speed (const CgProgress *progress, double seconds, GString *line)
{
  if (seconds >= LEAST_SECONDS && progress->cleaned > 0)
    g_string_append_printf (line, ", %.3g pictures/s, %.3g Mpx/s", progress->cleaned / seconds,
                            progress->pixels / 1e6 / seconds);
}

static void
append_rest (const CgProgress *progress, double seconds, GString *line)
{
  if (progress->shown < LEAST_SHARE || seconds < LEAST_SECONDS)
    return;
  int left = (int) (seconds / progress->shown * (1 - progress->shown) + 0.5);
  if (left >= 3600)
    g_string_append_printf (line, ", %d:%02d:%02d left", left / 3600, left / 60 % 60, left % 60);
  else
    g_string_append_printf (line, ", %d:%02d left", left / 60, left % 60);
}

void
cg_progress_update (CgProgress *progress, double under_way)
{
  gint64 now = g_get_monotonic_time ();
  double seconds = (now - progress->started) / 1e6;

  progress->shown
      = MAX (progress->shown, MIN ((progress->work_done + under_way) / progress->work, 1));
  if (!progress->console->is_terminal || now - progress->last < REDRAW)
    return;
  progress->last = now;
  g_autoptr (GString) line = g_string_new (NULL);
  g_string_printf (line, "%u of %u, %.0f %%", progress->finished, progress->pictures,
                   100 * progress->shown);
  append_speed (progress, seconds, line);
  append_rest (progress, seconds, line);
  cg_console_line (progress->console, line->str);
}

void
cg_progress_next (CgProgress *progress, double work, double pixels)
{
  progress->finished++;
  progress->work_done += work;
  progress->cleaned += pixels > 0;
  progress->pixels += pixels;
  cg_progress_update (progress, 0);
}

void
cg_progress_finish (CgProgress *progress)
{
  cg_console_line (progress->console, NULL);
}
