/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TIFF: what we write comes back, and the layouts that others write, made
 * with libtiff here. */
#include "folder.h"

#include <stdlib.h>
#include <string.h>

#include <tiffio.h>

#include "imageio/imageio.h"
#include "imageio/metadata.h"
#include "model/error.h"

#define W 37
#define H 29

static void
test_round_trip (Folder *folder, gconstpointer user)
{
  static const CgDepth depths[] = { CG_DEPTH_8, CG_DEPTH_16, CG_DEPTH_FLOAT };
  g_autofree char *path = folder_file (folder, "a.tif");

  for (int i = 0; i < 12; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (CgImage) image = make_picture (W, H, i / 3 + 1, depths[i % 3]);
      gboolean saved = cg_image_save (image, path, &error);
      g_assert_no_error (error);
      g_assert_true (saved);
      g_autoptr (CgImage) back = cg_image_load (path, &error);
      g_assert_no_error (error);
      if (image->depth == CG_DEPTH_FLOAT)
        image->transfer = CG_TRANSFER_LINEAR;
      assert_same_pixels (image, back);
      g_assert_cmpuint (cg_image_count_pixels (path), ==, W * H);
    }
}

static void
test_cut (Folder *folder, gconstpointer user)
{
  g_autofree char *path = folder_file (folder, "a.tif"), *bytes = NULL;
  g_autoptr (CgImage) image = make_picture (16, 9, 3, CG_DEPTH_16);
  gsize size;

  g_assert_true (cg_image_save (image, path, NULL));
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  for (gsize n = 1; n < size; n += 7)
    {
      g_autoptr (GError) error = NULL;
      g_assert_true (g_file_set_contents (path, bytes, n, NULL));
      g_autoptr (CgImage) cut = cg_image_load (path, &error);
      g_assert_null (cut);
      g_assert_true (g_str_has_prefix (error->message, path));
    }
}

static void
test_metadata (Folder *folder, gconstpointer user)
{
  g_autofree char *path = folder_file (folder, "a.tif");
  g_autoptr (CgImage) image = make_picture (W, H, 3, CG_DEPTH_8);

  cg_image_add_extra (image, "icc", "a profile, which TIFF does not look into", 40);
  cg_image_add_extra (image, "xmp", "<xmp/>", 6);
  cg_image_add_extra (image, "density", "\0\0\x2e\x23\0\0\x2e\x23\1", 9);
  cg_image_add_extra (image, "text:Author", "J\xc3\xbcrgen", 7);
  cg_image_add_orientation (image, 6);
  g_assert_cmpint (cg_image_orientation (image), ==, 6);
  g_assert_true (cg_image_save (image, path, NULL));
  g_autoptr (CgImage) back = cg_image_load (path, NULL);
  g_assert_cmpuint (back->extras->len, ==, image->extras->len);
  for (guint i = 0; i < image->extras->len; i++)
    {
      const CgImageExtra *extra = g_ptr_array_index (image->extras, i);
      GBytes *found = cg_image_find_extra (back, extra->kind);
      if (!found || !g_bytes_equal (found, extra->bytes))
        g_error ("%s is %s", extra->kind, found ? "changed" : "lost");
    }
}

/* A layout, and how its samples come out. */
typedef struct
{
  const char *name;
  int bits, samples, photometric;
  gboolean tiled, separate;
  int alpha;    /* EXTRASAMPLE_..., 0 = none */
  int channels; /* wanted; 0 = refused */
} Layout;

static const Layout layouts[] = {
  { "tiled", 8, 3, PHOTOMETRIC_RGB, TRUE, FALSE, 0, 3 },
  { "tiled-16", 16, 1, PHOTOMETRIC_MINISBLACK, TRUE, FALSE, 0, 1 },
  { "separate", 16, 3, PHOTOMETRIC_RGB, FALSE, TRUE, 0, 3 },
  { "separate-tiled", 8, 4, PHOTOMETRIC_RGB, TRUE, TRUE, EXTRASAMPLE_UNASSALPHA, 4 },
  { "white-is-zero", 8, 1, PHOTOMETRIC_MINISWHITE, FALSE, FALSE, 0, 1 },
  { "white-is-zero-alpha", 16, 2, PHOTOMETRIC_MINISWHITE, FALSE, FALSE, EXTRASAMPLE_UNASSALPHA, 2 },
  { "multiplied", 16, 4, PHOTOMETRIC_RGB, FALSE, FALSE, EXTRASAMPLE_ASSOCALPHA, 4 },
  { "one-bit", 1, 1, PHOTOMETRIC_MINISBLACK, FALSE, FALSE, 0, 1 },
  { "palette", 8, 1, PHOTOMETRIC_PALETTE, FALSE, FALSE, 0, 3 },
  { "cmyk", 8, 4, PHOTOMETRIC_SEPARATED, FALSE, FALSE, 0, 0 },
  { "32-bit-integer", 32, 1, PHOTOMETRIC_MINISBLACK, FALSE, FALSE, 0, 0 },
};

