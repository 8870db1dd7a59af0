/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "folder.h"

#include <math.h>

#include <glib/gstdio.h>

#include "model/random.h"

void
folder_set_up (Folder *folder, gconstpointer user)
{
  folder->path = g_dir_make_tmp ("cleargrain-test-XXXXXX", NULL);
  g_assert_nonnull (folder->path);
}

void
folder_tear_down (Folder *folder, gconstpointer user)
{
  g_autoptr (GDir) dir = g_dir_open (folder->path, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)))
    {
      g_autofree char *path = folder_file (folder, name);
      g_unlink (path);
    }
  g_assert_cmpint (g_rmdir (folder->path), ==, 0);
  g_free (folder->path);
}

char *
folder_file (const Folder *folder, const char *name)
{
  return g_build_filename (folder->path, name, NULL);
}

int
folder_count (const Folder *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder->path, 0, NULL);
  int n = 0;

  while (g_dir_read_name (dir))
    n++;
  return n;
}

CgImage *
make_picture (int width, int height, int channels, CgDepth depth)
{
  CgImage *image = cg_image_new (width, height, channels, depth, NULL);
  CgRandom random = cg_random (7, width, channels);
  gsize n = (gsize) width * height * channels;

  for (gsize i = 0; i < n; i++)
    if (depth == CG_DEPTH_8)
      ((guint8 *) image->samples)[i] = (guint8) cg_random_bits (&random);
    else if (depth == CG_DEPTH_16)
      ((guint16 *) image->samples)[i] = (guint16) cg_random_bits (&random);
    else
      ((float *) image->samples)[i] = (float) cg_random_normal (&random);
  return image;
}

void
assert_same_pixels (const CgImage *a, const CgImage *b)
{
  g_assert_cmpint (a->width, ==, b->width);
  g_assert_cmpint (a->height, ==, b->height);
  g_assert_cmpint (a->channels, ==, b->channels);
  g_assert_cmpint (a->depth, ==, b->depth);
  g_assert_cmpint (a->transfer, ==, b->transfer);
  g_assert_cmpmem (a->samples, a->height * cg_image_row_bytes (a), b->samples,
                   b->height * cg_image_row_bytes (b));
}
