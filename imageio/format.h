/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a picture format can do.  Each format lives in a file of its own and
 * is one line of the table in formats.c. */
#ifndef CG_FORMAT_H
#define CG_FORMAT_H

#include <stdio.h>

#include "model/image.h"

/* Bits of CgFormat.channels and CgFormat.depths. */
#define CG_HOLDS_CHANNELS(n) (1u << (n))
#define CG_HOLDS_DEPTH(d)    (1u << (d))

/* A copy of @image whose colours are multiplied by alpha, or not; the caller
 * frees it.  The colour of what is nothing but transparent stays. */
CgImage *cg_image_multiply (const CgImage *image, gboolean premultiplied,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How many of a file's first bytes CgFormat.matches sees. */
#define CG_FORMAT_HEAD 18

typedef struct
{
  const char *name;           /* "PNG", as messages say it */
  const char *const *endings; /* "png", ..., NULL: of names that are saved so */
  unsigned channels, depths;  /* what save takes */
  gboolean premultiplied;     /* save takes colours multiplied by alpha */
  int most_side;              /* pixels of a side that save takes; 0 = any number */
  guint64 most_pixels;        /* and pixels in all */

  /* Whether a file that begins with @head (@size <= CG_FORMAT_HEAD bytes) is one
   * of these; NULL for a format told by the name's ending only. */
  gboolean (*matches) (const guint8 *head, gsize size);

  /* Read the whole of @file, which can seek and stands at its start.  Errors carry no path. */
  CgImage *(*load) (FILE *file, GError **error);

  /* Only the size that its header tells. */
  gboolean (*measure) (FILE *file, guint64 *width, guint64 *height, GError **error);

  /* Write to @file, which can seek. */
  gboolean (*save) (const CgImage *image, FILE *file, GError **error);
} CgFormat;

/* All formats, NULL at the end. */
extern const CgFormat *const cg_formats[];

extern const CgFormat cg_format_png, cg_format_jpeg, cg_format_pfm, cg_format_pgm, cg_format_ppm,
    cg_format_pam, cg_format_bmp, cg_format_tga, cg_format_hdr, cg_format_tiff, cg_format_exr;

/* The format for saving under @path, told by its ending, or NULL. */
const CgFormat *cg_format_for_path (const char *path);

/* The format whose names end in @ending, without a dot, or NULL. */
const CgFormat *cg_format_for_ending (const char *ending);

/* Bytes of @file from start to end. */
guint64 cg_file_size (FILE *file);

/* Read exactly @size bytes, or fail saying that the file ends early. */
gboolean
cg_file_read (FILE *file, void *bytes, gsize size, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean
cg_file_write (FILE *file, const void *bytes, gsize size, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A picture for a header that speaks of these sizes.  Refused before anything
 * is allocated if no file of this size could hold it: @pack is how many bytes of
 * samples one byte of the file can at most stand for. */
CgImage *
cg_image_new_for_file (FILE *file, guint64 width, guint64 height, int channels, CgDepth depth,
                       double pack, GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
