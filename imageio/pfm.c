/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PFM: "PF" (RGB) or "Pf" (gray), width, height, a scale whose sign is the
 * byte order, then rows of floats from the bottom up.  Values are light. */
#include "imageio/format.h"

#include <math.h>
#include <string.h>

#include "imageio/netpbm.h"
#include "model/error.h"

static gboolean
matches (const guint8 *head, gsize size)
{
  return size >= 3 && head[0] == 'P' && (head[1] == 'F' || head[1] == 'f')
         && g_ascii_isspace (head[2]);
}

static void
swap_row (float *row, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      guint32 bits;
      memcpy (&bits, &row[i], sizeof bits);
      bits = GUINT32_SWAP_LE_BE (bits);
      memcpy (&row[i], &bits, sizeof bits);
    }
}

static void *
row_from_bottom (const CgImage *image, int y)
{
  return (guint8 *) image->samples + (image->height - 1 - y) * cg_image_row_bytes (image);
}

static gboolean
read_header (FILE *file, int *channels, guint64 *size, double *scale, GError **error)
{
  char magic[CG_NETPBM_WORD], word[CG_NETPBM_WORD];

  if (!cg_netpbm_word (file, magic, error) || !cg_netpbm_number (file, "width", &size[0], error)
      || !cg_netpbm_number (file, "height", &size[1], error) || !cg_netpbm_word (file, word, error))
    return FALSE;
  char *end;
  *channels = g_str_equal (magic, "PF") ? 3 : 1;
  *scale = g_ascii_strtod (word, &end);
  if (*end || end == word || !isfinite (*scale) || *scale == 0)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_FORMAT, "broken PFM: the scale \"%s\" is no number",
                   word);
      return FALSE;
    }
  return TRUE;
}

static CgImage *
load (FILE *file, GError **error)
{
  guint64 size[2];
  int channels;
  double scale;

  if (!read_header (file, &channels, size, &scale, error))
    return NULL;
  g_autoptr (CgImage) image
      = cg_image_new_for_file (file, size[0], size[1], channels, CG_DEPTH_FLOAT, 1, error);
  if (!image)
    return NULL;
  image->transfer = CG_TRANSFER_LINEAR;
  gboolean swap = (scale < 0) != (G_BYTE_ORDER == G_LITTLE_ENDIAN);
  for (int y = 0; y < image->height; y++)
    {
      if (!cg_file_read (file, row_from_bottom (image, y), cg_image_row_bytes (image), error))
        return NULL;
      if (swap)
        swap_row (row_from_bottom (image, y), (gsize) image->width * channels);
    }
  return g_steal_pointer (&image);
}

static gboolean
measure (FILE *file, guint64 *width, guint64 *height, GError **error)
{
  guint64 size[2] = { 0, 0 };
  int channels;
  double scale;
  gboolean known = read_header (file, &channels, size, &scale, error);

  *width = size[0];
  *height = size[1];
  return known;
}

static gboolean
save (const CgImage *image, FILE *file, GError **error)
{
  g_autofree char *header
      = g_strdup_printf ("%s\n%d %d\n%s\n", image->channels == 3 ? "PF" : "Pf", image->width,
                         image->height, G_BYTE_ORDER == G_LITTLE_ENDIAN ? "-1.0" : "1.0");

  if (!cg_file_write (file, header, strlen (header), error))
    return FALSE;
  for (int y = 0; y < image->height; y++)
    if (!cg_file_write (file, row_from_bottom (image, y), cg_image_row_bytes (image), error))
      return FALSE;
  return TRUE;
}

static const char *const endings[] = { "pfm", NULL };

const CgFormat cg_format_pfm = {
  .name = "PFM",
  .endings = endings,
  .channels = CG_HOLDS_CHANNELS (1) | CG_HOLDS_CHANNELS (3),
  .depths = CG_HOLDS_DEPTH (CG_DEPTH_FLOAT),
  .matches = matches,
  .load = load,
  .measure = measure,
  .save = save,
};
