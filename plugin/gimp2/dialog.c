/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The dialog of the filter in GIMP 2.10 (GTK 2). */
#include "plugin/gimp2/dialog.h"

#include "plugin/procedure.h"

#include <math.h>

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>

#include "plugin/model-chooser.h"
#include "plugin/preview-box.h"

#define RESPONSE_RESET 1
#define SCALE_WIDTH    160 /* pixels */

typedef struct
{
  GtkWidget *model;
  GtkAdjustment *strength, *colour_strength, *grain_size;
  CgPreviewBox *preview;
} Dialog;

static GtkAdjustment *
add_scale (GtkWidget *table, int row, const char *label, double least, double most, double step,
           int digits, const char *tip)
{
  GtkObject *adjustment
      = gimp_scale_entry_new (GTK_TABLE (table), 0, row, label, SCALE_WIDTH, 5, least, least, most,
                              step, digits ? 10 * step : step, digits, TRUE, 0, 0, tip, NULL);

  return GTK_ADJUSTMENT (adjustment);
}

static GtkAdjustment *
add_strength (GtkWidget *table, int row, const char *label, const char *tip)
{
  return add_scale (table, row, label, 0, 1, 0.01, 2, tip);
}

static GtkWidget *
controls (Dialog *self, gboolean colour)
{
  GtkWidget *table = gtk_table_new (4, 3, FALSE);

  gtk_table_set_col_spacings (GTK_TABLE (table), 6);
  gtk_table_set_row_spacings (GTK_TABLE (table), 6);
  self->model = cg_model_chooser_new ();
  gimp_table_attach_aligned (GTK_TABLE (table), 0, 0, _ ("_Model:"), 0, 0.5, self->model, 2, FALSE);
  self->strength = add_strength (table, 1, _ ("S_trength:"), _ (CG_ARGUMENT_STRENGTH_HELP));
  self->colour_strength
      = add_strength (table, 2, _ ("Colo_ur strength:"), _ (CG_ARGUMENT_COLOUR_HELP));
  gimp_scale_entry_set_sensitive (GTK_OBJECT (self->colour_strength), colour);
  self->grain_size = add_scale (table, 3, _ ("_Grain size:"), 1, CG_SETTINGS_COARSEST, 1, 0,
                                _ (CG_ARGUMENT_GRAIN_HELP));
  return table;
}

static void
show_strengths (Dialog *self)
{
  cg_preview_box_set_strengths (self->preview, gtk_adjustment_get_value (self->strength),
                                gtk_adjustment_get_value (self->colour_strength));
}

static int
grain_size (const Dialog *self)
{
  return (int) lround (gtk_adjustment_get_value (self->grain_size));
}

static void
show_grain_size (Dialog *self)
{
  cg_preview_box_set_grain_size (self->preview, grain_size (self));
}

static void
show_model (Dialog *self)
{
  cg_preview_box_set_model (self->preview, cg_model_chooser_get (self->model));
}

static void
connect_signals (Dialog *self)
{
  g_signal_connect_swapped (self->model, "changed", G_CALLBACK (show_model), self);
  g_signal_connect_swapped (self->strength, "value-changed", G_CALLBACK (show_strengths), self);
  g_signal_connect_swapped (self->colour_strength, "value-changed", G_CALLBACK (show_strengths),
                            self);
  g_signal_connect_swapped (self->grain_size, "value-changed", G_CALLBACK (show_grain_size), self);
}

static void
show_settings (Dialog *self, const CgSettings *settings)
{
  cg_model_chooser_set (self->model, settings->model);
  gtk_adjustment_set_value (self->strength, settings->strength);
  gtk_adjustment_set_value (self->colour_strength, settings->colour_strength);
  gtk_adjustment_set_value (self->grain_size, settings->grain_size);
}

static void
take_settings (const Dialog *self, CgSettings *settings)
{
  g_free (settings->model);
  settings->model = g_strdup (cg_model_chooser_get (self->model));
  settings->strength = gtk_adjustment_get_value (self->strength);
  settings->colour_strength = gtk_adjustment_get_value (self->colour_strength);
  settings->grain_size = grain_size (self);
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

static void
show_selection (Dialog *self, gint32 drawable)
{
  const gint32 image = gimp_item_get_image (drawable);
  int x, y;

  if (gimp_selection_is_empty (image))
    return;
  g_autoptr (GeglBuffer) selection = gimp_drawable_get_buffer (gimp_image_get_selection (image));
  gimp_drawable_offsets (drawable, &x, &y);
  cg_preview_box_set_selection (self->preview, selection, x, y);
}

/* The preview above, the controls below. */
static GtkWidget *
content (Dialog *self, gint32 drawable)
{
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (drawable);
  GtkWidget *box = gtk_vbox_new (FALSE, 12);

  self->preview
      = cg_preview_box_new (gimp_drawable_preview_new_from_drawable_id (drawable), buffer);
  show_selection (self, drawable);
  gtk_container_set_border_width (GTK_CONTAINER (box), 12);
  gtk_box_pack_start (GTK_BOX (box), cg_preview_box_widget (self->preview), TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), controls (self, gimp_drawable_is_rgb (drawable)), FALSE, FALSE,
                      0);
  return box;
}

gboolean
cg_gimp2_dialog (gint32 drawable, CgSettings *settings)
{
  g_auto (CgSettings) defaults;
  Dialog self;
  int response;

  gimp_ui_init (CG_PLUGIN_NAME, FALSE);
  cg_settings_init (&defaults);

  GtkWidget *dialog = dialog_new ();
  gtk_box_pack_start (GTK_BOX (gtk_dialog_get_content_area (GTK_DIALOG (dialog))),
                      content (&self, drawable), TRUE, TRUE, 0);
  connect_signals (&self);
  show_settings (&self, settings);
  gtk_widget_show_all (dialog);

  while ((response = gimp_dialog_run (GIMP_DIALOG (dialog))) == RESPONSE_RESET)
    show_settings (&self, &defaults);
  if (response == GTK_RESPONSE_OK)
    take_settings (&self, settings);
  gtk_widget_destroy (dialog);
  return response == GTK_RESPONSE_OK;
}
