/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between PNG's ancillary chunks and the pieces of metadata.h. */
#include "imageio/png-job.h"

#include <string.h>

#include "imageio/metadata.h"

#define XMP_KEYWORD "XML:com.adobe.xmp"

#define MAX_KEYWORD 79

/* Texts longer than this are compressed. */
#define LONG_TEXT 1000

/* Colour and light for screens beyond sRGB, younger than libpng 1.6.39. */
static const char *const kept_chunks[] = { "cICP", "mDCV", "cLLI", NULL };

void
cg_png_keep_chunks (PngJob *job)
{
  for (const char *const *name = kept_chunks; *name; name++)
    png_set_keep_unknown_chunks (job->png, PNG_HANDLE_CHUNK_ALWAYS, (png_const_bytep) *name, 1);
}

static void
get_colour (PngJob *job)
{
  int intent;
  png_fixed_point gamma, xy[8];
  guint8 bytes[32];

  if (png_get_sRGB (job->png, job->info, &intent))
    cg_image_add_extra (job->image, "srgb", &(guint8){ (guint8) intent }, 1);
  if (png_get_gAMA_fixed (job->png, job->info, &gamma))
    {
      cg_put_u32 (bytes, (guint32) gamma);
      cg_image_add_extra (job->image, "gamma", bytes, 4);
    }
  if (png_get_cHRM_fixed (job->png, job->info, &xy[0], &xy[1], &xy[2], &xy[3], &xy[4], &xy[5],
                          &xy[6], &xy[7]))
    {
      for (int i = 0; i < 8; i++)
        cg_put_u32 (bytes + 4 * i, (guint32) xy[i]);
      cg_image_add_extra (job->image, "chroma", bytes, 32);
    }
}

static void
get_blocks (PngJob *job)
{
  png_charp name;
  png_bytep bytes;
  png_uint_32 size, x, y;
  int compression, unit;

  if (png_get_iCCP (job->png, job->info, &name, &compression, &bytes, &size))
    cg_image_add_extra (job->image, "icc", bytes, size);
  if (png_get_eXIf_1 (job->png, job->info, &size, &bytes))
    cg_image_add_extra (job->image, "exif", bytes, size);
  if (png_get_pHYs (job->png, job->info, &x, &y, &unit))
    {
      guint8 density[9];
      cg_put_u32 (density, x);
      cg_put_u32 (density + 4, y);
      density[8] = (guint8) unit;
      cg_image_add_extra (job->image, "density", density, 9);
    }
}

static gsize
text_length (const png_text *text)
{
  return text->compression >= PNG_ITXT_COMPRESSION_NONE ? text->itxt_length : text->text_length;
}

/* tEXt and zTXt are Latin-1, iTXt is UTF-8. */
static void
get_text (PngJob *job, const png_text *text)
{
  gsize length = text_length (text), written;
  gboolean is_utf8 = text->compression >= PNG_ITXT_COMPRESSION_NONE
                     && g_utf8_validate_len (text->text, length, NULL);
  g_autofree char *utf8
      = is_utf8 ? g_strndup (text->text, written = length)
                : g_convert (text->text, length, "UTF-8", "ISO-8859-1", NULL, &written, NULL);
  g_autofree char *key = g_convert (text->key, -1, "UTF-8", "ISO-8859-1", NULL, NULL, NULL);
  g_autofree char *kind
      = g_str_equal (text->key, XMP_KEYWORD) ? g_strdup ("xmp") : g_strconcat ("text:", key, NULL);

  if (utf8)
    cg_image_add_extra (job->image, kind, utf8, written);
}

static void
get_unknown (PngJob *job)
{
  png_unknown_chunkp chunks;
  int n = png_get_unknown_chunks (job->png, job->info, &chunks);

  for (int i = 0; i < n; i++)
    {
      char kind[] = "png:cICP";
      memcpy (kind + 4, chunks[i].name, 4);
      cg_image_add_extra (job->image, kind, chunks[i].data, chunks[i].size);
    }
}

void
cg_png_get_extras (PngJob *job)
{
  png_textp texts;
  int n_texts;

  get_colour (job);
  get_blocks (job);
  png_get_text (job->png, job->info, &texts, &n_texts);
  for (int i = 0; i < n_texts; i++)
    get_text (job, &texts[i]);
  get_unknown (job);
}

