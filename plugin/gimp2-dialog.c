/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The dialog of the filter in GIMP 2.10 (GTK 2). */
#include "plugin/gimp2-dialog.h"

#include "plugin/procedure.h"

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>

#include "plugin/models.h"
#include "plugin/preview.h"

#define RESPONSE_RESET 1
#define SCALE_WIDTH    160 /* pixels */
#define PREVIEW_WIDTH  520
#define PREVIEW_HEIGHT 400

typedef struct
{
  GPtrArray *models; /* CgModelEntry *, in the order of the list */
  GtkWidget *model;
  GtkAdjustment *strength, *colour_strength;
  GtkAdjustment *split; /* 0..1 of the preview's width */
  GtkWidget *preview;   /* GIMP's widget */
  GtkWidget *state;     /* a line about it */
  CgPreview *pixels;    /* what it shows */
} Dialog;

/* Position of @name among the models; added at the end if it is not there, so
 * that a remembered path stays a choice. */
static guint
find_model (GPtrArray *models, const char *name)
{
  for (guint i = 0; i < models->len; i++)
    if (g_str_equal (((CgModelEntry *) g_ptr_array_index (models, i))->name, name))
      return i;

  CgModelEntry *entry = g_new0 (CgModelEntry, 1);
  entry->name = g_strdup (name);
  g_ptr_array_add (models, entry);
  return models->len - 1;
}

static const char *
chosen_model (const Dialog *self)
{
  const int active = gtk_combo_box_get_active (GTK_COMBO_BOX (self->model));

  return ((CgModelEntry *) g_ptr_array_index (self->models, active))->name;
}

static const char *
preview_state (const Dialog *self)
{
  if (cg_preview_problem (self->pixels))
    return cg_preview_problem (self->pixels);
  return cg_preview_busy (self->pixels) ? _ ("Computing the preview...") : "";
}

/* Show what there is at the sliders' setting.  This only blends. */
static void
draw (Dialog *self)
{
  int w, h;

  gimp_preview_get_size (GIMP_PREVIEW (self->preview), &w, &h);
  g_autofree guint8 *pixels
      = cg_preview_render (self->pixels, gtk_adjustment_get_value (self->strength),
                           gtk_adjustment_get_value (self->colour_strength),
                           (int) (gtk_adjustment_get_value (self->split) * w));
  if (pixels)
    gimp_preview_draw_buffer (GIMP_PREVIEW (self->preview), pixels,
                              w * cg_preview_channels (self->pixels));
  gtk_label_set_text (GTK_LABEL (self->state), preview_state (self));
}

/* Another piece is visible, or another model chosen. */
static void
show_piece (Dialog *self)
{
  GimpPreview *preview = GIMP_PREVIEW (self->preview);
  GeglRectangle region;

  gimp_preview_get_position (preview, &region.x, &region.y);
  gimp_preview_get_size (preview, &region.width, &region.height);
  cg_preview_show (self->pixels, &region, chosen_model (self));
  draw (self);
}

static GtkWidget *
model_list (GPtrArray *models, guint active)
{
  GtkWidget *list = gtk_combo_box_text_new ();
  GList *cells = gtk_cell_layout_get_cells (GTK_CELL_LAYOUT (list));

  for (guint i = 0; i < models->len; i++)
    {
      const CgModelEntry *entry = g_ptr_array_index (models, i);
      g_autofree char *line = entry->summary
                                  ? g_strdup_printf ("%s: %s", entry->name, entry->summary)
                                  : g_strdup (entry->name);

      gtk_combo_box_text_append_text (GTK_COMBO_BOX_TEXT (list), line);
    }
  g_object_set (cells->data, "ellipsize", PANGO_ELLIPSIZE_END, "width-chars", 40, NULL);
  g_list_free (cells);
  gtk_combo_box_set_active (GTK_COMBO_BOX (list), active);
  gtk_widget_set_tooltip_text (list, _ ("The network to clean with"));
  return list;
}

static GtkAdjustment *
add_scale (GtkWidget *table, int row, const char *label, const char *tip, double value)
{
  GtkObject *adjustment = gimp_scale_entry_new (GTK_TABLE (table), 0, row, label, SCALE_WIDTH, 5,
                                                value, 0, 1, 0.01, 0.1, 2, TRUE, 0, 0, tip, NULL);

  return GTK_ADJUSTMENT (adjustment);
}

static GtkWidget *
controls (Dialog *self, const CgSettings *settings, gboolean colour)
{
  GtkWidget *table = gtk_table_new (3, 3, FALSE);

  gtk_table_set_col_spacings (GTK_TABLE (table), 6);
  gtk_table_set_row_spacings (GTK_TABLE (table), 6);
  self->model = model_list (self->models, find_model (self->models, settings->model));
  gimp_table_attach_aligned (GTK_TABLE (table), 0, 0, _ ("_Model:"), 0, 0.5, self->model, 2, FALSE);
  self->strength
      = add_scale (table, 1, _ ("S_trength:"), _ (CG_ARGUMENT_STRENGTH_HELP), settings->strength);
  self->colour_strength = add_scale (table, 2, _ ("Co_lour strength:"), _ (CG_ARGUMENT_COLOUR_HELP),
                                     settings->colour_strength);
  gimp_scale_entry_set_sensitive (GTK_OBJECT (self->colour_strength), colour);
  return table;
}

