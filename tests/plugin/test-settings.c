/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the filter remembers, and the list it offers. */
#include "plugin/settings.h"

#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "model/error.h"
#include "plugin/models.h"
#include "small-model.h"

typedef struct
{
  char *folder;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = g_dir_make_tmp (NULL, NULL);
  g_setenv ("CLEARGRAIN_WEIGHTS", f->folder, TRUE);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (f->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (f->folder, name, NULL);
      g_remove (path);
    }
  g_rmdir (f->folder);
  g_free (f->folder);
}

static void
test_check (void)
{
  const double bad[] = { -0.01, 1.01, NAN, INFINITY };
  g_auto (CgSettings) settings;

  cg_settings_init (&settings);
  g_assert_true (cg_settings_check (&settings, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) strength = NULL, colour = NULL;

      settings.strength = bad[i];
      g_assert_false (cg_settings_check (&settings, &strength));
      g_assert_error (strength, CG_ERROR, CG_ERROR_USAGE);
      settings.strength = 0;
      settings.colour_strength = bad[i];
      g_assert_false (cg_settings_check (&settings, &colour));
      g_assert_error (colour, CG_ERROR, CG_ERROR_USAGE);
      settings.colour_strength = 0;
    }
  for (settings.grain_size = 0; settings.grain_size <= 5; settings.grain_size++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (cg_settings_check (&settings, &error), ==,
                       settings.grain_size >= 1 && settings.grain_size <= 4);
    }
}

static void
test_remember (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->folder, "values.ini", NULL);
  g_autoptr (GError) error = NULL;
  g_auto (CgSettings) saved, loaded;

  cg_settings_init (&saved);
  cg_settings_init (&loaded);
  cg_settings_load (&loaded, path);
  g_assert_cmpfloat (loaded.strength, ==, 1);

  saved.strength = 0.1;
  saved.colour_strength = 1.0 / 3;
  saved.grain_size = 3;
  g_free (saved.model);
  saved.model = g_strdup ("/a path/with \"signs\" = ü");
  cg_settings_save (&saved, path, &error);
  g_assert_no_error (error);
  cg_settings_load (&loaded, path);
  g_assert_cmpfloat (loaded.strength, ==, saved.strength);
  g_assert_cmpfloat (loaded.colour_strength, ==, saved.colour_strength);
  g_assert_cmpint (loaded.grain_size, ==, 3);
  g_assert_cmpstr (loaded.model, ==, saved.model);
}

static void
test_nonsense (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->folder, "values.ini", NULL);
  g_auto (CgSettings) settings;

  cg_settings_init (&settings);
  g_file_set_contents (path, "[denoise]\nstrength=7\ncolour-strength=nan\nmodel=\ngrain-size=5\n",
                       -1, NULL);
  cg_settings_load (&settings, path);
  g_file_set_contents (path, "\1\2 not a key file", -1, NULL);
  cg_settings_load (&settings, path);
  g_assert_cmpfloat (settings.strength, ==, 1);
  g_assert_cmpfloat (settings.colour_strength, ==, 1);
  g_assert_cmpint (settings.grain_size, ==, 1);
  g_assert_cmpstr (settings.model, ==, CG_SETTINGS_MODEL);
}

static const CgModelEntry *
find (GPtrArray *list, const char *name)
{
  for (guint i = 0; i < list->len; i++)
    if (g_str_equal (((CgModelEntry *) g_ptr_array_index (list, i))->name, name))
      return g_ptr_array_index (list, i);
  return NULL;
}

static void
test_models (Fixture *f, gconstpointer data)
{
  g_autofree char *good = g_build_filename (f->folder, "zz-good.safetensors", NULL);
  g_autofree char *bad = g_build_filename (f->folder, "zz-bad.safetensors", NULL);
  g_autoptr (GError) error = NULL;

  small_model_save (good, 4, &error);
  g_assert_no_error (error);
  g_file_set_contents (bad, "not weights", -1, NULL);
  g_autoptr (GPtrArray) list = cg_models_list ();
  g_assert_cmpstr (find (list, "zz-good")->summary, ==, "random numbers for the tests");
  g_assert_nonnull (strstr (find (list, "zz-bad")->summary, "zz-bad.safetensors"));
  g_assert_null (find (list, "zz-missing"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/settings/check", test_check);
  g_test_add ("/settings/remember", Fixture, NULL, set_up, test_remember, tear_down);
  g_test_add ("/settings/nonsense", Fixture, NULL, set_up, test_nonsense, tear_down);
  g_test_add ("/models/list", Fixture, NULL, set_up, test_models, tear_down);
  return g_test_run ();
}
