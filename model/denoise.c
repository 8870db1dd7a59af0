/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A picture through a network, strip by strip and band by band. */
#include "denoise.h"

#include "model/denoise-private.h"
#include "model/error.h"
#include "model/grain.h"
#include "model/memory.h"

/* Bytes */
#define DEFAULT_LEAST_MEMORY ((gsize) 128 << 20)
#define DEFAULT_MOST_MEMORY  ((gsize) 1 << 30)

void
cg_denoise_drop_passes (CgDenoiser *denoiser)
{
  for (int p = 0; p < CG_MAX_PLANES; p++)
    g_clear_pointer (&denoiser->passes[p], cg_pass_free);
}

gboolean
cg_denoise_prepare (CgDenoiseRun *run, GError **error)
{
  CgDenoiser *d = run->denoiser;

  if (d->pass_h != run->padded.h || d->pass_w != run->padded.w || d->pass_band != run->plan.band)
    cg_denoise_drop_passes (d);
  d->pass_h = run->padded.h;
  d->pass_w = run->padded.w;
  d->pass_band = run->plan.band;
  for (int p = 0; p < CG_MAX_PLANES; p++)
    if (p >= run->planes || run->strength[p] == 0)
      g_clear_pointer (&d->passes[p], cg_pass_free);
    else if (!d->passes[p])
      {
        d->passes[p]
            = cg_pass_new (d->packed, 1, d->pass_h, d->pass_w, d->pass_band, d->workers, error);
        if (!d->passes[p])
          return FALSE;
      }
  return TRUE;
}

static gboolean
on_layer (double done, gpointer user)
{
  const CgDenoiseRun *run = user;
  const CgDenoiseOptions *options = &run->denoiser->options;

  return !options->progress
         || options->progress ((run->forwards_done + done) / run->forwards, options->progress_data);
}

gboolean
cg_denoise_step (CgDenoiseRun *run, gboolean *more, GError **error)
{
  CgPass **passes = run->denoiser->passes;
  CgPass *any = passes[0] ? passes[0] : passes[1];
  int y0, y1;

  for (int p = 0; p < run->planes; p++)
    if (passes[p])
      {
        run->in[p] = cg_pass_input (passes[p], 0);
        run->out[p] = cg_pass_output (passes[p], 0);
      }
  cg_pass_input_rows (any, &y0, &y1);
  if (y1 > y0 && !run->feed (run, y0, y1, error))
    return FALSE;
  for (int p = 0; p < run->planes; p++)
    if (passes[p])
      {
        if (!cg_pass_forward (passes[p], on_layer, run))
          {
            g_set_error_literal (error, CG_ERROR, CG_ERROR_CANCELLED, "cancelled");
            return FALSE;
          }
        run->forwards_done++;
      }
  cg_pass_output_rows (any, &y0, &y1);
  if (!run->take (run, y0, y1, error))
    return FALSE;
  run->steps_done++;
  for (int p = 0; p < run->planes; p++)
    if (passes[p])
      *more = cg_pass_next (passes[p]);
  return TRUE;
}

static gboolean
run_strips (CgDenoiseRun *run, GError **error)
{
  for (int i = 0; i < run->plan.strips; i++)
    {
      gboolean more = TRUE;

      cg_tile_strip (&run->plan, i, &run->core, &run->padded);
      if (!cg_denoise_prepare (run, error))
        return FALSE;
      while (more)
        if (!cg_denoise_step (run, &more, error))
          {
            cg_denoise_drop_passes (run->denoiser); /* they stopped half-way */
            return FALSE;
          }
    }
  return TRUE;
}

gsize
cg_denoise_default_memory (void)
{
  return CLAMP (cg_memory_limit ("") / 4, DEFAULT_LEAST_MEMORY, DEFAULT_MOST_MEMORY);
}

/* What the caller's limit leaves for the buffers of passes.  The packed weights
 * count where they are the denoiser's own, except against a limit so low that they
 * are most of it: better a little more memory than none of the work. */
