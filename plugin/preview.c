/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/preview.h"

#include <math.h>
#include <string.h>

#include "model/noise-level.h"
#include "model/planes.h"
#include "plugin/worker.h"

struct _CgPreview
{
  GeglBuffer *drawable;
  const Babl *format;
  CgPreviewChanged changed;
  gpointer user;
  GeglBuffer *mask; /* NULL: none */
  int mask_x, mask_y;

  /* What is wanted ... */
  char *model;
  int grain_size;
  GeglRectangle region;
  float *before, *after; /* of @region; @after only once it is cleaned */
  float *share;          /* of @region, from @mask; NULL without */
  double noise;          /* of @before */
  GError *problem;

  /* ... and who makes it. */
  CgWorker *worker;
  char *worker_model; /* NULL: the worker must not be used again */
  int worker_grain_size;
  GThread *thread; /* works on @run until finished() comes to the main loop */
  struct Run *run;
};

/* One piece on its way through the network: all the thread touches. */
typedef struct Run
{
  CgPreview *preview; /* for the way back only */
  CgWorker *worker;
  GeglBuffer *in, *out;
  CgWorkerJob job;
  GError *error;
  int outdated; /* atomic: another piece is wanted by now */
} Run;

static void start (CgPreview *preview);

static void
run_free (Run *run)
{
  g_clear_object (&run->in);
  g_clear_object (&run->out);
  g_clear_error (&run->error);
  g_free (run);
}

CgPreview *
cg_preview_new (GeglBuffer *drawable, CgPreviewChanged changed, gpointer user)
{
  CgPreview *preview = g_new0 (CgPreview, 1);

  preview->drawable = g_object_ref (drawable);
  preview->format = cg_worker_format (gegl_buffer_get_format (drawable), NULL);
  preview->changed = changed;
  preview->user = user;
  preview->noise = NAN;
  return preview;
}

void
cg_preview_free (CgPreview *preview)
{
  if (preview == NULL)
    return;
  if (preview->thread)
    {
      g_atomic_int_set (&preview->run->outdated, TRUE);
      g_thread_join (preview->thread);
      g_idle_remove_by_data (preview->run);
      run_free (preview->run);
    }
  g_clear_pointer (&preview->worker, cg_worker_free);
  g_clear_error (&preview->problem);
  g_object_unref (preview->drawable);
  g_clear_object (&preview->mask);
  g_free (preview->worker_model);
  g_free (preview->model);
  g_free (preview->before);
  g_free (preview->after);
  g_free (preview->share);
  g_free (preview);
}

