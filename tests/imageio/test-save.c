/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Saving is all or nothing. */
#include "folder.h"

#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <signal.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "imageio/atomic.h"
#include "imageio/imageio.h"
#include "model/error.h"

static void
assert_refused (const CgImage *image, const char *path, GQuark domain, int code, const char *says)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (cg_image_save (image, path, &error));
  g_assert_error (error, domain, code);
  g_assert_true (g_str_has_prefix (error->message, path));
  if (!strstr (error->message, says))
    g_error ("\"%s\" does not say \"%s\"", error->message, says);
}

static void
test_refused (Folder *folder, gconstpointer user)
{
  g_autoptr (CgImage) rgba16 = make_picture (5, 5, 4, CG_DEPTH_16);
  g_autoptr (CgImage) rgba8 = make_picture (5, 5, 4, CG_DEPTH_8);
  g_autofree char *jpeg = folder_file (folder, "a.jpg"), *name = folder_file (folder, "a.xyz");
  g_autofree char *pfm = folder_file (folder, "a.pfm"), *bare = folder_file (folder, "png");

  assert_refused (rgba16, jpeg, CG_ERROR, CG_ERROR_UNSUPPORTED, "16-bit samples");
  assert_refused (rgba8, jpeg, CG_ERROR, CG_ERROR_UNSUPPORTED, "RGB with alpha pixels");
  assert_refused (rgba8, pfm, CG_ERROR, CG_ERROR_UNSUPPORTED, "8-bit samples");
  assert_refused (rgba8, name, CG_ERROR, CG_ERROR_UNSUPPORTED, "end of this name");
  assert_refused (rgba8, bare, CG_ERROR, CG_ERROR_UNSUPPORTED, "end of this name");
  g_assert_false (cg_image_can_save (name));
  g_assert_true (cg_image_can_save ("A.PNG"));
  g_assert_cmpint (folder_count (folder), ==, 0);
}

/* Sizes that a format's numbers, or its library's, cannot hold; there are no pixels. */
static void
test_too_large (void)
{
  static const struct
  {
    const char *path;
    int width, height, channels;
    CgDepth depth;
    gboolean fits;
    const char *says;
  } cases[] = {
    { "a.tga", 65535, 2, 4, CG_DEPTH_8, TRUE, NULL },
    { "a.tga", 65536, 2, 1, CG_DEPTH_8, FALSE,
      "a.tga: a TGA has at most 65535 pixels a side, not 65536 x 2" },
    { "a.tga", 2, 65536, 1, CG_DEPTH_8, FALSE, "not 2 x 65536" },
    { "a.tga", 40000, 20000, 3, CG_DEPTH_8, FALSE, "a TGA has at most 536870000 pixels" },
    { "a.jpg", 65500, 65500, 3, CG_DEPTH_8, TRUE, NULL },
    { "a.jpg", 3, 65501, 3, CG_DEPTH_8, FALSE, "at most 65500 pixels a side, not 3 x 65501" },
    { "a.bmp", 70000, 5000, 3, CG_DEPTH_8, TRUE, NULL },
    { "a.bmp", 70000, 10000, 3, CG_DEPTH_8, FALSE, "pixels, not 70000 x 10000" },
    { "a.hdr", 70000, 5000, 3, CG_DEPTH_FLOAT, TRUE, NULL },
    { "a.hdr", 70000, 11000, 3, CG_DEPTH_FLOAT, FALSE, "pixels, not 70000 x 11000" },
    { "a.png", 100000, 100000, 4, CG_DEPTH_16, TRUE, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const CgImage image = { .width = cases[i].width,
                              .height = cases[i].height,
                              .channels = cases[i].channels,
                              .depth = cases[i].depth };
      g_autoptr (GError) error = NULL;
      if (cg_image_check_save (&image, cases[i].path, NULL, &error) != cases[i].fits)
        g_error ("%d x %d in %s", image.width, image.height, cases[i].path);
      if (cases[i].fits)
        continue;
      g_assert_error (error, CG_ERROR, CG_ERROR_TOO_LARGE);
      if (!strstr (error->message, cases[i].says))
        g_error ("\"%s\" does not say \"%s\"", error->message, cases[i].says);
    }
}

static void
test_no_place (Folder *folder, gconstpointer user)
{
  g_autoptr (CgImage) image = make_picture (5, 5, 1, CG_DEPTH_8);
  g_autofree char *in_nothing = folder_file (folder, "nothing/a.png");
  g_autofree char *file = folder_file (folder, "file.png");
  g_autofree char *in_file = folder_file (folder, "file.png/a.png");

  assert_refused (image, in_nothing, G_FILE_ERROR, G_FILE_ERROR_NOENT, "cannot write");
  g_assert_true (cg_image_save (image, file, NULL));
  assert_refused (image, in_file, G_FILE_ERROR, G_FILE_ERROR_NOTDIR, "cannot write");
  g_assert_cmpint (folder_count (folder), ==, 1);
}

/* A rename onto a pipe, or a device such as /dev/null, would take its place. */
static void
test_no_ordinary_file (Folder *folder, gconstpointer user)
{
  g_autoptr (CgImage) image = make_picture (5, 5, 1, CG_DEPTH_8);
  g_autofree char *pipe = folder_file (folder, "pipe.png");

  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  assert_refused (image, pipe, G_FILE_ERROR, G_FILE_ERROR_INVAL, "not an ordinary file");
  g_assert_cmpint (folder_count (folder), ==, 1);
}

/* A limit on the size of files stands for a full disk. */
static void
test_full (Folder *folder, gconstpointer user)
{
  g_autoptr (CgImage) small = make_picture (5, 5, 1, CG_DEPTH_8);
  g_autofree char *path = folder_file (folder, user);
  struct rlimit old, tight;

  g_autoptr (CgImage) large = make_picture (
      200, 200, 3,
      g_str_has_suffix (path, "pfm") || g_str_has_suffix (path, "hdr") ? CG_DEPTH_FLOAT
                                                                       : CG_DEPTH_8);
  g_assert_true (g_file_set_contents (path, "older", -1, NULL));
  signal (SIGXFSZ, SIG_IGN);
  getrlimit (RLIMIT_FSIZE, &old);
  tight = old;
  tight.rlim_cur = 10000;
  setrlimit (RLIMIT_FSIZE, &tight);
  g_autoptr (GError) error = NULL;
  gboolean saved = cg_image_save (large, path, &error);
  setrlimit (RLIMIT_FSIZE, &old);

  g_assert_false (saved);
  g_assert_true (g_str_has_prefix (error->message, path));
  if (!strstr (error->message, "cannot write"))
    g_error ("\"%s\" does not say why", error->message);
  g_autofree char *kept = NULL;
  g_assert_true (g_file_get_contents (path, &kept, NULL, NULL));
  g_assert_cmpstr (kept, ==, "older");
  g_assert_cmpint (folder_count (folder), ==, 1);
}

static void
test_mode (Folder *folder, gconstpointer user)
{
  g_autoptr (CgImage) image = make_picture (5, 5, 1, CG_DEPTH_8);
  g_autofree char *path = folder_file (folder, "a.png");
  mode_t old = umask (027);
  GStatBuf info;

  g_assert_true (cg_image_save (image, path, NULL));
  umask (old);
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0640);
}

