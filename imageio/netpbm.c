/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PGM, PPM and PAM of 8 and 16 bits, binary (P5, P6, P7) and plain (P2, P3).
 * Values up to another maximum than 255 or 65535 are stretched to the next of
 * the two. */
#include "imageio/netpbm.h"

#include <string.h>

#include "imageio/format.h"
#include "model/error.h"

typedef struct
{
  guint64 width, height, channels, top; /* top: the value of white */
  gboolean plain;                       /* samples are written as words */
} Header;

gboolean
cg_netpbm_word (FILE *file, char word[CG_NETPBM_WORD], GError **error)
{
  int c = getc (file), n = 0;

  while (c == '#' || g_ascii_isspace (c))
    {
      if (c == '#')
        while (c != '\n' && c != EOF)
          c = getc (file);
      c = getc (file);
    }
  while (c != EOF && !g_ascii_isspace (c) && n < CG_NETPBM_WORD - 1)
    {
      word[n++] = (char) c;
      c = getc (file);
    }
  word[n] = '\0';
  if (n > 0 && (c == EOF || g_ascii_isspace (c)))
    return TRUE;
  g_set_error (error, CG_ERROR, CG_ERROR_FORMAT,
               "the file ends too early, or its header is broken");
  return FALSE;
}

gboolean
cg_netpbm_number (FILE *file, const char *what, guint64 *number, GError **error)
{
  char word[CG_NETPBM_WORD];

  if (!cg_netpbm_word (file, word, error))
    return FALSE;
  if (g_ascii_string_to_unsigned (word, 10, 0, G_MAXINT, number, NULL))
    return TRUE;
  g_set_error (error, CG_ERROR, CG_ERROR_FORMAT, "broken header: the %s is \"%s\"", what, word);
  return FALSE;
}

static gboolean
read_pam_header (FILE *file, Header *header, GError **error)
{
  static const char *const keys[] = { "WIDTH", "HEIGHT", "DEPTH", "MAXVAL" };
  guint64 *const values[] = { &header->width, &header->height, &header->channels, &header->top };
  char word[CG_NETPBM_WORD];

  for (;;)
    {
      if (!cg_netpbm_word (file, word, error))
        return FALSE;
      if (g_str_equal (word, "ENDHDR"))
        return TRUE;
      gsize i = 0;
      while (i < G_N_ELEMENTS (keys) && !g_str_equal (word, keys[i]))
        i++;
      if (i < G_N_ELEMENTS (keys) ? !cg_netpbm_number (file, keys[i], values[i], error)
                                  : !cg_netpbm_word (file, word, error))
        return FALSE;
    }
}

static gboolean
read_header (FILE *file, Header *header, GError **error)
{
  char magic[CG_NETPBM_WORD];

  *header = (Header){ 0 };
  if (!cg_netpbm_word (file, magic, error))
    return FALSE;
  if (magic[1] == '7')
    {
      if (!read_pam_header (file, header, error))
        return FALSE;
    }
  else
    {
      header->plain = magic[1] == '2' || magic[1] == '3';
      header->channels = magic[1] == '2' || magic[1] == '5' ? 1 : 3;
      if (!cg_netpbm_number (file, "width", &header->width, error)
          || !cg_netpbm_number (file, "height", &header->height, error)
          || !cg_netpbm_number (file, "maximum", &header->top, error))
        return FALSE;
    }
  if (header->top >= 1 && header->top <= 65535 && header->channels >= 1 && header->channels <= 4)
    return TRUE;
  g_set_error (error, CG_ERROR, CG_ERROR_FORMAT, "broken header: %d channels of values up to %d",
               (int) header->channels, (int) header->top);
  return FALSE;
}

static gboolean
read_plain_row (FILE *file, guint16 *row, gsize n, GError **error)
{
  guint64 value;

  for (gsize i = 0; i < n; i++)
    {
      if (!cg_netpbm_number (file, "next sample", &value, error))
        return FALSE;
      row[i] = (guint16) MIN (value, 65535);
    }
  return TRUE;
}

/* A row as 16-bit numbers of the file. */
static gboolean
read_row (FILE *file, const Header *header, guint16 *row, gsize n, GError **error)
{
  if (header->plain)
    return read_plain_row (file, row, n, error);
  if (header->top > 255)
    {
      if (!cg_file_read (file, row, 2 * n, error))
        return FALSE;
      for (gsize i = 0; i < n; i++)
        row[i] = GUINT16_FROM_BE (row[i]);
      return TRUE;
    }
  guint8 *bytes = (guint8 *) row;
  if (!cg_file_read (file, bytes, n, error))
    return FALSE;
  for (gsize i = n; i-- > 0;)
    row[i] = bytes[i];
  return TRUE;
}

