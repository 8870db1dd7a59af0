/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between depths: light is on another curve than integers, alpha is not. */
#include "folder.h"

#include "imageio/imageio.h"
#include "imageio/metadata.h"

static void
test_to_light (void)
{
  g_autoptr (CgImage) image = cg_image_new (1, 1, 4, CG_DEPTH_8, NULL);
  /* sRGB (IEC 61966-2-1): 188 is half the light, 10 lies on the straight part. */
  static const guint8 samples[] = { 188, 255, 10, 128 };

  for (int i = 0; i < 4; i++)
    ((guint8 *) image->samples)[i] = samples[i];
  cg_image_add_extra (image, "xmp", "x", 1);
  g_autoptr (CgImage) light = cg_image_convert (image, CG_DEPTH_FLOAT, NULL);
  const float *got = light->samples;
  g_assert_cmpint (light->transfer, ==, CG_TRANSFER_LINEAR);
  g_assert_cmpfloat_with_epsilon (got[0], 0.5029, 1e-4);
  g_assert_cmpfloat_with_epsilon (got[1], 1, 1e-6);
  g_assert_cmpfloat_with_epsilon (got[2], 10 / 255. / 12.92, 1e-6);
  g_assert_cmpfloat_with_epsilon (got[3], 128 / 255., 1e-6);
  g_assert_nonnull (cg_image_find_extra (light, "xmp"));
}

static void
test_there_and_back (void)
{
  static const CgDepth depths[] = { CG_DEPTH_16, CG_DEPTH_FLOAT };

  for (int i = 0; i < 8; i++)
    {
      g_autoptr (CgImage) image = make_picture (30, 20, i / 2 + 1, CG_DEPTH_8);
      g_autoptr (CgImage) there = cg_image_convert (image, depths[i % 2], NULL);
      g_autoptr (CgImage) back = cg_image_convert (there, CG_DEPTH_8, NULL);
      assert_same_pixels (image, back);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/convert/to-light", test_to_light);
  g_test_add_func ("/convert/there-and-back", test_there_and_back);
  return g_test_run ();
}
