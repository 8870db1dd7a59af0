/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The GEGL operation in graphs.  Before it always comes a point operation, which computes
 * what it is asked for and no more: too small a request shows as wrong pixels. */
#include <gegl.h>

#include <glib/gstdio.h>

#include "model/random.h"
#include "plugin/worker.h"
#include "small-model.h"

/* More than one of the operation's blocks each way. */
enum
{
  LEFT = -37,
  TOP = 21,
  WIDTH = 1101,
  HEIGHT = 563
};

#define BRIGHTNESS 0.03
#define WORDS      "R'G'B'A float"

typedef struct
{
  char *weights;
  GeglBuffer *picture;
  GeglNode *graph, *source, *denoise;
  int progress; /* calls */
} Fixture;

/* Noise, with holes of nothing but transparency. */
static GeglBuffer *
make_picture (void)
{
  const GeglRectangle all = { LEFT, TOP, WIDTH, HEIGHT };
  g_autofree float *pixels = g_new (float, 4 * WIDTH * HEIGHT);
  CgRandom random = cg_random (5, 0, 0);
  GeglBuffer *buffer = gegl_buffer_new (&all, babl_format (WORDS));

  for (int i = 0; i < 4 * WIDTH * HEIGHT; i++)
    pixels[i] = i % 4 == 3 ? (i / 4 / 90 + i / 4 % WIDTH / 25) % 4 != 0
                           : (float) cg_random_uniform (&random);
  gegl_buffer_set (buffer, &all, 0, babl_format (WORDS), pixels, GEGL_AUTO_ROWSTRIDE);
  return buffer;
}

static void
count (Fixture *f)
{
  f->progress++;
}

static void
make_graph (Fixture *f, GeglNode *start, const char *model, double strength)
{
  f->source = gegl_node_new_child (f->graph, "operation", "gegl:brightness-contrast", "brightness",
                                   BRIGHTNESS, NULL);
  f->denoise = gegl_node_new_child (f->graph, "operation", "cleargrain:denoise", "model", model,
                                    "strength", strength, "colour-strength", strength, NULL);
  g_signal_connect_swapped (f->denoise, "progress", G_CALLBACK (count), f);
  gegl_node_link_many (start, f->source, f->denoise, NULL);
}

static GeglNode *
picture_node (Fixture *f)
{
  return gegl_node_new_child (f->graph, "operation", "gegl:buffer-source", "buffer", f->picture,
                              NULL);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  int fd = g_file_open_tmp ("XXXXXX.safetensors", &f->weights, &error);

  g_assert_no_error (error);
  g_close (fd, NULL);
  small_model_save (f->weights, 8, &error);
  g_assert_no_error (error);
  f->picture = make_picture ();
  f->graph = gegl_node_new ();
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_object_unref (f->graph);
  g_object_unref (f->picture);
  g_unlink (f->weights);
  g_free (f->weights);
}

/* @rectangle of what @node makes. */
static float *
render (GeglNode *node, const GeglRectangle *rectangle)
{
  float *pixels = g_new (float, 4 * (gsize) rectangle->width * rectangle->height);

  gegl_node_blit (node, 1.0, rectangle, babl_format (WORDS), pixels, GEGL_AUTO_ROWSTRIDE,
                  GEGL_BLIT_DEFAULT);
  return pixels;
}

