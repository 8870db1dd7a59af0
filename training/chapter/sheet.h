/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sheets of small pictures in rows, with labels, as a PNG. */
#ifndef CG_SHEET_H
#define CG_SHEET_H

#include <glib.h>

typedef struct _CgSheet CgSheet;

/* An empty sheet on which a pixel of a picture is @scale wide.  The caller
 * frees it with cg_sheet_free(). */
CgSheet *cg_sheet_new (int scale) G_GNUC_WARN_UNUSED_RESULT;
void cg_sheet_free (CgSheet *sheet);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgSheet, cg_sheet_free)

/* A new row; @label (NULL: none) stands left of it. */
void cg_sheet_row (CgSheet *sheet, const char *label);

/* The next picture of the row, copied; @caption (NULL: none) stands below.
 * Gray ones are 0..1 and clipped. */
void cg_sheet_gray (CgSheet *sheet, const float *gray, int w, int h, const char *caption);
void cg_sheet_rgb (CgSheet *sheet, const guint32 *rgb, int w, int h, const char *caption);

/* Values from -@range (blue) over 0 (white) to @range (red). */
void cg_sheet_signed (CgSheet *sheet, const float *values, int w, int h, double range,
                      const char *caption);

gboolean
cg_sheet_save (const CgSheet *sheet, const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
