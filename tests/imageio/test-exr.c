/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OpenEXR: what we write comes back, and the layouts that others write, made
 * with OpenEXRCore here. */
#include "folder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <openexr.h>

#include "imageio/imageio.h"
#include "imageio/metadata.h"
#include "model/error.h"

#define W 38
#define H 30

#define DO(call) g_assert_cmpint (call, ==, EXR_ERR_SUCCESS)

/* --- files of others --- */

typedef struct
{
  const char *name; /* of the channel */
  exr_pixel_type_t type;
  int sampling;
} Channel;

#define MOST_CHANNELS 8

typedef struct
{
  const char *name;
  exr_storage_t storage;
  exr_compression_t compression;
  int x, y; /* corner of the data window */
  int parts;
  Channel channels[MOST_CHANNELS]; /* sorted, the last one without a name */
  int wanted;                      /* channels of the picture; 0 = refused */
} Layout;

/* The value of channel @c at a pixel: one that a half holds, and a name of its own
 * for whole numbers. */
static float
value (int x, int y, int c)
{
  return (float) (x - 2 * y + 100 * c) / 64;
}

/* All samples of a channel, as floats or as whole numbers. */
static void *
fill (const Layout *l, int c)
{
  gboolean is_uint = l->channels[c].type == EXR_PIXEL_UINT;
  float *samples = g_new (float, W *H);

  for (int i = 0; i < W * H; i++)
    if (is_uint)
      ((guint32 *) (void *) samples)[i] = 0xffff0000u + i;
    else
      samples[i] = value (i % W, i / W, c);
  return samples;
}

static void
set_pointers (exr_encode_pipeline_t *encode, const Layout *l, void *const *samples, int x, int y)
{
  for (int c = 0; c < encode->channel_count; c++)
    {
      exr_coding_channel_info_t *info = &encode->channels[c];
      info->encode_from_ptr = (guint8 *) samples[c] + ((gsize) y * W + x) * 4;
      info->user_pixel_stride = 4;
      info->user_line_stride = 4 * W;
      info->user_data_type
          = l->channels[c].type == EXR_PIXEL_UINT ? EXR_PIXEL_UINT : EXR_PIXEL_FLOAT;
      info->user_bytes_per_element = 4;
    }
}

static void
write_chunk (exr_context_t exr, int part, const Layout *l, void *const *samples,
             exr_chunk_info_t *chunk, int x, int y)
{
  exr_encode_pipeline_t encode = EXR_ENCODE_PIPELINE_INITIALIZER;

  DO (exr_encoding_initialize (exr, part, chunk, &encode));
  set_pointers (&encode, l, samples, x, y);
  DO (exr_encoding_choose_default_routines (exr, part, &encode));
  DO (exr_encoding_run (exr, part, &encode));
  exr_encoding_destroy (exr, &encode);
}

#define TILE 16

static void
write_samples (exr_context_t exr, int part, const Layout *l)
{
  void *samples[MOST_CHANNELS] = { NULL };
  exr_chunk_info_t chunk;
  gint32 rows;

  for (int c = 0; l->channels[c].name; c++)
    samples[c] = fill (l, c);
  if (l->storage == EXR_STORAGE_TILED)
    {
      for (int y = 0; y < H; y += TILE)
        for (int x = 0; x < W; x += TILE)
          {
            DO (exr_write_tile_chunk_info (exr, part, x / TILE, y / TILE, 0, 0, &chunk));
            write_chunk (exr, part, l, samples, &chunk, x, y);
          }
    }
  else
    {
      DO (exr_get_scanlines_per_chunk (exr, part, &rows));
      for (int y = 0; y < H; y += rows)
        {
          DO (exr_write_scanline_chunk_info (exr, part, l->y + y, &chunk));
          write_chunk (exr, part, l, samples, &chunk, 0, y);
        }
    }
  for (int c = 0; l->channels[c].name; c++)
    g_free (samples[c]);
}

