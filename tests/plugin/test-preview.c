/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The preview: what it shows is what the filter will do. */
#include "plugin/preview.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include <glib/gstdio.h>

#include "model/random.h"
#include "plugin/worker.h"
#include "small-model.h"

enum
{
  WIDTH = 220,
  HEIGHT = 170
};

typedef struct
{
  char *weights;
  GeglBuffer *drawable;
  CgPreview *preview;
  GMainLoop *loop;
} Fixture;

static void
changed (gpointer user)
{
  Fixture *f = user;

  if (!cg_preview_busy (f->preview))
    g_main_loop_quit (f->loop);
}

static GeglBuffer *
noise (const char *format_name, int w, int h)
{
  const Babl *format = babl_format (format_name);
  const gsize n = (gsize) w * h * babl_format_get_n_components (format);
  g_autofree float *pixels = g_new (float, n);
  CgRandom random = cg_random (3, 0, 0);
  GeglBuffer *buffer = gegl_buffer_new (GEGL_RECTANGLE (0, 0, w, h), format);

  for (gsize i = 0; i < n; i++)
    pixels[i] = (float) (0.2 + 0.6 * cg_random_uniform (&random));
  gegl_buffer_set (buffer, NULL, 0, format, pixels, GEGL_AUTO_ROWSTRIDE);
  return buffer;
}

static void
set_up (Fixture *f, gconstpointer format)
{
  g_autoptr (GError) error = NULL;
  int fd = g_file_open_tmp ("XXXXXX.safetensors", &f->weights, &error);

  g_assert_no_error (error);
  g_close (fd, NULL);
  small_model_save (f->weights, 8, &error);
  g_assert_no_error (error);
  f->drawable = noise (format, WIDTH, HEIGHT);
  f->preview = cg_preview_new (f->drawable, changed, f);
  f->loop = g_main_loop_new (NULL, FALSE);
}

static void
tear_down (Fixture *f, gconstpointer format)
{
  cg_preview_free (f->preview);
  g_object_unref (f->drawable);
  g_main_loop_unref (f->loop);
  g_unlink (f->weights);
  g_free (f->weights);
}

/* What the filter makes of @region with these strengths, as the screen shows it. */
static guint8 *
filtered_grain (Fixture *f, const GeglRectangle *region, double strength, double colour_strength,
                int grain_size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CgWorker) worker = cg_worker_new (f->weights, grain_size, &error);
  const Babl *format = gegl_buffer_get_format (f->drawable);
  const GeglRectangle *extent = gegl_buffer_get_extent (f->drawable);
  g_autoptr (GeglBuffer) out = gegl_buffer_new (extent, format);
  const CgWorkerJob job = { f->drawable, out, format, *extent, *region };
  gboolean done = cg_worker_run (worker, &job, strength, colour_strength, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (done);
  const int n = babl_format_get_n_components (format);
  guint8 *pixels = g_malloc ((gsize) region->width * region->height * n);
  const char *screen = n == 1 ? "Y' u8" : n == 3 ? "R'G'B' u8" : "R'G'B'A u8";
  gegl_buffer_get (out, region, 1.0, babl_format (screen), pixels, GEGL_AUTO_ROWSTRIDE,
                   GEGL_ABYSS_NONE);
  return pixels;
}

static guint8 *
filtered (Fixture *f, const GeglRectangle *region, double strength, double colour_strength)
{
  return filtered_grain (f, region, strength, colour_strength, 1);
}

/* Columns x0 <= x < x1 agree to a step of 8 bits. */
static void
assert_same (const guint8 *want, const guint8 *got, const GeglRectangle *region, int channels,
             int x0, int x1)
{
  for (int y = 0; y < region->height; y++)
    for (int i = x0 * channels; i < x1 * channels; i++)
      {
        const gsize at = (gsize) y * region->width * channels + i;

        g_assert_cmpint (ABS (want[at] - got[at]), <=, 1);
      }
}

