/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "imageio/jpeg-metadata.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "imageio/metadata.h"

#define INCH          0.0254 /* metres */
#define SEGMENT_BYTES 65533  /* most that fits behind a segment's length */

/* What the segments begin with; the final zero counts, Exif has two. */
static const char exif_head[] = "Exif\0";
static const char xmp_head[] = "http://ns.adobe.com/xap/1.0/";

/* Segments carried whole: more of XMP (1), Photoshop's and IPTC (13). */
static const char more_xmp_head[] = "http://ns.adobe.com/xmp/extension/";
#define PHOTOSHOP 13

void
cg_jpeg_keep_markers (j_decompress_ptr in)
{
  jpeg_save_markers (in, JPEG_APP0 + 1, 0xffff);
  jpeg_save_markers (in, JPEG_APP0 + 2, 0xffff);
  jpeg_save_markers (in, JPEG_APP0 + PHOTOSHOP, 0xffff);
  jpeg_save_markers (in, JPEG_COM, 0xffff);
}

static gboolean
begins (jpeg_saved_marker_ptr marker, const char *head, gsize size)
{
  return marker->data_length > size && memcmp (marker->data, head, size) == 0;
}

static void
get_comment (CgImage *image, const char *text, gsize size)
{
  gsize length;
  g_autofree char *utf8 = g_utf8_validate_len (text, size, NULL)
                              ? g_strndup (text, length = size)
                              : g_convert (text, size, "UTF-8", "ISO-8859-1", NULL, &length, NULL);
  if (utf8)
    cg_image_add_extra (image, "text:Comment", utf8, length);
}

static void
get_segment (CgImage *image, jpeg_saved_marker_ptr m)
{
  if (m->marker == JPEG_COM)
    get_comment (image, (const char *) m->data, m->data_length);
  else if (m->marker == JPEG_APP0 + PHOTOSHOP)
    cg_image_add_extra (image, "jpeg:APP13", m->data, m->data_length);
  else if (m->marker != JPEG_APP0 + 1)
    return;
  else if (begins (m, exif_head, sizeof exif_head))
    cg_image_add_extra (image, "exif", m->data + sizeof exif_head,
                        m->data_length - sizeof exif_head);
  else if (begins (m, xmp_head, sizeof xmp_head))
    cg_image_add_extra (image, "xmp", m->data + sizeof xmp_head, m->data_length - sizeof xmp_head);
  else if (begins (m, more_xmp_head, sizeof more_xmp_head))
    cg_image_add_extra (image, "jpeg:APP1", m->data, m->data_length);
}

static void
get_density (j_decompress_ptr in, CgImage *image)
{
  /* JFIF: 0 the shape of a pixel only, 1 pixels an inch, 2 pixels a centimetre. */
  double per_metre = in->density_unit == 1 ? 1 / INCH : in->density_unit == 2 ? 100 : 1;
  guint8 density[9];

  if (!in->saw_JFIF_marker || in->density_unit > 2
      || (in->density_unit == 0 && in->X_density == in->Y_density))
    return;
  cg_put_u32 (density, (guint32) lrint (in->X_density * per_metre));
  cg_put_u32 (density + 4, (guint32) lrint (in->Y_density * per_metre));
  density[8] = in->density_unit != 0;
  cg_image_add_extra (image, "density", density, 9);
}

void
cg_jpeg_get_extras (j_decompress_ptr in, CgImage *image)
{
  JOCTET *icc;
  unsigned icc_size;

  get_density (in, image);
  if (jpeg_read_icc_profile (in, &icc, &icc_size))
    {
      cg_image_add_extra (image, "icc", icc, icc_size);
      free (icc);
    }
  for (jpeg_saved_marker_ptr m = in->marker_list; m; m = m->next)
    get_segment (image, m);
}

void
cg_jpeg_set_density (j_compress_ptr out, const CgImage *image)
{
  GBytes *bytes = cg_image_find_extra (image, "density");
  const guint8 *density = bytes ? g_bytes_get_data (bytes, NULL) : NULL;

  if (!density || g_bytes_get_size (bytes) != 9)
    return;
  double scale = density[8] ? INCH : 1;
  double x = rint (cg_get_u32 (density) * scale), y = rint (cg_get_u32 (density + 4) * scale);
  if (x < 1 || y < 1 || x > G_MAXUINT16 || y > G_MAXUINT16)
    return;
  out->density_unit = density[8] ? 1 : 0;
  out->X_density = (UINT16) x;
  out->Y_density = (UINT16) y;
}

static void
write_segment (j_compress_ptr out, int marker, const char *head, gsize head_size, GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  if (head_size + size > SEGMENT_BYTES)
    return;
  jpeg_write_m_header (out, marker, (unsigned) (head_size + size));
  for (gsize i = 0; i < head_size; i++)
    jpeg_write_m_byte (out, head[i]);
  for (gsize i = 0; i < size; i++)
    jpeg_write_m_byte (out, data[i]);
}

static void
write_extra (j_compress_ptr out, const CgImageExtra *extra)
{
  if (g_str_equal (extra->kind, "icc"))
    jpeg_write_icc_profile (out, g_bytes_get_data (extra->bytes, NULL),
                            (unsigned) g_bytes_get_size (extra->bytes));
  else if (g_str_equal (extra->kind, "exif"))
    write_segment (out, JPEG_APP0 + 1, exif_head, sizeof exif_head, extra->bytes);
  else if (g_str_equal (extra->kind, "xmp"))
    write_segment (out, JPEG_APP0 + 1, xmp_head, sizeof xmp_head, extra->bytes);
  else if (g_str_equal (extra->kind, "jpeg:APP1"))
    write_segment (out, JPEG_APP0 + 1, NULL, 0, extra->bytes);
  else if (g_str_equal (extra->kind, "jpeg:APP13"))
    write_segment (out, JPEG_APP0 + PHOTOSHOP, NULL, 0, extra->bytes);
  else if (g_str_equal (extra->kind, "text:Comment"))
    write_segment (out, JPEG_COM, NULL, 0, extra->bytes);
}

void
cg_jpeg_write_extras (j_compress_ptr out, const CgImage *image)
{
  for (guint i = 0; image->extras && i < image->extras->len; i++)
    write_extra (out, g_ptr_array_index (image->extras, i));
}
