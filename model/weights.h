/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights files: safetensors (8-byte length, JSON header, raw little-endian
 * float32), with the network's text and the card in __metadata__. */
#ifndef CG_WEIGHTS_H
#define CG_WEIGHTS_H

#include "model/model.h"

/* Version of what we put into __metadata__; a file of a later one is refused. */
#define CG_WEIGHTS_FORMAT 1

/* Load @path.  The file is not trusted: lengths, names, types, shapes, overlaps
 * and values are checked before anything is used.  Returns a new model that the
 * caller frees with cg_model_free(), or NULL with @error set, beginning with
 * the path: CG_ERROR_FORMAT, CG_ERROR_NETWORK, CG_ERROR_MISMATCH,
 * CG_ERROR_UNSUPPORTED (a later format) or a GFileError. */
CgModel *cg_weights_load (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same from @size bytes in memory; messages carry no path. */
CgModel *
cg_weights_parse (const guint8 *bytes, gsize size, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Write @model to @path through a temporary file and a rename: a reader sees
 * the old file or the new one, never half of one.  The same model gives the
 * same bytes.  A parameter that is not finite is refused, as loading would. */
gboolean
cg_weights_save (const CgModel *model, const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Load a model by what a user types: a path (anything with a '/' or ending in
 * .safetensors), or a name looked for in cg_weights_folders().  The error
 * names every place looked at. */
CgModel *cg_weights_find (const char *name_or_path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Folders where weights are looked for, first match wins: $CLEARGRAIN_WEIGHTS,
 * the user's, beside the running program
 * (weights/, ../share/cleargrain/weights), in a build tree the source's
 * weights/, and the installed place.  Free with g_strfreev(). */
char **cg_weights_folders (void) G_GNUC_WARN_UNUSED_RESULT;

/* The user's own: (XDG data home)/cleargrain/weights, which need not exist.  Free with g_free(). */
char *cg_weights_user_folder (void) G_GNUC_WARN_UNUSED_RESULT;

/* Names that cg_weights_find() takes, of the weights files in @folder, in order; NULL if there
 * is no such folder.  Free with g_strfreev(). */
char **cg_weights_names (const char *folder) G_GNUC_WARN_UNUSED_RESULT;

/* One line on the weights @name in @folder: their card's summary, or why they cannot be read.
 * NULL if the card has none.  Free with g_free(). */
char *cg_weights_about (const char *folder, const char *name) G_GNUC_WARN_UNUSED_RESULT;

#endif
