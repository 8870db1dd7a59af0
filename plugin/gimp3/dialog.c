/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The dialog of the filter in GIMP 3 (GTK 3).  GIMP makes the sliders, Reset, Load and
 * Save, and remembers the values. */
#include "plugin/gimp3/dialog.h"

#include "plugin/procedure.h"

#include <libgimp/gimpui.h>

#include "plugin/model-chooser.h"
#include "plugin/preview-box.h"

typedef struct
{
  GimpProcedureConfig *config;
  GtkWidget *model;
  CgPreviewBox *preview;
} Dialog;

static void
show_strengths (Dialog *self)
{
  double strength, colour_strength;

  g_object_get (self->config, CG_ARGUMENT_STRENGTH, &strength, CG_ARGUMENT_COLOUR, &colour_strength,
                NULL);
  cg_preview_box_set_strengths (self->preview, strength, colour_strength);
}

static void
show_grain_size (Dialog *self)
{
  int grain_size;

  g_object_get (self->config, CG_ARGUMENT_GRAIN, &grain_size, NULL);
  cg_preview_box_set_grain_size (self->preview, grain_size);
}

static void
show_model (Dialog *self)
{
  g_autofree char *model = NULL;

  g_object_get (self->config, CG_ARGUMENT_MODEL, &model, NULL);
  cg_model_chooser_set (self->model, model);
  cg_preview_box_set_model (self->preview, model);
}

static void
take_model (Dialog *self)
{
  g_object_set (self->config, CG_ARGUMENT_MODEL, cg_model_chooser_get (self->model), NULL);
}

static void
connect_signals (Dialog *self)
{
  g_signal_connect_swapped (self->config, "notify::" CG_ARGUMENT_STRENGTH,
                            G_CALLBACK (show_strengths), self);
  g_signal_connect_swapped (self->config, "notify::" CG_ARGUMENT_COLOUR,
                            G_CALLBACK (show_strengths), self);
  g_signal_connect_swapped (self->config, "notify::" CG_ARGUMENT_GRAIN,
                            G_CALLBACK (show_grain_size), self);
  g_signal_connect_swapped (self->config, "notify::" CG_ARGUMENT_MODEL, G_CALLBACK (show_model),
                            self);
  g_signal_connect_swapped (self->model, "changed", G_CALLBACK (take_model), self);
}

/* The list of models behind its label. */
static GtkWidget *
model_row (Dialog *self)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = gtk_label_new_with_mnemonic (_ ("_Model:"));

  self->model = cg_model_chooser_new ();
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), self->model);
  gtk_box_pack_start (GTK_BOX (row), label, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (row), self->model, TRUE, TRUE, 0);
  return row;
}

/* Preview and models go above what GIMP lays out. */
static void
add_above (GtkWidget *dialog, GtkWidget *widget, gboolean expand, int position)
{
  GtkWidget *content = gtk_dialog_get_content_area (GTK_DIALOG (dialog));

  gtk_widget_set_margin_bottom (widget, 12);
  gtk_box_pack_start (GTK_BOX (content), widget, expand, expand, 0);
  gtk_box_reorder_child (GTK_BOX (content), widget, position);
  gtk_widget_show_all (widget);
}

static void
show_selection (Dialog *self, GimpDrawable *drawable)
{
  GimpImage *image = gimp_item_get_image (GIMP_ITEM (drawable));
  int x, y;

  if (gimp_selection_is_empty (image))
    return;
  g_autoptr (GeglBuffer) selection
      = gimp_drawable_get_buffer (GIMP_DRAWABLE (gimp_image_get_selection (image)));
  gimp_drawable_get_offsets (drawable, &x, &y);
  cg_preview_box_set_selection (self->preview, selection, x, y);
}

gboolean
cg_gimp3_dialog (GimpProcedure *procedure, GimpProcedureConfig *config, GimpDrawable *drawable)
{
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (drawable);
  Dialog self = { .config = config };

  gimp_ui_init (CG_PLUGIN_NAME);
  GtkWidget *dialog = gimp_procedure_dialog_new (procedure, config, _ (CG_PROCEDURE_TITLE));
  gimp_procedure_dialog_get_scale_entry (GIMP_PROCEDURE_DIALOG (dialog), CG_ARGUMENT_STRENGTH, 1);
  gimp_procedure_dialog_get_scale_entry (GIMP_PROCEDURE_DIALOG (dialog), CG_ARGUMENT_COLOUR, 1);
  gimp_procedure_dialog_get_scale_entry (GIMP_PROCEDURE_DIALOG (dialog), CG_ARGUMENT_GRAIN, 1);
  gimp_procedure_dialog_set_sensitive (GIMP_PROCEDURE_DIALOG (dialog), CG_ARGUMENT_COLOUR,
                                       gimp_drawable_is_rgb (drawable), NULL, NULL, FALSE);
  gimp_procedure_dialog_fill (GIMP_PROCEDURE_DIALOG (dialog), CG_ARGUMENT_STRENGTH,
                              CG_ARGUMENT_COLOUR, CG_ARGUMENT_GRAIN, NULL);

  self.preview = cg_preview_box_new (gimp_drawable_preview_new_from_drawable (drawable), buffer);
  show_selection (&self, drawable);
  add_above (dialog, cg_preview_box_widget (self.preview), TRUE, 0);
  add_above (dialog, model_row (&self), FALSE, 1);
  show_model (&self);
  show_grain_size (&self);
  show_strengths (&self);
  connect_signals (&self);

  const gboolean ok = gimp_procedure_dialog_run (GIMP_PROCEDURE_DIALOG (dialog));
  g_signal_handlers_disconnect_by_data (config, &self);
  gtk_widget_destroy (dialog);
  return ok;
}