/* What the filter's worker makes of the node before the operation. */
static float *
filtered (Fixture *f, double strength)
{
  const GeglRectangle all = { LEFT, TOP, WIDTH, HEIGHT };
  const Babl *format = babl_format (WORDS);
  g_autoptr (GError) error = NULL;
  g_autoptr (CgWorker) worker = cg_worker_new (f->weights, 1, &error);
  g_autoptr (GeglBuffer) in = gegl_buffer_new (&all, format);
  g_autoptr (GeglBuffer) out = gegl_buffer_new (&all, format);
  const CgWorkerJob job = { in, out, format, all, all };
  g_autofree float *before = render (f->source, &all);
  float *after = g_new (float, 4 * WIDTH * HEIGHT);

  gegl_buffer_set (in, &all, 0, format, before, GEGL_AUTO_ROWSTRIDE);
  gboolean done = cg_worker_run (worker, &job, strength, strength, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (done);
  gegl_buffer_get (out, &all, 1.0, format, after, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  return after;
}

/* @got is @r of @whole; a pixel's colour under alpha 0 says nothing, GEGL drops it. */
static void
compare (const float *whole, const float *got, const GeglRectangle *r, double tolerance)
{
  for (int y = 0; y < r->height; y++)
    for (int x = 0; x < r->width; x++)
      {
        const gsize from = ((gsize) (r->y + y - TOP) * WIDTH + r->x + x - LEFT) * 4;
        const float *w = whole + from, *g = got + ((gsize) y * r->width + x) * 4;

        for (int c = 0; c < 4; c++)
          if (ABS (w[c] - g[c]) > tolerance && (c == 3 || w[3] != 0))
            g_error ("%d,%d of %dx%d at %d,%d, channel %d: %g, not %g", x, y, r->width, r->height,
                     r->x, r->y, c, g[c], w[c]);
      }
}

static void
test_filter (Fixture *f, gconstpointer data)
{
  const GeglRectangle all = { LEFT, TOP, WIDTH, HEIGHT };
  const double strength = *(const double *) data;

  make_graph (f, picture_node (f), f->weights, strength);
  g_autofree float *want = filtered (f, strength), *got = render (f->denoise, &all);
  compare (want, got, &all, 1e-6);
}

static void
compare_region (Fixture *f, const float *want, const GeglRectangle *r)
{
  g_autofree float *got = render (f->denoise, r);
  compare (want, got, r, 1e-4);
}

/* Any rectangle is what it would be in the whole: at the edges of the operation's blocks, with
 * nothing computed before, and anywhere else, with some of it computed. */
static void
test_region (Fixture *f, gconstpointer data)
{
  static const GeglRectangle edges[] = {
    { LEFT + 480, TOP + 490, 32, 22 },
    { LEFT + 512, TOP + 512, 40, 30 },
    { LEFT + 1000, TOP + 500, 24, 12 },
    { LEFT + 1024, TOP, 77, 1 },
  };
  CgRandom random = cg_random (11, 0, 0);

  make_graph (f, picture_node (f), f->weights, 1);
  g_autofree float *want = filtered (f, 1);
  for (gsize i = 0; i < G_N_ELEMENTS (edges); i++)
    {
      gegl_node_set (f->source, "brightness", 0.5, NULL);
      gegl_node_set (f->source, "brightness", BRIGHTNESS, NULL);
      compare_region (f, want, &edges[i]);
    }
  for (int i = 0; i < 10; i++)
    {
      const int w = 1 + cg_random_below (&random, WIDTH / 3);
      const int h = 1 + cg_random_below (&random, HEIGHT / 3);
      const GeglRectangle r = { LEFT + cg_random_below (&random, WIDTH - w + 1),
                                TOP + cg_random_below (&random, HEIGHT - h + 1), w, h };
      compare_region (f, want, &r);
    }
}

/* What lies in a block that was computed is not computed again, until something changes. */
static void
test_cache (Fixture *f, gconstpointer data)
{
  make_graph (f, picture_node (f), f->weights, 1);
  g_free (render (f->denoise, GEGL_RECTANGLE (LEFT + 50, TOP + 50, 20, 20)));
  const int once = f->progress;
  g_assert_cmpint (once, >, 0);
  g_free (render (f->denoise, GEGL_RECTANGLE (LEFT + 200, TOP + 300, 60, 10)));
  g_assert_cmpint (f->progress, ==, once);
  gegl_node_set (f->denoise, "strength", 0.5, NULL);
  g_free (render (f->denoise, GEGL_RECTANGLE (LEFT + 50, TOP + 50, 20, 20)));
  g_assert_cmpint (f->progress, >, once);
}

static void
test_missing (Fixture *f, gconstpointer data)
{
  const GeglRectangle r = { LEFT + 3, TOP + 5, 70, 40 };

  make_graph (f, picture_node (f), "no-such-model", 1);
  g_test_expect_message (NULL, G_LOG_LEVEL_WARNING, "*no-such-model*cleargrain/weights*");
  g_autofree float *got = render (f->denoise, &r), *want = render (f->source, &r);
  g_test_assert_expected_messages ();
  g_assert_cmpmem (got, sizeof (float) * 4 * 70 * 40, want, sizeof (float) * 4 * 70 * 40);
}

/* A plane without end, far out and where the operation ends it. */
static void
test_endless (Fixture *f, gconstpointer data)
{
  static const GeglRectangle places[]
      = { { -3, -8, 20, 10 }, { 1 << 23, 1 << 23, 9, 9 }, { (1 << 24) - 5, 0, 10, 3 } };
  GeglNode *plane = gegl_node_new_child (f->graph, "operation", "gegl:checkerboard", NULL);

  make_graph (f, plane, f->weights, 0.5);
  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree float *got = render (f->denoise, &places[i]);
      g_assert_cmpfloat (got[3], ==, 1);
    }
}

int
main (int argc, char **argv)
{
  static const double whole = 1, part = 0.4;

  g_test_init (&argc, &argv, NULL);
  g_setenv ("GEGL_USE_OPENCL", "no", TRUE);
  /* As the gegl command and GIMP do; or GEGL keeps operations under the GPL from us. */
  g_object_set (gegl_config (), "application-license", "GPL3", NULL);
  gegl_init (NULL, NULL);
  g_assert_true (gegl_has_operation ("cleargrain:denoise"));
  g_test_add ("/gegl/filter/whole", Fixture, &whole, set_up, test_filter, tear_down);
  g_test_add ("/gegl/filter/part", Fixture, &part, set_up, test_filter, tear_down);
  g_test_add ("/gegl/region", Fixture, NULL, set_up, test_region, tear_down);
  g_test_add ("/gegl/cache", Fixture, NULL, set_up, test_cache, tear_down);
  g_test_add ("/gegl/missing", Fixture, NULL, set_up, test_missing, tear_down);
  g_test_add ("/gegl/endless", Fixture, NULL, set_up, test_endless, tear_down);
  const int status = g_test_run ();
  gegl_exit ();
  return status;
}
