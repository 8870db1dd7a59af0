/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/model-chooser.h"

#include <gio/gio.h>

#include "model/weights.h"
#include "plugin/models.h"
#include "plugin/procedure.h"
#include "plugin/settings.h"

#define WIDTH 40  /* characters; the rest of a line is shown in the open list */
#define QUIET 500 /* milliseconds without a change before files are read */
#define LIST  "cleargrain-models"

/* The list behind a chooser. */
typedef struct
{
  GPtrArray *models; /* CgModelEntry *, in the order of the lines */
  GFileMonitor *monitor;
  char *chosen;
  gboolean filling; /* no line can be chosen */
  guint refresh;    /* timeout, or 0 */
} List;

static List *
list_of (GtkWidget *chooser)
{
  return g_object_get_data (G_OBJECT (chooser), LIST);
}

static void
list_free (gpointer user)
{
  List *list = user;

  if (list->refresh)
    g_source_remove (list->refresh);
  g_clear_object (&list->monitor);
  g_free (list->chosen);
  g_ptr_array_unref (list->models);
  g_free (list);
}

static void
add_line (GtkWidget *chooser, const CgModelEntry *entry)
{
  g_autofree char *line = entry->summary ? g_strdup_printf ("%s: %s", entry->name, entry->summary)
                                         : g_strdup (entry->name);

  gtk_combo_box_text_append_text (GTK_COMBO_BOX_TEXT (chooser), line);
}

/* Position of the line of @name, -1 if there is none. */
static int
find (const GPtrArray *models, const char *name)
{
  for (guint i = 0; i < models->len; i++)
    if (g_str_equal (((CgModelEntry *) g_ptr_array_index (models, i))->name, name))
      return i;
  return -1;
}

/* List what there is now, with no line active; what was chosen stays so. */
static void
fill (GtkWidget *chooser)
{
  List *list = list_of (chooser);

  list->filling = TRUE;
  g_clear_pointer (&list->models, g_ptr_array_unref);
  list->models = cg_models_list ();
  gtk_list_store_clear (GTK_LIST_STORE (gtk_combo_box_get_model (GTK_COMBO_BOX (chooser))));
  for (guint i = 0; i < list->models->len; i++)
    add_line (chooser, g_ptr_array_index (list->models, i));
  list->filling = FALSE;
}

static void
take_choice (GtkWidget *chooser)
{
  List *list = list_of (chooser);
  const int active = gtk_combo_box_get_active (GTK_COMBO_BOX (chooser));

  if (list->filling || active < 0)
    return;
  g_free (list->chosen);
  list->chosen = g_strdup (((CgModelEntry *) g_ptr_array_index (list->models, active))->name);
}

static gboolean
refresh (gpointer user)
{
  GtkWidget *chooser = user;
  g_autofree char *name = g_strdup (cg_model_chooser_get (chooser));

  list_of (chooser)->refresh = 0;
  fill (chooser);
  cg_model_chooser_set (chooser, name);
  return G_SOURCE_REMOVE;
}

/* A file is written in several steps: wait until it is quiet. */
static void
refresh_soon (GtkWidget *chooser)
{
  List *list = list_of (chooser);

  if (list->refresh)
    g_source_remove (list->refresh);
  list->refresh = g_timeout_add (QUIET, refresh, chooser);
}

/* Files that appear in the user's folder, even if there is no such folder yet. */
static void
watch (GtkWidget *chooser)
{
  g_autofree char *path = cg_weights_user_folder ();
  g_autoptr (GFile) folder = g_file_new_for_path (path);
  GFileMonitor *monitor = g_file_monitor_directory (folder, G_FILE_MONITOR_NONE, NULL, NULL);

  list_of (chooser)->monitor = monitor;
  if (monitor)
    g_signal_connect_object (monitor, "changed", G_CALLBACK (refresh_soon), chooser,
                             G_CONNECT_SWAPPED);
}

GtkWidget *
cg_model_chooser_new (void)
{
  GtkWidget *chooser = gtk_combo_box_text_new ();
  GList *cells = gtk_cell_layout_get_cells (GTK_CELL_LAYOUT (chooser));

  g_object_set_data_full (G_OBJECT (chooser), LIST, g_new0 (List, 1), list_free);
  g_object_set (cells->data, "ellipsize", PANGO_ELLIPSIZE_END, "width-chars", WIDTH, NULL);
  g_list_free (cells);
  fill (chooser);
  watch (chooser);
  g_signal_connect (chooser, "changed", G_CALLBACK (take_choice), NULL);
  cg_model_chooser_set (chooser, CG_SETTINGS_MODEL);
  gtk_widget_set_tooltip_text (chooser, _ ("The network to clean with"));
  return chooser;
}

const char *
cg_model_chooser_get (GtkWidget *chooser)
{
  return list_of (chooser)->chosen;
}

void
cg_model_chooser_set (GtkWidget *chooser, const char *name)
{
  GPtrArray *models = list_of (chooser)->models;
  int at = find (models, name);

  if (list_of (chooser)->filling)
    return;
  if (at < 0)
    {
      CgModelEntry *entry = g_new0 (CgModelEntry, 1);

      entry->name = g_strdup (name);
      g_ptr_array_add (models, entry);
      add_line (chooser, entry);
      at = models->len - 1;
    }
  gtk_combo_box_set_active (GTK_COMBO_BOX (chooser), at);
}
