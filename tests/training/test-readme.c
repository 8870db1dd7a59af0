/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The retrainer's page names every key and every kind of noise. */
#include <string.h>

#include "training/noise-kinds.h"
#include "training/recipe.h"

static char *
read_page (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path
      = g_build_filename (g_getenv ("CLEARGRAIN_RECIPES"), "..", "README.md", NULL);
  char *text = NULL;
  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static void
test_keys (void)
{
  g_autofree char *page = read_page ();
  g_autoptr (CgRecipe) recipe = cg_recipe_parse ("", NULL, NULL);
  g_autofree char *text = cg_recipe_text (recipe, FALSE);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autofree char *section = NULL;
  guint keys = 0;
  for (char **line = lines; *line; line++)
    {
      char *equals = strstr (*line, " = ");
      if (**line == '[')
        {
          g_free (section);
          section = g_strndup (*line + 1, strlen (*line) - 2);
        }
      if (equals == NULL)
        continue;
      g_autofree char *key = g_strdup_printf ("`%s.%.*s`", section, (int) (equals - *line), *line);
      if (strstr (page, key) == NULL)
        g_error ("README.md does not know the key %s", key);
      keys++;
    }
  g_assert_cmpuint (keys, >, 30);
}

static void
test_kinds (void)
{
  g_autofree char *page = read_page ();
  for (guint i = 0; i < cg_n_noise_kinds; i++)
    {
      const CgNoiseKind *kind = &cg_noise_kinds[i];
      g_autofree char *start
          = g_strdup_printf (cg_noise_kind_n_values (kind) ? "`%s:" : "`%s`", kind->name);
      if (strstr (page, start) == NULL)
        g_error ("README.md does not know the noise %s", kind->name);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/readme/keys", test_keys);
  g_test_add_func ("/readme/kinds", test_kinds);
  return g_test_run ();
}
