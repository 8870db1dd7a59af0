/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way of a pixel: read from the source, holes filled, split into planes,
 * through the network band by band, and the change added to what was read. */
#include "denoise.h"

#include <string.h>
#include <unistd.h>

#include "model/error.h"
#include "model/pass.h"
#include "model/planes.h"
#include "model/tile.h"

#define DEFAULT_MOST_MEMORY ((gsize) 1 << 30)
#define COPY_ROWS           64

struct _CgDenoiser
{
  const CgModel *model;
  CgDenoiseOptions options;
  CgTransfer transfer; /* that the model was trained on */
  CgWorkers *workers;
  CgPacked *packed;

  CgPass *passes[CG_MAX_PLANES]; /* of the last strip; kept for the next of its size */
  int pass_h, pass_w, pass_band;
};

/* One run over one stream. */
typedef struct
{
  CgDenoiser *denoiser;
  const CgDenoiseStream *stream;
  CgTilePlan plan;
  int planes;
  float strength[CG_MAX_PLANES];                  /* planes of strength 0 are left out */
  CgRect core, padded;                            /* of the strip under way */
  CgTensor in[CG_MAX_PLANES], out[CG_MAX_PLANES]; /* of the step under way */
  int forwards, forwards_done;
  int steps_done;
  guint64 not_finite;
} Run;

/* A rectangle of the picture: as it was read, and without holes (the same
 * memory where there are none). */
typedef struct
{
  const Run *run;
  CgRect at;
  float *pixels;
  float *filled;
} Piece;

/* --- reading --- */

/* The picture's coordinate that @v stands for: mirrored at the far edge. */
static int
mirror (int v, int limit)
{
  return v < limit ? v : MAX (2 * (limit - 1) - v, 0);
}

/* Rectangle of the picture as it is; NULL on failure. */
static float *
read_pixels (const Run *run, CgRect r, GError **error)
{
  const CgDenoiseStream *s = run->stream;
  g_autofree float *pixels = g_try_new (float, (gsize) r.w *r.h * s->channels);

  if (!pixels)
    g_set_error (error, CG_ERROR, CG_ERROR_TOO_LARGE, "no memory for %d rows of %d pixels", r.h,
                 r.w);
  if (!pixels || !s->read (r.x, r.y, r.w, r.h, pixels, s->user, error))
    return NULL;
  return g_steal_pointer (&pixels);
}

static void
clear_piece (Piece *piece)
{
  if (piece->filled != piece->pixels)
    g_free (piece->filled);
  g_free (piece->pixels);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Piece, clear_piece)

/* Read @piece.  If it has holes the surroundings are read as well, so that what
 * a hole is filled with does not depend on where the picture is cut. */
static gboolean
read_piece (Piece *piece, GError **error)
{
  const CgDenoiseStream *s = piece->run->stream;
  CgRect r = piece->at;
  gsize row = (gsize) r.w * s->channels;

  piece->filled = piece->pixels = read_pixels (piece->run, r, error);
  if (!piece->pixels)
    return FALSE;
  if (!cg_planes_has_holes (piece->pixels, (gsize) r.w * r.h, s->channels))
    return TRUE;

  int left = MAX (r.x - CG_FILL_RADIUS, 0), top = MAX (r.y - CG_FILL_RADIUS, 0);
  CgRect wide = { left, top, MIN (r.x + r.w + CG_FILL_RADIUS, s->width) - left,
                  MIN (r.y + r.h + CG_FILL_RADIUS, s->height) - top };
  g_autofree float *around = read_pixels (piece->run, wide, error);
  if (!around)
    return FALSE;
  cg_planes_fill (around, wide.h, wide.w, s->channels, r.y - top, r.y - top + r.h);
  piece->filled = g_new (float, row *r.h);
  for (int y = 0; y < r.h; y++)
    memcpy (piece->filled + y * row,
            around + ((gsize) (y + r.y - top) * wide.w + (r.x - left)) * s->channels,
            row * sizeof (float));
  return TRUE;
}

/* From the stream's transfer curve to the model's. */
static void
to_model_curve (const Run *run, const float *pixel, float *colour)
{
  for (int c = 0; c < run->planes; c++)
    if (run->stream->transfer == run->denoiser->transfer)
      colour[c] = pixel[c];
    else if (run->stream->transfer == CG_TRANSFER_LINEAR)
      colour[c] = cg_display_from_linear (pixel[c]);
    else
      colour[c] = cg_linear_from_display (pixel[c]);
}

static float
from_model_curve (const Run *run, float v)
{
  if (run->stream->transfer == run->denoiser->transfer)
    return v;
  return run->stream->transfer == CG_TRANSFER_LINEAR ? cg_linear_from_display (v)
                                                     : cg_display_from_linear (v);
}

