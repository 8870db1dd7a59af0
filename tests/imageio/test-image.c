/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures in memory: every sample survives the way to floats and back. */
#include "model/image.h"

#include <math.h>
#include <string.h>

#include "model/error.h"

static void
test_every_value (gconstpointer user)
{
  CgDepth depth = GPOINTER_TO_INT (user);
  int n = depth == CG_DEPTH_8 ? 256 : 65536;
  g_autoptr (CgImage) image = cg_image_new (n / 64, 64, 1, depth, NULL);
  g_autoptr (CgImage) copy = cg_image_new (n / 64, 64, 1, depth, NULL);
  g_autofree float *pixels = g_new (float, n);

  for (int i = 0; i < n; i++)
    if (depth == CG_DEPTH_8)
      ((guint8 *) image->samples)[i] = (guint8) i;
    else
      ((guint16 *) image->samples)[i] = (guint16) i;
  cg_image_get (image, 0, 0, n / 64, 64, pixels);
  for (int i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (pixels[i], i / (n - 1.), 1e-7);
  cg_image_set (copy, 0, 0, n / 64, 64, pixels);
  g_assert_cmpmem (copy->samples, n * cg_depth_bytes (depth), image->samples,
                   n * cg_depth_bytes (depth));
}

static void
test_clipping (void)
{
  g_autoptr (CgImage) image = cg_image_new (7, 1, 1, CG_DEPTH_8, NULL);
  const float from[] = { -3, -1e30f, 7, 1e30f, NAN, 0.4f / 255, 0.6f / 255 };
  const guint8 want[] = { 0, 0, 255, 255, 0, 0, 1 };

  cg_image_set (image, 0, 0, 7, 1, from);
  g_assert_cmpmem (image->samples, 7, want, 7);
}

/* A rectangle of 3 x 2 pixels at (4, 5), and nothing around it. */
static void
test_rectangle (gconstpointer user)
{
  CgDepth depth = GPOINTER_TO_INT (user);
  g_autoptr (CgImage) image = cg_image_new (11, 9, 3, depth, NULL);
  float all[11 * 9 * 3], part[3 * 2 * 3];

  for (int i = 0; i < 18; i++)
    part[i] = (i + 1) / 255.f;
  cg_image_set (image, 4, 5, 3, 2, part);
  cg_image_get (image, 0, 0, 11, 9, all);
  for (int y = 0; y < 9; y++)
    for (int x = 0; x < 11; x++)
      for (int c = 0; c < 3; c++)
        {
          gboolean inside = x >= 4 && x < 7 && y >= 5 && y < 7;
          float want = inside ? part[((y - 5) * 3 + x - 4) * 3 + c] : 0;
          g_assert_cmpfloat_with_epsilon (all[(y * 11 + x) * 3 + c], want, 1e-5);
        }
  memset (part, 0, sizeof part);
  cg_image_get (image, 4, 5, 3, 2, part);
  g_assert_cmpfloat_with_epsilon (part[17], 18 / 255., 1e-5);
}

static void
test_float_is_kept (void)
{
  g_autoptr (CgImage) image = cg_image_new (3, 1, 1, CG_DEPTH_FLOAT, NULL);
  const float from[] = { -5e20f, INFINITY, 1e-40f };
  float to[3];

  cg_image_set (image, 0, 0, 3, 1, from);
  cg_image_get (image, 0, 0, 3, 1, to);
  g_assert_cmpmem (to, sizeof to, from, sizeof from);
}

static void
test_refused (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (cg_image_new (0, 5, 1, CG_DEPTH_8, &error));
  g_assert_error (error, CG_ERROR, CG_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  g_assert_null (cg_image_new (5, 5, 5, CG_DEPTH_8, &error));
  g_assert_error (error, CG_ERROR, CG_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  g_assert_null (cg_image_new (G_MAXINT, G_MAXINT, 4, CG_DEPTH_FLOAT, &error));
  g_assert_error (error, CG_ERROR, CG_ERROR_TOO_LARGE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/image/every-value/8", GINT_TO_POINTER (CG_DEPTH_8), test_every_value);
  g_test_add_data_func ("/image/every-value/16", GINT_TO_POINTER (CG_DEPTH_16), test_every_value);
  g_test_add_data_func ("/image/rectangle/8", GINT_TO_POINTER (CG_DEPTH_8), test_rectangle);
  g_test_add_data_func ("/image/rectangle/16", GINT_TO_POINTER (CG_DEPTH_16), test_rectangle);
  g_test_add_data_func ("/image/rectangle/float", GINT_TO_POINTER (CG_DEPTH_FLOAT), test_rectangle);
  g_test_add_func ("/image/clipping", test_clipping);
  g_test_add_func ("/image/float-is-kept", test_float_is_kept);
  g_test_add_func ("/image/refused", test_refused);
  return g_test_run ();
}
