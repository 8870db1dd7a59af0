/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The worker on GEGL buffers, without any GIMP. */
#include "plugin/worker.h"

#include <string.h>

#include <glib/gstdio.h>

#include "model/denoise.h"
#include "model/error.h"
#include "model/random.h"
#include "model/weights.h"
#include "small-model.h"

enum
{
  WIDTH = 83,
  HEIGHT = 61
};

typedef struct
{
  char *weights;
  CgWorker *worker;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  int fd = g_file_open_tmp ("XXXXXX.safetensors", &f->weights, &error);

  g_assert_no_error (error);
  g_close (fd, NULL);
  small_model_save (f->weights, 8, &error);
  g_assert_no_error (error);
  f->worker = cg_worker_new (f->weights, 1, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  cg_worker_free (f->worker);
  g_unlink (f->weights);
  g_free (f->weights);
}

/* A buffer of noise around (@x, @y), samples from @low to @high; alpha is 1. */
static GeglBuffer *
noise (int x, int y, const char *format_name, double low, double high)
{
  const Babl *format = babl_format (format_name);
  const int n = babl_format_get_n_components (format);
  const gsize length = (gsize) WIDTH * HEIGHT * n;
  g_autofree float *pixels = g_new (float, length);
  CgRandom random = cg_random (7, n, 0);
  GeglBuffer *buffer = gegl_buffer_new (GEGL_RECTANGLE (x, y, WIDTH, HEIGHT), format);

  for (gsize i = 0; i < length; i++)
    pixels[i] = (float) (low + (high - low) * cg_random_uniform (&random));
  if (babl_format_has_alpha (format))
    for (gsize i = n - 1; i < length; i += n)
      pixels[i] = 1;
  gegl_buffer_set (buffer, NULL, 0, cg_worker_format (format, NULL), pixels, GEGL_AUTO_ROWSTRIDE);
  return buffer;
}

static float *
pixels_of (GeglBuffer *buffer, const GeglRectangle *rectangle, const Babl *format)
{
  const int n = babl_format_get_n_components (format);
  float *pixels = g_new (float, (gsize) rectangle->width * rectangle->height * n);

  gegl_buffer_get (buffer, rectangle, 1.0, format, pixels, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  return pixels;
}

static CgWorkerJob
whole (GeglBuffer *in, GeglBuffer *out)
{
  const Babl *stored = gegl_buffer_get_format (in);

  return (CgWorkerJob){
    .in = in,
    .out = out,
    .format = cg_worker_format (stored, NULL),
    .extent = *gegl_buffer_get_extent (in),
    .region = *gegl_buffer_get_extent (in),
  };
}

/* @in through the worker into a new buffer of the same kind. */
static GeglBuffer *
cleaned (Fixture *f, GeglBuffer *in, const GeglRectangle *region, double strength)
{
  g_autoptr (GError) error = NULL;
  GeglBuffer *out = gegl_buffer_new (gegl_buffer_get_extent (in), gegl_buffer_get_format (in));
  CgWorkerJob job = whole (in, out);

  if (region)
    job.region = *region;
  gboolean done = cg_worker_run (f->worker, &job, strength, strength, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (done);
  return out;
}

static void
test_formats (void)
{
  static const char *const pairs[][2] = {
    { "Y' u8", "Y' float" },
    { "Y u16", "Y' float" },
    { "Y'A u16", "Y'A float" },
    { "YA half", "Y'A float" },
    { "R'G'B' u8", "R'G'B' float" },
    { "RGB float", "R'G'B' float" },
    { "R'G'B'A u32", "R'G'B'A float" },
    { "RGBA half", "R'G'B'A float" },
  };
  g_autoptr (GError) error = NULL;
  const Babl *palette, *palette_alpha;

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      const Babl *format = cg_worker_format (babl_format (pairs[i][0]), &error);
      g_assert_no_error (error);
      g_assert_cmpstr (babl_format_get_encoding (format), ==, pairs[i][1]);
    }
  babl_new_palette ("colours", &palette, &palette_alpha);
  g_assert_null (cg_worker_format (palette, &error));
  g_assert_error (error, CG_ERROR, CG_ERROR_UNSUPPORTED);
}

static CgDepth
depth_of (const Babl *format)
{
  const Babl *type = babl_format_get_type (format, 0);

  if (type == babl_type ("u8"))
    return CG_DEPTH_8;
  return type == babl_type ("u16") ? CG_DEPTH_16 : CG_DEPTH_FLOAT;
}

/* The pixels of @buffer as a picture file would have them. */
static CgImage *
image_of (GeglBuffer *buffer)
{
  g_autoptr (GError) error = NULL;
  const Babl *format = gegl_buffer_get_format (buffer);
  CgImage *image = cg_image_new (WIDTH, HEIGHT, babl_format_get_n_components (format),
                                 depth_of (format), &error);

  g_assert_no_error (error);
  gegl_buffer_get (buffer, NULL, 1.0, NULL, image->samples, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  return image;
}

/* The worker's pixels are those the library makes of the same picture, to the last bit. */
static void
assert_library (Fixture *f, const char *format, int grain_size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GeglBuffer) in = noise (0, 0, format, 0, 1);
  g_autoptr (GeglBuffer) out = cleaned (f, in, NULL, 0.75);
  g_autoptr (CgImage) before = image_of (in), after = image_of (out);
  const gsize bytes = cg_image_row_bytes (before) * HEIGHT;

  g_autoptr (CgModel) model = cg_weights_load (f->weights, &error);
  const CgDenoiseOptions options
      = { .strength = 0.75, .colour_strength = 0.75, .grain_size = grain_size };
  g_autoptr (CgDenoiser) denoiser = cg_denoiser_new (model, &options, &error);
  g_autoptr (CgImage) want = cg_denoiser_run_image (denoiser, before, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (want->samples, bytes, after->samples, bytes);
  g_assert_true (memcmp (before->samples, after->samples, bytes) != 0);
}

static void
test_library (Fixture *f, gconstpointer format)
{
  assert_library (f, format, 1);
}

static void
test_grain (Fixture *f, gconstpointer format)
{
  g_autoptr (GError) error = NULL;

  cg_worker_free (f->worker);
  f->worker = cg_worker_new (f->weights, 3, &error);
  g_assert_no_error (error);
  assert_library (f, format, 3);
}

/* Regions may meet the kernels' blocks differently than the whole picture does,
 * which shows in the last bit. */
#define ROUNDING 1e-6f

/* A region's pixels know what lies around it, and nothing else is written. */
static void
test_region (Fixture *f, gconstpointer data)
{
  static const GeglRectangle regions[]
      = { { -10, 20, 1, 1 }, { 7, 33, 29, 17 }, { -10, 20, WIDTH, 3 }, { 72, 80, 1, 1 } };
  g_autoptr (GeglBuffer) in = noise (-10, 20, "R'G'B'A float", 0, 1);
  g_autoptr (GeglBuffer) all = cleaned (f, in, NULL, 1);
  const Babl *format = gegl_buffer_get_format (in);

  for (gsize i = 0; i < G_N_ELEMENTS (regions); i++)
    {
      const GeglRectangle *r = &regions[i];
      g_autoptr (GeglBuffer) part = cleaned (f, in, r, 1);
      g_autofree float *want = pixels_of (all, r, format), *got = pixels_of (part, r, format);
      for (int k = 0; k < 4 * r->width * r->height; k++)
        g_assert_cmpfloat_with_epsilon (want[k], got[k], ROUNDING);

      const float zero[4] = { 0 };
      gegl_buffer_set_color_from_pixel (part, r, zero, format);
      g_autofree float *rest = pixels_of (part, gegl_buffer_get_extent (part), format);
      for (int k = 0; k < 4 * WIDTH * HEIGHT; k++)
        g_assert_cmpfloat (rest[k], ==, 0);
    }
}

/* What lies beyond the halo, on the left and on the right, is not looked at. */
static void
test_halo (Fixture *f, gconstpointer data)
{
  static const GeglRectangle extent = { 0, 0, 600, 40 }, region = { 295, 10, 10, 10 };
  const Babl *format = babl_format ("Y' float");
  g_autoptr (GeglBuffer) in = gegl_buffer_new (&extent, format);
  g_autoptr (GError) error = NULL;

  cg_worker_free (f->worker);
  f->worker = cg_worker_new (f->weights, GPOINTER_TO_INT (data), &error);
  g_assert_no_error (error);
  const int halo = cg_worker_halo (f->worker), right = region.x + region.width + halo;
  const GeglRectangle beyond[] = { { 0, 0, region.x - halo, 40 }, { right, 0, 600 - right, 40 } };
  gegl_buffer_set_color_from_pixel (in, NULL, &(float){ 0.4f }, format);
  g_autoptr (GeglBuffer) quiet = cleaned (f, in, &region, 1);
  for (int i = 0; i < 2; i++)
    gegl_buffer_set_color_from_pixel (in, &beyond[i], &(float){ 1e3f }, format);
  g_autoptr (GeglBuffer) loud = cleaned (f, in, &region, 1);
  g_autofree float *want = pixels_of (quiet, &region, format);
  g_autofree float *got = pixels_of (loud, &region, format);
  for (int i = 0; i < 100; i++) /* kernels round what they see in one block */
    g_assert_cmpfloat_with_epsilon (want[i], got[i], ROUNDING);
}

/* Light brighter than white and darker than black is no mistake. */
static void
test_range (Fixture *f, gconstpointer data)
{
  g_autoptr (GeglBuffer) in = noise (0, 0, "R'G'B' float", -0.5, 8);
  g_autoptr (GeglBuffer) out = cleaned (f, in, NULL, 0);
  const GeglRectangle *all = gegl_buffer_get_extent (in);
  const Babl *format = gegl_buffer_get_format (in);
  g_autofree float *before = pixels_of (in, all, format), *after = pixels_of (out, all, format);
  const gsize bytes = sizeof (float) * 3 * WIDTH * HEIGHT;

  g_assert_cmpmem (before, bytes, after, bytes);
}

static gboolean
stop (double done, gpointer user)
{
  ++*(int *) user;
  return FALSE;
}

static void
test_cancel (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GeglBuffer) in = noise (0, 0, "Y' float", 0, 1);
  g_autoptr (GeglBuffer) out
      = gegl_buffer_new (gegl_buffer_get_extent (in), gegl_buffer_get_format (in));
  const CgWorkerJob job = whole (in, out);
  int calls = 0;

  g_assert_false (cg_worker_run (f->worker, &job, 1, 1, stop, &calls, &error));
  g_assert_error (error, CG_ERROR, CG_ERROR_CANCELLED);
  g_assert_cmpint (calls, ==, 1);
}

static void
test_not_found (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (cg_worker_new ("no-such-model", 1, &error));
  g_assert_error (error, CG_ERROR, CG_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "no-such-model"));
}

/* Formats in which nothing needs to be converted by babl. */
static const char *const exact[]
    = { "Y' u8",      "Y'A u8",      "R'G'B' u8", "R'G'B'A u8", "Y' u16",       "Y'A u16",
        "R'G'B' u16", "R'G'B'A u16", "Y' float",  "Y'A float",  "R'G'B' float", "R'G'B'A float" };

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_setenv ("GEGL_USE_OPENCL", "no", TRUE);
  gegl_init (NULL, NULL);
  g_test_add_func ("/worker/formats", test_formats);
  for (gsize i = 0; i < G_N_ELEMENTS (exact); i++)
    {
      g_autofree char *path = g_strdup_printf ("/worker/library/%s", exact[i]);

      g_test_add (path, Fixture, exact[i], set_up, test_library, tear_down);
    }
  g_test_add ("/worker/grain", Fixture, "R'G'B' u16", set_up, test_grain, tear_down);
  g_test_add ("/worker/region", Fixture, NULL, set_up, test_region, tear_down);
  g_test_add ("/worker/halo/fine", Fixture, GINT_TO_POINTER (1), set_up, test_halo, tear_down);
  g_test_add ("/worker/halo/coarse", Fixture, GINT_TO_POINTER (4), set_up, test_halo, tear_down);
  g_test_add ("/worker/range", Fixture, NULL, set_up, test_range, tear_down);
  g_test_add ("/worker/cancel", Fixture, NULL, set_up, test_cancel, tear_down);
  g_test_add_func ("/worker/not-found", test_not_found);
  const int status = g_test_run ();
  gegl_exit ();
  return status;
}
