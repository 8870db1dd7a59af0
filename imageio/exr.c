/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OpenEXR, half and float, through OpenEXRCore; reading.  A file's R, G and B, or
 * its Y, and its A are the picture; what else it holds - depth, normals, other
 * layers - is carried through untouched.  Values are light, and colours are
 * multiplied by alpha. */
#include "imageio/exr-channels.h"

#include <string.h>

#include "imageio/exr-header.h"
#include "imageio/format.h"
#include "model/error.h"

/* A chunk of hundreds of empty rows packs into a few bytes. */
#define PACK 1e6

/* More names than this make no sentence better. */
#define MOST_NAMES 8

static void
clear_picture (CgExrPicture *picture)
{
  cg_exr_job_clear (&picture->job);
  for (int c = 0; c < picture->n_channels; c++)
    g_free (picture->channels[c].plane);
  g_free (picture->channels);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CgExrPicture, clear_picture)

static const CgExrChannel *
find_channel (const CgExrPicture *picture, const char *name)
{
  for (int i = 0; i < picture->n_channels; i++)
    if (g_str_equal (picture->channels[i].name, name))
      return &picture->channels[i];
  return NULL;
}

static void
refuse_channels (const CgExrPicture *picture, const char *why, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (int i = 0; i < MIN (picture->n_channels, MOST_NAMES); i++)
    g_string_append_printf (names, "%s%s", i ? ", " : "", picture->channels[i].name);
  g_set_error (error, CG_ERROR, CG_ERROR_UNSUPPORTED, "an OpenEXR %s: it has %s%s", why, names->str,
               picture->n_channels > MOST_NAMES ? " and more" : "");
}

/* The list of channels, and that each has a sample for every pixel. */
static gboolean
read_channels (CgExrPicture *picture, GError **error)
{
  const exr_attr_chlist_t *list;

  if (exr_get_channels (picture->job.exr, 0, &list) != EXR_ERR_SUCCESS || list->num_channels < 1)
    {
      cg_exr_set_error (&picture->job, error);
      return FALSE;
    }
  picture->n_channels = list->num_channels;
  picture->channels = g_new0 (CgExrChannel, picture->n_channels);
  gboolean is_full = TRUE;
  for (int i = 0; i < picture->n_channels; i++)
    {
      const exr_attr_chlist_entry_t *entry = &list->entries[i];
      picture->channels[i] = (CgExrChannel){ .name = entry->name.str, .type = entry->pixel_type };
      is_full = is_full && entry->x_sampling == 1 && entry->y_sampling == 1;
    }
  if (!is_full)
    refuse_channels (picture, "with channels of fewer samples than pixels is not read", error);
  return is_full;
}

static gboolean
check_parts (CgExrPicture *picture, GError **error)
{
  exr_storage_t storage = EXR_STORAGE_LAST_TYPE;
  int parts = 0;

  if (exr_get_count (picture->job.exr, &parts) != EXR_ERR_SUCCESS
      || exr_get_storage (picture->job.exr, 0, &storage) != EXR_ERR_SUCCESS
      || exr_get_data_window (picture->job.exr, 0, &picture->window) != EXR_ERR_SUCCESS)
    cg_exr_set_error (&picture->job, error);
  else if (parts > 1)
    g_set_error (error, CG_ERROR, CG_ERROR_UNSUPPORTED,
                 "an OpenEXR of %d parts; all but one would be lost", parts);
  else if (storage != EXR_STORAGE_SCANLINE && storage != EXR_STORAGE_TILED)
    g_set_error (error, CG_ERROR, CG_ERROR_UNSUPPORTED, "deep OpenEXRs are not read");
  else
    return TRUE;
  return FALSE;
}

static gboolean
read_head (CgExrPicture *picture, FILE *file, GError **error)
{
  picture->job.file = file;
  if (!cg_exr_start_read (&picture->job))
    {
      cg_exr_set_error (&picture->job, error);
      return FALSE;
    }
  if (!check_parts (picture, error) || !read_channels (picture, error))
    return FALSE;
  gint64 width = (gint64) picture->window.max.x - picture->window.min.x + 1;
  gint64 height = (gint64) picture->window.max.y - picture->window.min.y + 1;
  picture->width = (int) CLAMP (width, 0, G_MAXINT);
  picture->height = (int) CLAMP (height, 0, G_MAXINT);
  return TRUE;
}

/* Names of the picture's channels in the order of its samples; 0 if there is no
 * picture. */
