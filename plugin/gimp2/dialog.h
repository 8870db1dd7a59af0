/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CG_GIMP2_DIALOG_H
#define CG_GIMP2_DIALOG_H

#include <glib.h>

#include "plugin/settings.h"

/* Let the user change @settings for @drawable.  FALSE if the dialog was
 * cancelled; the settings are then as they were. */
gboolean cg_gimp2_dialog (gint32 drawable, CgSettings *settings);

#endif