static void
test_shows (Fixture *f, gconstpointer format)
{
  static const double strengths[][2] = { { 1, 1 }, { 0, 0 }, { 0.3, 0.8 }, { 0, 1 } };
  const GeglRectangle region = { 60, 40, 90, 70 };
  const int n = cg_preview_channels (f->preview), w = region.width;

  g_assert_null (cg_preview_render (f->preview, 1, 1, 0));
  cg_preview_show (f->preview, &region, f->weights, 1);
  const GeglRectangle shown = cg_preview_region (f->preview);
  g_assert_true (gegl_rectangle_equal (&shown, &region));
  g_autofree guint8 *before = filtered (f, &region, 0, 0);
  g_autofree guint8 *at_once = cg_preview_render (f->preview, 1, 1, 0);
  assert_same (before, at_once, &region, n, 0, w);

  g_main_loop_run (f->loop);
  g_assert_null (cg_preview_problem (f->preview));
  for (gsize i = 0; i < G_N_ELEMENTS (strengths); i++)
    {
      g_autofree guint8 *want = filtered (f, &region, strengths[i][0], strengths[i][1]);
      g_autofree guint8 *got = cg_preview_render (f->preview, strengths[i][0], strengths[i][1], 0);
      assert_same (want, got, &region, n, 0, w);
    }

  /* Before on the left, after on the right, a line between. */
  g_autofree guint8 *after = filtered (f, &region, 1, 1);
  g_autofree guint8 *split = cg_preview_render (f->preview, 1, 1, 30);
  assert_same (before, split, &region, n, 0, 30);
  assert_same (after, split, &region, n, 31, w);
  g_assert_cmpint (split[30 * n], ==, 0);
}

/* Half of the change where the mask is a half, none where it is 0; the mask's pixel (7, 5) is the
 * drawable's corner. */
static void
test_mask (Fixture *f, gconstpointer format)
{
  const GeglRectangle region = { 60, 40, 90, 70 };
  const GeglRectangle half = { 7 + 60, 5 + 40, 30, 70 }, none = { 7 + 90, 5 + 40, 60, 70 };
  g_autoptr (GeglBuffer) mask
      = gegl_buffer_new (GEGL_RECTANGLE (0, 0, 7 + WIDTH, 5 + HEIGHT), babl_format ("Y float"));
  const int n = cg_preview_channels (f->preview);

  gegl_buffer_set_color_from_pixel (mask, NULL, &(float){ 1 }, babl_format ("Y float"));
  gegl_buffer_set_color_from_pixel (mask, &half, &(float){ 0.5f }, babl_format ("Y float"));
  gegl_buffer_set_color_from_pixel (mask, &none, &(float){ 0 }, babl_format ("Y float"));
  cg_preview_set_mask (f->preview, mask, 7, 5);
  cg_preview_show (f->preview, &region, f->weights, 1);
  g_main_loop_run (f->loop);
  g_autofree guint8 *got = cg_preview_render (f->preview, 1, 0.6, 0);
  g_autofree guint8 *want_half = filtered (f, &region, 0.5, 0.3);
  g_autofree guint8 *want_none = filtered (f, &region, 0, 0);
  assert_same (want_half, got, &region, n, 0, 30);
  assert_same (want_none, got, &region, n, 30, 90);
}

/* Scrolling on while the network works: the last place counts. */
static void
test_scroll (Fixture *f, gconstpointer format)
{
  GeglRectangle region = { 0, 0, 120, 100 };

  for (int i = 0; i < 5; i++)
    {
      region.x = region.y = 10 * i;
      cg_preview_show (f->preview, &region, f->weights, 1);
    }
  g_main_loop_run (f->loop);
  g_autofree guint8 *want = filtered (f, &region, 1, 1);
  g_autofree guint8 *got = cg_preview_render (f->preview, 1, 1, 0);
  assert_same (want, got, &region, cg_preview_channels (f->preview), 0, region.width);
}