static void
split_pixel (const Run *run, const float *pixel, float plane[CG_MAX_PLANES])
{
  float colour[CG_MAX_PLANES];

  to_model_curve (run, pixel, colour);
  cg_planes_split (colour, run->planes, plane);
}

/* Fill row @y of the inputs, counted within the padded rectangle.  Rows and
 * columns past the picture's far edges mirror those before. */
static void
feed_row (const Piece *piece, int y)
{
  const Run *run = piece->run;
  const CgDenoiseStream *s = run->stream;
  const CgRect *r = &piece->at;
  int from_y = mirror (run->padded.y + y, s->height) - r->y;
  const float *row = piece->filled + (gsize) from_y * r->w * s->channels;

  for (int x = 0; x < run->padded.w; x++)
    {
      float plane[CG_MAX_PLANES];
      split_pixel (run, row + (gsize) (mirror (r->x + x, s->width) - r->x) * s->channels, plane);
      for (int p = 0; p < run->planes; p++)
        if (run->strength[p] != 0)
          *cg_tensor_pixel (&run->in[p], y, x) = plane[p];
    }
}

typedef struct
{
  const Piece *piece;
  int y0;
  void (*row) (const Piece *piece, int y);
} Rows;

static void
do_row (int job, int worker, gpointer user)
{
  const Rows *rows = user;
  rows->row (rows->piece, rows->y0 + job);
}

/* Reading is the caller's thread's, everything else is shared. */
static gboolean
feed (Run *run, int y0, int y1, GError **error)
{
  const CgDenoiseStream *s = run->stream;
  const CgRect *padded = &run->padded;
  g_auto (Piece) piece = { .run = run };
  Rows rows = { &piece, y0, feed_row };

  piece.at.x = padded->x;
  piece.at.w = MIN (padded->w, s->width - padded->x);
  piece.at.y = MIN (padded->y + y0, mirror (padded->y + y1 - 1, s->height));
  piece.at.h = MIN (padded->y + y1, s->height) - piece.at.y;
  if (!read_piece (&piece, error))
    return FALSE;
  cg_workers_run (run->denoiser->workers, y1 - y0, do_row, &rows);
  return TRUE;
}

/* --- writing --- */

/* A pixel's colour with the network's change, over @pixel.  @y and @x count
 * within the padded rectangle. */
static void
change_pixel (const Run *run, int y, int x, const float *filled, float *pixel)
{
  float colour[CG_MAX_PLANES], plane[CG_MAX_PLANES], change[CG_MAX_PLANES] = { 0 };
  gboolean same_curve = run->stream->transfer == run->denoiser->transfer;

  split_pixel (run, filled, plane);
  for (int p = 0; p < run->planes; p++)
    if (run->strength[p] != 0)
      change[p] = run->strength[p] * (*cg_tensor_pixel (&run->out[p], y, x) - plane[p]);
  cg_planes_join_change (change, run->planes, colour);
  if (!same_curve)
    to_model_curve (run, filled, plane);
  for (int c = 0; c < run->planes; c++)
    if (same_curve || colour[c] == 0)
      pixel[c] = filled[c] + colour[c];
    else
      pixel[c] = from_model_curve (run, plane[c] + colour[c]);
}

/* Row @y of @piece, in place.  What is nothing but transparency keeps its
 * colour, unless that is no number. */
static void
change_row (const Piece *piece, int y)
{
  const Run *run = piece->run;
  const CgRect *r = &piece->at;
  int channels = run->stream->channels;

  for (int x = 0; x < r->w; x++)
    {
      gsize at = ((gsize) y * r->w + x) * channels;
      float *pixel = piece->pixels + at;
      if (!cg_channels_have_alpha (channels) || pixel[run->planes] != 0)
        change_pixel (run, r->y + y - run->padded.y, r->x + x - run->padded.x, piece->filled + at,
                      pixel);
      else if (cg_planes_not_finite (pixel, 1, channels) > 0)
        memcpy (pixel, piece->filled + at, run->planes * sizeof (float));
    }
}

/* Write what of the output's rows y0 <= y < y1 (within the padded rectangle)
 * lies in the core. */
static gboolean
write_rows (Run *run, int y0, int y1, GError **error)
{
  const CgDenoiseStream *s = run->stream;
  g_auto (Piece) piece = { .run = run, .at = run->core };
  Rows rows = { &piece, 0, change_row };
  CgRect *r = &piece.at;

  r->y = MAX (run->core.y, run->padded.y + y0);
  r->h = MIN (run->core.y + run->core.h, run->padded.y + y1) - r->y;
  if (r->h <= 0)
    return TRUE;
  if (!read_piece (&piece, error))
    return FALSE;
  if (piece.filled != piece.pixels)
    run->not_finite += cg_planes_not_finite (piece.pixels, (gsize) r->w * r->h, s->channels);
  cg_workers_run (run->denoiser->workers, r->h, do_row, &rows);
  return s->write (r->x, r->y, r->w, r->h, piece.pixels, s->user, error);
}

