/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "imageio/metadata.h"

static void
free_extra (gpointer extra)
{
  cg_image_extra_free (extra);
}

void
cg_image_add_extra (CgImage *image, const char *kind, const void *bytes, gsize size)
{
  if (!image->extras)
    image->extras = g_ptr_array_new_with_free_func (free_extra);
  g_ptr_array_add (image->extras, cg_image_extra_new (kind, bytes, size));
}

void
cg_image_take_extra (CgImage *image, const char *kind, GBytes *bytes)
{
  cg_image_add_extra (image, kind, NULL, 0);
  CgImageExtra *extra = g_ptr_array_index (image->extras, image->extras->len - 1);
  g_bytes_unref (extra->bytes);
  extra->bytes = bytes;
}

void
cg_image_strip (CgImage *image)
{
  for (guint i = image->extras ? image->extras->len : 0; i-- > 0;)
    {
      const CgImageExtra *extra = g_ptr_array_index (image->extras, i);
      if (!g_str_has_prefix (extra->kind, "data:"))
        g_ptr_array_remove_index (image->extras, i);
    }
}

GBytes *
cg_image_find_extra (const CgImage *image, const char *kind)
{
  for (guint i = 0; image->extras && i < image->extras->len; i++)
    {
      const CgImageExtra *extra = g_ptr_array_index (image->extras, i);
      if (g_str_equal (extra->kind, kind))
        return extra->bytes;
    }
  return NULL;
}

/* --- orientation: the one entry of Exif that we read --- */

#define TAG_ORIENTATION 0x112
#define TYPE_SHORT      3
#define ENTRY_BYTES     12

static guint
exif_number (const guint8 *from, int bytes, gboolean big_endian)
{
  guint number = 0;

  for (int i = 0; i < bytes; i++)
    number |= (guint) from[i] << 8 * (big_endian ? bytes - 1 - i : i);
  return number;
}

int
cg_image_orientation (const CgImage *image)
{
  GBytes *exif = cg_image_find_extra (image, "exif");
  gsize size = 0;
  const guint8 *b = exif ? g_bytes_get_data (exif, &size) : NULL;

  if (size < 14)
    return 0;
  gboolean big = b[0] == 'M';
  guint at = exif_number (b + 4, 4, big);
  if (at > size - 2)
    return 0;
  guint entries = exif_number (b + at, 2, big);
  at += 2;
  for (; entries > 0 && at + ENTRY_BYTES <= size; entries--, at += ENTRY_BYTES)
    if (exif_number (b + at, 2, big) == TAG_ORIENTATION
        && exif_number (b + at + 2, 2, big) == TYPE_SHORT)
      {
        guint value = exif_number (b + at + 8, 2, big);
        return value >= 1 && value <= 8 ? (int) value : 0;
      }
  return 0;
}

void
cg_image_add_orientation (CgImage *image, int orientation)
{
  guint8 exif[26] = { 'I',  'I', 42,         0, 8, 0, 0, 0, /* the list of entries is at 8 */
                      1,    0,                              /* one entry */
                      0x12, 1,   TYPE_SHORT, 0, 1, 0, 0, 0, (guint8) orientation };

  if (orientation >= 2 && orientation <= 8)
    cg_image_add_extra (image, "exif", exif, sizeof exif);
}

void
cg_put_u32 (guint8 *to, guint32 value)
{
  for (int i = 0; i < 4; i++)
    to[i] = (guint8) (value >> (24 - 8 * i));
}

guint32
cg_get_u32 (const guint8 *from)
{
  return (guint32) from[0] << 24 | from[1] << 16 | from[2] << 8 | from[3];
}
