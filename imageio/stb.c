/* SPDX-License-Identifier: GPL-3.0-or-later */
/* BMP and TGA of 8 bits and Radiance HDR, through stb_image. */
#include "imageio/format.h"

#include <errno.h>
#include <string.h>

#include "model/error.h"

/* Much of what stb_image declares is left out; GCC tells at the end of the file. */
#pragma GCC diagnostic ignored "-Wunused-function"
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#define STBI_NO_STDIO
#define STBI_ONLY_BMP
#define STBI_ONLY_TGA
#define STBI_ONLY_HDR
#define STBI_FAILURE_USERMSG
#include <stb_image.h>
#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb_image_write.h>

/* TGA's runs: 128 pixels of 4 bytes from 2 bytes. */
#define PACK 300.

/* stb_image_write counts bytes, and for HDR samples, in int; no pixel has more than four. */
#define MOST_PIXELS 536870000

/* stb_image does not notice the end of a file; we do.  It asks for a block in
 * advance, at the same address every time, which may come short, and for rows
 * of pixels, which may not.  Behind the end it gets line ends, which lead out of HDR's
 * header and of its pixel runs: zeros would keep it in a loop. */
typedef struct
{
  FILE *file;
  const char *block;
  gboolean past_end;
} Source;

static int
read_bytes (void *user, char *to, int size)
{
  Source *source = user;
  int got = (int) fread (to, 1, size, source->file);

  if (!source->block)
    source->block = to;
  if (got > 0 && to == source->block)
    return got;
  if (got < size)
    {
      source->past_end = TRUE;
      memset (to + got, '\n', size - got);
    }
  return size;
}

static void
skip_bytes (void *user, int n)
{
  Source *source = user;

  fseeko (source->file, n, SEEK_CUR);
}

static int
is_at_end (void *user)
{
  Source *source = user;
  int c = getc (source->file);

  ungetc (c, source->file);
  return c == EOF;
}

static const stbi_io_callbacks callbacks = { read_bytes, skip_bytes, is_at_end };

static void
set_format_error (GError **error, const Source *source, const char *name)
{
  if (source->past_end)
    g_set_error (error, CG_ERROR, CG_ERROR_FORMAT,
                 "the file ends too early, after %" G_GUINT64_FORMAT " bytes",
                 cg_file_size (source->file));
  else
    g_set_error (error, CG_ERROR, CG_ERROR_FORMAT, "broken or unknown %s: %s", name,
                 stbi_failure_reason ());
}

static gboolean
measure (FILE *file, guint64 *width, guint64 *height, GError **error)
{
  Source source = { .file = file };
  int w = 0, h = 0, channels;
  gboolean known = stbi_info_from_callbacks (&callbacks, &source, &w, &h, &channels);

  if (!known)
    set_format_error (error, &source, "picture");
  *width = ABS (w);
  *height = ABS (h);
  return known;
}

/* An empty picture of the size and kind that the header tells. */
static CgImage *
read_header (FILE *file, const char *name, CgDepth depth, GError **error)
{
  Source source = { .file = file };
  int w, h, channels;

  if (!stbi_info_from_callbacks (&callbacks, &source, &w, &h, &channels))
    {
      set_format_error (error, &source, name);
      return NULL;
    }
  rewind (file);
  return cg_image_new_for_file (file, w, ABS (h), channels, depth, PACK, error);
}

static CgImage *
load (FILE *file, const char *name, CgDepth depth, GError **error)
{
  g_autoptr (CgImage) image = read_header (file, name, depth, error);
  Source source = { .file = file };
  int w, h, channels;
  void *samples;

  if (!image)
    return NULL;
  if (depth == CG_DEPTH_FLOAT)
    samples = stbi_loadf_from_callbacks (&callbacks, &source, &w, &h, &channels, image->channels);
  else
    samples = stbi_load_from_callbacks (&callbacks, &source, &w, &h, &channels, image->channels);
  if (!samples || source.past_end || w != image->width || h != image->height)
    {
      set_format_error (error, &source, name);
      stbi_image_free (samples);
      return NULL;
    }
  memcpy (image->samples, samples, h * cg_image_row_bytes (image));
  stbi_image_free (samples);
  return g_steal_pointer (&image);
}

