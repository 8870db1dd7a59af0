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
