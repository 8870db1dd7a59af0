/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kinds of PNG that we never write but must read, made with libpng's own
 * row interface. */
#include "folder.h"

#include <png.h>

#include <glib/gstdio.h>

#include "imageio/imageio.h"

#define W 19
#define H 11

typedef struct
{
  const char *name;
  int bits, type, interlace;
  gboolean has_trns;
  int channels; /* that must come out */
} Kind;

static const Kind kinds[] = {
  { "gray1", 1, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE, FALSE, 1 },
  { "gray2", 2, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_ADAM7, FALSE, 1 },
  { "gray4", 4, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE, FALSE, 1 },
  { "gray4-trns", 4, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE, TRUE, 2 },
  { "gray8-adam7", 8, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_ADAM7, FALSE, 1 },
  { "gray16-trns", 16, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE, TRUE, 2 },
  { "gray16-adam7", 16, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_ADAM7, FALSE, 1 },
  { "palette1", 1, PNG_COLOR_TYPE_PALETTE, PNG_INTERLACE_NONE, FALSE, 3 },
  { "palette4-trns", 4, PNG_COLOR_TYPE_PALETTE, PNG_INTERLACE_NONE, TRUE, 4 },
  { "palette8-adam7", 8, PNG_COLOR_TYPE_PALETTE, PNG_INTERLACE_ADAM7, TRUE, 4 },
  { "rgb8-trns", 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, TRUE, 4 },
  { "rgb16-adam7", 16, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_ADAM7, FALSE, 3 },
};

/* Sample @i of a pixel, in the file's own units. */
static int
sample (const Kind *kind, int x, int y, int i)
{
  int top = kind->bits == 16 ? 65535 : (1 << kind->bits) - 1;

  return (x * 5 + y * 3 + i * 7) * (kind->bits == 16 ? 251 : 1) & top;
}

/* Pixels of the value of this one are transparent. */
#define KEY_X 3
#define KEY_Y 2

static guint8
palette_colour (int index, int i)
{
  return (guint8) (index * 11 + i * 50);
}

static void
put_sample (png_bytep row, int bits, int at, int value)
{
  if (bits == 16)
    {
      row[2 * at] = (png_byte) (value >> 8);
      row[2 * at + 1] = (png_byte) value;
    }
  else
    row[at * bits / 8] |= (png_byte) (value << (8 - bits - at * bits % 8));
}

static void
write_png (const Kind *kind, const char *path)
{
  png_structp png = png_create_write_struct (PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
  png_infop info = png_create_info_struct (png);
  FILE *file = g_fopen (path, "wb");
  int samples = kind->type == PNG_COLOR_TYPE_RGB ? 3 : 1;
  png_byte rows[H][W * 6] = { 0 };
  png_bytep row_pointers[H];
  png_color palette[256];
  png_byte alpha[] = { 0, 100 };
  png_color_16 key = { .gray = (png_uint_16) sample (kind, KEY_X, KEY_Y, 0),
                       .red = (png_uint_16) sample (kind, KEY_X, KEY_Y, 0),
                       .green = (png_uint_16) sample (kind, KEY_X, KEY_Y, 1),
                       .blue = (png_uint_16) sample (kind, KEY_X, KEY_Y, 2) };

  for (int i = 0; i < 256; i++)
    palette[i] = (png_color){ palette_colour (i, 0), palette_colour (i, 1), palette_colour (i, 2) };
  for (int y = 0; y < H; y++)
    {
      row_pointers[y] = rows[y];
      for (int x = 0; x < W * samples; x++)
        put_sample (rows[y], kind->bits, x, sample (kind, x / samples, y, x % samples));
    }
  png_init_io (png, file);
  png_set_IHDR (png, info, W, H, kind->bits, kind->type, kind->interlace, 0, 0);
  if (kind->type == PNG_COLOR_TYPE_PALETTE)
    png_set_PLTE (png, info, palette, 1 << kind->bits);
  if (kind->has_trns)
    png_set_tRNS (png, info, alpha, 2, &key);
  png_set_rows (png, info, row_pointers);
  png_write_png (png, info, PNG_TRANSFORM_IDENTITY, NULL);
  png_destroy_write_struct (&png, &info);
  fclose (file);
}

static int
wanted_alpha (const Kind *kind, int x, int y, int white)
{
  int first = sample (kind, x, y, 0), samples = kind->type == PNG_COLOR_TYPE_RGB ? 3 : 1;

  if (kind->type == PNG_COLOR_TYPE_PALETTE)
    return first == 0 ? 0 : first == 1 ? 100 : 255;
  for (int i = 0; i < samples; i++)
    if (sample (kind, x, y, i) != sample (kind, KEY_X, KEY_Y, i))
      return white;
  return 0;
}

static int
wanted (const Kind *kind, int x, int y, int c)
{
  int white = kind->bits == 16 ? 65535 : 255;

  if (c == kind->channels - 1 && c % 2 == 1)
    return wanted_alpha (kind, x, y, white);
  if (kind->type == PNG_COLOR_TYPE_PALETTE)
    return palette_colour (sample (kind, x, y, 0), c);
  if (kind->bits < 8)
    return sample (kind, x, y, c) * 255 / ((1 << kind->bits) - 1);
  return sample (kind, x, y, c);
}

static void
test_kind (Folder *folder, gconstpointer user)
{
  const Kind *kind = user;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = folder_file (folder, "test.png");
  int holes = 0;

  write_png (kind, path);
  g_autoptr (CgImage) image = cg_image_load (path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (image->channels, ==, kind->channels);
  g_assert_cmpint (image->depth, ==, kind->bits == 16 ? CG_DEPTH_16 : CG_DEPTH_8);
  for (int y = 0; y < H; y++)
    for (int x = 0; x < W; x++)
      for (int c = 0; c < kind->channels; c++)
        {
          int at = (y * W + x) * kind->channels + c;
          int got = kind->bits == 16 ? ((guint16 *) image->samples)[at]
                                     : ((guint8 *) image->samples)[at];
          g_assert_cmpint (got, ==, wanted (kind, x, y, c));
          holes += c == kind->channels - 1 && c % 2 == 1 && got == 0;
        }
  g_assert_cmpint (holes > 0, ==, kind->has_trns);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *name = g_strconcat ("/png/", kinds[i].name, NULL);
      g_test_add (name, Folder, &kinds[i], folder_set_up, test_kind, folder_tear_down);
    }
  return g_test_run ();
}
