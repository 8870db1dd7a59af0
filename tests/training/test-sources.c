/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures are parted into those to learn from and those to judge by. */
#include "house.h"
#include "training/sources.h"

#define N 5 /* not a multiple of what is held out */

/* Two noisy versions of each picture: none is learnt from while the other one judges. */
static void
test_versions_stay_together (void)
{
  g_auto (House) house = { 0 };
  g_autoptr (GError) error = NULL;
  house_open (&house);
  house_pictures (&house, "clean", N, 48, 48);
  house_noisy_pictures (&house, "a", N, 48, 48, 20, 1);
  house_noisy_pictures (&house, "b", N, 48, 48, 20, 2);
  g_autofree char *clean = g_strdup_printf ("data.clean=%s", house_path (&house, "clean"));
  g_autofree char *noisy
      = g_strdup_printf ("data.noisy=%s;%s", house_path (&house, "a"), house_path (&house, "b"));
  const char *const set[] = { clean, noisy, "data.hold-out=3", NULL };
  g_autoptr (CgRecipe) recipe = cg_recipe_parse ("", set, &error);
  g_assert_no_error (error);
  g_autoptr (CgWorkers) workers = cg_workers_new (1);
  const CgSourcesOptions options
      = { .recipe = recipe, .w = 16, .h = 16, .cache_folder = house.folder, .workers = workers };
  g_autoptr (CgSources) sources = cg_sources_new (&options, &error);
  g_assert_no_error (error);

  const GArray *train = sources->train.pairs, *held = sources->held.pairs;
  g_assert_cmpuint (train->len + held->len, ==, 2 * N);
  g_assert_cmpuint (held->len, >, 0);
  g_assert_cmpuint (train->len, >, 0);
  for (guint t = 0; t < train->len; t++)
    for (guint h = 0; h < held->len; h++)
      g_assert_cmpuint (g_array_index (train, CgPair, t).target, !=,
                        g_array_index (held, CgPair, h).target);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sources/versions-stay-together", test_versions_stay_together);
  return g_test_run ();
}
