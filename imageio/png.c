/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PNG in and out, through libpng.  What else a PNG says is in png-metadata.c.
 *
 * libpng leaves by longjmp on errors.  Nothing in a function it can jump over
 * owns memory: all that must survive lives in PngJob. */
#include "imageio/png-job.h"

#include <errno.h>
#include <string.h>

#include "imageio/format.h"
#include "model/error.h"

/* zlib packs zeros 1032 : 1 at best. */
#define PACK 1100.

/* A 16-bit render of 768 x 768: level 3 takes 0.6 of the time of level 6 and 3 % more bytes. */
#define COMPRESSION_LEVEL 3

static void
on_error (png_structp png, png_const_charp message)
{
  PngJob *job = png_get_error_ptr (png);

  if (!job->error)
    job->error = g_error_new (CG_ERROR, CG_ERROR_FORMAT, "broken PNG: %s", message);
  png_longjmp (png, 1);
}

/* libpng warns of what it could put right or leave out, never of pixels. */
static void
on_warning (png_structp png, png_const_charp message)
{
}

static void
read_bytes (png_structp png, png_bytep bytes, size_t size)
{
  PngJob *job = png_get_io_ptr (png);

  if (!cg_file_read (job->file, bytes, size, &job->error))
    png_error (png, "cannot read");
}

static void
write_bytes (png_structp png, png_bytep bytes, size_t size)
{
  PngJob *job = png_get_io_ptr (png);

  if (!cg_file_write (job->file, bytes, size, &job->error))
    png_error (png, "cannot write");
}

static void
flush_nothing (png_structp png)
{
}

/* Run @work; FALSE if libpng jumped out of it. */
static gboolean
run (PngJob *job, void (*work) (PngJob *job))
{
  if (setjmp (png_jmpbuf (job->png)))
    return FALSE;
  work (job);
  return TRUE;
}

/* Ask libpng for plain rows of 1 to 4 channels of 8 or 16 bits. */
static void
set_read_transforms (PngJob *job)
{
  png_set_expand (job->png);
  if (png_get_bit_depth (job->png, job->info) == 16 && G_BYTE_ORDER == G_LITTLE_ENDIAN)
    png_set_swap (job->png);
  job->passes = png_set_interlace_handling (job->png);
}

static void
transfer_rows (PngJob *job, void (*transfer) (PngJob *job, png_bytep row))
{
  gsize row_bytes = cg_image_row_bytes (job->image);

  for (int pass = 0; pass < job->passes; pass++)
    for (int y = 0; y < job->image->height; y++)
      transfer (job, (png_bytep) job->image->samples + y * row_bytes);
}

static void
read_row (PngJob *job, png_bytep row)
{
  png_read_row (job->png, row, NULL);
}

static void
write_row (PngJob *job, png_bytep row)
{
  png_write_row (job->png, row);
}

static void
read_all (PngJob *job)
{
  png_set_read_fn (job->png, job, read_bytes);
  png_set_user_limits (job->png, G_MAXINT, G_MAXINT);
  cg_png_keep_chunks (job);
  png_read_info (job->png, job->info);
  png_uint_32 width = png_get_image_width (job->png, job->info);
  png_uint_32 height = png_get_image_height (job->png, job->info);
  int samples_a_byte = png_get_bit_depth (job->png, job->info) < 8 ? 8 : 1;

  set_read_transforms (job);
  png_read_update_info (job->png, job->info);
  int channels = png_get_channels (job->png, job->info);
  CgDepth depth = png_get_bit_depth (job->png, job->info) == 16 ? CG_DEPTH_16 : CG_DEPTH_8;
  job->image = cg_image_new_for_file (job->file, width, height, channels, depth,
                                      PACK * samples_a_byte * channels, &job->error);
  if (!job->image)
    png_error (job->png, "no picture");
  transfer_rows (job, read_row);
  png_read_end (job->png, job->info);
  cg_png_get_extras (job);
}

static CgImage *
load (FILE *file, GError **error)
{
  PngJob job = { .file = file };

  job.png = png_create_read_struct (PNG_LIBPNG_VER_STRING, &job, on_error, on_warning);
  job.info = png_create_info_struct (job.png);
  gboolean done = run (&job, read_all);
  png_destroy_read_struct (&job.png, &job.info, NULL);
  if (!done)
    {
      g_propagate_error (error, job.error);
      g_clear_pointer (&job.image, cg_image_free);
    }
  return job.image;
}

/* A PNG begins with its signature and IHDR, which begins with the size. */
static gboolean
measure (FILE *file, guint64 *width, guint64 *height, GError **error)
{
  guint8 head[24];

  if (!cg_file_read (file, head, sizeof head, error))
    return FALSE;
  *width = png_get_uint_32 (head + 16);
  *height = png_get_uint_32 (head + 20);
  return TRUE;
}

static void
write_all (PngJob *job)
{
  static const int colour_types[] = { PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA,
                                      PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGB_ALPHA };
  const CgImage *image = job->image;

  png_set_write_fn (job->png, job, write_bytes, flush_nothing);
  png_set_user_limits (job->png, G_MAXINT, G_MAXINT);
  /* Metadata that contradicts the pixels or itself is left out, not fatal. */
  png_set_benign_errors (job->png, 1);
  png_set_compression_level (job->png, COMPRESSION_LEVEL);
  png_set_IHDR (job->png, job->info, image->width, image->height,
                image->depth == CG_DEPTH_16 ? 16 : 8, colour_types[image->channels - 1],
                PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  cg_png_set_extras (job);
  png_write_info (job->png, job->info);
  if (image->depth == CG_DEPTH_16 && G_BYTE_ORDER == G_LITTLE_ENDIAN)
    png_set_swap (job->png);
  job->passes = 1;
  transfer_rows (job, write_row);
  png_write_end (job->png, job->info);
}

static gboolean
save (const CgImage *image, FILE *file, GError **error)
{
  PngJob job = { .file = file, .image = (CgImage *) image };

  job.png = png_create_write_struct (PNG_LIBPNG_VER_STRING, &job, on_error, on_warning);
  job.info = png_create_info_struct (job.png);
  gboolean done = run (&job, write_all);
  png_destroy_write_struct (&job.png, &job.info);
  if (!done)
    g_propagate_error (error, job.error);
  return done;
}

static gboolean
matches (const guint8 *head, gsize size)
{
  return size >= 8 && png_sig_cmp (head, 0, 8) == 0;
}

static const char *const endings[] = { "png", NULL };

const CgFormat cg_format_png = {
  .name = "PNG",
  .endings = endings,
  .channels
  = CG_HOLDS_CHANNELS (1) | CG_HOLDS_CHANNELS (2) | CG_HOLDS_CHANNELS (3) | CG_HOLDS_CHANNELS (4),
  .depths = CG_HOLDS_DEPTH (CG_DEPTH_8) | CG_HOLDS_DEPTH (CG_DEPTH_16),
  .matches = matches,
  .load = load,
  .measure = measure,
  .save = save,
};