static int
choose_colours (const CgExrPicture *picture, const char *names[4])
{
  int n = 0;

  if (find_channel (picture, "R") && find_channel (picture, "G") && find_channel (picture, "B"))
    {
      names[n++] = "R";
      names[n++] = "G";
      names[n++] = "B";
    }
  else if (find_channel (picture, "Y"))
    names[n++] = "Y";
  if (n > 0 && find_channel (picture, "A"))
    names[n++] = "A";
  return n;
}

/* An empty picture, and where its channels are. */
static CgImage *
make_image (CgExrPicture *picture, FILE *file, GError **error)
{
  const char *names[4];
  int n = choose_colours (picture, names);

  if (n == 0)
    {
      refuse_channels (picture, "without channels R, G and B, or Y", error);
      return NULL;
    }
  g_autoptr (CgImage) image = cg_image_new_for_file (file, picture->width, picture->height, n,
                                                     CG_DEPTH_FLOAT, PACK, error);
  if (!image)
    return NULL;
  image->transfer = CG_TRANSFER_LINEAR;
  image->premultiplied = TRUE;
  for (int c = 0; c < n; c++)
    {
      CgExrChannel *channel = (CgExrChannel *) find_channel (picture, names[c]);
      if (channel->type == EXR_PIXEL_UINT)
        {
          refuse_channels (picture, "with colours of whole numbers is not read", error);
          return NULL;
        }
      channel->is_colour = TRUE;
      channel->there = EXR_PIXEL_FLOAT;
      channel->samples = (guint8 *) ((float *) image->samples + c);
      channel->pixel = n * sizeof (float);
      channel->row = cg_image_row_bytes (image);
    }
  return g_steal_pointer (&image);
}

/* Memory for the channels that are not the picture's, which become its extras. */
static gboolean
keep_others (CgExrPicture *picture, CgImage *image, GError **error)
{
  for (int i = 0; i < picture->n_channels; i++)
    {
      CgExrChannel *channel = &picture->channels[i];
      if (channel->samples)
        continue;
      channel->there = channel->type;
      channel->pixel = cg_exr_sample_bytes (channel->type);
      channel->row = image->width * channel->pixel;
      gsize size = image->height * channel->row;
      channel->samples = g_try_malloc0 (size);
      if (!channel->samples)
        {
          g_set_error (error, CG_ERROR, CG_ERROR_TOO_LARGE, "no memory for channel %s of %d x %d",
                       channel->name, image->width, image->height);
          return FALSE;
        }
      cg_exr_add_channel (image, channel->name, channel->type,
                          g_bytes_new_take (channel->samples, size));
    }
  return TRUE;
}

/* Where the channels of a chunk at (@x, @y) go: colours to planes of their own,
 * because OpenEXRCore 3.1 confuses A, B, G, R when it interleaves halves itself. */
static void
set_pointers (CgExrPicture *picture, exr_decode_pipeline_t *decode, int x, int y)
{
  gsize w = decode->chunk.width, h = decode->chunk.height;

  for (int c = 0; c < decode->channel_count; c++)
    {
      CgExrChannel *channel = &picture->channels[c];
      exr_coding_channel_info_t *info = &decode->channels[c];

      if (channel->is_colour && !channel->plane)
        channel->plane = g_new (float, w *h); /* the first chunk is the largest */
      info->decode_to_ptr = channel->is_colour
                                ? (guint8 *) channel->plane
                                : channel->samples + y * channel->row + x * channel->pixel;
      info->user_pixel_stride = (gint32) cg_exr_sample_bytes (channel->there);
      info->user_line_stride = (gint32) (channel->is_colour ? w * sizeof (float) : channel->row);
      info->user_data_type = (guint16) channel->there;
      info->user_bytes_per_element = (gint16) cg_exr_sample_bytes (channel->there);
    }
}

static void
interleave (const CgExrPicture *picture, const exr_chunk_info_t *chunk, int x, int y)
{
  for (int c = 0; c < picture->n_channels; c++)
    {
      const CgExrChannel *channel = &picture->channels[c];
      const float *from = channel->plane;
      guint8 *to = channel->samples + y * channel->row + x * channel->pixel;
      for (int v = 0; from && v < chunk->height; v++, to += channel->row)
        for (int u = 0; u < chunk->width; u++)
          memcpy (to + u * channel->pixel, from++, sizeof *from);
    }
}

