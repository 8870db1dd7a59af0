/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The models a user can choose from. */
#ifndef CG_MODELS_H
#define CG_MODELS_H

#include <glib.h>

typedef struct
{
  char *name;    /* what cg_weights_find() takes */
  char *summary; /* one line: the card's, or why the file cannot be read */
} CgModelEntry;

void cg_model_entry_free (CgModelEntry *entry);

/* Every weights file of cg_weights_folders(), by name: of two files of one name the
 * one that would be loaded.  CgModelEntry *; free with g_ptr_array_unref(). */
GPtrArray *cg_models_list (void) G_GNUC_WARN_UNUSED_RESULT;

#endif