/* Sample @c in the file; alpha is never 0, and colours below it. */
static int
sample (const Layout *l, int x, int y, int c)
{
  int top = l->bits >= 16 ? 65535 : (1 << l->bits) - 1;
  int value = (x * 31 + y * 17 + c * 50) * (l->bits >= 16 ? 257 : 1) & top;

  if (!l->alpha)
    return value;
  return c == l->samples - 1 ? value / 2 + top / 2 : value / 4;
}

/* Rows or tiles are packed into @bytes of @w x @h pixels from (@x0, @y0). */
static void
pack (const Layout *l, int plane, int x0, int y0, int w, int h, guint8 *bytes)
{
  int samples = l->separate ? 1 : l->samples;
  gsize row = ((gsize) w * samples * l->bits + 7) / 8;

  memset (bytes, 0, row * h);
  for (int y = 0; y < h; y++)
    for (int i = 0; i < w * samples; i++)
      {
        int value = sample (l, x0 + i / samples, y0 + y, l->separate ? plane : i % samples);
        guint8 *to = bytes + y * row;
        if (l->bits == 1)
          to[i / 8] |= (guint8) (value << (7 - i % 8));
        else if (l->bits == 8)
          to[i] = (guint8) value;
        else if (l->bits == 16)
          ((guint16 *) to)[i] = (guint16) value;
        else
          ((guint32 *) to)[i] = value;
      }
}

static void
set_tags (TIFF *tiff, const Layout *l, int orientation)
{
  guint16 map[3][256], alpha = (guint16) l->alpha;

  TIFFSetField (tiff, TIFFTAG_IMAGEWIDTH, W);
  TIFFSetField (tiff, TIFFTAG_IMAGELENGTH, H);
  TIFFSetField (tiff, TIFFTAG_BITSPERSAMPLE, l->bits);
  TIFFSetField (tiff, TIFFTAG_SAMPLESPERPIXEL, l->samples);
  TIFFSetField (tiff, TIFFTAG_PHOTOMETRIC, l->photometric);
  TIFFSetField (tiff, TIFFTAG_PLANARCONFIG,
                l->separate ? PLANARCONFIG_SEPARATE : PLANARCONFIG_CONTIG);
  if (l->alpha)
    TIFFSetField (tiff, TIFFTAG_EXTRASAMPLES, 1, &alpha);
  if (l->tiled)
    {
      TIFFSetField (tiff, TIFFTAG_TILEWIDTH, 16);
      TIFFSetField (tiff, TIFFTAG_TILELENGTH, 16);
    }
  else
    TIFFSetField (tiff, TIFFTAG_ROWSPERSTRIP, 7);
  for (int i = 0; i < 256; i++)
    for (int c = 0; c < 3; c++)
      map[c][i] = (guint16) ((255 - i + c) % 256 * 257);
  if (l->photometric == PHOTOMETRIC_PALETTE)
    TIFFSetField (tiff, TIFFTAG_COLORMAP, map[0], map[1], map[2]);
  if (orientation)
    TIFFSetField (tiff, TIFFTAG_ORIENTATION, orientation);
}

static void
write_tiff (const Layout *l, int orientation, const char *path)
{
  TIFF *tiff = TIFFOpen (path, "w");
  guint8 bytes[W * 16 * 4];

  set_tags (tiff, l, orientation);
  for (int plane = 0; plane < (l->separate ? l->samples : 1); plane++)
    if (l->tiled)
      for (int y = 0; y < H; y += 16)
        for (int x = 0; x < W; x += 16)
          {
            pack (l, plane, x, y, 16, 16, bytes);
            g_assert_cmpint (TIFFWriteTile (tiff, bytes, x, y, 0, (guint16) plane), >=, 0);
          }
    else
      for (int y = 0; y < H; y++)
        {
          pack (l, plane, 0, y, W, 1, bytes);
          g_assert_cmpint (TIFFWriteScanline (tiff, bytes, y, (guint16) plane), ==, 1);
        }
  TIFFClose (tiff);
}