static void
write_attributes (exr_context_t exr, int part)
{
  exr_attr_chromaticities_t chroma = { .7f, .3f, .2f, .7f, .1f, .05f, .31f, .33f };
  exr_attr_v2f_t centre = { .x = .25f, .y = -.5f };

  DO (exr_attr_set_string (exr, part, "comments", "a made-up picture"));
  DO (exr_attr_set_float (exr, part, "expTime", 0.02f));
  DO (exr_attr_set_chromaticities (exr, part, "chromaticities", &chroma));
  DO (exr_set_screen_window_center (exr, part, &centre));
}

static void
write_file (const char *path, const Layout *l)
{
  exr_context_t exr;
  exr_context_initializer_t init = EXR_DEFAULT_CONTEXT_INITIALIZER;
  exr_attr_box2i_t data = { { .x = l->x, .y = l->y }, { .x = l->x + W - 1, .y = l->y + H - 1 } };
  exr_attr_v2f_t centre = { .x = 0 };
  exr_attr_box2i_t display = { .max = { .x = 99, .y = 79 } };
  static const char *const names[] = { "one", "two" };
  int part;

  DO (exr_start_write (&exr, path, EXR_WRITE_FILE_DIRECTLY, &init));
  for (int p = 0; p < MAX (l->parts, 1); p++)
    {
      DO (exr_add_part (exr, l->parts > 1 ? names[p] : NULL, l->storage, &part));
      DO (exr_initialize_required_attr (exr, part, &display, &data, 1.5f, &centre, 1,
                                        EXR_LINEORDER_INCREASING_Y, l->compression));
      for (const Channel *c = l->channels; c->name; c++)
        DO (exr_add_channel (exr, part, c->name, c->type, EXR_PERCEPTUALLY_LOGARITHMIC,
                             MAX (c->sampling, 1), MAX (c->sampling, 1)));
      if (l->storage == EXR_STORAGE_TILED)
        DO (exr_set_tile_descriptor (exr, part, TILE, TILE, EXR_TILE_ONE_LEVEL,
                                     EXR_TILE_ROUND_DOWN));
      write_attributes (exr, part);
    }
  DO (exr_write_header (exr));
  for (int p = 0; p < MAX (l->parts, 1); p++)
    write_samples (exr, p, l);
  exr_finish (&exr);
}

#define SCANLINE EXR_STORAGE_SCANLINE
#define TILED    EXR_STORAGE_TILED
#define HALF     EXR_PIXEL_HALF
#define FLOAT    EXR_PIXEL_FLOAT
#define UINT     EXR_PIXEL_UINT

static const Layout layouts[] = {
  { "half",
    SCANLINE,
    EXR_COMPRESSION_ZIP,
    0,
    0,
    1,
    { { "B", HALF }, { "G", HALF }, { "R", HALF } },
    3 },
  { "piz-alpha",
    SCANLINE,
    EXR_COMPRESSION_PIZ,
    -5,
    7,
    1,
    { { "A", HALF }, { "B", HALF }, { "G", HALF }, { "R", HALF } },
    4 },
  { "tiled",
    TILED,
    EXR_COMPRESSION_ZIPS,
    3,
    2,
    1,
    { { "A", FLOAT }, { "B", FLOAT }, { "G", FLOAT }, { "R", FLOAT } },
    4 },
  { "gray", SCANLINE, EXR_COMPRESSION_RLE, 0, 0, 1, { { "Y", FLOAT } }, 1 },
  { "gray-alpha", TILED, EXR_COMPRESSION_NONE, 0, 0, 1, { { "A", HALF }, { "Y", HALF } }, 2 },
  { "layers",
    SCANLINE,
    EXR_COMPRESSION_ZIP,
    10,
    20,
    1,
    { { "B", HALF },
      { "G", HALF },
      { "R", HALF },
      { "Z", FLOAT },
      { "diffuse.R", HALF },
      { "object", UINT } },
    3 },
  { "layers-tiled",
    TILED,
    EXR_COMPRESSION_ZIP,
    0,
    0,
    1,
    { { "A", HALF },
      { "B", HALF },
      { "G", HALF },
      { "R", HALF },
      { "Z", FLOAT },
      { "object", UINT } },
    4 },
  { "chroma",
    SCANLINE,
    EXR_COMPRESSION_ZIP,
    0,
    0,
    1,
    { { "BY", HALF, 2 }, { "RY", HALF, 2 }, { "Y", HALF } },
    0 },
  { "parts",
    SCANLINE,
    EXR_COMPRESSION_ZIP,
    0,
    0,
    2,
    { { "B", HALF }, { "G", HALF }, { "R", HALF } },
    0 },
  { "nothing", SCANLINE, EXR_COMPRESSION_ZIP, 0, 0, 1, { { "Z", FLOAT } }, 0 },
  { "whole-numbers", SCANLINE, EXR_COMPRESSION_ZIP, 0, 0, 1, { { "Y", UINT } }, 0 },
};