/* GIMP keeps the preview a small square; let it grow with the dialog. */
static void
make_resizable (GtkWidget *preview)
{
  GtkWidget *frame = gtk_widget_get_ancestor (gimp_preview_get_area (GIMP_PREVIEW (preview)),
                                              GTK_TYPE_ASPECT_FRAME);

  gtk_aspect_frame_set (GTK_ASPECT_FRAME (frame), 0, 0, PREVIEW_WIDTH / (float) PREVIEW_HEIGHT,
                        FALSE);
  gtk_widget_set_size_request (preview, PREVIEW_WIDTH, PREVIEW_HEIGHT);
}

/* The preview at 100 %, its split and its state. */
static GtkWidget *
preview_box (Dialog *self, gint32 drawable)
{
  GtkWidget *box = gtk_vbox_new (FALSE, 6);

  self->preview = gimp_drawable_preview_new_from_drawable_id (drawable);
  make_resizable (self->preview);
  gtk_box_pack_start (GTK_BOX (box), self->preview, TRUE, TRUE, 0);

  self->split = GTK_ADJUSTMENT (gtk_adjustment_new (0.5, 0, 1, 0.01, 0.1, 0));
  GtkWidget *split = gtk_hscale_new (self->split);
  gtk_scale_set_draw_value (GTK_SCALE (split), FALSE);
  gtk_widget_set_tooltip_text (split, _ ("Where the preview turns from before to after"));
  gtk_box_pack_start (GTK_BOX (box), split, FALSE, FALSE, 0);

  self->state = gtk_label_new (NULL);
  gtk_label_set_ellipsize (GTK_LABEL (self->state), PANGO_ELLIPSIZE_END);
  gtk_misc_set_alignment (GTK_MISC (self->state), 0, 0.5);
  gtk_box_pack_start (GTK_BOX (box), self->state, FALSE, FALSE, 0);
  return box;
}

static void
connect_signals (Dialog *self)
{
  g_signal_connect_swapped (self->preview, "invalidated", G_CALLBACK (show_piece), self);
  g_signal_connect_swapped (self->model, "changed", G_CALLBACK (gimp_preview_invalidate),
                            self->preview);
  g_signal_connect_swapped (self->strength, "value-changed", G_CALLBACK (draw), self);
  g_signal_connect_swapped (self->colour_strength, "value-changed", G_CALLBACK (draw), self);
  g_signal_connect_swapped (self->split, "value-changed", G_CALLBACK (draw), self);
}

static void
show_settings (Dialog *self, const CgSettings *settings)
{
  gtk_combo_box_set_active (GTK_COMBO_BOX (self->model),
                            find_model (self->models, settings->model));
  gtk_adjustment_set_value (self->strength, settings->strength);
  gtk_adjustment_set_value (self->colour_strength, settings->colour_strength);
}

static void
take_settings (const Dialog *self, CgSettings *settings)
{
  g_free (settings->model);
  settings->model = g_strdup (chosen_model (self));
  settings->strength = gtk_adjustment_get_value (self->strength);
  settings->colour_strength = gtk_adjustment_get_value (self->colour_strength);
}

static GtkWidget *
dialog_new (void)
{
  GtkWidget *dialog
      = gimp_dialog_new (_ (CG_PROCEDURE_TITLE), CG_PLUGIN_NAME, NULL, 0, gimp_standard_help_func,
                         CG_PROCEDURE, _ ("_Reset"), RESPONSE_RESET, _ ("_Cancel"),
                         GTK_RESPONSE_CANCEL, _ ("_OK"), GTK_RESPONSE_OK, NULL);

  gtk_dialog_set_alternative_button_order (GTK_DIALOG (dialog), GTK_RESPONSE_OK, RESPONSE_RESET,
                                           GTK_RESPONSE_CANCEL, -1);
  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_OK);
  gimp_window_set_transient (GTK_WINDOW (dialog));
  return dialog;
}

gboolean
cg_gimp2_dialog (gint32 drawable, CgSettings *settings)
{
  g_auto (CgSettings) defaults;
  g_autoptr (GPtrArray) models = cg_models_list ();
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (drawable);
  Dialog self = { .models = models };
  int response;

  gimp_ui_init (CG_PLUGIN_NAME, FALSE);
  cg_settings_init (&defaults);
  find_model (models, defaults.model); /* Reset must find it in the list */

  GtkWidget *dialog = dialog_new ();
  GtkWidget *content = gtk_vbox_new (FALSE, 12);
  gtk_container_set_border_width (GTK_CONTAINER (content), 12);
  gtk_box_pack_start (GTK_BOX (content), preview_box (&self, drawable), TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (content),
                      controls (&self, settings, gimp_drawable_is_rgb (drawable)), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (gtk_dialog_get_content_area (GTK_DIALOG (dialog))), content, TRUE,
                      TRUE, 0);
  self.pixels = cg_preview_new (buffer, (CgPreviewChanged) draw, &self);
  connect_signals (&self);
  gtk_widget_show_all (dialog);

  while ((response = gimp_dialog_run (GIMP_DIALOG (dialog))) == RESPONSE_RESET)
    show_settings (&self, &defaults);
  if (response == GTK_RESPONSE_OK)
    take_settings (&self, settings);
  gtk_widget_destroy (dialog);
  cg_preview_free (self.pixels);
  return response == GTK_RESPONSE_OK;
}
