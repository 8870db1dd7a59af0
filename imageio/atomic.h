/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file that appears under its name only when it is whole: written to a
 * temporary name in the same folder, forced to disk, renamed.
 *
 * Temporary names are CG_ATOMIC_PREFIX and six random letters and digits.  The writer keeps its
 * temporary file locked (flock), so that one which can be locked is left over from a run that died.
 */
#ifndef CG_ATOMIC_H
#define CG_ATOMIC_H

#include <stdio.h>

#include <glib.h>

#define CG_ATOMIC_PREFIX ".cleargrain-tmp-"

typedef struct
{
  FILE *file;
  char *path;
  char *temporary;
  gboolean is_new; /* to be set: commit fails, with G_FILE_ERROR_EXIST, if it is there by then */
} CgAtomicFile;

/* Where what is written to @path goes: symbolic links at its end are followed, even to where
 * nothing is yet.  To be freed. */
char *cg_atomic_target (const char *path);

/* Open a temporary file beside the target of @path, with the mode a new file gets.  NULL
 * with a GFileError (no path in it) if that cannot be, or if @path is there and no
 * ordinary file.  End it with commit or abandon; both free it. */
CgAtomicFile *cg_atomic_open (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean cg_atomic_commit (CgAtomicFile *atomic, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cg_atomic_abandon (CgAtomicFile *atomic);

/* Once all is written: give the file the mode and the owner of the one it replaces or, if
 * it is new, what the usual mode shares with that of @model (NULL: the usual mode); and with
 * @times the times of @model.  That this fails is no reason not to have the file. */
void cg_atomic_take_after (CgAtomicFile *atomic, const char *model, gboolean times);

/* Remove the temporary files that dead runs left in @folder; returns how many. */
guint cg_atomic_remove_stale (const char *folder);

#endif