/* --- reading --- */

static int
index_of (const Layout *l, char name)
{
  for (int c = 0; l->channels[c].name; c++)
    if (l->channels[c].name[0] == name && l->channels[c].name[1] == '\0')
      return c;
  g_assert_not_reached ();
}

static void
assert_values (const CgImage *image, const Layout *l)
{
  static const char *const orders[] = { "Y", "YA", "RGB", "RGBA" };
  const float *samples = image->samples;

  g_assert_cmpint (image->channels, ==, l->wanted);
  g_assert_cmpint (image->transfer, ==, CG_TRANSFER_LINEAR);
  g_assert_true (image->premultiplied);
  for (int i = 0; i < W * H; i++)
    for (int c = 0; c < l->wanted; c++)
      g_assert_cmpfloat (samples[i * l->wanted + c], ==,
                         value (i % W, i / W, index_of (l, orders[l->wanted - 1][c])));
}

/* --- what came out, seen by OpenEXRCore --- */

static void
assert_same_attributes (exr_context_t a, exr_context_t b)
{
  exr_attr_box2i_t box_a, box_b;
  exr_compression_t compression_a, compression_b;
  exr_attr_v2f_t centre;
  exr_attr_chromaticities_t chroma;
  const char *text;
  float number;
  gint32 length;

  DO (exr_get_data_window (a, 0, &box_a));
  DO (exr_get_data_window (b, 0, &box_b));
  g_assert_cmpmem (&box_a, sizeof box_a, &box_b, sizeof box_b);
  DO (exr_get_display_window (a, 0, &box_a));
  DO (exr_get_display_window (b, 0, &box_b));
  g_assert_cmpmem (&box_a, sizeof box_a, &box_b, sizeof box_b);
  DO (exr_get_compression (a, 0, &compression_a));
  DO (exr_get_compression (b, 0, &compression_b));
  g_assert_cmpint (compression_a, ==, compression_b);
  DO (exr_get_pixel_aspect_ratio (b, 0, &number));
  g_assert_cmpfloat (number, ==, 1.5f);
  DO (exr_get_screen_window_center (b, 0, &centre));
  g_assert_cmpfloat (centre.y, ==, -.5f);
  DO (exr_attr_get_string (b, 0, "comments", &length, &text));
  g_assert_cmpstr (text, ==, "a made-up picture");
  DO (exr_attr_get_float (b, 0, "expTime", &number));
  g_assert_cmpfloat (number, ==, 0.02f);
  DO (exr_attr_get_chromaticities (b, 0, "chromaticities", &chroma));
  g_assert_cmpfloat (chroma.blue_y, ==, .05f);
}

static void
assert_same_channels (exr_context_t a, exr_context_t b)
{
  const exr_attr_chlist_t *channels_a, *channels_b;

  DO (exr_get_channels (a, 0, &channels_a));
  DO (exr_get_channels (b, 0, &channels_b));
  g_assert_cmpint (channels_a->num_channels, ==, channels_b->num_channels);
  for (int c = 0; c < channels_a->num_channels; c++)
    {
      g_assert_cmpstr (channels_a->entries[c].name.str, ==, channels_b->entries[c].name.str);
      g_assert_cmpint (channels_a->entries[c].pixel_type, ==, channels_b->entries[c].pixel_type);
    }
}

