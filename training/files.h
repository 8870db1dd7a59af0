/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which pictures there are, and one of them as a gray plane. */
#ifndef CG_FILES_H
#define CG_FILES_H

#include "model/image.h"

/* A picture found: where it is, and what to call it. */
typedef struct
{
  char *path;
  char *name; /* path below the folder that was given; the file's name for a file */
} CgFile;

/* All pictures in @paths, folders being searched to the bottom: files with an
 * ending that imageio reads, hidden ones left out, sorted by path within each
 * of @paths.  Files given by name are taken whatever they are called.  Elements
 * are CgFile *; the caller frees the array with g_ptr_array_unref().  NULL with CG_ERROR_NOT_FOUND
 * or a GFileError if a path is not there, cannot be read or holds no picture. */
GPtrArray *cg_files_list (char **paths, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @name without its ending, by which pictures are matched.  Free with g_free(). */
char *cg_files_stem (const char *name) G_GNUC_WARN_UNUSED_RESULT;

/* The picture of @clean for each of @noisy (both of cg_files_list()), which has the same
 * stem; one alone belongs to one alone, whatever they are called.  Elements are @clean's
 * CgFile *; the caller frees the array with g_ptr_array_unref().  CG_ERROR_MISMATCH if there is
 * none, or if two of @clean have the same stem. */
GPtrArray *cg_files_match (const GPtrArray *clean, const GPtrArray *noisy,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The picture at @path in one channel: gray as it is, colour as BT.601 luma of
 * the stored values, alpha dropped.  The depth is the file's (integers are
 * rounded); pictures in linear light get the display's curve.  Pixels that are no light - NaN,
 * infinite, or beyond what half floats hold - are filled from those around them, and
 * @note (else NULL) then says how many; more than one in a hundred are CG_ERROR_FORMAT.
 * The caller frees picture and note. */
CgImage *
cg_files_load_gray (const char *path, char **note, GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
