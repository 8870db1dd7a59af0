/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "house.h"

#include <math.h>
#include <string.h>
#include <sys/wait.h>

#include <glib/gstdio.h>

#include "imageio/imageio.h"
#include "model/random.h"

void
house_open (House *house)
{
  g_autoptr (GError) error = NULL;
  house->folder = g_dir_make_tmp ("trainer-XXXXXX", &error);
  g_assert_no_error (error);
}

static void
remove_all (const char *path)
{
  if (g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    {
      g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
      const char *name;
      while (dir && (name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *below = g_build_filename (path, name, NULL);
          remove_all (below);
        }
    }
  g_remove (path);
}

void
house_close (House *house)
{
  if (house->folder)
    remove_all (house->folder);
  g_clear_pointer (&house->folder, g_free);
}

const char *
house_path (House *house, const char *name)
{
  g_autofree char *path = g_build_filename (house->folder, name, NULL);
  return g_intern_string (path);
}

void
house_write (House *house, const char *name, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_file_set_contents (house_path (house, name), text, -1, &error);
  g_assert_no_error (error);
}

CgImage *
house_picture (int number, int w, int h, CgDepth depth)
{
  g_autoptr (GError) error = NULL;
  CgRandom random = cg_random (99, number, 0);
  CgImage *image = cg_image_new (w, h, 1, depth, &error);
  g_assert_no_error (error);
  g_autofree float *plane = g_new (float, (gsize) w *h);

  double ramp = cg_random_uniform (&random);
  for (int y = 0; y < h; y++)
    for (int x = 0; x < w; x++)
      plane[y * w + x] = 0.3 + 0.3 * ramp * x / w + 0.1 * sin (0.3 * x + 0.2 * ramp * y);
  for (int box = 0; box < 12; box++)
    {
      int x0 = (int) cg_random_below (&random, w), y0 = (int) cg_random_below (&random, h);
      int side = 4 + (int) cg_random_below (&random, 1 + w / 3);
      double value = cg_random_uniform (&random);
      for (int y = y0; y < MIN (h, y0 + side); y++)
        for (int x = x0; x < MIN (w, x0 + side); x++)
          plane[y * w + x] = value;
    }
  cg_image_set (image, 0, 0, w, h, plane);
  return image;
}

void
house_pictures (House *house, const char *name, int n, int w, int h)
{
  house_noisy_pictures (house, name, n, w, h, 0, 0);
}

void
house_noisy_pictures (House *house, const char *name, int n, int w, int h, double sigma, int seed)
{
  g_autofree float *plane = g_new (float, (gsize) w *h);
  g_mkdir_with_parents (house_path (house, name), 0777);
  for (int i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *file = g_strdup_printf ("%s/%02d.png", name, i);
      g_autoptr (CgImage) image = house_picture (i, w, h, CG_DEPTH_8);
      CgRandom random = cg_random (seed, i, 1);
      cg_image_get (image, 0, 0, w, h, plane);
      for (int p = 0; p < w * h; p++)
        plane[p] += sigma / 255 * cg_random_normal (&random);
      cg_image_set (image, 0, 0, w, h, plane);
      g_assert_true (cg_image_save (image, house_path (house, file), &error));
      g_assert_no_error (error);
    }
}

int
house_run (House *house, char **out, char **err, ...)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_ptr_array_add (argv, (char *) g_getenv ("CLEARGRAIN_TRAIN"));
  g_assert_nonnull (argv->pdata[0]);
  va_list words;
  char *word;
  va_start (words, err);
  while ((word = va_arg (words, char *)) != NULL)
    g_ptr_array_add (argv, word);
  va_end (words);
  g_ptr_array_add (argv, NULL);

  int status;
  g_spawn_sync (house->folder, (char **) argv->pdata, NULL,
                (out ? 0 : G_SPAWN_STDOUT_TO_DEV_NULL) | (err ? 0 : G_SPAWN_STDERR_TO_DEV_NULL),
                NULL, NULL, out, err, &status, &error);
  g_assert_no_error (error);
  return WIFSIGNALED (status) ? -WTERMSIG (status) : WEXITSTATUS (status);
}

char *
house_sum (House *house, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *bytes = NULL;
  gsize size;
  g_file_get_contents (house_path (house, name), &bytes, &size, &error);
  g_assert_no_error (error);
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) bytes, size);
}
