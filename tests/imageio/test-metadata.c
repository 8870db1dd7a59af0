/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a file says besides its pixels is carried from format to format. */
#include "folder.h"

#include <string.h>

#include "imageio/imageio.h"
#include "imageio/metadata.h"

#define XMP "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\xc3\xa4</x:xmpmeta>"

/* A profile of one tag, which says that it is for gray or RGB displays. */
static void
add_icc (CgImage *image)
{
  guint8 icc[344] = { 0 };

  cg_put_u32 (icc, sizeof icc);
  memcpy (icc + 8, "\x04\x20\0\0mntr", 8);
  memcpy (icc + 16, image->channels < 3 ? "GRAY" : "RGB ", 4);
  memcpy (icc + 20, "XYZ ", 4);
  memcpy (icc + 36, "acsp", 4);
  memcpy (icc + 68, "\0\0\xf6\xd6\0\1\0\0\0\0\xd3\x2d", 12); /* D50 */
  memcpy (icc + 128, "\0\0\0\1desc\0\0\0\x90\0\0\0\xc8", 16);
  for (int i = 144; i < 344; i++)
    icc[i] = (guint8) (i * i);
  cg_image_add_extra (image, "icc", icc, sizeof icc);
}

/* Orientation 6: to be turned for display. */
static const guint8 exif[] = "II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";

static void
add_text (CgImage *image, const char *kind, const char *text)
{
  cg_image_add_extra (image, kind, text, strlen (text));
}

static CgImage *
save_and_load (const Folder *folder, const CgImage *image, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = folder_file (folder, name);

  gboolean saved = cg_image_save (image, path, &error);
  g_assert_no_error (error);
  g_assert_true (saved);
  CgImage *back = cg_image_load (path, &error);
  g_assert_no_error (error);
  return back;
}

static void
assert_same_extra (const CgImage *a, const CgImage *b, const char *kind)
{
  GBytes *in_a = cg_image_find_extra (a, kind), *in_b = cg_image_find_extra (b, kind);

  g_assert_nonnull (in_a);
  if (!in_b || !g_bytes_equal (in_a, in_b))
    g_error ("%s is %s", kind, in_b ? "changed" : "lost");
}

/* Every piece of @image is in @back with the same bytes. */
static void
assert_all_kept (const CgImage *image, const CgImage *back)
{
  for (guint i = 0; i < image->extras->len; i++)
    assert_same_extra (image, back, ((CgImageExtra *) g_ptr_array_index (image->extras, i))->kind);
}

static void
test_png (Folder *folder, gconstpointer user)
{
  g_autofree char *long_text = g_strnfill (5000, 'x');

  for (int channels = 1; channels <= 4; channels++)
    {
      g_autoptr (CgImage) image = make_picture (9, 7, channels, CG_DEPTH_16);
      add_icc (image);
      cg_image_add_extra (image, "exif", exif, sizeof exif - 1);
      cg_image_add_extra (image, "density", "\0\0\x0b\x13\0\0\x0b\x12\1", 9);
      cg_image_add_extra (image, "png:cICP", "\x09\x10\0\1", 4);
      add_text (image, "xmp", XMP);
      add_text (image, "text:Author", "J\xc3\xbcrgen");                       /* Latin-1 */
      add_text (image, "text:Title", "\xe9\x9b\xaa\xe3\x81\xae\xe6\x97\xa5"); /* not */
      add_text (image, "text:Long", long_text);
      g_autoptr (CgImage) back = save_and_load (folder, image, "a.png");
      assert_same_pixels (image, back);
      assert_all_kept (image, back);
      g_assert_cmpuint (back->extras->len, ==, image->extras->len);
    }
}