static gsize
buffer_limit (const CgDenoiser *denoiser)
{
  gsize limit = denoiser->options.max_memory, packed = cg_packed_memory (denoiser->packed);

  if (limit == 0)
    limit = cg_denoise_default_memory ();
  return limit > 2 * packed && !denoiser->borrows_packed ? limit - packed : limit;
}

static int
active_planes (const CgDenoiseRun *run)
{
  int active = 0;
  for (int p = 0; p < run->planes; p++)
    active += run->strength[p] != 0;
  return active;
}

/* @grain took its part, and what is left is too little for @run.  In four times the larger of
 * the two each has its quarter. */
static void
set_too_little (const CgDenoiseRun *run, const CgGrain *grain, gsize max_memory, GError **error)
{
  gsize most = MAX (run->plan.memory, cg_grain_memory (grain));

  g_set_error (error, CG_ERROR, CG_ERROR_TOO_LARGE,
               "%" G_GSIZE_FORMAT " MiB of memory are too little for %d columns with coarse grain, "
               "%" G_GSIZE_FORMAT " MiB would do",
               max_memory >> 20, run->stream->width, (4 * most >> 20) + 1);
}

/* Cut the region, after the shrunken picture has got its part of the memory. */
static gboolean
plan (CgDenoiseRun *run, CgRect region, gsize max_memory, CgGrain **grain, GError **error)
{
  CgDenoiser *d = run->denoiser;
  const CgDenoiseStream *s = run->stream;
  int threads = cg_workers_count (d->workers);

  if (!cg_tile_plan (&run->plan, d->packed, s->width, s->height, region, max_memory, threads,
                     error))
    return FALSE;
  if (!d->small)
    return TRUE;
  *grain = run->grain = cg_grain_new (run, run->plan.padded, max_memory, error);
  if (!*grain)
    return FALSE;
  if (cg_tile_plan (&run->plan, d->packed, s->width, s->height, region,
                    max_memory - cg_grain_memory (*grain), threads, NULL))
    return TRUE;
  set_too_little (run, *grain, max_memory, error);
  return FALSE;
}

gboolean
cg_denoiser_run (CgDenoiser *denoiser, const CgDenoiseStream *stream, CgDenoiseReport *report,
                 GError **error)
{
  const CgDenoiseOptions *o = &denoiser->options;
  float colour = (float) (o->colour_strength < 0 ? o->strength : o->colour_strength);
  CgDenoiseRun run = { .denoiser = denoiser,
                       .stream = stream,
                       .feed = cg_denoise_feed,
                       .take = cg_denoise_write,
                       .planes = cg_planes_count (stream->channels),
                       .strength = { (float) o->strength, colour, colour } };
  CgRect region = { stream->x, stream->y, stream->w, stream->h };
  if (region.w == 0)
    region = (CgRect){ 0, 0, stream->width, stream->height };

  int active = active_planes (&run);
  if (active == 0)
    {
      if (report)
        *report = (CgDenoiseReport){ 0 };
      return cg_denoise_copy (&run, region, error);
    }
  g_autoptr (CgGrain) grain = NULL;
  if (!plan (&run, region, buffer_limit (denoiser) / active, &grain, error))
    return FALSE;
  run.forwards = active * cg_tile_steps (&run.plan, denoiser->packed);
  if (!run_strips (&run, error))
    return FALSE;
  if (report)
    *report = (CgDenoiseReport){ .tiles = run.steps_done,
                                 .tile_width = run.plan.strip,
                                 .tile_height = MIN (run.plan.band, run.plan.padded.h),
                                 .memory = (run.plan.memory + cg_grain_memory (grain)) * active,
                                 .not_finite = run.not_finite };
  return TRUE;
}

/* --- pictures in memory --- */

typedef struct
{
  const CgImage *from;
  CgImage *to;
} Pictures;

static gboolean
read_image (int x, int y, int w, int h, float *pixels, gpointer user, GError **error)
{
  cg_image_get (((Pictures *) user)->from, x, y, w, h, pixels);
  return TRUE;
}

static gboolean
write_image (int x, int y, int w, int h, const float *pixels, gpointer user, GError **error)
{
  cg_image_set (((Pictures *) user)->to, x, y, w, h, pixels);
  return TRUE;
}

