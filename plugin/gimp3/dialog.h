/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CG_GIMP3_DIALOG_H
#define CG_GIMP3_DIALOG_H

#include <libgimp/gimp.h>

/* Let the user change @config, with a preview of @drawable.  FALSE if the dialog was
 * cancelled. */
gboolean
cg_gimp3_dialog (GimpProcedure *procedure, GimpProcedureConfig *config, GimpDrawable *drawable);

#endif
