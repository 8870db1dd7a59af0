/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a dialog shows: a visible piece of the drawable before and after the
 * filter.  The network runs once for a piece, in a thread, at full strength; the
 * sliders only blend, so they answer at once.  GEGL only; drawing is the dialog's. */
#ifndef CG_PREVIEW_H
#define CG_PREVIEW_H

#include <gegl.h>

typedef struct _CgPreview CgPreview;

/* There is something new to draw.  Called in the main loop. */
typedef void (*CgPreviewChanged) (gpointer user);

/* A preview of @drawable, all of whose extent belongs to the picture.
 * The caller frees it with cg_preview_free(), which waits for a run under way. */
CgPreview *cg_preview_new (GeglBuffer *drawable, CgPreviewChanged changed,
                           gpointer user) G_GNUC_WARN_UNUSED_RESULT;
void cg_preview_free (CgPreview *preview);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgPreview, cg_preview_free)

/* What of the change counts: @mask, 0..1, whose pixel (@x, @y) lies on the drawable's
 * corner; NULL, the start, for all of it. */
void cg_preview_set_mask (CgPreview *preview, GeglBuffer *mask, int x, int y);

/* Show @region (inside the drawable) cleaned by @model for grain of @grain_size pixels from now on;
 * tried again if it was shown and there was a problem.  Returns at once; what was there can be
 * drawn at once as it is, and cleaned when @changed says so. */
void cg_preview_show (CgPreview *preview, const GeglRectangle *region, const char *model,
                      int grain_size);

/* The file of the model may have changed: load it anew when something is shown next. */
void cg_preview_forget_model (CgPreview *preview);

/* Why nothing cleaned will come (weights not found ...), or NULL. */
const char *cg_preview_problem (const CgPreview *preview);

/* Whether the network still works on what is shown. */
gboolean cg_preview_busy (const CgPreview *preview);

/* The noise of what is shown, before: see cg_estimate_noise().  NaN if nothing is, or
 * too little. */
double cg_preview_noise (const CgPreview *preview);

/* Channels of what cg_preview_render() makes: as the drawable's, see CgImage. */
int cg_preview_channels (const CgPreview *preview);

/* What was shown last; empty if nothing was.  The dialog may have grown since. */
GeglRectangle cg_preview_region (const CgPreview *preview);

/* That region as 8-bit pixels, rows without padding: columns left of @split as
 * they are, the others cleaned with these strengths, a dashed line between.  Free with g_free().
 * NULL if nothing was shown yet. */
guint8 *cg_preview_render (const CgPreview *preview, double strength, double colour_strength,
                           int split) G_GNUC_WARN_UNUSED_RESULT;

#endif
