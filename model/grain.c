/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/grain.h"

#include <string.h>

#include "model/error.h"

/* Rows of the shrunken picture that are made at a time. */
#define ROWS_AT_ONCE 16

static int
shrunken (const CgGrain *grain, int length)
{
  return (length + grain->size - 1) / grain->size;
}

/* --- into the network --- */

/* Means of squares: row @v of @rect, from @planes, which are of its rows of the
 * picture from @top on. */
static void
shrink_row (const CgGrain *grain, CgRect rect, int v, const float *plane, CgRect from, float *row)
{
  int s = grain->size;
  int y0 = (rect.y + v) * s - from.y, y1 = MIN (y0 + s, from.h);

  for (int u = 0; u < rect.w; u++)
    {
      int x0 = u * s, x1 = MIN (x0 + s, from.w);
      float sum = 0;
      for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++)
          sum += plane[(gsize) y * from.w + x];
      row[u] = sum / (float) ((y1 - y0) * (x1 - x0));
    }
}

/* Planes of a rectangle of the shrunken picture, one after the other; to be freed,
 * NULL on failure. */
static float *
shrink (const CgGrain *grain, CgRect rect, GError **error)
{
  const CgDenoiseStream *s = grain->of->stream;
  int planes = grain->of->planes;
  gsize n = (gsize) rect.w * rect.h;
  g_autofree float *result = g_try_new (float, n *planes);
  CgRect from = { .x = rect.x * grain->size,
                  .w = MIN ((rect.x + rect.w) * grain->size, s->width) - rect.x * grain->size };

  for (int v0 = 0; result && v0 < rect.h; v0 += ROWS_AT_ONCE)
    {
      int v1 = MIN (v0 + ROWS_AT_ONCE, rect.h);
      from.y = (rect.y + v0) * grain->size;
      from.h = MIN ((rect.y + v1) * grain->size, s->height) - from.y;
      g_autofree float *pixels = cg_denoise_read_planes (grain->of, from, error);
      if (!pixels)
        return NULL;
      for (int p = 0; p < planes; p++)
        for (int v = v0; v < v1; v++)
          shrink_row (grain, rect, v, pixels + p * (gsize) from.w * from.h, from,
                      result + p * n + (gsize) v * rect.w);
    }
  if (!result)
    g_set_error (error, CG_ERROR, CG_ERROR_TOO_LARGE, "no memory for %d rows of %d pixels", rect.h,
                 rect.w);
  return g_steal_pointer (&result);
}

static gboolean
feed (CgDenoiseRun *run, int y0, int y1, GError **error)
{
  const CgGrain *grain = run->grain;
  const CgDenoiseStream *s = run->stream;
  const CgRect *padded = &run->padded;
  CgRect rect
      = { padded->x, MIN (padded->y + y0, cg_denoise_mirror (padded->y + y1 - 1, s->height)),
          MIN (padded->w, s->width - padded->x), 0 };
  rect.h = MIN (padded->y + y1, s->height) - rect.y;
  g_autofree float *planes = shrink (grain, rect, error);
  gsize n = (gsize) rect.w * rect.h;

  for (int p = 0; planes && p < run->planes; p++)
    for (int y = y0; run->strength[p] != 0 && y < y1; y++)
      {
        int v = cg_denoise_mirror (padded->y + y, s->height) - rect.y;
        const float *row = planes + p * n + (gsize) v * rect.w;
        for (int x = 0; x < padded->w; x++)
          *cg_tensor_pixel (&run->in[p], y, x)
              = row[cg_denoise_mirror (padded->x + x, s->width) - padded->x];
      }
  return planes != NULL;
}

/* --- and out of it --- */

static void
make_room (CgGrain *grain, int rows)
{
  if (rows <= grain->room)
    return;
  grain->room = rows;
  for (int p = 0; p < grain->run.planes; p++)
    grain->change[p] = g_renew (float, grain->change[p], (gsize) rows * grain->run.core.w);
}

/* Keep what the output's rows change. */
static gboolean
take (CgDenoiseRun *run, int y0, int y1, GError **error)
{
  CgGrain *grain = run->grain;
  CgRect rect = run->core;
  rect.y = MAX (run->core.y, run->padded.y + y0);
  rect.h = MIN (run->core.y + run->core.h, run->padded.y + y1) - rect.y;
  if (rect.h <= 0)
    return TRUE;
  g_autofree float *planes = shrink (grain, rect, error);
  if (!planes)
    return FALSE;

  make_room (grain, grain->end - grain->first + rect.h);
  for (int p = 0; p < run->planes; p++)
    for (int v = 0; v < rect.h; v++)
      {
        const float *before = planes + ((gsize) p * rect.h + v) * rect.w;
        float *to = grain->change[p] + (gsize) (grain->end - grain->first + v) * rect.w;
        for (int u = 0; u < rect.w; u++)
          to[u] = run->strength[p] == 0
                      ? 0
                      : *cg_tensor_pixel (&run->out[p], rect.y + v - run->padded.y,
                                          rect.x + u - run->padded.x)
                            - before[u];
      }
  grain->end += rect.h;
  return TRUE;
}

