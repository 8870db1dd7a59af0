/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `cleargrain models`: the weights that are found, and what they say of
 * themselves. */
#include "cli/commands.h"

#include <stdio.h>

#include "cli/console.h"
#include "cli/exit-status.h"
#include "model/weights.h"

static const char summary[]
    = "List the weights that --model finds by name, and the folders they are looked\n"
      "for in; or print all that one of them says of itself.";

/* A line for weights that are good, or what is wrong with them. */
static void
list_one (const char *folder, const char *name)
{
  g_autofree char *about = cg_weights_about (folder, name);

  printf ("%-12s %s\n", name, about ? about : "(says nothing of itself)");
}

static void
list (void)
{
  g_auto (GStrv) folders = cg_weights_folders ();
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GString) places = g_string_new ("Looked in:\n");

  for (char **folder = folders; *folder; folder++)
    {
      g_auto (GStrv) names = cg_weights_names (*folder);
      g_string_append_printf (places, "  %s%s\n", *folder, names ? "" : " (not there)");
      /* The first folder that has a name wins. */
      for (char **name = names; name && *name; name++)
        if (g_hash_table_add (seen, g_strdup (*name)))
          list_one (*folder, *name);
    }
  if (g_hash_table_size (seen) == 0)
    puts ("No weights were found.");
  fputs (places->str, stdout);
}

/* "key: value"; what has several lines is indented below. */
static void
print_entry (const char *key, const char *value)
{
  g_autofree char *text = g_strchomp (g_strdup (value));
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  if (lines[0] && !lines[1])
    {
      printf ("%s: %s\n", key, lines[0]);
      return;
    }
  printf ("%s:\n", key);
  for (char **line = lines; *line; line++)
    printf ("  %s\n", *line);
}

static gboolean
describe (const char *which, GError **error)
{
  g_autoptr (CgModel) model = cg_weights_find (which, error);

  if (!model)
    return FALSE;
  g_autoptr (GList) keys = g_hash_table_get_keys (model->card);
  keys = g_list_sort (keys, (GCompareFunc) g_strcmp0);
  for (GList *key = keys; key; key = key->next)
    print_entry (key->data, g_hash_table_lookup (model->card, key->data));
  print_entry ("network", cg_network_text (model->network));
  printf ("parameters: %" G_GSIZE_FORMAT "\n", cg_network_n_parameters (model->network));
  printf ("cost: %.0f floating-point operations a pixel\n",
          cg_network_flop_per_pixel (model->network));
  printf ("sees: %d pixels to each side\n", cg_network_halo (model->network));
  return TRUE;
}

int
cg_command_models (char **argv)
{
  g_autofree char *which = NULL;
  const GOptionEntry entries[] = { { "describe", 0, 0, G_OPTION_ARG_FILENAME, &which,
                                     "Print the card of these weights", "NAME|FILE" },
                                   G_OPTION_ENTRY_NULL };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  CgConsole console;

  g_set_prgname ("cleargrain models");
  g_option_context_set_summary (context, summary);
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse_strv (context, &argv, &error))
    return cg_usage_error ("models", error->message);
  if (argv[1])
    return cg_usage_error ("models", "only options are taken; --describe takes a name");
  if (!which)
    list ();
  else if (!describe (which, &error))
    {
      cg_console_init (&console, FALSE, FALSE);
      cg_console_fail (&console, "%s", error->message);
      return CG_EXIT_FAILED;
    }
  return CG_EXIT_DONE;
}