/* What somebody else has made meanwhile stays. */
static void
test_new (Folder *folder, gconstpointer user)
{
  g_autofree char *path = folder_file (folder, "a.png"), *kept = NULL;
  g_autoptr (GError) error = NULL;

  CgAtomicFile *first = cg_atomic_open (path, NULL), *second = cg_atomic_open (path, NULL);
  g_assert_true (first && second);
  first->is_new = second->is_new = TRUE;
  fputs ("first", first->file);
  g_assert_true (cg_atomic_commit (first, NULL));
  g_assert_false (cg_atomic_commit (second, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_EXIST);
  g_assert_true (g_file_get_contents (path, &kept, NULL, NULL));
  g_assert_cmpstr (kept, ==, "first");
  g_assert_cmpint (folder_count (folder), ==, 1);
}

/* Of two temporary files, the one that no living writer holds goes. */
static void
test_stale (Folder *folder, gconstpointer user)
{
  g_autofree char *path = folder_file (folder, "a.png");
  g_autofree char *stale = folder_file (folder, CG_ATOMIC_PREFIX "abcdef");
  g_autofree char *other = folder_file (folder, ".cleargrain-notes");

  g_assert_true (g_file_set_contents (stale, "half", -1, NULL));
  g_assert_true (g_file_set_contents (other, "mine", -1, NULL));
  CgAtomicFile *live = cg_atomic_open (path, NULL);
  g_assert_nonnull (live);
  g_assert_cmpuint (cg_atomic_remove_stale (folder->path), ==, 1);
  g_assert_false (g_file_test (stale, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (other, G_FILE_TEST_EXISTS));
  g_assert_true (cg_atomic_commit (live, NULL));
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_cmpint (folder_count (folder), ==, 2);
}

#define ADD(name, data, func) g_test_add (name, Folder, data, folder_set_up, func, folder_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/save/refused", NULL, test_refused);
  g_test_add_func ("/save/too-large", test_too_large);
  ADD ("/save/no-place", NULL, test_no_place);
  ADD ("/save/no-ordinary-file", NULL, test_no_ordinary_file);
  ADD ("/save/full/png", "a.png", test_full);
  ADD ("/save/full/jpeg", "a.jpg", test_full);
  ADD ("/save/full/ppm", "a.ppm", test_full);
  ADD ("/save/full/pfm", "a.pfm", test_full);
  ADD ("/save/full/bmp", "a.bmp", test_full);
  ADD ("/save/full/hdr", "a.hdr", test_full);
  ADD ("/save/mode", NULL, test_mode);
  ADD ("/save/new", NULL, test_new);
  ADD ("/save/stale", NULL, test_stale);
  return g_test_run ();
}