/* Strength 0: nothing is even looked at. */
static gboolean
copy (const Run *run, CgRect region, GError **error)
{
  const CgDenoiseStream *s = run->stream;

  for (int y = 0; y < region.h; y += COPY_ROWS)
    {
      CgRect r = { region.x, region.y + y, region.w, MIN (COPY_ROWS, region.h - y) };
      g_autofree float *pixels = read_pixels (run, r, error);
      if (!pixels || !s->write (r.x, r.y, r.w, r.h, pixels, s->user, error))
        return FALSE;
    }
  return TRUE;
}

/* --- the run --- */

static void
drop_passes (CgDenoiser *denoiser)
{
  for (int p = 0; p < CG_MAX_PLANES; p++)
    g_clear_pointer (&denoiser->passes[p], cg_pass_free);
}

/* Passes for the strip under way: those of the last one if they fit. */
static gboolean
prepare_passes (Run *run, GError **error)
{
  CgDenoiser *d = run->denoiser;

  if (d->pass_h != run->padded.h || d->pass_w != run->padded.w || d->pass_band != run->plan.band)
    drop_passes (d);
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
  const Run *run = user;
  const CgDenoiseOptions *options = &run->denoiser->options;

  return !options->progress
         || options->progress ((run->forwards_done + done) / run->forwards, options->progress_data);
}

/* One band through all planes.  *more tells whether there is another. */
static gboolean
step (Run *run, gboolean *more, GError **error)
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
  if (y1 > y0 && !feed (run, y0, y1, error))
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
  if (!write_rows (run, y0, y1, error))
    return FALSE;
  run->steps_done++;
  for (int p = 0; p < run->planes; p++)
    if (passes[p])
      *more = cg_pass_next (passes[p]);
  return TRUE;
}

static gboolean
run_strips (Run *run, GError **error)
{
  for (int i = 0; i < run->plan.strips; i++)
    {
      gboolean more = TRUE;

      cg_tile_strip (&run->plan, i, &run->core, &run->padded);
      if (!prepare_passes (run, error))
        return FALSE;
      while (more)
        if (!step (run, &more, error))
          {
            drop_passes (run->denoiser); /* they stopped half-way */
            return FALSE;
          }
    }
  return TRUE;
}

static gsize
memory_limit (const CgDenoiseOptions *options)
{
  if (options->max_memory > 0)
    return options->max_memory;
  gsize ram = (gsize) sysconf (_SC_PHYS_PAGES) * (gsize) sysconf (_SC_PAGESIZE);
  return MIN (ram / 4, DEFAULT_MOST_MEMORY);
}

static int
active_planes (const Run *run)
{
  int active = 0;
  for (int p = 0; p < run->planes; p++)
    active += run->strength[p] != 0;
  return active;
}

gboolean
cg_denoiser_run (CgDenoiser *denoiser, const CgDenoiseStream *stream, CgDenoiseReport *report,
                 GError **error)
{
  const CgDenoiseOptions *o = &denoiser->options;
  float colour = (float) (o->colour_strength < 0 ? o->strength : o->colour_strength);
  Run run = { .denoiser = denoiser,
              .stream = stream,
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
      return copy (&run, region, error);
    }
  if (!cg_tile_plan (&run.plan, denoiser->packed, stream->width, stream->height, region,
                     memory_limit (o) / active, cg_workers_count (denoiser->workers), error))
    return FALSE;
  run.forwards = active * cg_tile_steps (&run.plan, denoiser->packed);
  if (!run_strips (&run, error))
    return FALSE;
  if (report)
    *report = (CgDenoiseReport){ .tiles = run.steps_done,
                                 .tile_width = run.plan.strip,
                                 .tile_height = MIN (run.plan.band, run.plan.padded.h),
                                 .memory = run.plan.memory * active,
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

CgDenoiser *
cg_denoiser_new (const CgModel *model, const CgDenoiseOptions *options, GError **error)
{
  const char *transfer = cg_model_card (model, CG_CARD_TRANSFER);

  if (!check_model (model, error))
    return NULL;
  CgDenoiser *denoiser = g_new0 (CgDenoiser, 1);
  denoiser->model = model;
  denoiser->options = *options;
  denoiser->transfer
      = g_strcmp0 (transfer, "linear") == 0 ? CG_TRANSFER_LINEAR : CG_TRANSFER_DISPLAY;
  denoiser->workers = cg_workers_new (options->threads);
  denoiser->packed = cg_packed_new (model->network, CG_PASS_INFERENCE, options->kernels);
  cg_packed_update (denoiser->packed, model->parameters, denoiser->workers);
  return denoiser;
}

void
cg_denoiser_free (CgDenoiser *denoiser)
{
  if (!denoiser)
    return;
  drop_passes (denoiser);
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