static gboolean
store_row (CgImage *image, int y, guint16 *row, guint top, GError **error)
{
  gsize n = (gsize) image->width * image->channels;
  guint white = image->depth == CG_DEPTH_8 ? 255 : 65535;
  guint8 *to = (guint8 *) image->samples + y * cg_image_row_bytes (image);

  for (gsize i = 0; i < n; i++)
    {
      if (row[i] > top)
        {
          g_set_error (error, CG_ERROR, CG_ERROR_FORMAT,
                       "row %d has a value of %u, above the maximum of %u", y, row[i], top);
          return FALSE;
        }
      row[i] = (guint16) ((row[i] * (guint64) white + top / 2) / top);
    }
  if (image->depth == CG_DEPTH_16)
    memcpy (to, row, 2 * n);
  else
    for (gsize i = 0; i < n; i++)
      to[i] = (guint8) row[i];
  return TRUE;
}

static CgImage *
load (FILE *file, GError **error)
{
  Header header;

  if (!read_header (file, &header, error))
    return NULL;
  g_autoptr (CgImage) image
      = cg_image_new_for_file (file, header.width, header.height, (int) header.channels,
                               header.top > 255 ? CG_DEPTH_16 : CG_DEPTH_8, 1, error);
  if (!image)
    return NULL;
  gsize n = (gsize) image->width * image->channels;
  g_autofree guint16 *row = g_new (guint16, n);
  for (int y = 0; y < image->height; y++)
    if (!read_row (file, &header, row, n, error)
        || !store_row (image, y, row, (guint) header.top, error))
      return NULL;
  return g_steal_pointer (&image);
}

static gboolean
measure (FILE *file, guint64 *width, guint64 *height, GError **error)
{
  Header header;
  gboolean known = read_header (file, &header, error);

  *width = header.width;
  *height = header.height;
  return known;
}

static gboolean
write_rows (const CgImage *image, FILE *file, GError **error)
{
  gsize n = (gsize) image->width * image->channels;
  g_autofree guint16 *big_endian = g_new (guint16, n);

  for (int y = 0; y < image->height; y++)
    {
      const void *row = (const guint8 *) image->samples + y * cg_image_row_bytes (image);
      if (image->depth == CG_DEPTH_16)
        {
          for (gsize i = 0; i < n; i++)
            big_endian[i] = GUINT16_TO_BE (((const guint16 *) row)[i]);
          row = big_endian;
        }
      if (!cg_file_write (file, row, cg_image_row_bytes (image), error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
save_pnm (const CgImage *image, FILE *file, GError **error)
{
  g_autofree char *header
      = g_strdup_printf ("P%d\n%d %d\n%d\n", image->channels == 1 ? 5 : 6, image->width,
                         image->height, image->depth == CG_DEPTH_8 ? 255 : 65535);

  return cg_file_write (file, header, strlen (header), error) && write_rows (image, file, error);
}

static gboolean
save_pam (const CgImage *image, FILE *file, GError **error)
{
  static const char *const kinds[] = { "GRAYSCALE", "GRAYSCALE_ALPHA", "RGB", "RGB_ALPHA" };
  g_autofree char *header
      = g_strdup_printf ("P7\nWIDTH %d\nHEIGHT %d\nDEPTH %d\nMAXVAL %d\nTUPLTYPE %s\nENDHDR\n",
                         image->width, image->height, image->channels,
                         image->depth == CG_DEPTH_8 ? 255 : 65535, kinds[image->channels - 1]);

  return cg_file_write (file, header, strlen (header), error) && write_rows (image, file, error);
}

static gboolean
begins (const guint8 *head, gsize size, const char *digits)
{
  return size >= 3 && head[0] == 'P' && head[1] && strchr (digits, head[1])
         && g_ascii_isspace (head[2]);
}

static gboolean
matches_pgm (const guint8 *head, gsize size)
{
  return begins (head, size, "25");
}

static gboolean
matches_ppm (const guint8 *head, gsize size)
{
  return begins (head, size, "36");
}

static gboolean
matches_pam (const guint8 *head, gsize size)
{
  return begins (head, size, "7");
}

#define DEPTHS (CG_HOLDS_DEPTH (CG_DEPTH_8) | CG_HOLDS_DEPTH (CG_DEPTH_16))

static const char *const pgm_endings[] = { "pgm", NULL };
static const char *const ppm_endings[] = { "ppm", "pnm", NULL };
static const char *const pam_endings[] = { "pam", NULL };

const CgFormat cg_format_pgm = {
  .name = "PGM",
  .endings = pgm_endings,
  .channels = CG_HOLDS_CHANNELS (1),
  .depths = DEPTHS,
  .matches = matches_pgm,
  .load = load,
  .measure = measure,
  .save = save_pnm,
};

const CgFormat cg_format_ppm = {
  .name = "PPM",
  .endings = ppm_endings,
  .channels = CG_HOLDS_CHANNELS (3),
  .depths = DEPTHS,
  .matches = matches_ppm,
  .load = load,
  .measure = measure,
  .save = save_pnm,
};

const CgFormat cg_format_pam = {
  .name = "PAM",
  .endings = pam_endings,
  .channels
  = CG_HOLDS_CHANNELS (1) | CG_HOLDS_CHANNELS (2) | CG_HOLDS_CHANNELS (3) | CG_HOLDS_CHANNELS (4),
  .depths = DEPTHS,
  .matches = matches_pam,
  .load = load,
  .measure = measure,
  .save = save_pam,
};
