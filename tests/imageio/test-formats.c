/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is saved is what is loaded, for every format and kind of picture; and
 * files that are cut short are errors wherever they are cut. */
#include "folder.h"

#include <string.h>

#include <glib/gstdio.h>

#include "imageio/imageio.h"
#include "model/error.h"

typedef struct
{
  const char *name;
  int channels;
  CgDepth depth;
} Kind;

static const Kind exact[] = {
  { "gray8.png", 1, CG_DEPTH_8 },    { "graya8.png", 2, CG_DEPTH_8 },
  { "rgb8.png", 3, CG_DEPTH_8 },     { "rgba8.png", 4, CG_DEPTH_8 },
  { "gray16.png", 1, CG_DEPTH_16 },  { "graya16.png", 2, CG_DEPTH_16 },
  { "rgb16.png", 3, CG_DEPTH_16 },   { "rgba16.png", 4, CG_DEPTH_16 },
  { "gray8.pgm", 1, CG_DEPTH_8 },    { "gray16.pgm", 1, CG_DEPTH_16 },
  { "rgb8.ppm", 3, CG_DEPTH_8 },     { "rgb16.ppm", 3, CG_DEPTH_16 },
  { "gray8.pam", 1, CG_DEPTH_8 },    { "graya16.pam", 2, CG_DEPTH_16 },
  { "rgb16.pam", 3, CG_DEPTH_16 },   { "rgba8.pam", 4, CG_DEPTH_8 },
  { "gray.pfm", 1, CG_DEPTH_FLOAT }, { "rgb.pfm", 3, CG_DEPTH_FLOAT },
  { "rgb8.bmp", 3, CG_DEPTH_8 },     { "rgba8.bmp", 4, CG_DEPTH_8 },
  { "gray8.tga", 1, CG_DEPTH_8 },    { "graya8.tga", 2, CG_DEPTH_8 },
  { "rgb8.tga", 3, CG_DEPTH_8 },     { "rgba8.tga", 4, CG_DEPTH_8 },
};

static void
test_round_trip (Folder *folder, gconstpointer user)
{
  static const int sizes[][2] = { { 1, 1 }, { 1, 99 }, { 128, 3 }, { 37, 53 } };

  for (gsize k = 0; k < G_N_ELEMENTS (exact); k++)
    for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
      {
        g_autoptr (GError) error = NULL;
        g_autoptr (CgImage) image
            = make_picture (sizes[s][0], sizes[s][1], exact[k].channels, exact[k].depth);
        g_autofree char *path = folder_file (folder, exact[k].name);
        if (image->depth == CG_DEPTH_FLOAT)
          image->transfer = CG_TRANSFER_LINEAR;
        gboolean saved = cg_image_save (image, path, &error);
        g_assert_no_error (error);
        g_assert_true (saved);
        g_autoptr (CgImage) back = cg_image_load (path, &error);
        g_assert_no_error (error);
        assert_same_pixels (image, back);
      }
}

/* The whole file loads; without its last bytes, however many, it does not. */
static void
assert_cuts_fail (const Folder *folder, const char *name, gsize step)
{
  g_autofree char *path = folder_file (folder, name), *bytes = NULL;
  g_autofree char *cut_name = g_strconcat ("cut-", name, NULL);
  g_autofree char *cut_path = folder_file (folder, cut_name);
  gsize size;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  for (gsize n = 0; n < size; n += step)
    {
      g_autoptr (GError) error = NULL;
      g_assert_true (
          g_file_set_contents_full (cut_path, bytes, n, G_FILE_SET_CONTENTS_NONE, 0666, NULL));
      g_autoptr (CgImage) image = cg_image_load (cut_path, &error);
      if (image)
        g_error ("%s is accepted when only %zu of its %zu bytes are there", name, n, size);
      g_assert_true (g_str_has_prefix (error->message, cut_path));
      g_assert_null (strchr (error->message, '\n'));
    }
}

static void
test_cut (Folder *folder, gconstpointer user)
{
  for (gsize k = 0; k < G_N_ELEMENTS (exact); k++)
    {
      g_autoptr (CgImage) image = make_picture (16, 9, exact[k].channels, exact[k].depth);
      g_autofree char *path = folder_file (folder, exact[k].name);
      g_assert_true (cg_image_save (image, path, NULL));
      assert_cuts_fail (folder, exact[k].name, 7);
    }
}

static void
test_cut_lossy (Folder *folder, gconstpointer user)
{
  g_autoptr (CgImage) image = make_picture (40, 30, 3, CG_DEPTH_8);
  g_autoptr (CgImage) light = make_picture (40, 30, 3, CG_DEPTH_FLOAT);
  g_autofree char *jpeg = folder_file (folder, "rgb.jpg");
  g_autofree char *hdr = folder_file (folder, "rgb.hdr");

  g_assert_true (cg_image_save (image, jpeg, NULL));
  g_assert_true (cg_image_save (light, hdr, NULL));
  assert_cuts_fail (folder, "rgb.jpg", 11);
  assert_cuts_fail (folder, "rgb.hdr", 11);
}

