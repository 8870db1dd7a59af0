/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/preview-box.h"

#include "plugin/procedure.h"

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>

#include "plugin/preview.h"
#include "plugin/settings.h"

#define WIDTH   520 /* pixels, at first */
#define HEIGHT  400
#define SPACING 6

struct _CgPreviewBox
{
  GtkWidget *box;
  GtkWidget *preview;   /* GIMP's widget */
  GtkWidget *state;     /* a line about it */
  GtkAdjustment *split; /* 0..1 of the preview's width */
  CgPreview *pixels;    /* what it shows */
  double strength, colour_strength;
  char *model;
};

static const char *
state (const CgPreviewBox *self)
{
  if (cg_preview_problem (self->pixels))
    return cg_preview_problem (self->pixels);
  return cg_preview_busy (self->pixels) ? _ ("Computing the preview...") : "";
}

/* Show what there is.  This only blends. */
static void
draw (CgPreviewBox *self)
{
  int w, h;

  gimp_preview_get_size (GIMP_PREVIEW (self->preview), &w, &h);
  g_autofree guint8 *pixels
      = cg_preview_render (self->pixels, self->strength, self->colour_strength,
                           (int) (gtk_adjustment_get_value (self->split) * w));
  if (pixels)
    gimp_preview_draw_buffer (GIMP_PREVIEW (self->preview), pixels,
                              w * cg_preview_channels (self->pixels));
  gtk_label_set_text (GTK_LABEL (self->state), state (self));
}

/* Another piece is visible, or another model chosen. */
static void
show_piece (CgPreviewBox *self)
{
  GimpPreview *preview = GIMP_PREVIEW (self->preview);
  GeglRectangle region;

  gimp_preview_get_position (preview, &region.x, &region.y);
  gimp_preview_get_size (preview, &region.width, &region.height);
  cg_preview_show (self->pixels, &region, self->model);
  draw (self);
}

/* GIMP keeps the preview a small square; let it grow with the dialog. */
static void
make_resizable (GtkWidget *preview)
{
  GtkWidget *area = gimp_preview_get_area (GIMP_PREVIEW (preview));
  GtkWidget *frame = gtk_widget_get_ancestor (area, GTK_TYPE_ASPECT_FRAME);

  gtk_aspect_frame_set (GTK_ASPECT_FRAME (frame), 0, 0, WIDTH / (float) HEIGHT, FALSE);
  gtk_widget_set_size_request (preview, WIDTH, HEIGHT);
}

static GtkWidget *
vertical_box (void)
{
#if GTK_CHECK_VERSION(3, 0, 0)
  return gtk_box_new (GTK_ORIENTATION_VERTICAL, SPACING);
#else
  return gtk_vbox_new (FALSE, SPACING);
#endif
}

static GtkWidget *
split_scale (GtkAdjustment *split)
{
#if GTK_CHECK_VERSION(3, 0, 0)
  GtkWidget *scale = gtk_scale_new (GTK_ORIENTATION_HORIZONTAL, split);
#else
  GtkWidget *scale = gtk_hscale_new (split);
#endif

  gtk_scale_set_draw_value (GTK_SCALE (scale), FALSE);
  gtk_widget_set_tooltip_text (scale, _ ("Where the preview turns from before to after"));
  return scale;
}

static GtkWidget *
state_label (void)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
#if GTK_CHECK_VERSION(3, 0, 0)
  gtk_label_set_xalign (GTK_LABEL (label), 0);
#else
  gtk_misc_set_alignment (GTK_MISC (label), 0, 0.5);
#endif
  return label;
}

static void
box_free (gpointer user)
{
  CgPreviewBox *self = user;

  cg_preview_free (self->pixels);
  g_free (self->model);
  g_free (self);
}

CgPreviewBox *
cg_preview_box_new (GtkWidget *preview, GeglBuffer *drawable)
{
  CgPreviewBox *self = g_new0 (CgPreviewBox, 1);

  self->box = vertical_box ();
  self->preview = preview;
  self->state = state_label ();
  self->split = GTK_ADJUSTMENT (gtk_adjustment_new (0.5, 0, 1, 0.01, 0.1, 0));
  self->pixels = cg_preview_new (drawable, (CgPreviewChanged) draw, self);
  self->strength = self->colour_strength = 1;
  self->model = g_strdup (CG_SETTINGS_MODEL);
  g_object_set_data_full (G_OBJECT (self->box), "cleargrain-preview-box", self, box_free);

  make_resizable (preview);
  gtk_box_pack_start (GTK_BOX (self->box), preview, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (self->box), split_scale (self->split), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self->box), self->state, FALSE, FALSE, 0);
  g_signal_connect_swapped (preview, "invalidated", G_CALLBACK (show_piece), self);
  g_signal_connect_swapped (self->split, "value-changed", G_CALLBACK (draw), self);
  return self;
}

GtkWidget *
cg_preview_box_widget (CgPreviewBox *self)
{
  return self->box;
}

void
cg_preview_box_set_strengths (CgPreviewBox *self, double strength, double colour_strength)
{
  self->strength = strength;
  self->colour_strength = colour_strength;
  draw (self);
}

void
cg_preview_box_set_model (CgPreviewBox *self, const char *model)
{
  g_free (self->model);
  self->model = g_strdup (model);
  gimp_preview_invalidate (GIMP_PREVIEW (self->preview));
}