static void
set_text (PngJob *job, const char *key, const char *utf8, gsize size)
{
  gsize length;
  g_autofree char *latin1_key = g_convert (key, -1, "ISO-8859-1", "UTF-8", NULL, NULL, NULL);
  g_autofree char *latin1 = g_convert (utf8, size, "ISO-8859-1", "UTF-8", NULL, &length, NULL);
  g_autofree char *whole = g_strndup (utf8, size);
  gboolean is_xmp = g_str_equal (key, XMP_KEYWORD);
  png_text text = { .key = latin1_key, .lang = (char *) "", .lang_key = (char *) "" };

  if (!latin1_key || !*latin1_key || strlen (latin1_key) > MAX_KEYWORD)
    return;
  if (latin1 && !is_xmp)
    {
      text.compression = size > LONG_TEXT ? PNG_TEXT_COMPRESSION_zTXt : PNG_TEXT_COMPRESSION_NONE;
      text.text = latin1;
      text.text_length = length;
    }
  else
    {
      gboolean pack = size > LONG_TEXT && !is_xmp;
      text.compression = pack ? PNG_ITXT_COMPRESSION_zTXt : PNG_ITXT_COMPRESSION_NONE;
      text.text = whole;
      text.itxt_length = size;
    }
  png_set_text (job->png, job->info, &text, 1);
}

static void
set_unknown (PngJob *job, const char *name, const guint8 *bytes, gsize size)
{
  png_unknown_chunk chunk = { .data = (png_bytep) bytes, .size = size, .location = PNG_HAVE_IHDR };

  memcpy (chunk.name, name, 4);
  png_set_keep_unknown_chunks (job->png, PNG_HANDLE_CHUNK_ALWAYS, chunk.name, 1);
  png_set_unknown_chunks (job->png, job->info, &chunk, 1);
}

static void
set_chroma (PngJob *job, const guint8 *bytes)
{
  png_fixed_point xy[8];

  for (int i = 0; i < 8; i++)
    xy[i] = (png_fixed_point) cg_get_u32 (bytes + 4 * i);
  png_set_cHRM_fixed (job->png, job->info, xy[0], xy[1], xy[2], xy[3], xy[4], xy[5], xy[6], xy[7]);
}

static void
set_extra (PngJob *job, const char *kind, const guint8 *bytes, gsize size)
{
  if (g_str_equal (kind, "icc"))
    png_set_iCCP (job->png, job->info, "ICC profile", PNG_COMPRESSION_TYPE_BASE, bytes, size);
  else if (g_str_equal (kind, "exif"))
    png_set_eXIf_1 (job->png, job->info, size, (png_bytep) bytes);
  else if (g_str_equal (kind, "xmp"))
    set_text (job, XMP_KEYWORD, (const char *) bytes, size);
  else if (g_str_equal (kind, "srgb") && size == 1)
    png_set_sRGB (job->png, job->info, bytes[0]);
  else if (g_str_equal (kind, "gamma") && size == 4)
    png_set_gAMA_fixed (job->png, job->info, (png_fixed_point) cg_get_u32 (bytes));
  else if (g_str_equal (kind, "chroma") && size == 32)
    set_chroma (job, bytes);
  else if (g_str_equal (kind, "density") && size == 9)
    png_set_pHYs (job->png, job->info, cg_get_u32 (bytes), cg_get_u32 (bytes + 4), bytes[8]);
  else if (g_str_has_prefix (kind, "text:"))
    set_text (job, kind + strlen ("text:"), (const char *) bytes, size);
  else if (g_str_has_prefix (kind, "png:") && strlen (kind) == 8)
    set_unknown (job, kind + strlen ("png:"), bytes, size);
}

void
cg_png_set_extras (PngJob *job)
{
  for (guint i = 0; job->image->extras && i < job->image->extras->len; i++)
    {
      const CgImageExtra *extra = g_ptr_array_index (job->image->extras, i);
      gsize size;
      const guint8 *bytes = g_bytes_get_data (extra->bytes, &size);
      set_extra (job, extra->kind, bytes, size);
    }
}