static float *
read_pixels (GeglBuffer *buffer, const GeglRectangle *rectangle, const Babl *format)
{
  const gsize pixel = babl_format_get_bytes_per_pixel (format);
  float *pixels = g_malloc (pixel * rectangle->width * rectangle->height);

  gegl_buffer_get (buffer, rectangle, 1.0, format, pixels, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  return pixels;
}

static gboolean
is_current (gdouble done, gpointer user)
{
  Run *run = user;

  return !g_atomic_int_get (&run->outdated);
}

/* In the main loop, after the thread's last breath. */
static gboolean
finished (gpointer user)
{
  Run *run = user;
  CgPreview *preview = run->preview;
  const gboolean outdated = g_atomic_int_get (&run->outdated);

  g_thread_join (g_steal_pointer (&preview->thread));
  preview->run = NULL;
  if (!outdated && run->error)
    preview->problem = g_steal_pointer (&run->error);
  else if (!outdated)
    preview->after = read_pixels (run->out, &preview->region, preview->format);
  run_free (run);
  if (outdated)
    start (preview);
  else
    preview->changed (preview->user);
  return G_SOURCE_REMOVE;
}

static gpointer
clean (gpointer user)
{
  Run *run = user;

  if (!cg_worker_run (run->worker, &run->job, 1, 1, is_current, run, &run->error))
    g_assert (run->error);
  g_idle_add (finished, run);
  return NULL;
}

/* The worker of the wanted model; NULL with the problem set. */
static CgWorker *
wanted_worker (CgPreview *preview)
{
  if (g_strcmp0 (preview->worker_model, preview->model) != 0
      || preview->worker_grain_size != preview->grain_size)
    {
      g_clear_pointer (&preview->worker, cg_worker_free);
      g_free (preview->worker_model);
      preview->worker_model = g_strdup (preview->model);
      preview->worker_grain_size = preview->grain_size;
    }
  if (preview->worker == NULL)
    preview->worker = cg_worker_new (preview->model, preview->grain_size, &preview->problem);
  return preview->worker;
}

/* The region and what the network sees around it. */
static GeglRectangle
with_halo (const CgPreview *preview)
{
  const int halo = cg_worker_halo (preview->worker);
  GeglRectangle grown = { preview->region.x - halo, preview->region.y - halo,
                          preview->region.width + 2 * halo, preview->region.height + 2 * halo };

  gegl_rectangle_intersect (&grown, &grown, gegl_buffer_get_extent (preview->drawable));
  return grown;
}

/* Copy what the network needs (GIMP's own pixels are for the main thread
 * alone) and set the thread to work. */
static void
start (CgPreview *preview)
{
  if (wanted_worker (preview) == NULL)
    {
      preview->changed (preview->user);
      return;
    }

  const GeglRectangle seen = with_halo (preview);
  Run *run = g_new0 (Run, 1);
  run->preview = preview;
  run->worker = preview->worker;
  run->in = gegl_buffer_new (&seen, preview->format);
  run->out = gegl_buffer_new (&preview->region, preview->format);
  gegl_buffer_copy (preview->drawable, &seen, GEGL_ABYSS_NONE, run->in, &seen);
  run->job = (CgWorkerJob){
    .in = run->in,
    .out = run->out,
    .format = preview->format,
    .extent = *gegl_buffer_get_extent (preview->drawable),
    .region = preview->region,
  };
  preview->run = run;
  preview->thread = g_thread_new ("preview", clean, run);
}

static double
noise_of (const CgPreview *preview)
{
  const CgImage image = {
    .width = preview->region.width,
    .height = preview->region.height,
    .channels = cg_preview_channels (preview),
    .depth = CG_DEPTH_FLOAT,
    .samples = preview->before,
  };

  return cg_estimate_noise (&image);
}

static float *
share_of (const CgPreview *preview)
{
  GeglRectangle rectangle = preview->region;

  if (preview->mask == NULL)
    return NULL;
  rectangle.x += preview->mask_x;
  rectangle.y += preview->mask_y;
  return read_pixels (preview->mask, &rectangle, babl_format ("Y float"));
}

void
cg_preview_set_mask (CgPreview *preview, GeglBuffer *mask, int x, int y)
{
  g_set_object (&preview->mask, mask);
  preview->mask_x = x;
  preview->mask_y = y;
}

static gboolean
is_shown (const CgPreview *preview, const GeglRectangle *region, const char *model, int grain_size)
{
  return preview->before && preview->problem == NULL
         && gegl_rectangle_equal (&preview->region, region) && preview->worker_model
         && g_str_equal (preview->model, model) && preview->grain_size == grain_size;
}

void
cg_preview_show (CgPreview *preview, const GeglRectangle *region, const char *model, int grain_size)
{
  if (is_shown (preview, region, model, grain_size))
    return;

  g_free (preview->model);
  preview->model = g_strdup (model);
  preview->grain_size = grain_size;
  preview->region = *region;
  g_clear_error (&preview->problem);
  g_clear_pointer (&preview->after, g_free);
  g_free (preview->before);
  preview->before = read_pixels (preview->drawable, region, preview->format);
  g_free (preview->share);
  preview->share = share_of (preview);
  preview->noise = noise_of (preview);
  if (preview->thread)
    g_atomic_int_set (&preview->run->outdated, TRUE);
  else
    start (preview);
}

void
cg_preview_forget_model (CgPreview *preview)
{
  g_clear_pointer (&preview->worker_model, g_free);
}

const char *
cg_preview_problem (const CgPreview *preview)
{
  return preview->problem ? preview->problem->message : NULL;
}

gboolean
cg_preview_busy (const CgPreview *preview)
{
  return preview->thread != NULL;
}

double
cg_preview_noise (const CgPreview *preview)
{
  return preview->noise;
}

int
cg_preview_channels (const CgPreview *preview)
{
  return babl_format_get_n_components (preview->format);
}

/* Part of the way from @before to @after, luma and chroma each its own. */
static void
blend (const float *before, const float *after, int planes, double strength, double colour_strength,
       float *to)
{
  float difference[CG_MAX_PLANES], change[CG_MAX_PLANES], plane[CG_MAX_PLANES];

  for (int c = 0; c < planes; c++)
    difference[c] = after[c] - before[c];
  cg_planes_split (difference, planes, plane);
  plane[0] *= (float) strength;
  for (int c = 1; c < planes; c++) /* their zero is 1/2 */
    plane[c] = (plane[c] - 0.5f) * (float) colour_strength;
  cg_planes_join_change (plane, planes, change);
  for (int c = 0; c < planes; c++)
    to[c] = before[c] + change[c];
}

/* 8-bit format for the screen: the same components, the same space. */
static const Babl *
screen_format (const Babl *format)
{
  static const char *const names[] = { "Y' u8", "Y'A u8", "R'G'B' u8", "R'G'B'A u8" };

  return babl_format_with_space (names[babl_format_get_n_components (format) - 1], format);
}

/* A dashed line down the column where the two sides meet. */
static void
draw_split (guint8 *pixels, int w, int h, int channels, int split)
{
  const int planes = cg_planes_count (channels);

  if (split <= 0 || split >= w)
    return;
  for (int y = 0; y < h; y++)
    {
      guint8 *pixel = pixels + ((gsize) y * w + split) * channels;

      memset (pixel, y / 4 % 2 ? 255 : 0, planes);
      if (cg_channels_have_alpha (channels))
        pixel[planes] = 255;
    }
}

GeglRectangle
cg_preview_region (const CgPreview *preview)
{
  return preview->region;
}

guint8 *
cg_preview_render (const CgPreview *preview, double strength, double colour_strength, int split)
{
  const int w = preview->region.width, h = preview->region.height;
  const int channels = cg_preview_channels (preview), planes = cg_planes_count (channels);
  const gsize samples = (gsize) w * h * channels;

  if (preview->before == NULL)
    return NULL;

  g_autofree float *shown = g_memdup2 (preview->before, samples * sizeof (float));
  for (int y = 0; preview->after && y < h; y++)
    for (int x = MAX (split, 0); x < w; x++)
      {
        const gsize pixel = (gsize) y * w + x, i = pixel * channels;
        const float share = preview->share ? preview->share[pixel] : 1;

        blend (preview->before + i, preview->after + i, planes, share * strength,
               share * colour_strength, shown + i);
      }
  guint8 *pixels = g_malloc (samples);
  babl_process (babl_fish (preview->format, screen_format (preview->format)), shown, pixels,
                (glong) w * h);
  draw_split (pixels, w, h, channels, split);
  return pixels;
}
