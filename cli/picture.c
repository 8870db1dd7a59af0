/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/picture.h"

#include <errno.h>
#include <math.h>

#include <glib/gstdio.h>

#include "cli/large.h"
#include "cli/part.h"
#include "imageio/metadata.h"
#include "model/error.h"
#include "model/noise-level.h"

/* Of pictures that take this many bytes only one copy is kept in memory. */
#define LARGE ((gsize) 64 << 20)

static double
seconds_since (gint64 start)
{
  return (g_get_monotonic_time () - start) / 1e6;
}

/* Folders below -o, and of outputs that a list names, are made when their first
 * picture needs them; a missing one in the name of a single output is more
 * likely a slip. */
static gboolean
make_folder (const CgOptions *options, const CgJob *job, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (job->out);

  if (g_strcmp0 (job->out, options->output) == 0 || g_mkdir_with_parents (folder, 0777) == 0)
    return TRUE;
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno),
               "%s: cannot make this folder: %s", folder, g_strerror (errno));
  return FALSE;
}

/* The metadata and the depth that the output shall have. */
static gboolean
prepare_output (CgPicture *picture, const CgOptions *options, GError **error)
{
  CgImage *image = picture->image;
  CgImage probe = *image;

  if (options->strip)
    cg_image_strip (image);
  if (options->depth >= 0)
    probe.depth = options->depth;
  if (options->crop.w > 0)
    {
      probe.width = options->crop.w;
      probe.height = options->crop.h;
    }
  if (options->preview)
    probe.width = MIN (probe.width, G_MAXINT / 2) * 2;
  if (cg_image_check_save (&probe, picture->job->out, picture->format, error))
    return TRUE;
  if (options->depth < 0 || g_error_matches (*error, CG_ERROR, CG_ERROR_TOO_LARGE))
    g_prefix_error (error, "%s: ", picture->job->in);
  return FALSE;
}

/* How to write, NULL for as the name ends: a setting does not change what a name says that was
 * typed.  @own is the format of the picture. */
static const char *
format_of (const CgJob *job, const CgOptions *options, const char *own)
{
  gboolean is_pipe = g_str_equal (job->out, "-");

  if (job->named && !options->typed_format && cg_image_can_save (job->out))
    return NULL;
  return options->format || !is_pipe ? options->format : own;
}

static gboolean
load (CgPicture *picture, const CgOptions *options, GError **error)
{
  const CgJob *job = picture->job;
  const char *format;

  picture->image = cg_image_load_format (job->in, &format, error);
  if (!picture->image)
    return FALSE;
  picture->width = picture->image->width;
  picture->height = picture->image->height;
  picture->channels = picture->image->channels;
  picture->depth = picture->image->depth;
  if (options->log_json)
    picture->noise = cg_estimate_noise (picture->image);
  picture->format = format_of (job, options, format);
  return prepare_output (picture, options, error) && make_folder (options, job, error);
}

gboolean
cg_picture_is_there (const CgJob *job)
{
  return !g_str_equal (job->out, "-") && g_file_test (job->out, G_FILE_TEST_EXISTS);
}

char *
cg_picture_problem (const CgJob *job, const CgOptions *options)
{
  if (job->problem)
    return g_strdup (job->problem);
  if (options->overwrite || options->in_place || options->skip_existing
      || !cg_picture_is_there (job))
    return NULL;
  return g_strdup_printf (
      "%s: already there; --overwrite replaces it, --skip-existing leaves it be", job->out);
}

static CgPictureState
decide_and_load (CgPicture *picture, const CgOptions *options)
{
  g_autofree char *problem = cg_picture_problem (picture->job, options);

  if (problem)
    g_set_error (&picture->error, CG_ERROR, CG_ERROR_USAGE, "%s", problem);
  else if (options->skip_existing && cg_picture_is_there (picture->job))
    return CG_PICTURE_SKIPPED;
  else if (load (picture, options, &picture->error))
    return CG_PICTURE_READ;
  return CG_PICTURE_FAILED;
}

