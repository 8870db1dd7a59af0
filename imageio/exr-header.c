/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "imageio/exr-header.h"

#include <string.h>

#include "imageio/format.h"
#include "imageio/metadata.h"

#define HEADER  "exr:header"
#define KIND    "data:exr"
#define CHANNEL "data:exr-channel:" /* a digit for the type, and the name */

/* After the magic number comes the version, with flags above its low byte. */
#define HEAD_BYTES      8
#define FLAGS_BYTE      5
#define FLAG_TILED      2 /* of that byte */
#define FLAG_LONG_NAMES 4

/* No attribute is called longer, and none of a picture's is larger. */
#define MOST_NAME      256
#define MOST_ATTRIBUTE (64 << 20)

/* How a file is laid out: true of the file that is read, not of the one written. */
static const char *const layout[]
    = { "tiles", "type", "chunkCount", "version", "maxSamplesPerPixel", NULL };

/* Append a string with its zero; NULL at the end of the file. */
static const char *
take_string (FILE *file, GByteArray *bytes)
{
  guint start = bytes->len;
  int c;

  do
    {
      c = getc (file);
      if (c == EOF || bytes->len - start >= MOST_NAME)
        return NULL;
      g_byte_array_append (bytes, &(guint8){ (guint8) c }, 1);
    }
  while (c != '\0');
  return (const char *) bytes->data + start;
}

/* Append an attribute: name, type, size and value.  FALSE behind the last one,
 * which is an empty name, and where the file ends. */
static gboolean
take_attribute (FILE *file, GByteArray *bytes)
{
  guint start = bytes->len;
  const char *name = take_string (file, bytes);

  if (!name || !*name)
    return FALSE;
  gboolean is_layout = g_strv_contains (layout, name);
  guint32 size;
  if (!take_string (file, bytes) || fread (&size, sizeof size, 1, file) != 1)
    return FALSE;
  g_byte_array_append (bytes, (const guint8 *) &size, sizeof size);
  size = GUINT32_FROM_LE (size);
  if (size > MOST_ATTRIBUTE || size > cg_file_size (file))
    return FALSE;
  guint at = bytes->len;
  g_byte_array_set_size (bytes, at + size);
  if (fread (bytes->data + at, 1, size, file) != size)
    return FALSE;
  if (is_layout)
    g_byte_array_set_size (bytes, start);
  return TRUE;
}

/* The header of a file of untiled rows that has the same attributes, which
 * OpenEXRCore can read like a file. */
static GByteArray *
read_header (FILE *file)
{
  GByteArray *bytes = g_byte_array_new ();

  rewind (file);
  g_byte_array_set_size (bytes, HEAD_BYTES);
  if (fread (bytes->data, 1, HEAD_BYTES, file) == HEAD_BYTES)
    while (take_attribute (file, bytes))
      ;
  bytes->data[FLAGS_BYTE] &= (guint8) ~FLAG_TILED;
  return bytes;
}

gboolean
cg_exr_get_extras (CgExrJob *job, gint32 colour_type, CgImage *image)
{
  CgExrKind kind = { .colour_type = colour_type };
  exr_compression_t compression;

  if (exr_get_compression (job->exr, 0, &compression) != EXR_ERR_SUCCESS
      || exr_get_data_window (job->exr, 0, &kind.data) != EXR_ERR_SUCCESS
      || exr_get_display_window (job->exr, 0, &kind.display) != EXR_ERR_SUCCESS
      || exr_get_pixel_aspect_ratio (job->exr, 0, &kind.pixel_aspect) != EXR_ERR_SUCCESS
      || exr_get_screen_window_center (job->exr, 0, &kind.centre) != EXR_ERR_SUCCESS
      || exr_get_screen_window_width (job->exr, 0, &kind.centre_width) != EXR_ERR_SUCCESS)
    return FALSE;
  kind.compression = compression;
  g_autoptr (GByteArray) header = read_header (job->file);
  cg_image_add_extra (image, KIND, &kind, sizeof kind);
  cg_image_add_extra (image, HEADER, header->data, header->len);
  return TRUE;
}

CgExrKind
cg_exr_kind (const CgImage *image)
{
  exr_attr_box2i_t whole = { .max = { .x = image->width - 1, .y = image->height - 1 } };
  CgExrKind kind = { EXR_PIXEL_FLOAT, EXR_COMPRESSION_ZIP, whole, whole, 1, { .x = 0 }, 1 };
  GBytes *bytes = cg_image_find_extra (image, KIND);
  CgExrKind own;

  if (!bytes || g_bytes_get_size (bytes) != sizeof own)
    return kind;
  memcpy (&own, g_bytes_get_data (bytes, NULL), sizeof own);
  if (own.data.max.x - own.data.min.x == whole.max.x
      && own.data.max.y - own.data.min.y == whole.max.y)
    return own;
  kind.colour_type = own.colour_type;
  kind.compression = own.compression;
  return kind;
}

gboolean
cg_exr_has_long_names (const CgImage *image)
{
  GBytes *bytes = cg_image_find_extra (image, HEADER);
  const guint8 *header = bytes ? g_bytes_get_data (bytes, NULL) : NULL;

  return header && g_bytes_get_size (bytes) >= HEAD_BYTES && (header[FLAGS_BYTE] & FLAG_LONG_NAMES);
}

gboolean
cg_exr_copy_attributes (CgExrJob *job, const CgImage *image)
{
  GBytes *bytes = cg_image_find_extra (image, HEADER);
  gsize size;

  if (!bytes)
    return TRUE;
  const void *header = g_bytes_get_data (bytes, &size);
  g_auto (CgExrJob) from = { .file = fmemopen ((void *) header, size, "rb") };
  gboolean done = from.file && cg_exr_start_read (&from)
                  && exr_copy_unset_attributes (job->exr, 0, from.exr, 0) == EXR_ERR_SUCCESS;
  if (from.file)
    fclose (from.file);
  return done;
}

void
cg_exr_add_channel (CgImage *image, const char *name, exr_pixel_type_t type, GBytes *samples)
{
  g_autofree char *kind = g_strdup_printf (CHANNEL "%d%s", (int) type, name);

  cg_image_take_extra (image, kind, samples);
}

gboolean
cg_exr_is_channel (const CgImageExtra *extra, const char **name, exr_pixel_type_t *type)
{
  if (!g_str_has_prefix (extra->kind, CHANNEL))
    return FALSE;
  *type = (exr_pixel_type_t) (extra->kind[strlen (CHANNEL)] - '0');
  *name = extra->kind + strlen (CHANNEL) + 1;
  return TRUE;
}
