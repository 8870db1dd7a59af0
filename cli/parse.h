/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers that users type.  Errors are CG_ERROR_USAGE and name @option. */
#ifndef CG_PARSE_H
#define CG_PARSE_H

#include <glib.h>

/* A number from @least to @most; a comma is no point, NaN no number. */
gboolean cg_parse_number (const char *option, const char *text, double least, double most,
                          double *number, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean cg_parse_integer (const char *option, const char *text, gint64 least, gint64 most,
                           gint64 *number, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Bytes, with K, M or G behind them for powers of 1024. */
gboolean cg_parse_bytes (const char *option, const char *text, gsize *bytes,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct
{
  int x, y, w, h;
} CgRectangle;

/* --crop: "x,y,w,h" inside @width x @height pixels; G_MAXINT = not yet known. */
gboolean cg_parse_crop (const char *text, int width, int height, CgRectangle *crop,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