CgImage *
cg_denoiser_run_image (CgDenoiser *denoiser, const CgImage *image, CgDenoiseReport *report,
                       GError **error)
{
  g_autoptr (CgImage) result
      = cg_image_new (image->width, image->height, image->channels, image->depth, error);
  if (!result)
    return NULL;

  result->transfer = image->transfer;
  result->premultiplied = image->premultiplied;
  Pictures pictures = { image, result };
  CgDenoiseStream stream = { .width = image->width,
                             .height = image->height,
                             .channels = image->channels,
                             .transfer = image->transfer,
                             .read = read_image,
                             .write = write_image,
                             .user = &pictures };
  if (!cg_denoiser_run (denoiser, &stream, report, error))
    return NULL;
  if (image->extras)
    result->extras = g_ptr_array_ref (image->extras);
  return g_steal_pointer (&result);
}

/* --- the denoiser --- */

static gboolean
check_model (const CgModel *model, GError **error)
{
  int step = cg_network_step (model->network);
  CgShape in = cg_network_input_shape (model->network, step, step);
  CgShape out = cg_network_output_shape (model->network, step, step);

  if (cg_network_any_size (model->network) && in.c == 1 && out.c == 1 && in.h == out.h
      && in.w == out.w)
    return TRUE;
  g_set_error (error, CG_ERROR, CG_ERROR_UNSUPPORTED,
               "this model makes %dx%dx%d of %dx%dx%d; a denoiser makes one channel of one, "
               "at any size",
               out.h, out.w, out.c, in.h, in.w, in.c);
  return FALSE;
}

/* All but the weights. */
static CgDenoiser *
make_denoiser (const CgModel *model, const CgDenoiseOptions *options)
{
  const char *transfer = cg_model_card (model, CG_CARD_TRANSFER);
  CgDenoiser *denoiser = g_new0 (CgDenoiser, 1);

  denoiser->model = model;
  denoiser->options = *options;
  denoiser->transfer
      = g_strcmp0 (transfer, "linear") == 0 ? CG_TRANSFER_LINEAR : CG_TRANSFER_DISPLAY;
  denoiser->workers = cg_workers_new (options->threads);
  return denoiser;
}

static void
make_small (CgDenoiser *denoiser)
{
  if (denoiser->options.grain_size <= 1)
    return;
  denoiser->small = g_memdup2 (denoiser, sizeof *denoiser);
  denoiser->small->options.progress = NULL;
}

CgDenoiser *
cg_denoiser_new (const CgModel *model, const CgDenoiseOptions *options, GError **error)
{
  if (!check_model (model, error))
    return NULL;
  g_autoptr (CgDenoiser) denoiser = make_denoiser (model, options);
  denoiser->packed = cg_packed_new (model->network, CG_PASS_INFERENCE, options->kernels);
  if (!cg_packed_allocate (denoiser->packed, error))
    return NULL;
  cg_packed_update (denoiser->packed, model->parameters, denoiser->workers);
  make_small (denoiser);
  return g_steal_pointer (&denoiser);
}

CgDenoiser *
cg_denoiser_new_beside (const CgDenoiser *other, const CgDenoiseOptions *options)
{
  CgDenoiser *denoiser = make_denoiser (other->model, options);

  denoiser->packed = other->packed;
  denoiser->borrows_packed = TRUE;
  make_small (denoiser);
  return denoiser;
}

void
cg_denoiser_free (CgDenoiser *denoiser)
{
  if (!denoiser)
    return;
  if (denoiser->small)
    cg_denoise_drop_passes (denoiser->small);
  g_free (denoiser->small);
  cg_denoise_drop_passes (denoiser);
  if (!denoiser->borrows_packed)
    cg_packed_free (denoiser->packed);
  cg_workers_free (denoiser->workers);
  g_free (denoiser);
}

void
cg_denoiser_set_strength (CgDenoiser *denoiser, double strength, double colour_strength)
{
  denoiser->options.strength = strength;
  denoiser->options.colour_strength = colour_strength;
}