CgPicture *
cg_picture_read (const CgJob *job, const CgOptions *options)
{
  CgPicture *picture = g_new0 (CgPicture, 1);
  gint64 start = g_get_monotonic_time ();

  picture->job = job;
  picture->noise = NAN;
  picture->state = decide_and_load (picture, options);
  picture->seconds = seconds_since (start);
  return picture;
}

static gboolean
is_large (const CgImage *image)
{
  return image->height * cg_image_row_bytes (image) >= LARGE;
}

/* In place; the waiting file goes where the output goes, or for a pipe where
 * temporary files do. */
static CgImage *
clean_large (CgPicture *picture, CgDenoiser *denoiser)
{
  gboolean is_pipe = g_str_equal (picture->job->out, "-");
  g_autofree char *folder
      = is_pipe ? g_strdup (g_get_tmp_dir ()) : g_path_get_dirname (picture->job->out);

  return cg_clean_large (denoiser, picture->image, folder, &picture->report, &picture->error)
             ? g_steal_pointer (&picture->image)
             : NULL;
}

static CgImage *
clean_part (CgPicture *picture, const CgOptions *options, CgDenoiser *denoiser)
{
  const CgImage *image = picture->image;
  CgRectangle all = { 0, 0, image->width, image->height };
  CgRectangle part = options->crop.w > 0 ? options->crop : all;

  if (part.w <= all.w - part.x && part.h <= all.h - part.y)
    return cg_clean_part (denoiser, image, part, options->preview != NULL, &picture->report,
                          &picture->error);
  g_set_error (&picture->error, CG_ERROR, CG_ERROR_MISMATCH,
               "%d x %d pixels from %d,%d on are not inside the %d x %d of the picture", part.w,
               part.h, part.x, part.y, all.w, all.h);
  return NULL;
}

void
cg_picture_clean (CgPicture *picture, const CgOptions *options, CgDenoiser *denoiser)
{
  gint64 start = g_get_monotonic_time ();

  if (options->crop.w > 0 || options->preview)
    picture->result = clean_part (picture, options, denoiser);
  else if (is_large (picture->image))
    picture->result = clean_large (picture, denoiser);
  else
    picture->result
        = cg_denoiser_run_image (denoiser, picture->image, &picture->report, &picture->error);
  if (!picture->result)
    g_prefix_error (&picture->error, "%s: ", picture->job->in);
  picture->cleaned = picture->result != NULL;
  picture->state = picture->result ? CG_PICTURE_CLEANED : CG_PICTURE_FAILED;
  g_clear_pointer (&picture->image, cg_image_free);
  picture->seconds += seconds_since (start);
}

static gboolean
write (CgPicture *picture, const CgOptions *options, GError **error)
{
  const CgJob *job = picture->job;
  CgSaveOptions save = { .format = picture->format,
                         .like = g_str_equal (job->in, "-") ? NULL : job->in,
                         .keep_times = options->preserve,
                         .is_new = !options->overwrite && !options->in_place };

  if (options->depth >= 0 && picture->result->depth != (CgDepth) options->depth)
    {
      CgImage *converted = cg_image_convert (picture->result, options->depth, error);
      g_clear_pointer (&picture->result, cg_image_free);
      picture->result = converted;
      if (!converted)
        return FALSE;
    }
  return cg_image_save_with (picture->result, job->out, &save, error);
}

void
cg_picture_write (CgPicture *picture, const CgOptions *options)
{
  gint64 start = g_get_monotonic_time ();

  picture->state = write (picture, options, &picture->error) ? CG_PICTURE_DONE : CG_PICTURE_FAILED;
  /* Somebody made the output meanwhile. */
  if (options->skip_existing && g_error_matches (picture->error, G_FILE_ERROR, G_FILE_ERROR_EXIST))
    {
      g_clear_error (&picture->error);
      picture->state = CG_PICTURE_SKIPPED;
    }
  g_clear_pointer (&picture->result, cg_image_free);
  picture->seconds += seconds_since (start);
}

void
cg_picture_free (CgPicture *picture)
{
  g_clear_error (&picture->error);
  g_clear_pointer (&picture->image, cg_image_free);
  g_clear_pointer (&picture->result, cg_image_free);
  g_free (picture);
}
