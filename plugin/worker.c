/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/worker.h"

#include <string.h>

#include "model/denoise.h"
#include "model/error.h"
#include "model/planes.h"
#include "model/weights.h"
#include "plugin/procedure.h"
#include "plugin/settings.h"

/* GIMP has pixels of its own in memory: leave the network less than it would take. */
#define MAX_MEMORY ((gsize) 384 << 20)

/* Tiles of the picture that GEGL keeps in the filter's process; some rows of a wide picture. */
#define TILE_CACHE ((guint64) 48 << 20)

struct _CgWorker
{
  CgModel *model;
  int grain_size;
  CgDenoiser *denoiser;
  CgProgressFunc progress; /* of the run under way */
  gpointer progress_data;
};

static gboolean
forward_progress (double done, gpointer user)
{
  CgWorker *worker = user;

  return worker->progress == NULL || worker->progress (done, worker->progress_data);
}

static int
gegl_threads (void)
{
  int threads = 0;

  g_object_get (gegl_config (), "threads", &threads, NULL);
  return threads;
}

void
cg_worker_prepare_babl (void)
{
  g_setenv ("BABL_LUT", "0", FALSE);
}

void
cg_worker_start_gegl (void)
{
  gegl_init (NULL, NULL);
  g_object_set (gegl_config (), "tile-cache-size", TILE_CACHE, NULL);
}

/* cg_weights_find() in the user's language, as far as people read on. */
static CgModel *
find_weights (const char *model, GError **error)
{
  g_autoptr (GError) problem = NULL;
  CgModel *found = cg_weights_find (model, &problem);

  if (found)
    return found;
  if (g_error_matches (problem, CG_ERROR, CG_ERROR_NOT_FOUND))
    {
      g_auto (GStrv) folders = cg_weights_folders ();
      g_autofree char *places = g_strjoinv (", ", folders);

      g_set_error (error, CG_ERROR, CG_ERROR_NOT_FOUND, _ ("there are no weights \"%s\" in %s"),
                   model, places);
    }
  else
    g_propagate_prefixed_error (error, g_steal_pointer (&problem), "%s",
                                _ ("these weights cannot be used: "));
  return NULL;
}

CgWorker *
cg_worker_new (const char *model, int grain_size, GError **error)
{
  g_autoptr (CgWorker) worker = g_new0 (CgWorker, 1);
  const CgDenoiseOptions options = {
    .strength = 1,
    .colour_strength = 1,
    .max_memory = MAX_MEMORY,
    .threads = gegl_threads (),
    .grain_size = grain_size,
    .progress = forward_progress,
    .progress_data = worker,
  };

  worker->model = find_weights (model && *model ? model : CG_SETTINGS_MODEL, error);
  if (worker->model == NULL)
    return NULL;
  worker->grain_size = grain_size;
  worker->denoiser = cg_denoiser_new (worker->model, &options, error);
  if (worker->denoiser == NULL)
    return NULL;
  return g_steal_pointer (&worker);
}

void
cg_worker_free (CgWorker *worker)
{
  if (worker == NULL)
    return;
  g_clear_pointer (&worker->denoiser, cg_denoiser_free);
  g_clear_pointer (&worker->model, cg_model_free);
  g_free (worker);
}

int
cg_worker_halo (const CgWorker *worker)
{
  const int network = cg_network_halo (worker->model->network), size = worker->grain_size;

  /* Coarse grain: every pixel that the network sees mixes neighbours of a shrunken picture, which
   * have seen theirs. */
  return network + (size > 1 ? (network + 2) * size : 0) + CG_FILL_RADIUS;
}

static gboolean
is_gray (const Babl *format)
{
  static const char *const models[] = { "Y", "Y'", "Y~", "YA", "Y'A", "Y~A", "YaA", "Y'aA" };
  const Babl *model = babl_format_get_model (format);

  for (gsize i = 0; i < G_N_ELEMENTS (models); i++)
    if (babl_model_is (model, models[i]))
      return TRUE;
  return FALSE;
}

const Babl *
cg_worker_format (const Babl *stored, GError **error)
{
  static const char *const names[2][2] = {
    { "R'G'B' float", "R'G'B'A float" },
    { "Y' float", "Y'A float" },
  };

  if (babl_format_is_palette (stored))
    {
      g_set_error_literal (
          error, CG_ERROR, CG_ERROR_UNSUPPORTED,
          _ ("indexed colours cannot be denoised; convert the image to RGB or grayscale"));
      return NULL;
    }
  return babl_format_with_space (names[is_gray (stored)][babl_format_has_alpha (stored) != 0],
                                 stored);
}