/* All channels of the rows from @y on; OpenEXRCore 3.1 wants all or none. */
static void
read_chunk (exr_context_t exr, const Layout *l, int y, float got[MOST_CHANNELS][W * 32])
{
  exr_decode_pipeline_t decode = EXR_DECODE_PIPELINE_INITIALIZER;
  exr_chunk_info_t chunk;

  DO (exr_read_scanline_chunk_info (exr, 0, l->y + y, &chunk));
  DO (exr_decoding_initialize (exr, 0, &chunk, &decode));
  for (int c = 0; c < decode.channel_count; c++)
    {
      decode.channels[c].decode_to_ptr = (guint8 *) got[c];
      decode.channels[c].user_pixel_stride = 4;
      decode.channels[c].user_line_stride = 4 * W;
      decode.channels[c].user_data_type = l->channels[c].type == UINT ? UINT : FLOAT;
      decode.channels[c].user_bytes_per_element = 4;
    }
  DO (exr_decoding_choose_default_routines (exr, 0, &decode));
  DO (exr_decoding_run (exr, 0, &decode));
  exr_decoding_destroy (exr, &decode);
}

/* Every channel of a file of rows has the samples it had. */
static void
assert_samples (exr_context_t exr, const Layout *l)
{
  float got[MOST_CHANNELS][W * 32];
  gint32 rows;

  DO (exr_get_scanlines_per_chunk (exr, 0, &rows));
  for (int y = 0; y < H; y += rows)
    {
      read_chunk (exr, l, y, got);
      for (int c = 0; l->channels[c].name; c++)
        for (int i = 0; i < W * MIN (rows, H - y); i++)
          if (l->channels[c].type == UINT)
            g_assert_cmpuint (((guint32 *) (void *) got[c])[i], ==, 0xffff0000u + y * W + i);
          else
            g_assert_cmpfloat (got[c][i], ==, value (i % W, y + i / W, c));
    }
}

static void
test_layout (Folder *folder, gconstpointer user)
{
  const Layout *l = user;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = folder_file (folder, "a.exr"), *copy = folder_file (folder, "b.exr");
  exr_context_initializer_t init = EXR_DEFAULT_CONTEXT_INITIALIZER;
  exr_context_t a, b;

  write_file (path, l);
  g_autoptr (CgImage) image = cg_image_load (path, &error);
  if (l->wanted == 0)
    {
      g_assert_error (error, CG_ERROR, CG_ERROR_UNSUPPORTED);
      g_test_message ("%s", error->message);
      return;
    }
  g_assert_no_error (error);
  assert_values (image, l);
  g_assert_cmpuint (cg_image_count_pixels (path), ==, W * H);
  gboolean saved = cg_image_save (image, copy, &error);
  g_assert_no_error (error);
  g_assert_true (saved);

  DO (exr_start_read (&a, path, &init));
  DO (exr_start_read (&b, copy, &init));
  assert_same_attributes (a, b);
  assert_same_channels (a, b);
  assert_samples (b, l);
  exr_finish (&a);
  exr_finish (&b);

  cg_image_strip (image);
  g_assert_true (cg_image_save (image, copy, NULL));
  DO (exr_start_read (&a, path, &init));
  DO (exr_start_read (&b, copy, &init));
  assert_same_channels (a, b);
  assert_samples (b, l);
  const exr_attribute_t *comments;
  g_assert_cmpint (exr_get_attribute_by_name (b, 0, "comments", &comments), !=, EXR_ERR_SUCCESS);
  exr_finish (&a);
  exr_finish (&b);
}

/* --- ours --- */

static void
test_round_trip (Folder *folder, gconstpointer user)
{
  g_autofree char *path = folder_file (folder, "a.exr");

  for (int channels = 1; channels <= 4; channels++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (CgImage) image = make_picture (W, H, channels, CG_DEPTH_FLOAT);
      image->transfer = CG_TRANSFER_LINEAR;
      image->premultiplied = TRUE;
      gboolean saved = cg_image_save (image, path, &error);
      g_assert_no_error (error);
      g_assert_true (saved);
      g_autoptr (CgImage) back = cg_image_load (path, &error);
      g_assert_no_error (error);
      assert_same_pixels (image, back);
    }
}

