/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way of a pixel: read from the source, holes filled, split into planes for
 * the network; then the network's change added to what was read, and written. */
#include <string.h>

#include "model/denoise-private.h"
#include "model/error.h"
#include "model/grain.h"

#define COPY_ROWS 64

/* A rectangle of the picture: as it was read, and without holes (the same
 * memory where there are none). */
typedef struct
{
  const CgDenoiseRun *run;
  CgRect at;
  float *pixels;
  float *filled;
} Piece;

int
cg_denoise_mirror (int v, int limit)
{
  return v < limit ? v : MAX (2 * (limit - 1) - v, 0);
}

/* Rectangle of the picture as it is; NULL on failure. */
static float *
read_pixels (const CgDenoiseRun *run, CgRect r, GError **error)
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
to_model_curve (const CgDenoiseRun *run, const float *pixel, float *colour)
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
from_model_curve (const CgDenoiseRun *run, float v)
{
  if (run->stream->transfer == run->denoiser->transfer)
    return v;
  return run->stream->transfer == CG_TRANSFER_LINEAR ? cg_linear_from_display (v)
                                                     : cg_display_from_linear (v);
}

static void
split_pixel (const CgDenoiseRun *run, const float *pixel, float plane[CG_MAX_PLANES])
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
  const CgDenoiseRun *run = piece->run;
  const CgDenoiseStream *s = run->stream;
  const CgRect *r = &piece->at;
  int from_y = cg_denoise_mirror (run->padded.y + y, s->height) - r->y;
  const float *row = piece->filled + (gsize) from_y * r->w * s->channels;

  for (int x = 0; x < run->padded.w; x++)
    {
      float plane[CG_MAX_PLANES];
      int from_x = cg_denoise_mirror (r->x + x, s->width);
      split_pixel (run, row + (gsize) (from_x - r->x) * s->channels, plane);
      for (int p = 0; p < run->planes; p++)
        if (run->strength[p] != 0)
          *cg_tensor_pixel (&run->in[p], y, x)
              = plane[p]
                + (run->grain ? cg_grain_change (run->grain, p, r->y + from_y, from_x) : 0);
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
gboolean
cg_denoise_feed (CgDenoiseRun *run, int y0, int y1, GError **error)
{
  const CgDenoiseStream *s = run->stream;
  const CgRect *padded = &run->padded;
  g_auto (Piece) piece = { .run = run };
  Rows rows = { &piece, y0, feed_row };

  piece.at.x = padded->x;
  piece.at.w = MIN (padded->w, s->width - padded->x);
  piece.at.y = MIN (padded->y + y0, cg_denoise_mirror (padded->y + y1 - 1, s->height));
  piece.at.h = MIN (padded->y + y1, s->height) - piece.at.y;
  if (!read_piece (&piece, error)
      || (run->grain && !cg_grain_need (run->grain, piece.at.y, piece.at.y + piece.at.h, error)))
    return FALSE;
  cg_workers_run (run->denoiser->workers, y1 - y0, do_row, &rows);
  return TRUE;
}

float *
cg_denoise_read_planes (const CgDenoiseRun *run, CgRect at, GError **error)
{
  gsize n = (gsize) at.w * at.h;
  g_auto (Piece) piece = { .run = run, .at = at };
  g_autofree float *planes = g_try_new (float, n * run->planes);

  if (!planes)
    g_set_error (error, CG_ERROR, CG_ERROR_TOO_LARGE, "no memory for %d rows of %d pixels", at.h,
                 at.w);
  if (!planes || !read_piece (&piece, error))
    return NULL;
  for (gsize i = 0; i < n; i++)
    {
      float plane[CG_MAX_PLANES];
      split_pixel (run, piece.filled + i * run->stream->channels, plane);
      for (int p = 0; p < run->planes; p++)
        planes[p * n + i] = plane[p];
    }
  return g_steal_pointer (&planes);
}

/* --- writing --- */

/* A pixel's colour with the network's change, over @pixel.  @y and @x count
 * within the padded rectangle. */
static void
change_pixel (const CgDenoiseRun *run, int y, int x, const float *filled, float *pixel)
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
  const CgDenoiseRun *run = piece->run;
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

gboolean
cg_denoise_write (CgDenoiseRun *run, int y0, int y1, GError **error)
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

gboolean
cg_denoise_copy (const CgDenoiseRun *run, CgRect region, GError **error)
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