static void
forget_above (CgGrain *grain, int y)
{
  int gone = MIN (y, grain->end) - grain->first;
  gsize row = grain->run.core.w;

  if (gone <= 0)
    return;
  for (int p = 0; p < grain->run.planes; p++)
    memmove (grain->change[p], grain->change[p] + gone * row,
             (grain->end - grain->first - gone) * row * sizeof (float));
  grain->first += gone;
}

static void
start_again (CgGrain *grain)
{
  if (grain->more)
    cg_denoise_drop_passes (grain->run.denoiser);
  grain->first = grain->end = grain->run.core.y;
  grain->more = TRUE;
}

/* The row of the shrunken picture at or above the picture's row @v, or the column
 * left of it, and how far towards the next one that is: centres of squares are at
 * (i + 1/2) size. */
static int
locate (const CgGrain *grain, int v, int begin, int length, float *share)
{
  int twice = 2 * v + 1 - grain->size, i = twice >= 0 ? twice / (2 * grain->size) : -1;

  *share = (float) (twice - 2 * grain->size * i) / (float) (2 * grain->size);
  if (i < begin || i >= begin + length - 1)
    *share = 0;
  return CLAMP (i, begin, begin + length - 1);
}

gboolean
cg_grain_need (CgGrain *grain, int y0, int y1, GError **error)
{
  const CgRect *core = &grain->run.core;
  float share;
  int first = locate (grain, y0, core->y, core->h, &share);
  int last = MIN (locate (grain, y1 - 1, core->y, core->h, &share) + 1, core->y + core->h - 1);

  if (first < grain->first)
    start_again (grain);
  while (grain->end <= last && grain->more)
    {
      forget_above (grain, first);
      if (!cg_denoise_prepare (&grain->run, error)
          || !cg_denoise_step (&grain->run, &grain->more, error))
        return FALSE;
    }
  forget_above (grain, first);
  return TRUE;
}

float
cg_grain_change (const CgGrain *grain, int plane, int y, int x)
{
  const CgRect *core = &grain->run.core;
  float down, right;
  gsize v = locate (grain, y, core->y, core->h, &down) - grain->first;
  gsize u = locate (grain, x, core->x, core->w, &right) - core->x;
  const float *a = grain->change[plane] + v * core->w + u;
  const float *b = down > 0 ? a + core->w : a;
  int next = right > 0;

  return (1 - down) * ((1 - right) * a[0] + right * a[next])
         + down * ((1 - right) * b[0] + right * b[next]);
}

/* --- setting up --- */

/* What of the shrunken picture @wanted of the picture needs. */
static CgRect
region_for (const CgGrain *grain, CgRect wanted)
{
  int right = MIN (wanted.x + wanted.w, grain->of->stream->width);
  int bottom = MIN (wanted.y + wanted.h, grain->of->stream->height);
  CgRect region
      = { MAX (wanted.x / grain->size - 1, 0), MAX (wanted.y / grain->size - 1, 0), 0, 0 };

  region.w = MIN (shrunken (grain, right) + 1, grain->stream.width) - region.x;
  region.h = MIN (shrunken (grain, bottom) + 1, grain->stream.height) - region.y;
  return region;
}

/* Only whole rows: what is behind a cut would be needed too early. */
static gboolean
plan (CgGrain *grain, CgRect region, gsize max_memory, GError **error)
{
  const CgDenoiser *d = grain->run.denoiser;

  for (int quarters = 1; quarters <= 3; quarters++)
    if (cg_tile_plan (&grain->run.plan, d->packed, grain->stream.width, grain->stream.height,
                      region, max_memory / 4 * quarters, cg_workers_count (d->workers), NULL)
        && grain->run.plan.strips == 1)
      return TRUE;
  g_set_error (error, CG_ERROR, CG_ERROR_TOO_LARGE,
               "%" G_GSIZE_FORMAT
               " MiB of memory are too little to see coarse grain over %d columns",
               max_memory >> 20, region.w * grain->size);
  return FALSE;
}

CgGrain *
cg_grain_new (CgDenoiseRun *of, CgRect wanted, gsize max_memory, GError **error)
{
  g_autoptr (CgGrain) grain = g_new0 (CgGrain, 1);
  CgDenoiseRun *run = &grain->run;

  grain->of = of;
  grain->size = of->denoiser->options.grain_size;
  grain->stream = *of->stream;
  grain->stream.width = shrunken (grain, of->stream->width);
  grain->stream.height = shrunken (grain, of->stream->height);
  *run = (CgDenoiseRun){ .denoiser = of->denoiser->small,
                         .stream = &grain->stream,
                         .grain = grain,
                         .feed = feed,
                         .take = take,
                         .planes = of->planes };
  memcpy (run->strength, of->strength, sizeof run->strength);
  if (!plan (grain, region_for (grain, wanted), max_memory, error))
    return NULL;
  run->forwards = 1;
  cg_tile_strip (&run->plan, 0, &run->core, &run->padded);
  start_again (grain);
  return g_steal_pointer (&grain);
}

gsize
cg_grain_memory (const CgGrain *grain)
{
  return grain ? grain->run.plan.memory : 0;
}

void
cg_grain_free (CgGrain *grain)
{
  if (!grain)
    return;
  if (grain->more)
    cg_denoise_drop_passes (grain->run.denoiser);
  for (int p = 0; p < CG_MAX_PLANES; p++)
    g_free (grain->change[p]);
  g_free (grain);
}