static void
test_cut (Folder *folder, gconstpointer user)
{
  g_autofree char *path = folder_file (folder, "a.exr"), *bytes = NULL;
  gsize size;

  write_file (path, &layouts[5]);
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  for (gsize n = 1; n < size; n += size / 150)
    {
      g_autoptr (GError) error = NULL;
      g_assert_true (g_file_set_contents (path, bytes, n, NULL));
      g_autoptr (CgImage) cut = cg_image_load (path, &error);
      g_assert_null (cut);
      g_assert_true (g_str_has_prefix (error->message, path));
    }
}

/* Bytes that were changed on the way: no crash, whatever comes of them. */
static void
test_damaged (Folder *folder, gconstpointer user)
{
  g_autofree char *path = folder_file (folder, "a.exr"), *bytes = NULL;
  gsize size;

  write_file (path, &layouts[6]);
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  for (gsize n = 0; n < size; n += size / 400)
    {
      g_autofree char *changed = g_memdup2 (bytes, size);
      changed[n] ^= (char) (1 << n % 8);
      g_assert_true (g_file_set_contents (path, changed, size, NULL));
      g_autoptr (CgImage) image = cg_image_load (path, NULL);
    }
}

/* 1e6 is infinite as a half; what was infinite stays it. */
static void
test_halves (Folder *folder, gconstpointer user)
{
  g_autofree char *path = folder_file (folder, "a.exr");

  write_file (path, &layouts[0]);
  g_autoptr (CgImage) image = cg_image_load (path, NULL);
  float *samples = image->samples;
  samples[0] = 1e6f;
  samples[1] = -1e6f;
  samples[2] = INFINITY;
  samples[3] = 0.1f;
  g_assert_true (cg_image_save (image, path, NULL));
  g_autoptr (CgImage) back = cg_image_load (path, NULL);
  const float *got = back->samples;
  g_assert_cmpfloat (got[0], ==, 65504);
  g_assert_cmpfloat (got[1], ==, -65504);
  g_assert_true (isinf (got[2]));
  g_assert_cmpfloat_with_epsilon (got[3], 0.1, 0.0001);
  g_assert_cmpfloat (got[4], ==, samples[4]);
}

/* Colours are multiplied by alpha here and not in PNG. */
static void
test_alpha (Folder *folder, gconstpointer user)
{
  g_autofree char *path = folder_file (folder, "a.png"), *exr = folder_file (folder, "a.exr");
  g_autoptr (CgImage) image = cg_image_new (2, 1, 4, CG_DEPTH_16, NULL);
  static const guint16 pixels[] = { 65535, 40000, 0, 32768, 5, 6, 7, 0 };

  memcpy (image->samples, pixels, sizeof pixels);
  g_autoptr (CgImage) light = cg_image_convert (image, CG_DEPTH_FLOAT, NULL);
  g_assert_true (cg_image_save (light, exr, NULL));
  g_autoptr (CgImage) loaded = cg_image_load (exr, NULL);
  const float *got = loaded->samples;
  g_assert_cmpfloat_with_epsilon (got[0], 32768 / 65535., 1e-6);
  g_assert_cmpfloat_with_epsilon (got[3], 32768 / 65535., 1e-6);
  g_assert_cmpfloat (got[7], ==, 0);
  g_autoptr (CgImage) back = cg_image_convert (loaded, CG_DEPTH_16, NULL);
  g_assert_true (cg_image_save (back, path, NULL));
  g_autoptr (CgImage) same = cg_image_load (path, NULL);
  assert_same_pixels (image, same);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/exr/round-trip", Folder, NULL, folder_set_up, test_round_trip, folder_tear_down);
  g_test_add ("/exr/cut", Folder, NULL, folder_set_up, test_cut, folder_tear_down);
  g_test_add ("/exr/damaged", Folder, NULL, folder_set_up, test_damaged, folder_tear_down);
  g_test_add ("/exr/halves", Folder, NULL, folder_set_up, test_halves, folder_tear_down);
  g_test_add ("/exr/alpha", Folder, NULL, folder_set_up, test_alpha, folder_tear_down);
  for (gsize i = 0; i < G_N_ELEMENTS (layouts); i++)
    {
      g_autofree char *path = g_strconcat ("/exr/layout/", layouts[i].name, NULL);
      g_test_add (path, Folder, &layouts[i], folder_set_up, test_layout, folder_tear_down);
    }
  return g_test_run ();
}
