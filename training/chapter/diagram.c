/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The input on top, the output below; boxes are as wide as the logarithm of how many
 * values stand there, so that an autoencoder has a waist. */
#include "training/chapter/diagram.h"

#include <math.h>
#include <string.h>

#include "model/layers/layer.h"
#include "training/chapter/canvas.h"

#define WIDTH      560 /* pixels */
#define MIDDLE     220.0
#define NARROWEST  90.0
#define A_DOUBLING 22.0 /* makes a box so much wider */
#define WIDEST     400.0
#define BOX        26.0 /* height */
#define ARROW      16.0
#define MARGIN     12.0
#define TEXT       13.0

#define BOX_COLOUR    0xdce6f2
#define LATENT_COLOUR 0xf5c77e

typedef struct
{
  const CgNetwork *network;
  char **lines; /* of its text */
} Diagram;

static int
count_layers (const CgNetwork *network)
{
  int n = 1;
  while (cg_network_layer (network, n) != NULL)
    n++;
  return n;
}

/* The words of layer @i; the input is 0. */
static const char *
line_of (const Diagram *d, int i)
{
  return d->lines[cg_network_layer (d->network, i)->line];
}

static gboolean
is_latent (const Diagram *d, int i)
{
  const char *next = d->lines[cg_network_layer (d->network, i)->line + 1];
  return strcmp (line_of (d, i), "gaussian") == 0 || (next && strcmp (next, "latent") == 0);
}

static char *
shape_text (CgShape s)
{
  return s.h == 1 && s.w == 1 ? g_strdup_printf ("%d values", s.c)
                              : g_strdup_printf ("%d \303\227 %d \303\227 %d", s.h, s.w, s.c);
}

static double
box_width (CgShape s)
{
  return MIN (WIDEST, NARROWEST + A_DOUBLING * log2 ((double) s.h * s.w * s.c));
}

static void
draw_arrow (cairo_t *cr, double y)
{
  cg_canvas_line (cr, 0x555555, 1.5, MIDDLE, y, MIDDLE, y + ARROW - 5);
  cairo_move_to (cr, MIDDLE, y + ARROW - 1);
  cairo_rel_line_to (cr, -4, -7);
  cairo_rel_line_to (cr, 8, 0);
  cairo_fill (cr);
}

static void
draw (cairo_t *cr, gpointer user)
{
  const Diagram *d = user;
  int n = count_layers (d->network);
  double y = MARGIN;
  for (int i = 0; i < n; i++, y += BOX + ARROW)
    {
      CgShape shape = cg_network_layer (d->network, i)->out;
      double width = box_width (shape);
      g_autofree char *text = shape_text (shape);
      cg_canvas_colour (cr, is_latent (d, i) ? LATENT_COLOUR : BOX_COLOUR);
      cairo_rectangle (cr, MIDDLE - width / 2, y, width, BOX);
      cairo_fill_preserve (cr);
      cg_canvas_colour (cr, 0x555555);
      cairo_set_line_width (cr, 1);
      cairo_stroke (cr);
      cg_canvas_text (cr, line_of (d, i), TEXT, MIDDLE, y + BOX / 2 + 5, 0.5);
      cg_canvas_text (cr, text, TEXT, MIDDLE + WIDEST / 2 + MARGIN, y + BOX / 2 + 5, 0);
      if (i + 1 < n)
        draw_arrow (cr, y + BOX);
    }
}

static void
append_csv (const Diagram *d, GString *csv)
{
  g_string_append (csv, "layer,rows,columns,channels,parameters\n");
  for (int i = 0; i < count_layers (d->network); i++)
    {
      const CgLayer *layer = cg_network_layer (d->network, i);
      g_string_append_printf (csv, "%s,%d,%d,%d,%" G_GSIZE_FORMAT "\n", line_of (d, i),
                              layer->out.h, layer->out.w, layer->out.c,
                              layer->weight_length + layer->bias_length);
    }
}

gboolean
cg_diagram_save (const CgNetwork *network, const char *base, GString *csv, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (cg_network_text (network), "\n", -1);
  Diagram d = { network, lines };
  int height = (int) (2 * MARGIN + count_layers (network) * (BOX + ARROW) - ARROW);
  g_autofree char *png = g_strconcat (base, ".png", NULL);
  g_autofree char *svg = g_strconcat (base, ".svg", NULL);
  append_csv (&d, csv);
  return cg_canvas_save_png (png, WIDTH, height, draw, &d, error)
         && cg_canvas_save_svg (svg, WIDTH, height, draw, &d, error);
}
