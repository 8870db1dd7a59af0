/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Name, place and words of the procedure: the same in GIMP 2.10 and GIMP 3. */
#ifndef CG_PROCEDURE_H
#define CG_PROCEDURE_H

#include "config.h"

#define GETTEXT_PACKAGE CG_PLUGIN_NAME
#include <glib/gi18n-lib.h>

#define CG_PROCEDURE         "plug-in-cleargrain-denoise"
#define CG_PROCEDURE_MENU    "<Image>/Filters/Enhance"
#define CG_PROCEDURE_LABEL   N_ ("_Denoise (Cleargrain)...")
#define CG_PROCEDURE_TITLE   N_ ("Denoise (Cleargrain)")
#define CG_PROCEDURE_TYPES   "RGB*, GRAY*"
#define CG_PROCEDURE_AUTHORS "The Cleargrain authors"
#define CG_PROCEDURE_YEAR    "2026"

#define CG_PROCEDURE_BLURB N_ ("Remove noise and grain with a trained network")
#define CG_PROCEDURE_HELP                                                                          \
  "Cleans the selected part of a gray or RGB drawable of any precision with a convolutional "      \
  "network that runs on this machine's processor.  Alpha is kept.  The network looks beyond the "  \
  "selection, so the result inside it is the same as that of the whole layer.  The whole change "  \
  "is one undo step.  In interactive use the last values are remembered."

/* Arguments after run mode, image and drawable. */
#define CG_ARGUMENT_STRENGTH "strength"
#define CG_ARGUMENT_STRENGTH_HELP                                                                  \
  N_ ("How much of the noise to take from the brightness: 0 (none) to 1 (all)")
#define CG_ARGUMENT_COLOUR "colour-strength"
#define CG_ARGUMENT_COLOUR_HELP                                                                    \
  N_ ("How much of the noise to take from the colours: 0 (none) to 1 (all)")
#define CG_ARGUMENT_GRAIN "grain-size"
#define CG_ARGUMENT_GRAIN_HELP                                                                     \
  N_ ("For coarse grain: about how many pixels share it, 1 (none do) to 4")
#define CG_ARGUMENT_MODEL      "model"
#define CG_ARGUMENT_MODEL_HELP N_ ("Name or path of the weights; empty for the default, \"photo\"")

/* Folders beside the executable: translations, and pages for GIMP's help. */
#define CG_PROCEDURE_LOCALE "locale"
#define CG_PROCEDURE_PAGES  "help"

/* The path of one of them, or NULL if it is not there.  Free with g_free(). */
char *cg_procedure_folder (const char *name);

#endif
