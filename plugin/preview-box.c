/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/preview-box.h"

#include "plugin/procedure.h"

#include <math.h>

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
  GtkWidget *noise;     /* of the visible part */
  GtkWidget *state;     /* what is going on */
  GtkAdjustment *split; /* 0..1 of the preview's width */
  CgPreview *pixels;    /* what it shows */
  double strength, colour_strength;
  int grain_size;
  char *model;
};

static void
show_noise (CgPreviewBox *self)
{
  const double noise = cg_preview_noise (self->pixels);
  g_autofree char *text
      = isnan (noise) ? NULL : g_strdup_printf (_ ("Noise here: %.1f of 255"), noise);

  gtk_label_set_text (GTK_LABEL (self->noise), text ? text : "");
}

static const char *
state (const CgPreviewBox *self)
{
  if (cg_preview_problem (self->pixels))
    return cg_preview_problem (self->pixels);
  return cg_preview_busy (self->pixels) ? _ ("Computing the preview...") : "";
}

/* Show what there is.  This only blends.  gimp_preview_draw_buffer() would blend with the
 * selection itself, but shifts what it draws (its rows are as wide as the selection's, not as ours;
 * seen in 2.10.34). */
static void
draw (CgPreviewBox *self)
{
  static const GimpImageType types[]
      = { GIMP_GRAY_IMAGE, GIMP_GRAYA_IMAGE, GIMP_RGB_IMAGE, GIMP_RGBA_IMAGE };
  const int channels = cg_preview_channels (self->pixels);
  /* While Preview is not ticked the dialog may grow without asking for another piece. */
  const GeglRectangle shown = cg_preview_region (self->pixels);
  const int w = shown.width, h = shown.height;
  g_autofree guint8 *pixels
      = cg_preview_render (self->pixels, self->strength, self->colour_strength,
                           (int) (gtk_adjustment_get_value (self->split) * w));
  if (pixels)
    gimp_preview_area_draw (
        GIMP_PREVIEW_AREA (gimp_preview_get_area (GIMP_PREVIEW (self->preview))), 0, 0, w, h,
        types[channels - 1], pixels, w * channels);
  gtk_label_set_text (GTK_LABEL (self->state), state (self));
  gtk_widget_set_tooltip_text (self->state, cg_preview_problem (self->pixels));
}

/* Another piece is visible, or another model chosen. */
static void
show_piece (CgPreviewBox *self)
{
  GimpPreview *preview = GIMP_PREVIEW (self->preview);
  GeglRectangle region;

  gimp_preview_get_position (preview, &region.x, &region.y);
  gimp_preview_get_size (preview, &region.width, &region.height);
  cg_preview_show (self->pixels, &region, self->model, self->grain_size);
  show_noise (self);
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
box_new (GtkOrientation orientation)
{
#if GTK_CHECK_VERSION(3, 0, 0)
  return gtk_box_new (orientation, SPACING);
#else
  return orientation == GTK_ORIENTATION_VERTICAL ? gtk_vbox_new (FALSE, SPACING)
                                                 : gtk_hbox_new (FALSE, SPACING);
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
  /* It points at the picture, which has its left on the left in every language. */
  gtk_range_set_flippable (GTK_RANGE (scale), FALSE);
  gtk_widget_set_tooltip_text (scale, _ ("Where the preview turns from before to after"));
  return scale;
}

static GtkWidget *
split_row (GtkAdjustment *split)
{
  GtkWidget *row = box_new (GTK_ORIENTATION_HORIZONTAL);
  GtkWidget *label = gtk_label_new_with_mnemonic (_ ("Spl_it:"));
  GtkWidget *scale = split_scale (split);

  gtk_label_set_mnemonic_widget (GTK_LABEL (label), scale);
  gtk_box_pack_start (GTK_BOX (row), label, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (row), scale, TRUE, TRUE, 0);
  return row;
}

static GtkWidget *
state_label (void)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
#if GTK_CHECK_VERSION(3, 0, 0)
  gtk_label_set_xalign (GTK_LABEL (label), 1);
#else
  gtk_misc_set_alignment (GTK_MISC (label), 1, 0.5);
#endif
  return label;
}

/* The noise at the line's start, at its end what is going on. */
static GtkWidget *
state_row (CgPreviewBox *self)
{
  GtkWidget *row = box_new (GTK_ORIENTATION_HORIZONTAL);

  self->noise = gtk_label_new (NULL);
  self->state = state_label ();
  gtk_widget_set_tooltip_text (self->noise,
                               _ ("Standard deviation of the noise in the part shown, estimated "
                                  "from its finest detail; coarse grain counts for less"));
  gtk_box_pack_start (GTK_BOX (row), self->noise, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (row), self->state, TRUE, TRUE, 0);
  return row;
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

  self->box = box_new (GTK_ORIENTATION_VERTICAL);
  self->preview = preview;
  self->split = GTK_ADJUSTMENT (gtk_adjustment_new (0.5, 0, 1, 0.01, 0.1, 0));
  self->pixels = cg_preview_new (drawable, (CgPreviewChanged) draw, self);
  self->strength = self->colour_strength = 1;
  self->grain_size = 1;
  self->model = g_strdup (CG_SETTINGS_MODEL);
  g_object_set_data_full (G_OBJECT (self->box), "cleargrain-preview-box", self, box_free);

  make_resizable (preview);
  gtk_box_pack_start (GTK_BOX (self->box), preview, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (self->box), split_row (self->split), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self->box), state_row (self), FALSE, FALSE, 0);
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
cg_preview_box_set_selection (CgPreviewBox *self, GeglBuffer *selection, int x, int y)
{
  cg_preview_set_mask (self->pixels, selection, x, y);
}

void
cg_preview_box_set_strengths (CgPreviewBox *self, double strength, double colour_strength)
{
  self->strength = strength;
  self->colour_strength = colour_strength;
  draw (self);
}

void
cg_preview_box_set_grain_size (CgPreviewBox *self, int grain_size)
{
  self->grain_size = grain_size;
  gimp_preview_invalidate (GIMP_PREVIEW (self->preview));
}

void
cg_preview_box_set_model (CgPreviewBox *self, const char *model)
{
  cg_preview_forget_model (self->pixels);
  g_free (self->model);
  self->model = g_strdup (model);
  gimp_preview_invalidate (GIMP_PREVIEW (self->preview));
}
