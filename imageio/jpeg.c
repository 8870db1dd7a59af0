/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JPEG in and out, 8 bits gray or RGB, through libjpeg-turbo.  What else a
 * JPEG says is in jpeg-metadata.c.
 *
 * libjpeg leaves by longjmp on errors.  Nothing in a function it can jump over
 * owns memory: all that must survive lives in the job. */
#include "imageio/jpeg-metadata.h"

#include <errno.h>
#include <setjmp.h>
#include <stddef.h>

#include <jerror.h>

#include "imageio/format.h"
#include "model/error.h"

#define QUALITY 95

/* A block of 8 x 8 pixels takes a bit at least, in one component of three. */
#define PACK (8. * 64 * 3)

typedef struct
{
  struct jpeg_error_mgr errors;
  jmp_buf jump;
  union
  {
    struct jpeg_common_struct common;
    struct jpeg_decompress_struct in;
    struct jpeg_compress_struct out;
  } jpeg;
  FILE *file;
  CgImage *image;
  GError *error;
} Job;

static Job *
job_of (j_common_ptr jpeg)
{
  return (Job *) ((char *) jpeg->err - offsetof (Job, errors));
}

/* Ends the work with libjpeg's own words, unless something better is known. */
static void
on_error (j_common_ptr jpeg)
{
  Job *job = job_of (jpeg);
  char message[JMSG_LENGTH_MAX];

  jpeg->err->format_message (jpeg, message);
  if (jpeg->err->msg_code == JERR_FILE_WRITE)
    job->error = g_error_new (G_FILE_ERROR, g_file_error_from_errno (errno), "cannot write: %s",
                              g_strerror (errno));
  if (!job->error)
    job->error = g_error_new (CG_ERROR, CG_ERROR_FORMAT, "broken JPEG: %s", message);
  longjmp (job->jump, 1);
}

/* libjpeg paints what it cannot read gray and only warns. */
static void
on_message (j_common_ptr jpeg, int level)
{
  switch (jpeg->err->msg_code)
    {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER:
    case JWRN_MUST_RESYNC:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
      on_error (jpeg);
    }
}

static gboolean
run (Job *job, void (*work) (Job *job))
{
  jpeg_std_error (&job->errors);
  job->errors.error_exit = on_error;
  job->errors.emit_message = on_message;
  job->jpeg.common.err = &job->errors;
  if (setjmp (job->jump))
    return FALSE;
  work (job);
  return TRUE;
}

static void
check_colours (Job *job)
{
  j_decompress_ptr in = &job->jpeg.in;

  if (in->jpeg_color_space == JCS_CMYK || in->jpeg_color_space == JCS_YCCK)
    job->error = g_error_new (CG_ERROR, CG_ERROR_UNSUPPORTED,
                              "CMYK JPEGs are not read; convert the picture to RGB first");
  else if (in->num_components != 1 && in->num_components != 3)
    job->error = g_error_new (CG_ERROR, CG_ERROR_UNSUPPORTED, "JPEGs of %d components are not read",
                              in->num_components);
  if (job->error)
    longjmp (job->jump, 1);
  in->out_color_space = in->num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
}

static void
read_all (Job *job)
{
  j_decompress_ptr in = &job->jpeg.in;

  jpeg_create_decompress (in);
  jpeg_stdio_src (in, job->file);
  cg_jpeg_keep_markers (in);
  jpeg_read_header (in, TRUE);
  check_colours (job);
  /* The slow transform is the exact one, and the same on every machine. */
  in->dct_method = JDCT_ISLOW;
  job->image
      = cg_image_new_for_file (job->file, in->image_width, in->image_height, in->num_components,
                               CG_DEPTH_8, PACK * in->num_components, &job->error);
  if (!job->image)
    longjmp (job->jump, 1);
  jpeg_start_decompress (in);
  while (in->output_scanline < in->output_height)
    {
      JSAMPROW row
          = (JSAMPROW) job->image->samples + in->output_scanline * cg_image_row_bytes (job->image);
      jpeg_read_scanlines (in, &row, 1);
    }
  cg_jpeg_get_extras (in, job->image);
  jpeg_finish_decompress (in);
}

static CgImage *
load (FILE *file, GError **error)
{
  Job job = { .file = file };
  gboolean done = run (&job, read_all);

  jpeg_destroy (&job.jpeg.common);
  if (!done)
    {
      g_propagate_error (error, job.error);
      g_clear_pointer (&job.image, cg_image_free);
    }
  return job.image;
}

static void
read_header (Job *job)
{
  jpeg_create_decompress (&job->jpeg.in);
  jpeg_stdio_src (&job->jpeg.in, job->file);
  jpeg_read_header (&job->jpeg.in, TRUE);
}

static gboolean
measure (FILE *file, guint64 *width, guint64 *height, GError **error)
{
  Job job = { .file = file };
  gboolean known = run (&job, read_header);

  *width = job.jpeg.in.image_width;
  *height = job.jpeg.in.image_height;
  jpeg_destroy (&job.jpeg.common);
  if (!known)
    g_propagate_error (error, job.error);
  return known;
}

static void
write_all (Job *job)
{
  j_compress_ptr out = &job->jpeg.out;

  jpeg_create_compress (out);
  jpeg_stdio_dest (out, job->file);
  out->image_width = job->image->width;
  out->image_height = job->image->height;
  out->input_components = job->image->channels;
  out->in_color_space = job->image->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults (out);
  jpeg_set_quality (out, QUALITY, TRUE);
  /* Colour at full resolution: what was cleaned shall not be blurred. */
  out->comp_info[0].h_samp_factor = out->comp_info[0].v_samp_factor = 1;
  out->dct_method = JDCT_ISLOW;
  out->optimize_coding = TRUE;
  cg_jpeg_set_density (out, job->image);
  jpeg_start_compress (out, TRUE);
  cg_jpeg_write_extras (out, job->image);
  while (out->next_scanline < out->image_height)
    {
      JSAMPROW row
          = (JSAMPROW) job->image->samples + out->next_scanline * cg_image_row_bytes (job->image);
      jpeg_write_scanlines (out, &row, 1);
    }
  jpeg_finish_compress (out);
}

static gboolean
save (const CgImage *image, FILE *file, GError **error)
{
  Job job = { .file = file, .image = (CgImage *) image };
  gboolean done = run (&job, write_all);

  jpeg_destroy (&job.jpeg.common);
  if (!done)
    g_propagate_error (error, job.error);
  return done;
}

static gboolean
matches (const guint8 *head, gsize size)
{
  return size >= 3 && head[0] == 0xff && head[1] == 0xd8 && head[2] == 0xff;
}

static const char *const endings[] = { "jpg", "jpeg", "jpe", NULL };

const CgFormat cg_format_jpeg = {
  .name = "JPEG",
  .endings = endings,
  .channels = CG_HOLDS_CHANNELS (1) | CG_HOLDS_CHANNELS (3),
  .depths = CG_HOLDS_DEPTH (CG_DEPTH_8),
  .most_side = JPEG_MAX_DIMENSION,
  .matches = matches,
  .load = load,
  .measure = measure,
  .save = save,
};