static void
test_png_colour (Folder *folder, gconstpointer user)
{
  g_autoptr (CgImage) image = make_picture (9, 7, 3, CG_DEPTH_8);
  guint8 chroma[32];
  /* Rec. 2020 */
  static const guint32 xy[] = { 31270, 32900, 70800, 29200, 17000, 79700, 13100, 4600 };

  for (int i = 0; i < 8; i++)
    cg_put_u32 (chroma + 4 * i, xy[i]);
  cg_image_add_extra (image, "gamma", "\0\0\x8e\xd0", 4);
  cg_image_add_extra (image, "chroma", chroma, 32);
  g_autoptr (CgImage) back = save_and_load (folder, image, "a.png");
  assert_all_kept (image, back);

  g_clear_pointer (&image->extras, g_ptr_array_unref);
  cg_image_add_extra (image, "srgb", "\2", 1);
  g_autoptr (CgImage) back2 = save_and_load (folder, image, "b.png");
  assert_all_kept (image, back2);
}

static void
test_jpeg (Folder *folder, gconstpointer user)
{
  g_autoptr (CgImage) image = make_picture (16, 16, 3, CG_DEPTH_8);
  g_autofree char *iptc = g_strdup ("Photoshop 3.0");

  add_icc (image);
  cg_image_add_extra (image, "exif", exif, sizeof exif - 1);
  cg_image_add_extra (image, "density", "\0\0\x0b\x13\0\0\x0b\x13\1", 9); /* 72 dpi */
  cg_image_add_extra (image, "jpeg:APP13", iptc, strlen (iptc) + 1);
  add_text (image, "xmp", XMP);
  add_text (image, "text:Comment", "gr\xc3\xbc\xc3\x9f");
  g_autoptr (CgImage) back = save_and_load (folder, image, "a.jpg");
  assert_all_kept (image, back);

  g_autoptr (CgImage) again = save_and_load (folder, back, "b.jpg");
  assert_all_kept (image, again);
}

static void
test_across (Folder *folder, gconstpointer user)
{
  static const char *const both[] = { "icc", "exif", "xmp", "density", "text:Comment" };
  g_autoptr (CgImage) image = make_picture (16, 16, 1, CG_DEPTH_8);

  add_icc (image);
  cg_image_add_extra (image, "exif", exif, sizeof exif - 1);
  cg_image_add_extra (image, "density", "\0\0\x2e\x23\0\0\x2e\x23\1", 9); /* 300 dpi */
  add_text (image, "xmp", XMP);
  add_text (image, "text:Comment", "of the picture");
  g_autoptr (CgImage) jpeg = save_and_load (folder, image, "a.jpg");
  g_autoptr (CgImage) png = save_and_load (folder, jpeg, "a.png");
  for (gsize i = 0; i < G_N_ELEMENTS (both); i++)
    assert_same_extra (image, png, both[i]);
}

/* What is no profile, or for other pixels, must not spoil the picture. */
static void
test_nonsense (Folder *folder, gconstpointer user)
{
  g_autoptr (CgImage) image = make_picture (16, 16, 3, CG_DEPTH_8);

  cg_image_add_extra (image, "icc", "no profile", 10);
  cg_image_add_extra (image, "gamma", "\0\0\0\0", 4);
  cg_image_add_extra (image, "chroma", "short", 5);
  cg_image_add_extra (image, "srgb", "\x77", 1);
  cg_image_add_extra (image, "exif", "xx", 2);
  cg_image_add_extra (image, "text:", "no key", 6);
  cg_image_add_extra (image, "unheard of", "thing", 5);
  g_autoptr (CgImage) png = save_and_load (folder, image, "a.png");
  assert_same_pixels (image, png);
  g_autoptr (CgImage) jpeg = save_and_load (folder, image, "a.jpg");
  g_assert_nonnull (jpeg);
}

#define ADD(name, func) g_test_add (name, Folder, NULL, folder_set_up, func, folder_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/metadata/png", test_png);
  ADD ("/metadata/png-colour", test_png_colour);
  ADD ("/metadata/jpeg", test_jpeg);
  ADD ("/metadata/across", test_across);
  ADD ("/metadata/nonsense", test_nonsense);
  return g_test_run ();
}
