/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing OpenEXR: in rows, with the compression and the kind of floats that the
 * picture was read with. */
#include "imageio/exr-channels.h"

#include <math.h>
#include <string.h>

#include "imageio/exr-header.h"

#define HALF_MOST 65504.f

#define SHORT_NAME 31

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (((const CgExrChannel *) a)->name, ((const CgExrChannel *) b)->name);
}

/* The channels of @image, whose colours are in @samples, and those it carries. */
static GArray *
list_channels (const CgImage *image, const float *samples, exr_pixel_type_t colour_type)
{
  static const char *const names[] = { "Y", "YA", "RGB", "RGBA" };
  static const char *const letters[] = { "R", "G", "B", "A", "Y" };
  GArray *channels = g_array_new (FALSE, TRUE, sizeof (CgExrChannel));

  for (int c = 0; c < image->channels; c++)
    for (gsize i = 0; i < G_N_ELEMENTS (letters); i++)
      if (*letters[i] == names[image->channels - 1][c])
        {
          CgExrChannel colour = { letters[i],
                                  colour_type,
                                  EXR_PIXEL_FLOAT,
                                  (guint8 *) (samples + c),
                                  image->channels * sizeof (float),
                                  cg_image_row_bytes (image) };
          g_array_append_val (channels, colour);
        }
  for (guint i = 0; image->extras && i < image->extras->len; i++)
    {
      const CgImageExtra *extra = g_ptr_array_index (image->extras, i);
      CgExrChannel other = { 0 };
      if (!cg_exr_is_channel (extra, &other.name, &other.type))
        continue;
      other.there = other.type;
      other.pixel = cg_exr_sample_bytes (other.type);
      other.row = image->width * other.pixel;
      other.samples = (guint8 *) g_bytes_get_data (extra->bytes, NULL);
      if (g_bytes_get_size (extra->bytes) == image->height * other.row)
        g_array_append_val (channels, other);
    }
  g_array_sort (channels, compare_names);
  return channels;
}

/* A flag that older programs do not read, so it is set only for need. */
static gboolean
has_long_names (const CgExrPicture *picture, const CgImage *image)
{
  gboolean is_long = cg_exr_has_long_names (image);

  for (int i = 0; i < picture->n_channels; i++)
    is_long = is_long || strlen (picture->channels[i].name) > SHORT_NAME;
  return is_long;
}

static gboolean
write_head (CgExrPicture *picture, const CgImage *image, const CgExrKind *kind)
{
  exr_context_t exr = picture->job.exr;
  int part;

  exr_set_longname_support (exr, has_long_names (picture, image));
  if (exr_add_part (exr, NULL, EXR_STORAGE_SCANLINE, &part) != EXR_ERR_SUCCESS
      || exr_initialize_required_attr (
             exr, part, &kind->display, &kind->data, kind->pixel_aspect, &kind->centre,
             kind->centre_width, EXR_LINEORDER_INCREASING_Y, (exr_compression_t) kind->compression)
             != EXR_ERR_SUCCESS)
    return FALSE;
  for (int i = 0; i < picture->n_channels; i++)
    if (exr_add_channel (exr, part, picture->channels[i].name, picture->channels[i].type,
                         EXR_PERCEPTUALLY_LOGARITHMIC, 1, 1)
        != EXR_ERR_SUCCESS)
      return FALSE;
  return cg_exr_copy_attributes (&picture->job, image) && exr_write_header (exr) == EXR_ERR_SUCCESS;
}

static gboolean
write_chunk (const CgExrPicture *picture, exr_encode_pipeline_t *encode,
             const exr_chunk_info_t *chunk, int y)
{
  exr_const_context_t exr = picture->job.exr;
  gboolean is_first = encode->channels == NULL;

  if ((is_first ? exr_encoding_initialize (exr, 0, chunk, encode)
                : exr_encoding_update (exr, 0, chunk, encode))
      != EXR_ERR_SUCCESS)
    return FALSE;
  for (int c = 0; c < encode->channel_count; c++)
    {
      const CgExrChannel *channel = &picture->channels[c];
      exr_coding_channel_info_t *info = &encode->channels[c];
      info->encode_from_ptr = channel->samples + y * channel->row;
      info->user_pixel_stride = (gint32) channel->pixel;
      info->user_line_stride = (gint32) channel->row;
      info->user_data_type = (guint16) channel->there;
      info->user_bytes_per_element = (gint16) cg_exr_sample_bytes (channel->there);
    }
  return (!is_first || exr_encoding_choose_default_routines (exr, 0, encode) == EXR_ERR_SUCCESS)
         && exr_encoding_run (exr, 0, encode) == EXR_ERR_SUCCESS;
}

static gboolean
write_rows (const CgExrPicture *picture)
{
  exr_encode_pipeline_t encode = EXR_ENCODE_PIPELINE_INITIALIZER;
  exr_chunk_info_t chunk;
  gint32 rows;
  gboolean good = exr_get_scanlines_per_chunk (picture->job.exr, 0, &rows) == EXR_ERR_SUCCESS;

  for (int y = 0; good && y < picture->height; y += rows)
    good = exr_write_scanline_chunk_info (picture->job.exr, 0, picture->window.min.y + y, &chunk)
               == EXR_ERR_SUCCESS
           && write_chunk (picture, &encode, &chunk, y);
  exr_encoding_destroy (picture->job.exr, &encode);
  return good;
}

static gboolean
is_too_large (float v)
{
  return isfinite (v) && fabsf (v) > HALF_MOST;
}

/* The picture's colours, none above what a half can hold, which would be
 * infinite there; to be freed if they are not image->samples. */
static float *
fit_into_halves (const CgImage *image)
{
  gsize n = (gsize) image->width * image->height * image->channels;
  const float *samples = image->samples;
  gsize i = 0;

  while (i < n && !is_too_large (samples[i]))
    i++;
  if (i == n)
    return image->samples;
  float *fitting = g_new (float, n);
  for (i = 0; i < n; i++)
    fitting[i] = is_too_large (samples[i]) ? copysignf (HALF_MOST, samples[i]) : samples[i];
  return fitting;
}

gboolean
cg_exr_save (const CgImage *image, FILE *file, GError **error)
{
  CgExrKind kind = cg_exr_kind (image);
  float *samples = kind.colour_type == EXR_PIXEL_HALF ? fit_into_halves (image) : image->samples;
  g_autoptr (GArray) channels = list_channels (image, samples, (exr_pixel_type_t) kind.colour_type);
  CgExrPicture picture = { .job = { .file = file },
                           .window = kind.data,
                           .width = image->width,
                           .height = image->height,
                           .channels = (CgExrChannel *) (void *) channels->data,
                           .n_channels = (int) channels->len };
  gboolean done = cg_exr_start_write (&picture.job) && write_head (&picture, image, &kind)
                  && write_rows (&picture) && cg_exr_finish (&picture.job);

  if (!done)
    g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "cannot write: %s",
                 picture.job.message ? picture.job.message : "the file cannot be finished");
  cg_exr_job_clear (&picture.job);
  if (samples != image->samples)
    g_free (samples);
  return done;
}
