/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "imageio/tiff-metadata.h"

#include <math.h>
#include <string.h>

#include "imageio/metadata.h"

#define INCH 0.0254 /* metres */

/* Texts, by the names that PNG has for them. */
static const struct
{
  guint32 tag;
  const char *kind;
} texts[] = {
  { TIFFTAG_IMAGEDESCRIPTION, "text:Description" }, { TIFFTAG_ARTIST, "text:Author" },
  { TIFFTAG_COPYRIGHT, "text:Copyright" },          { TIFFTAG_SOFTWARE, "text:Software" },
  { TIFFTAG_DATETIME, "text:Creation Time" },
};

static void
get_density (TIFF *tiff, CgImage *image)
{
  float x, y;
  guint16 unit;
  guint8 density[9];

  if (!TIFFGetField (tiff, TIFFTAG_XRESOLUTION, &x)
      || !TIFFGetField (tiff, TIFFTAG_YRESOLUTION, &y))
    return;
  TIFFGetFieldDefaulted (tiff, TIFFTAG_RESOLUTIONUNIT, &unit);
  double per_metre = unit == RESUNIT_INCH ? 1 / INCH : unit == RESUNIT_CENTIMETER ? 100 : 1;
  x = (float) rint (x * per_metre);
  y = (float) rint (y * per_metre);
  if (!(x >= 1 && x < G_MAXINT && y >= 1 && y < G_MAXINT))
    return;
  cg_put_u32 (density, (guint32) x);
  cg_put_u32 (density + 4, (guint32) y);
  density[8] = unit != RESUNIT_NONE;
  cg_image_add_extra (image, "density", density, sizeof density);
}

static void
get_text (TIFF *tiff, CgImage *image, guint32 tag, const char *kind)
{
  const char *text;

  if (!TIFFGetField (tiff, tag, &text))
    return;
  /* The standard says ASCII; people write UTF-8 or Latin-1. */
  g_autofree char *utf8 = g_utf8_validate (text, -1, NULL)
                              ? g_strdup (text)
                              : g_convert (text, -1, "UTF-8", "ISO-8859-1", NULL, NULL, NULL);
  if (utf8)
    cg_image_add_extra (image, kind, utf8, strlen (utf8));
}

void
cg_tiff_get_extras (TIFF *tiff, CgImage *image)
{
  guint32 size;
  void *bytes;
  guint16 orientation;

  if (TIFFGetField (tiff, TIFFTAG_ICCPROFILE, &size, &bytes))
    cg_image_add_extra (image, "icc", bytes, size);
  if (TIFFGetField (tiff, TIFFTAG_XMLPACKET, &size, &bytes))
    cg_image_add_extra (image, "xmp", bytes, size);
  if (TIFFGetField (tiff, TIFFTAG_ORIENTATION, &orientation))
    cg_image_add_orientation (image, orientation);
  get_density (tiff, image);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    get_text (tiff, image, texts[i].tag, texts[i].kind);
}

static void
set_density (TIFF *tiff, const guint8 *density)
{
  double scale = density[8] ? INCH : 1;

  TIFFSetField (tiff, TIFFTAG_RESOLUTIONUNIT, density[8] ? RESUNIT_INCH : RESUNIT_NONE);
  TIFFSetField (tiff, TIFFTAG_XRESOLUTION, cg_get_u32 (density) * scale);
  TIFFSetField (tiff, TIFFTAG_YRESOLUTION, cg_get_u32 (density + 4) * scale);
}

static void
set_text (TIFF *tiff, const char *kind, const guint8 *bytes, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) bytes, size);

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    /* Anything but "YYYY:MM:DD HH:MM:SS" is no date to TIFF. */
    if (g_str_equal (kind, texts[i].kind)
        && (texts[i].tag != TIFFTAG_DATETIME || strlen (text) == 19))
      TIFFSetField (tiff, texts[i].tag, text);
}

void
cg_tiff_set_extras (TIFF *tiff, const CgImage *image)
{
  int orientation = cg_image_orientation (image);

  if (orientation)
    TIFFSetField (tiff, TIFFTAG_ORIENTATION, orientation);
  for (guint i = 0; image->extras && i < image->extras->len; i++)
    {
      const CgImageExtra *extra = g_ptr_array_index (image->extras, i);
      gsize size;
      const guint8 *bytes = g_bytes_get_data (extra->bytes, &size);

      if (g_str_equal (extra->kind, "icc"))
        TIFFSetField (tiff, TIFFTAG_ICCPROFILE, (guint32) size, bytes);
      else if (g_str_equal (extra->kind, "xmp"))
        TIFFSetField (tiff, TIFFTAG_XMLPACKET, (guint32) size, bytes);
      else if (g_str_equal (extra->kind, "density") && size == 9)
        set_density (tiff, bytes);
      else
        set_text (tiff, extra->kind, bytes, size);
    }
}
