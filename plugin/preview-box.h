/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The preview as both dialogs show it: at 100 %, resizable, before on the left
 * and after on the right of a split that a slider moves, and a line below that tells
 * how noisy the visible part is and how things stand.  Compiled for GTK 2 and for GTK 3. */
#ifndef CG_PREVIEW_BOX_H
#define CG_PREVIEW_BOX_H

#include <gegl.h>
#include <gtk/gtk.h>

typedef struct _CgPreviewBox CgPreviewBox;

/* @preview is GIMP's own preview of the drawable whose pixels are @drawable.
 * Lives as long as its widget. */
CgPreviewBox *cg_preview_box_new (GtkWidget *preview, GeglBuffer *drawable);

/* Show the change only where @selection is, whose pixel (@x, @y) lies on the drawable's corner. */
void cg_preview_box_set_selection (CgPreviewBox *box, GeglBuffer *selection, int x, int y);

GtkWidget *cg_preview_box_widget (CgPreviewBox *box);

/* The settings to show; the strengths act at once, the others when the network has run. */
void cg_preview_box_set_strengths (CgPreviewBox *box, double strength, double colour_strength);
void cg_preview_box_set_grain_size (CgPreviewBox *box, int grain_size);

/* The model as its file is now. */
void cg_preview_box_set_model (CgPreviewBox *box, const char *model);

#endif
