/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/model-chooser.h"

#include "plugin/models.h"
#include "plugin/procedure.h"
#include "plugin/settings.h"

#define WIDTH 40 /* characters; the rest of a line is shown in the open list */
#define LIST  "cleargrain-models"

/* CgModelEntry *, in the order of the lines. */
static GPtrArray *
models_of (GtkWidget *chooser)
{
  return g_object_get_data (G_OBJECT (chooser), LIST);
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

GtkWidget *
cg_model_chooser_new (void)
{
  GtkWidget *chooser = gtk_combo_box_text_new ();
  GPtrArray *models = cg_models_list ();
  GList *cells = gtk_cell_layout_get_cells (GTK_CELL_LAYOUT (chooser));

  g_object_set_data_full (G_OBJECT (chooser), LIST, models, (GDestroyNotify) g_ptr_array_unref);
  g_object_set (cells->data, "ellipsize", PANGO_ELLIPSIZE_END, "width-chars", WIDTH, NULL);
  g_list_free (cells);
  for (guint i = 0; i < models->len; i++)
    add_line (chooser, g_ptr_array_index (models, i));
  cg_model_chooser_set (chooser, CG_SETTINGS_MODEL);
  gtk_widget_set_tooltip_text (chooser, _ ("The network to clean with"));
  return chooser;
}

const char *
cg_model_chooser_get (GtkWidget *chooser)
{
  const int active = gtk_combo_box_get_active (GTK_COMBO_BOX (chooser));

  return ((CgModelEntry *) g_ptr_array_index (models_of (chooser), active))->name;
}

void
cg_model_chooser_set (GtkWidget *chooser, const char *name)
{
  GPtrArray *models = models_of (chooser);
  int at = find (models, name);

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
