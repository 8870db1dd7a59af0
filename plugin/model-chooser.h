/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list to choose a model from, one line each.  A GtkComboBoxText, for GTK 2
 * and GTK 3; its "changed" tells of another choice, and that the list was made anew because
 * weights appeared in the user's folder, or went. */
#ifndef CG_MODEL_CHOOSER_H
#define CG_MODEL_CHOOSER_H

#include <gtk/gtk.h>

GtkWidget *cg_model_chooser_new (void);

/* Name of the chosen model; owned by the chooser. */
const char *cg_model_chooser_get (GtkWidget *chooser);

/* Choose @name; one that is not in the list, a path say, is added to it. */
void cg_model_chooser_set (GtkWidget *chooser, const char *name);

#endif