static void
test_problem (Fixture *f, gconstpointer format)
{
  const GeglRectangle region = { 0, 0, WIDTH, HEIGHT };

  cg_preview_show (f->preview, &region, "no-such-model", 1);
  g_assert_nonnull (strstr (cg_preview_problem (f->preview), "no-such-model"));
  g_autofree guint8 *pixels = cg_preview_render (f->preview, 1, 1, 0);
  g_autofree guint8 *before = filtered (f, &region, 0, 0);
  assert_same (before, pixels, &region, 1, 0, WIDTH);

  /* Another choice helps. */
  cg_preview_show (f->preview, &region, f->weights, 1);
  g_main_loop_run (f->loop);
  g_assert_null (cg_preview_problem (f->preview));
}

/* Weights that were missing are there at last. */
static void
test_appears (Fixture *f, gconstpointer format)
{
  const GeglRectangle region = { 0, 0, 60, 50 };
  g_autofree char *later = g_strconcat (f->weights, ".later.safetensors", NULL);
  g_autoptr (GError) error = NULL;

  cg_preview_show (f->preview, &region, later, 1);
  g_assert_nonnull (cg_preview_problem (f->preview));
  small_model_save (later, 8, &error);
  g_assert_no_error (error);
  cg_preview_show (f->preview, &region, later, 1);
  g_main_loop_run (f->loop);
  g_assert_null (cg_preview_problem (f->preview));
  g_unlink (later);
}

/* Coarse grain: other pixels, and they are seen from farther away. */
static void
test_grain (Fixture *f, gconstpointer format)
{
  const GeglRectangle region = { 130, 100, 20, 20 };
  const gsize bytes = (gsize) region.width * region.height * cg_preview_channels (f->preview);

  cg_preview_show (f->preview, &region, f->weights, 1);
  g_main_loop_run (f->loop);
  g_autofree guint8 *fine = cg_preview_render (f->preview, 1, 1, 0);
  cg_preview_show (f->preview, &region, f->weights, 4);
  g_assert_true (cg_preview_busy (f->preview));
  g_main_loop_run (f->loop);
  g_autofree guint8 *coarse = cg_preview_render (f->preview, 0.7, 0.4, 0);
  g_autofree guint8 *want = filtered_grain (f, &region, 0.7, 0.4, 4);
  assert_same (want, coarse, &region, cg_preview_channels (f->preview), 0, region.width);
  g_autofree guint8 *all = cg_preview_render (f->preview, 1, 1, 0);
  g_assert_true (memcmp (fine, all, bytes) != 0);
}

/* The file of the shown model is replaced: shown when told. */
static void
test_replaced (Fixture *f, gconstpointer format)
{
  const GeglRectangle region = { 0, 0, 60, 50 };
  g_autoptr (GError) error = NULL;

  cg_preview_show (f->preview, &region, f->weights, 1);
  g_main_loop_run (f->loop);
  g_autofree guint8 *old = cg_preview_render (f->preview, 1, 1, 0);
  small_model_save (f->weights, 4, &error);
  g_assert_no_error (error);
  cg_preview_show (f->preview, &region, f->weights, 1);
  g_assert_false (cg_preview_busy (f->preview));

  cg_preview_forget_model (f->preview);
  cg_preview_show (f->preview, &region, f->weights, 1);
  g_main_loop_run (f->loop);
  g_autofree guint8 *want = filtered (f, &region, 1, 1),
                    *got = cg_preview_render (f->preview, 1, 1, 0);
  assert_same (want, got, &region, 1, 0, region.width);
  g_assert_true (memcmp (old, got, (gsize) region.width * region.height) != 0);
}

/* Uniform noise of 0.6 is 0.6 / sqrt (12) = 44.2 / 255; its finest coefficients, sums of four, are
 * nearly normal. */
