/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a run says of itself: log.csv for programs, a line on stderr for people. */
#ifndef CG_LOG_H
#define CG_LOG_H

#include <glib.h>

/* One line of log.csv; NAN leaves a column empty. */
typedef struct
{
  guint64 step;
  double seconds;
  double rate;
  double loss;     /* mean since the line before */
  double gradient; /* length before clipping, of the last step */
  double psnr, ssim, noisy_psnr;
} CgLogLine;

typedef struct _CgLog CgLog;

/* Open @path, keep what whole lines are in its first @size bytes and go on behind them; if
 * there are none the headings are written first.  NULL with @error beginning with the path.
 * cg_log_free() closes it. */
CgLog *cg_log_open (const char *path, guint64 size, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cg_log_free (CgLog *log);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgLog, cg_log_free)

gboolean cg_log_line (CgLog *log, const CgLogLine *line, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Bytes of the log so far. */
guint64 cg_log_size (const CgLog *log);

/* Seconds as a person says them: "48 s", "12 min", "3.4 h".  Free with g_free(). */
char *cg_log_duration (double seconds) G_GNUC_WARN_UNUSED_RESULT;

#endif
