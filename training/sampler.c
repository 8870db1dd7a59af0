/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choosing a place to cut, and cutting. */
#include "training/sampler.h"

#include <math.h>
#include <string.h>

#define MAX_TRIES 8
/* Even the flattest patch is taken this often: skies have to be learnt too. */
#define LEAST_CHANCE 0.1

struct _CgSampler
{
  CgSamplerOptions options;
  guint n;
  guint *pictures;
  double *cumulative; /* sum of the weights up to and with picture i; the last is 1 */
};

/* A patch of the first picture set, and how it is taken. */
typedef struct
{
  guint picture;
  int x, y;
  int factor; /* 2 = taken at half size */
  int turn;   /* bit 0 mirrors, bit 1 flips, bit 2 transposes */
} Place;

CgSampler *
cg_sampler_new (const CgSamplerOptions *options, const guint *pictures, guint n)
{
  CgSampler *sampler = g_new0 (CgSampler, 1);
  sampler->options = *options;
  sampler->n = n;
  sampler->pictures = g_memdup2 (pictures, n * sizeof *pictures);
  sampler->cumulative = g_new (double, n);

  double sum = 0;
  for (guint i = 0; i < n; i++)
    {
      const CgPicture *picture = cg_pictures_at (options->clean, pictures[i]);
      sum += sqrt ((double) picture->width * picture->height);
      sampler->cumulative[i] = sum;
    }
  for (guint i = 0; i < n; i++)
    sampler->cumulative[i] /= sum;
  return sampler;
}

void
cg_sampler_free (CgSampler *sampler)
{
  if (sampler == NULL)
    return;
  g_free (sampler->pictures);
  g_free (sampler->cumulative);
  g_free (sampler);
}

static guint
draw_picture (const CgSampler *sampler, CgRandom *random)
{
  double u = cg_random_uniform (random);
  guint low = 0, high = sampler->n - 1;
  while (low < high)
    {
      guint middle = (low + high) / 2;
      if (u < sampler->cumulative[middle])
        high = middle;
      else
        low = middle + 1;
    }
  return sampler->pictures[low];
}

static Place
draw_place (const CgSampler *sampler, CgRandom *random)
{
  const CgSamplerOptions *o = &sampler->options;
  Place place = { .picture = draw_picture (sampler, random), .factor = 1 };
  const CgPicture *picture = cg_pictures_at (o->clean, place.picture);

  gboolean roomy = picture->width >= 2 * o->w && picture->height >= 2 * o->h;
  if (cg_random_uniform (random) < o->shrink && roomy)
    place.factor = 2;
  place.x = (int) cg_random_below (random, picture->width - place.factor * o->w + 1);
  place.y = (int) cg_random_below (random, picture->height - place.factor * o->h + 1);
  guint64 turn = cg_random_below (random, 8);
  if (o->flips)
    place.turn = (int) (o->w == o->h ? turn : turn & 3);
  return place;
}

/* Mean of each 2x2 pixels; @out may be @in. */
static void
halve (const float *in, float *out, int w, int h)
{
  for (int y = 0; y < h; y++)
    for (int x = 0; x < w; x++)
      {
        const float *p = in + (gsize) (2 * y) * (2 * w) + 2 * x;
        *out++ = (p[0] + p[1] + p[2 * w] + p[2 * w + 1]) / 4;
      }
}

static void
turn_patch (const float *in, float *out, int w, int h, int turn)
{
  for (int y = 0; y < h; y++)
    for (int x = 0; x < w; x++)
      {
        int from_x = turn & 1 ? w - 1 - x : x, from_y = turn & 2 ? h - 1 - y : y;
        *out++ = turn & 4 ? in[(gsize) from_x * w + from_y] : in[(gsize) from_y * w + from_x];
      }
}

static void
cut (const CgSampler *sampler, const CgPictures *pictures, const Place *place, float *scratch,
     float *out)
{
  int w = sampler->options.w, h = sampler->options.h, f = place->factor;
  cg_pictures_read (pictures, place->picture, place->x, place->y, f * w, f * h, scratch);
  if (f == 2)
    halve (scratch, scratch, w, h);
  turn_patch (scratch, out, w, h, place->turn);
}

/* Mean of |d/dx| + |d/dy| in gray levels a pixel. */
static double
slope (const float *patch, int w, int h)
{
  double sum = 0;
  for (int y = 0; y + 1 < h; y++)
    for (int x = 0; x + 1 < w; x++)
      {
        const float *p = patch + (gsize) y * w + x;
        sum += fabsf (p[1] - p[0]) + fabsf (p[w] - p[0]);
      }
  return 255 * sum / MAX (1., (w - 1.) * (h - 1.));
}

static gboolean
accept (const CgSampler *sampler, const float *patch, CgRandom *random)
{
  double flat = sampler->options.flat;
  if (flat <= 0)
    return TRUE;
  double chance = slope (patch, sampler->options.w, sampler->options.h) / flat;
  return cg_random_uniform (random) < MAX (LEAST_CHANCE, chance);
}

void
cg_sampler_draw (const CgSampler *sampler, guint64 step, guint sample, float *input, float *target)
{
  const CgSamplerOptions *o = &sampler->options;
  CgRandom random = cg_random (o->seed, step, sample);
  g_autofree float *scratch = g_new (float, (gsize) 4 * o->w * o->h);

  Place place;
  for (int try = 0; try < MAX_TRIES; try++)
    {
      place = draw_place (sampler, &random);
      cut (sampler, o->clean, &place, scratch, target);
      if (accept (sampler, target, &random))
        break;
    }
  if (o->noisy)
    {
      cut (sampler, o->noisy, &place, scratch, input);
      return;
    }
  memcpy (input, target, sizeof *input * o->w * o->h);
  cg_noise_apply (o->noise, &random, input, o->w, o->h);
}