static void
test_noise (Fixture *f, gconstpointer format)
{
  const GeglRectangle region = { 0, 0, WIDTH, HEIGHT };

  g_assert_true (isnan (cg_preview_noise (f->preview)));
  cg_preview_show (f->preview, &region, f->weights, 1);
  g_assert_cmpfloat_with_epsilon (cg_preview_noise (f->preview), 44.2, 2);
}

static double
thread_seconds (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return (double) time.tv_sec + 1e-9 * (double) time.tv_nsec;
}

/* What a slider asks for: a large preview blended anew, within 50 ms of this thread's time. */
static void
test_quick (Fixture *f, gconstpointer format)
{
  const GeglRectangle region = { 0, 0, 800, 600 };
  g_autoptr (GeglBuffer) large = noise (format, region.width, region.height);
  double fastest = G_MAXDOUBLE;

  cg_preview_free (f->preview);
  f->preview = cg_preview_new (large, changed, f);
  cg_preview_show (f->preview, &region, f->weights, 1);
  g_main_loop_run (f->loop);
  g_assert_null (cg_preview_problem (f->preview));
  g_autofree guint8 *before = cg_preview_render (f->preview, 0, 0, 0);
  g_autofree guint8 *after = cg_preview_render (f->preview, 1, 1, 0);
  g_assert_true (memcmp (before, after, (gsize) 800 * 600) != 0);
  for (int i = 0; i < 7; i++)
    {
      const double start = thread_seconds ();
      g_autofree guint8 *pixels = cg_preview_render (f->preview, 0.1 * i, 1 - 0.1 * i, 0);

      fastest = MIN (fastest, thread_seconds () - start);
    }
  g_test_message ("%s, 800x600: %.1f ms", (const char *) format, 1000 * fastest);
  if (g_getenv ("CG_SANITIZED"))
    g_test_skip ("sanitizers take time of their own");
  else
    g_assert_cmpfloat (fastest, <, 0.05);
}

/* The dialog is closed at the worst moment. */
static void
test_close (Fixture *f, gconstpointer format)
{
  const GeglRectangle region = { 0, 0, WIDTH, HEIGHT };

  cg_preview_show (f->preview, &region, f->weights, 1);
  g_assert_true (cg_preview_busy (f->preview));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_setenv ("GEGL_USE_OPENCL", "no", TRUE);
  gegl_init (NULL, NULL);
  g_test_add ("/preview/shows/gray", Fixture, "Y' float", set_up, test_shows, tear_down);
  g_test_add ("/preview/shows/rgb", Fixture, "R'G'B' float", set_up, test_shows, tear_down);
  g_test_add ("/preview/shows/rgb-alpha", Fixture, "R'G'B'A float", set_up, test_shows, tear_down);
  g_test_add ("/preview/mask", Fixture, "R'G'B'A float", set_up, test_mask, tear_down);
  g_test_add ("/preview/scroll", Fixture, "R'G'B' float", set_up, test_scroll, tear_down);
  g_test_add ("/preview/problem", Fixture, "Y' float", set_up, test_problem, tear_down);
  g_test_add ("/preview/appears", Fixture, "Y' float", set_up, test_appears, tear_down);
  g_test_add ("/preview/grain", Fixture, "R'G'B' float", set_up, test_grain, tear_down);
  g_test_add ("/preview/replaced", Fixture, "Y' float", set_up, test_replaced, tear_down);
  g_test_add ("/preview/noise/gray", Fixture, "Y' float", set_up, test_noise, tear_down);
  g_test_add ("/preview/quick/gray", Fixture, "Y' float", set_up, test_quick, tear_down);
  g_test_add ("/preview/quick/rgb-alpha", Fixture, "R'G'B'A float", set_up, test_quick, tear_down);
  g_test_add ("/preview/close", Fixture, "Y' float", set_up, test_close, tear_down);
  const int status = g_test_run ();
  gegl_exit ();
  return status;
}