static CgImage *
load_bmp (FILE *file, GError **error)
{
  return load (file, "BMP", CG_DEPTH_8, error);
}

static CgImage *
load_tga (FILE *file, GError **error)
{
  return load (file, "TGA", CG_DEPTH_8, error);
}

static CgImage *
load_hdr (FILE *file, GError **error)
{
  CgImage *image = load (file, "Radiance HDR", CG_DEPTH_FLOAT, error);

  if (image)
    image->transfer = CG_TRANSFER_LINEAR;
  return image;
}

/* Failures are found by ferror() when the file is finished. */
static void
write_bytes (void *user, void *bytes, int size)
{
  (void) !fwrite (bytes, 1, size, user);
}

static gboolean
finish (int written, FILE *file, GError **error)
{
  if (written && !ferror (file))
    return TRUE;
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "cannot write: %s",
               g_strerror (errno));
  return FALSE;
}

static gboolean
save_bmp (const CgImage *image, FILE *file, GError **error)
{
  return finish (stbi_write_bmp_to_func (write_bytes, file, image->width, image->height,
                                         image->channels, image->samples),
                 file, error);
}

static gboolean
save_tga (const CgImage *image, FILE *file, GError **error)
{
  return finish (stbi_write_tga_to_func (write_bytes, file, image->width, image->height,
                                         image->channels, image->samples),
                 file, error);
}

static gboolean
save_hdr (const CgImage *image, FILE *file, GError **error)
{
  return finish (stbi_write_hdr_to_func (write_bytes, file, image->width, image->height,
                                         image->channels, image->samples),
                 file, error);
}

static gboolean
matches_bmp (const guint8 *head, gsize size)
{
  return size >= 18 && head[0] == 'B' && head[1] == 'M' && head[15] == 0 && head[16] == 0;
}

static gboolean
matches_hdr (const guint8 *head, gsize size)
{
  return (size > 10 && memcmp (head, "#?RADIANCE", 10) == 0)
         || (size > 6 && memcmp (head, "#?RGBE", 6) == 0);
}

static const char *const bmp_endings[] = { "bmp", NULL };
static const char *const tga_endings[] = { "tga", NULL };
static const char *const hdr_endings[] = { "hdr", NULL };

const CgFormat cg_format_bmp = {
  .name = "BMP",
  .endings = bmp_endings,
  .channels = CG_HOLDS_CHANNELS (1) | CG_HOLDS_CHANNELS (3) | CG_HOLDS_CHANNELS (4),
  .depths = CG_HOLDS_DEPTH (CG_DEPTH_8),
  .most_pixels = MOST_PIXELS,
  .matches = matches_bmp,
  .load = load_bmp,
  .measure = measure,
  .save = save_bmp,
};

/* TGA has no mark to be known by. */
const CgFormat cg_format_tga = {
  .name = "TGA",
  .endings = tga_endings,
  .channels
  = CG_HOLDS_CHANNELS (1) | CG_HOLDS_CHANNELS (2) | CG_HOLDS_CHANNELS (3) | CG_HOLDS_CHANNELS (4),
  .depths = CG_HOLDS_DEPTH (CG_DEPTH_8),
  .most_side = 65535,
  .most_pixels = MOST_PIXELS,
  .load = load_tga,
  .measure = measure,
  .save = save_tga,
};

const CgFormat cg_format_hdr = {
  .name = "Radiance HDR",
  .endings = hdr_endings,
  .channels = CG_HOLDS_CHANNELS (1) | CG_HOLDS_CHANNELS (3),
  .depths = CG_HOLDS_DEPTH (CG_DEPTH_FLOAT),
  .most_pixels = MOST_PIXELS,
  .matches = matches_hdr,
  .load = load_hdr,
  .measure = measure,
  .save = save_hdr,
};