/* Into the pixels from (@x, @y) on. */
static gboolean
read_chunk (CgExrPicture *picture, exr_decode_pipeline_t *decode, const exr_chunk_info_t *chunk,
            int x, int y)
{
  exr_const_context_t exr = picture->job.exr;
  gboolean is_first = decode->channels == NULL;

  if ((is_first ? exr_decoding_initialize (exr, 0, chunk, decode)
                : exr_decoding_update (exr, 0, chunk, decode))
      != EXR_ERR_SUCCESS)
    return FALSE;
  set_pointers (picture, decode, x, y);
  if ((is_first && exr_decoding_choose_default_routines (exr, 0, decode) != EXR_ERR_SUCCESS)
      || exr_decoding_run (exr, 0, decode) != EXR_ERR_SUCCESS)
    return FALSE;
  interleave (picture, chunk, x, y);
  return TRUE;
}

static gboolean
read_rows (CgExrPicture *picture, exr_decode_pipeline_t *decode)
{
  exr_const_context_t exr = picture->job.exr;
  exr_chunk_info_t chunk;
  gint32 rows;

  if (exr_get_scanlines_per_chunk (exr, 0, &rows) != EXR_ERR_SUCCESS)
    return FALSE;
  for (int y = 0; y < picture->height; y += rows)
    if (exr_read_scanline_chunk_info (exr, 0, picture->window.min.y + y, &chunk) != EXR_ERR_SUCCESS
        || !read_chunk (picture, decode, &chunk, 0, y))
      return FALSE;
  return TRUE;
}

static gboolean
read_tiles (CgExrPicture *picture, exr_decode_pipeline_t *decode)
{
  exr_const_context_t exr = picture->job.exr;
  exr_chunk_info_t chunk;
  gint32 w, h;

  if (exr_get_tile_sizes (exr, 0, 0, 0, &w, &h) != EXR_ERR_SUCCESS)
    return FALSE;
  for (int y = 0; y < picture->height; y += h)
    for (int x = 0; x < picture->width; x += w)
      if (exr_read_tile_chunk_info (exr, 0, x / w, y / h, 0, 0, &chunk) != EXR_ERR_SUCCESS
          || !read_chunk (picture, decode, &chunk, x, y))
        return FALSE;
  return TRUE;
}

static gboolean
read_samples (CgExrPicture *picture, GError **error)
{
  exr_decode_pipeline_t decode = EXR_DECODE_PIPELINE_INITIALIZER;
  exr_storage_t storage = EXR_STORAGE_SCANLINE;

  exr_get_storage (picture->job.exr, 0, &storage);
  gboolean done = (storage == EXR_STORAGE_TILED ? read_tiles : read_rows) (picture, &decode);
  exr_decoding_destroy (picture->job.exr, &decode);
  if (!done)
    cg_exr_set_error (&picture->job, error);
  return done;
}

static CgImage *
load (FILE *file, GError **error)
{
  g_auto (CgExrPicture) picture = { 0 };

  if (!read_head (&picture, file, error))
    return NULL;
  g_autoptr (CgImage) image = make_image (&picture, file, error);
  if (!image || !keep_others (&picture, image, error) || !read_samples (&picture, error))
    return NULL;
  const CgExrChannel *colour = find_channel (&picture, image->channels >= 3 ? "R" : "Y");
  if (!cg_exr_get_extras (&picture.job, colour->type, image))
    {
      cg_exr_set_error (&picture.job, error);
      return NULL;
    }
  return g_steal_pointer (&image);
}

static gboolean
measure (FILE *file, guint64 *width, guint64 *height, GError **error)
{
  g_auto (CgExrPicture) picture = { 0 };

  if (!read_head (&picture, file, error))
    return FALSE;
  *width = picture.width;
  *height = picture.height;
  return TRUE;
}

static gboolean
matches (const guint8 *head, gsize size)
{
  return size >= 8 && memcmp (head, "\x76\x2f\x31\x01", 4) == 0;
}

static const char *const endings[] = { "exr", NULL };

const CgFormat cg_format_exr = {
  .name = "OpenEXR",
  .endings = endings,
  .channels
  = CG_HOLDS_CHANNELS (1) | CG_HOLDS_CHANNELS (2) | CG_HOLDS_CHANNELS (3) | CG_HOLDS_CHANNELS (4),
  .depths = CG_HOLDS_DEPTH (CG_DEPTH_FLOAT),
  .premultiplied = TRUE,
  .matches = matches,
  .load = load,
  .measure = measure,
  .save = cg_exr_save,
};
