/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/chapter/sheet.h"

#include <math.h>

#include "training/chapter/canvas.h"

#define GAP     6 /* pixels */
#define TEXT    13.0
#define CAPTION 17  /* height of a line below a picture */
#define LETTER  7.4 /* about, of TEXT */

typedef struct
{
  guint32 *rgb;
  int w, h;
  char *caption;
} Cell;

typedef struct
{
  char *label;
  GArray *cells; /* Cell */
} Row;

struct _CgSheet
{
  int scale;
  GArray *rows; /* Row */
};

static void
clear_cell (gpointer data)
{
  Cell *cell = data;
  g_free (cell->rgb);
  g_free (cell->caption);
}

static void
clear_row (gpointer data)
{
  Row *row = data;
  g_free (row->label);
  g_array_unref (row->cells);
}

CgSheet *
cg_sheet_new (int scale)
{
  CgSheet *sheet = g_new0 (CgSheet, 1);
  sheet->scale = scale;
  sheet->rows = g_array_new (FALSE, FALSE, sizeof (Row));
  g_array_set_clear_func (sheet->rows, clear_row);
  return sheet;
}

void
cg_sheet_free (CgSheet *sheet)
{
  if (sheet == NULL)
    return;
  g_array_unref (sheet->rows);
  g_free (sheet);
}

void
cg_sheet_row (CgSheet *sheet, const char *label)
{
  Row row = { g_strdup (label), g_array_new (FALSE, FALSE, sizeof (Cell)) };
  g_array_set_clear_func (row.cells, clear_cell);
  g_array_append_val (sheet->rows, row);
}

void
cg_sheet_rgb (CgSheet *sheet, const guint32 *rgb, int w, int h, const char *caption)
{
  Cell cell = { g_memdup2 (rgb, sizeof *rgb * w * h), w, h, g_strdup (caption) };
  g_assert (sheet->rows->len > 0);
  g_array_append_val (g_array_index (sheet->rows, Row, sheet->rows->len - 1).cells, cell);
}

void
cg_sheet_gray (CgSheet *sheet, const float *gray, int w, int h, const char *caption)
{
  g_autofree guint32 *rgb = g_new (guint32, (gsize) w * h);
  for (int i = 0; i < w * h; i++)
    rgb[i] = (guint32) rintf (255 * CLAMP (gray[i], 0, 1)) * 0x010101;
  cg_sheet_rgb (sheet, rgb, w, h, caption);
}

void
cg_sheet_signed (CgSheet *sheet, const float *values, int w, int h, double range,
                 const char *caption)
{
  g_autofree guint32 *rgb = g_new (guint32, (gsize) w * h);
  for (int i = 0; i < w * h; i++)
    {
      double v = CLAMP (values[i] / range, -1, 1);
      guint32 pale = (guint32) rint (255 * (1 - fabs (v)));
      rgb[i] = v < 0 ? 0x0000ff | pale << 16 | pale << 8 : 0xff0000 | pale << 8 | pale;
    }
  cg_sheet_rgb (sheet, rgb, w, h, caption);
}

/* --- layout --- */

static int
label_width (const CgSheet *sheet)
{
  gsize letters = 0;
  for (guint r = 0; r < sheet->rows->len; r++)
    {
      const char *label = g_array_index (sheet->rows, Row, r).label;
      letters = MAX (letters, label ? (gsize) g_utf8_strlen (label, -1) : 0);
    }
  return letters > 0 ? (int) (letters * LETTER) + GAP : 0;
}

/* A caption may be wider than its picture. */
static int
cell_width (const CgSheet *sheet, const Cell *cell)
{
  int text = cell->caption ? (int) (g_utf8_strlen (cell->caption, -1) * LETTER) : 0;
  return MAX (cell->w * sheet->scale, text);
}

static void
measure_row (const CgSheet *sheet, const Row *row, int *width, int *height)
{
  gboolean captions = FALSE;
  *width = 0;
  *height = (int) TEXT;
  for (guint c = 0; c < row->cells->len; c++)
    {
      const Cell *cell = &g_array_index (row->cells, Cell, c);
      *width += cell_width (sheet, cell) + GAP;
      *height = MAX (*height, cell->h * sheet->scale);
      captions = captions || cell->caption;
    }
  *height += GAP + (captions ? CAPTION : 0);
}

static void
draw_row (cairo_t *cr, const CgSheet *sheet, const Row *row, int x, int y)
{
  for (guint c = 0; c < row->cells->len; c++)
    {
      const Cell *cell = &g_array_index (row->cells, Cell, c);
      int w = cell->w * sheet->scale, h = cell->h * sheet->scale;
      int room = cell_width (sheet, cell), left = x + (room - w) / 2;
      cg_canvas_rgb (cr, cell->rgb, cell->w, cell->h, left, y, w, h);
      cg_canvas_colour (cr, 0xbbbbbb);
      cairo_set_line_width (cr, 1);
      cairo_rectangle (cr, left - 0.5, y - 0.5, w + 1, h + 1);
      cairo_stroke (cr);
      if (cell->caption)
        cg_canvas_text (cr, cell->caption, TEXT, left + w / 2., y + h + 14, 0.5);
      x += room + GAP;
    }
}

static void
draw (cairo_t *cr, gpointer user)
{
  const CgSheet *sheet = user;
  int labels = label_width (sheet), y = GAP;
  for (guint r = 0; r < sheet->rows->len; r++)
    {
      const Row *row = &g_array_index (sheet->rows, Row, r);
      int width, height;
      measure_row (sheet, row, &width, &height);
      if (row->label)
        cg_canvas_text (cr, row->label, TEXT, GAP, y + height / 2. + 2, 0);
      draw_row (cr, sheet, row, GAP + labels, y);
      y += height;
    }
}

gboolean
cg_sheet_save (const CgSheet *sheet, const char *path, GError **error)
{
  int widest = 0, y = GAP;
  for (guint r = 0; r < sheet->rows->len; r++)
    {
      int width, height;
      measure_row (sheet, &g_array_index (sheet->rows, Row, r), &width, &height);
      widest = MAX (widest, width);
      y += height;
    }
  return cg_canvas_save_png (path, GAP + label_width (sheet) + widest, y, draw, (gpointer) sheet,
                             error);
}