/* The stream counts from the extent's corner. */
static GeglRectangle
to_buffer (const CgWorkerJob *job, int x, int y, int w, int h)
{
  return (GeglRectangle){ job->extent.x + x, job->extent.y + y, w, h };
}

/* How @buffer stores what @format asks for: CG_DEPTH_8 or _16 if these are the very samples, as a
 * picture file has them; CG_DEPTH_FLOAT if babl must convert. */
static CgDepth
stored_depth (GeglBuffer *buffer, const Babl *format)
{
  static const char *const names[][2] = {
    { "Y' u8", "Y' u16" },
    { "Y'A u8", "Y'A u16" },
    { "R'G'B' u8", "R'G'B' u16" },
    { "R'G'B'A u8", "R'G'B'A u16" },
  };
  const char *const *of_channels = names[babl_format_get_n_components (format) - 1];

  for (CgDepth depth = CG_DEPTH_8; depth <= CG_DEPTH_16; depth++)
    if (gegl_buffer_get_format (buffer) == babl_format_with_space (of_channels[depth], format))
      return depth;
  return CG_DEPTH_FLOAT;
}

/* Whole numbers become floats and back as those of files do, so that a layer comes out as its file
 * would.  babl's roundings differ from run to run: it takes the way that was fastest just now. */
static gboolean
read_pixels (int x, int y, int w, int h, float *pixels, gpointer user, GError **error)
{
  const CgWorkerJob *job = user;
  const GeglRectangle rectangle = to_buffer (job, x, y, w, h);
  const CgDepth depth = stored_depth (job->in, job->format);

  if (depth == CG_DEPTH_FLOAT)
    {
      gegl_buffer_get (job->in, &rectangle, 1.0, job->format, pixels, GEGL_AUTO_ROWSTRIDE,
                       GEGL_ABYSS_NONE);
      return TRUE;
    }
  g_autoptr (CgImage) part
      = cg_image_new (w, h, babl_format_get_n_components (job->format), depth, error);
  if (part == NULL)
    return FALSE;
  gegl_buffer_get (job->in, &rectangle, 1.0, NULL, part->samples, GEGL_AUTO_ROWSTRIDE,
                   GEGL_ABYSS_NONE);
  cg_image_get (part, 0, 0, w, h, pixels);
  return TRUE;
}

static gboolean
write_pixels (int x, int y, int w, int h, const float *pixels, gpointer user, GError **error)
{
  const CgWorkerJob *job = user;
  const GeglRectangle rectangle = to_buffer (job, x, y, w, h);
  const CgDepth depth = stored_depth (job->out, job->format);

  if (depth == CG_DEPTH_FLOAT)
    {
      gegl_buffer_set (job->out, &rectangle, 0, job->format, pixels, GEGL_AUTO_ROWSTRIDE);
      return TRUE;
    }
  g_autoptr (CgImage) part
      = cg_image_new (w, h, babl_format_get_n_components (job->format), depth, error);
  if (part == NULL)
    return FALSE;
  cg_image_set (part, 0, 0, w, h, pixels);
  gegl_buffer_set (job->out, &rectangle, 0, NULL, part->samples, GEGL_AUTO_ROWSTRIDE);
  return TRUE;
}

gboolean
cg_worker_run (CgWorker *worker, const CgWorkerJob *job, double strength, double colour_strength,
               CgProgressFunc progress, gpointer progress_data, GError **error)
{
  const CgDenoiseStream stream = {
    .width = job->extent.width,
    .height = job->extent.height,
    .x = job->region.x - job->extent.x,
    .y = job->region.y - job->extent.y,
    .w = job->region.width,
    .h = job->region.height,
    .channels = babl_format_get_n_components (job->format),
    .transfer = CG_TRANSFER_DISPLAY,
    .read = read_pixels,
    .write = write_pixels,
    .user = (gpointer) job,
  };

  g_autoptr (GError) problem = NULL;

  g_return_val_if_fail (job->in != job->out, FALSE);
  g_return_val_if_fail (gegl_rectangle_contains (&job->extent, &job->region), FALSE);

  worker->progress = progress;
  worker->progress_data = progress_data;
  cg_denoiser_set_strength (worker->denoiser, strength, colour_strength);
  if (cg_denoiser_run (worker->denoiser, &stream, NULL, &problem))
    return TRUE;
  if (g_error_matches (problem, CG_ERROR, CG_ERROR_TOO_LARGE))
    g_prefix_error (&problem, "%s", _ ("the memory does not suffice: "));
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}
