/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/settings.h"

#include <errno.h>

#include <glib/gstdio.h>

#include "model/error.h"
#include "plugin/procedure.h"

#define GROUP "denoise"

void
cg_settings_init (CgSettings *settings)
{
  *settings = (CgSettings){ .strength = 1, .colour_strength = 1, .grain_size = 1 };
  settings->model = g_strdup (CG_SETTINGS_MODEL);
}

void
cg_settings_clear (CgSettings *settings)
{
  g_clear_pointer (&settings->model, g_free);
}

/* Also FALSE for NaN. */
static gboolean
in_range (double strength)
{
  return strength >= 0 && strength <= 1;
}

static gboolean
is_grain_size (int size)
{
  return size >= 1 && size <= CG_SETTINGS_COARSEST;
}

gboolean
cg_settings_check (const CgSettings *settings, GError **error)
{
  if (!in_range (settings->strength))
    g_set_error (error, CG_ERROR, CG_ERROR_USAGE, _ ("%s must be 0 to 1, not %g"), "strength",
                 settings->strength);
  else if (!in_range (settings->colour_strength))
    g_set_error (error, CG_ERROR, CG_ERROR_USAGE, _ ("%s must be 0 to 1, not %g"),
                 "colour-strength", settings->colour_strength);
  else if (!is_grain_size (settings->grain_size))
    g_set_error (error, CG_ERROR, CG_ERROR_USAGE, _ ("grain-size must be 1 to %d, not %d"),
                 CG_SETTINGS_COARSEST, settings->grain_size);
  else
    return TRUE;
  return FALSE;
}

static void
take_strength (GKeyFile *file, const char *key, double *value)
{
  g_autoptr (GError) error = NULL;
  const double stored = g_key_file_get_double (file, GROUP, key, &error);

  if (error == NULL && in_range (stored))
    *value = stored;
}

void
cg_settings_load (CgSettings *settings, const char *path)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL))
    return;
  take_strength (file, "strength", &settings->strength);
  take_strength (file, "colour-strength", &settings->colour_strength);

  const int grain_size = g_key_file_get_integer (file, GROUP, "grain-size", NULL);
  if (is_grain_size (grain_size)) /* it is 0 if there is none */
    settings->grain_size = grain_size;
  g_autofree char *model = g_key_file_get_string (file, GROUP, "model", NULL);
  if (model && *model)
    {
      g_free (settings->model);
      settings->model = g_steal_pointer (&model);
    }
}

gboolean
cg_settings_save (const CgSettings *settings, const char *path, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *folder = g_path_get_dirname (path);

  g_key_file_set_double (file, GROUP, "strength", settings->strength);
  g_key_file_set_double (file, GROUP, "colour-strength", settings->colour_strength);
  g_key_file_set_integer (file, GROUP, "grain-size", settings->grain_size);
  g_key_file_set_string (file, GROUP, "model", settings->model);
  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "%s: %s", folder,
                   g_strerror (errno));
      return FALSE;
    }
  return g_key_file_save_to_file (file, path, error);
}
