/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Picture files in and out.  The format of an existing file is told by its
 * first bytes, that of a new one by the end of its name. */
#ifndef CG_IMAGEIO_H
#define CG_IMAGEIO_H

#include "model/image.h"

/* Read @path ("-": standard input).  Depth and channels are the file's own
 * (palettes and transparent colours become RGB or RGBA, 1 to 4 bits become 8).
 * What else the file says is kept as metadata.h tells.  Returns a new picture
 * that the caller frees with cg_image_free(), or NULL with @error, which begins with
 * the path: a GFileError, CG_ERROR_FORMAT for a broken file, CG_ERROR_UNSUPPORTED
 * for one of a kind we do not read. */
CgImage *cg_image_load (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Write @image to @path through a temporary file in the same folder and a
 * rename; on failure nothing is left and an older file stays.  The picture's
 * depth and channels must be ones the format holds (CG_ERROR_UNSUPPORTED), and so
 * must its size (CG_ERROR_TOO_LARGE). */
gboolean
cg_image_save (const CgImage *image, const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same, and *format becomes the usual ending of names of its format ("png"),
 * which is not to be freed. */
CgImage *cg_image_load_format (const char *path, const char **format,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How to save; all zero for the usual way. */
typedef struct
{
  const char *format;  /* "png"; NULL: what the end of the path tells */
  const char *like;    /* a new file gets the mode of this one, as cp would; NULL: the usual mode */
  gboolean keep_times; /* and its times */
  gboolean is_new;     /* fail with G_FILE_ERROR_EXIST if the file is there when all is written */
} CgSaveOptions;

/* Save with @options.  "-" as @path is standard output, for which a format must
 * be given; it gets the whole picture or nothing. */
gboolean cg_image_save_with (const CgImage *image, const char *path, const CgSaveOptions *options,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Send out what was printed to standard output; FALSE with a GFileError if that or anything
 * printed before was lost, as on a full disk. */
gboolean cg_flush_stdout (GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* TRUE if cg_image_save() knows what to do with a name that ends like this. */
gboolean cg_image_can_save (const char *path);

/* The same for a format as CgSaveOptions names it. */
gboolean cg_image_can_save_format (const char *format);

/* TRUE if a picture of the size, depth and channels of @image can be saved so; to be
 * asked before hours of work.  Errors as cg_image_save()'s. */
gboolean cg_image_check_save (const CgImage *image, const char *path, const char *format,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether @path is there and what it holds looks like a picture, or so does its name. */
gboolean cg_image_is_picture (const char *path);

/* Pixels that the header of @path tells of, or 0 if that cannot be told. */
guint64 cg_image_count_pixels (const char *path);

/* A copy of @image in another depth, with its metadata; the caller frees it.
 * Floats are light, integers are on a display's curve, and values are converted
 * from the one to the other. */
CgImage *
cg_image_convert (const CgImage *image, CgDepth depth, GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