/* Of an 8- or 16-bit result. */
static int
wanted (const Layout *l, int x, int y, int c)
{
  int top = l->bits == 16 ? 65535 : 255, value = sample (l, x, y, c);

  if (l->photometric == PHOTOMETRIC_PALETTE)
    return (255 - sample (l, x, y, 0) + c) % 256;
  if (l->bits == 1)
    return value * 255;
  if (l->photometric == PHOTOMETRIC_MINISWHITE && c == 0)
    return top - value;
  if (l->alpha == EXTRASAMPLE_ASSOCALPHA && c < l->samples - 1)
    return (int) ((double) value / sample (l, x, y, l->samples - 1) * top + 0.5);
  return value;
}

static void
check_layout (Folder *folder, const Layout *l, int orientation)
{
  g_autofree char *path = folder_file (folder, "a.tif");
  g_autoptr (GError) error = NULL;

  write_tiff (l, orientation, path);
  g_autoptr (CgImage) image = cg_image_load (path, &error);
  if (!l->channels)
    {
      g_assert_error (error, CG_ERROR, CG_ERROR_UNSUPPORTED);
      return;
    }
  g_assert_no_error (error);
  g_assert_cmpint (image->channels, ==, l->channels);
  g_assert_cmpint (image->depth, ==, l->bits == 16 ? CG_DEPTH_16 : CG_DEPTH_8);
  for (int i = 0; i < W * H * l->channels; i++)
    {
      int x = i / l->channels % W, y = i / l->channels / W, c = i % l->channels;
      int got = l->bits == 16 ? ((guint16 *) image->samples)[i] : ((guint8 *) image->samples)[i];
      /* A division may round either way. */
      g_assert_cmpint (abs (got - wanted (l, x, y, c)), <=, l->alpha == EXTRASAMPLE_ASSOCALPHA);
    }
  g_assert_cmpint (cg_image_orientation (image), ==, orientation > 1 ? orientation : 0);
}

/* Pixels come as they lie in the file, and how they are to be turned beside them. */
static void
test_layout (Folder *folder, gconstpointer user)
{
  for (int orientation = 0; orientation <= 8; orientation++)
    check_layout (folder, user, orientation);
}

/* Two pages, white and black, of which @reduced is marked as a smaller copy. */
static void
write_two (const char *path, int reduced)
{
  TIFF *tiff = TIFFOpen (path, "w");
  guint8 row[W];

  for (int page = 0; page < 2; page++)
    {
      set_tags (tiff, &layouts[4], 0);
      if (page == reduced)
        TIFFSetField (tiff, TIFFTAG_SUBFILETYPE, FILETYPE_REDUCEDIMAGE);
      memset (row, page ? 0xff : 0, sizeof row);
      for (int y = 0; y < H; y++)
        TIFFWriteScanline (tiff, row, y, 0);
      TIFFWriteDirectory (tiff);
    }
  TIFFClose (tiff);
}

static void
test_thumbnail (Folder *folder, gconstpointer user)
{
  g_autofree char *path = folder_file (folder, "a.tif");

  for (int reduced = 0; reduced < 2; reduced++)
    {
      g_autoptr (GError) error = NULL;
      write_two (path, reduced);
      g_autoptr (CgImage) image = cg_image_load (path, &error);
      g_assert_no_error (error);
      g_assert_cmpint (((guint8 *) image->samples)[5], ==, reduced == 0 ? 0 : 255);
    }
}

static void
test_two_pictures (Folder *folder, gconstpointer user)
{
  g_autofree char *path = folder_file (folder, "a.tif");
  g_autoptr (GError) error = NULL;

  write_two (path, -1);
  g_autoptr (CgImage) image = cg_image_load (path, &error);
  g_assert_error (error, CG_ERROR, CG_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "2 pictures"));
}

#define ADD(name, func) g_test_add (name, Folder, NULL, folder_set_up, func, folder_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/tiff/round-trip", test_round_trip);
  ADD ("/tiff/cut", test_cut);
  ADD ("/tiff/metadata", test_metadata);
  ADD ("/tiff/two-pictures", test_two_pictures);
  ADD ("/tiff/thumbnail", test_thumbnail);
  for (gsize i = 0; i < G_N_ELEMENTS (layouts); i++)
    {
      g_autofree char *name = g_strconcat ("/tiff/", layouts[i].name, NULL);
      g_test_add (name, Folder, &layouts[i], folder_set_up, test_layout, folder_tear_down);
    }
  return g_test_run ();
}