/* A smooth picture comes back nearly the same. */
static void
test_lossy (Folder *folder, gconstpointer user)
{
  static const char *const names[] = { "a.jpg", "a.jpeg", "a.hdr" };
  static const int channels[] = { 1, 3 };

  for (gsize i = 0; i < G_N_ELEMENTS (names) * G_N_ELEMENTS (channels); i++)
    {
      const char *name = names[i / 2];
      gboolean is_hdr = g_str_has_suffix (name, "hdr");
      g_autofree char *path = folder_file (folder, name);
      g_autoptr (CgImage) image
          = cg_image_new (33, 21, channels[i % 2], is_hdr ? CG_DEPTH_FLOAT : CG_DEPTH_8, NULL);
      g_autofree float *a = g_new (float, 33 * 21 * 3), *b = g_new (float, 33 * 21 * 3);
      for (int p = 0; p < 33 * 21 * image->channels; p++)
        a[p] = 0.2f + 0.6f * p / (33 * 21 * image->channels);
      cg_image_set (image, 0, 0, 33, 21, a);
      g_assert_true (cg_image_save (image, path, NULL));
      g_autoptr (CgImage) back = cg_image_load (path, NULL);
      g_assert_nonnull (back);
      g_assert_cmpint (back->depth, ==, image->depth);
      g_assert_cmpint (back->transfer, ==, is_hdr ? CG_TRANSFER_LINEAR : CG_TRANSFER_DISPLAY);
      /* A Radiance file is always RGB. */
      g_assert_cmpint (back->channels, ==, is_hdr ? 3 : image->channels);
      cg_image_get (back, 0, 0, 33, 21, b);
      for (int p = 0; p < 33 * 21 * back->channels; p++)
        g_assert_cmpfloat_with_epsilon (b[p], a[p * image->channels / back->channels], 0.02);
    }
}

typedef struct
{
  const char *text;
  gsize size; /* 0: up to the text's end */
  const char *name, *message;
} Bad;

#define BYTES(text) text, sizeof text - 1

static void
test_bad (Folder *folder, gconstpointer user)
{
  static const Bad bad[] = {
    { "", 0, "empty.png", "the file is empty" },
    { "It was a dark and stormy night.", 0, "text.png", "not a picture of a kind that is read" },
    { "It was a dark and stormy night.", 0, "text.tga", "broken or unknown TGA" },
    { "P5\n1000000 1000000\n255\nabc", 0, "huge.pgm", "cannot hold" },
    { "P5\n99999999999 1\n255\nabc", 0, "huger.pgm", "width is \"99999999999\"" },
    { "P5\n2 2\n70000\nabcdefgh", 0, "top.pgm", "values up to 70000" },
    { "P2\n2 1\n9\n4 12", 0, "above.pgm", "above the maximum of 9" },
    { "Pf\n2 1\nnan\nabcdefgh", 0, "scale.pfm", "\"nan\" is no number" },
    { "P7\nWIDTH 2\nHEIGHT 2\nDEPTH 9\nMAXVAL 255\nENDHDR\nabc", 0, "deep.pam", "9 channels" },
    { BYTES ("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\0\0\0\0\x01\x08\0\0\0\0wrong sum"), "zero.png",
      "broken PNG" },
    { BYTES ("\xff\xd8\xff\xe0nothing"), "start.jpg", "broken JPEG" },
    { BYTES (
          "BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\xff\xff\xff\0\xff\xff\xff\0\x01\0\x18\0\0\0\0\0"
          "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
      "huge.bmp", "cannot hold" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *path = folder_file (folder, bad[i].name);
      g_autoptr (GError) error = NULL;
      g_assert_true (g_file_set_contents (path, bad[i].text,
                                          bad[i].size ? bad[i].size : strlen (bad[i].text), NULL));
      g_autoptr (CgImage) image = cg_image_load (path, &error);
      g_assert_null (image);
      g_assert_true (g_str_has_prefix (error->message, path));
      if (!strstr (error->message, bad[i].message))
        g_error ("\"%s\" does not say \"%s\"", error->message, bad[i].message);
    }
}

static void
test_no_file (Folder *folder, gconstpointer user)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = folder_file (folder, "nothing.png");

  g_assert_null (cg_image_load (path, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_clear_error (&error);
  g_assert_null (cg_image_load (folder->path, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_ISDIR);
}

/* Content counts, not the name; plain PNM may have comments. */
static void
test_by_content (Folder *folder, gconstpointer user)
{
  g_autofree char *path = folder_file (folder, "really-a-pgm.png");
  g_autoptr (GError) error = NULL;

  g_assert_true (
      g_file_set_contents (path, "P2 # plain\n3 1 # size\n15\n0 # black\n3 15\n", -1, NULL));
  g_autoptr (CgImage) image = cg_image_load (path, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (image->samples, 3, "\0\x33\xff", 3);
}

#define ADD(name, func) g_test_add (name, Folder, NULL, folder_set_up, func, folder_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/formats/round-trip", test_round_trip);
  ADD ("/formats/lossy", test_lossy);
  ADD ("/formats/cut", test_cut);
  ADD ("/formats/cut-lossy", test_cut_lossy);
  ADD ("/formats/bad", test_bad);
  ADD ("/formats/no-file", test_no_file);
  ADD ("/formats/by-content", test_by_content);
  return g_test_run ();
}
