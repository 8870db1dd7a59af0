/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/settings-file.h"

#include <string.h>

#include "model/error.h"
#include "model/nearest.h"

static const GOptionEntry *
find_entry (const GOptionEntry *entries, const char *key, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (const GOptionEntry *e = entries; e->long_name; e++)
    {
      if (g_str_equal (e->long_name, key))
        return e;
      g_ptr_array_add (names, (gpointer) e->long_name);
    }
  g_set_error (error, CG_ERROR, CG_ERROR_USAGE,
               "no setting is called \"%s\"; the nearest is \"%s\"", key,
               cg_nearest (key, (const char *const *) names->pdata, names->len));
  return NULL;
}

static gboolean
set_switch (gboolean *to, const char *key, const char *value, GError **error)
{
  *to = g_str_equal (value, "yes");
  if (*to || g_str_equal (value, "no"))
    return TRUE;
  g_set_error (error, CG_ERROR, CG_ERROR_USAGE, "%s takes yes or no, not \"%s\"", key, value);
  return FALSE;
}

static gboolean
set_value (const GOptionEntry *entry, const char *value, GError **error)
{
  if (entry->arg == G_OPTION_ARG_NONE)
    return set_switch (entry->arg_data, entry->long_name, value, error);
  char **to = entry->arg_data;
  g_free (*to);
  *to = g_strdup (value);
  return TRUE;
}

static gboolean
read_line (const GOptionEntry *entries, char *line, GError **error)
{
  g_strstrip (line);
  if (*line == '\0' || *line == '#')
    return TRUE;
  char *sign = strchr (line, '=');
  if (!sign)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_USAGE, "\"%s\" is not KEY = VALUE", line);
      return FALSE;
    }
  *sign = '\0';
  const GOptionEntry *entry = find_entry (entries, g_strchomp (line), error);
  return entry && set_value (entry, g_strchug (sign + 1), error);
}

static gboolean
read_file (const char *path, char *text, const GOptionEntry *entries, CgSettingFunc check,
           gpointer user, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (int i = 0; lines[i]; i++)
    if (!read_line (entries, lines[i], error) || !check (user, error))
      {
        g_prefix_error (error, "%s, line %d: ", path, i + 1);
        return FALSE;
      }
  return TRUE;
}

/* That there is none is as usual. */
static gboolean
read_folder (const char *folder, const GOptionEntry *entries, CgSettingFunc check, gpointer user,
             GPtrArray *files, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "cleargrain", "cleargrain.conf", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) reading = NULL;

  if (!g_file_get_contents (path, &text, NULL, &reading))
    {
      if (g_error_matches (reading, G_FILE_ERROR, G_FILE_ERROR_NOENT)
          || g_error_matches (reading, G_FILE_ERROR, G_FILE_ERROR_NOTDIR))
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&reading));
      return FALSE;
    }
  if (files)
    g_ptr_array_add (files, g_strdup (path));
  return read_file (path, text, entries, check, user, error);
}

gboolean
cg_settings_read (const GOptionEntry *entries, CgSettingFunc check, gpointer user, GPtrArray *files,
                  GError **error)
{
  const char *const *system = g_get_system_config_dirs ();

  /* The first of them matters most. */
  for (guint i = g_strv_length ((char **) system); i-- > 0;)
    if (!read_folder (system[i], entries, check, user, files, error))
      return FALSE;
  return read_folder (g_get_user_config_dir (), entries, check, user, files, error);
}
