/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choosing a place to cut, and cutting. */
#include "training/sampler.h"

#include <math.h>
#include <string.h>

#include "model/planes.h"
#include "training/neighbours.h"
#include "training/texture.h"

#define MAX_TRIES 8
/* Even the flattest patch is taken this often: skies have to be learnt too. */
#define LEAST_CHANCE 0.1
/* A picture taken smaller is taken at a half, a third or a quarter. */
#define MOST_SHRUNK 4

struct _CgSampler
{
  CgSamplerOptions options;
  double *cumulative; /* sum of the weights up to and with pair i; the last is 1 */
};

/* A patch, and how it is taken. */
typedef struct
{
  CgPair pair;
  int x, y;
  int w, h;   /* as it is wanted */
  int factor; /* f = taken at 1/f of its size */
  int turn;   /* bit 0 mirrors, bit 1 flips, bit 2 transposes */
} Place;

static const CgPicture *
picture_of (const CgSourceSet *set, CgPair pair)
{
  return cg_pictures_at (set->targets, pair.target);
}

CgSampler *
cg_sampler_new (const CgSamplerOptions *options)
{
  const CgSourceSet *set = options->set;
  CgSampler *sampler = g_new0 (CgSampler, 1);
  sampler->options = *options;
  sampler->cumulative = g_new (double, set->pairs->len);

  double sum = 0;
  for (guint i = 0; i < set->pairs->len; i++)
    {
      const CgPicture *picture = picture_of (set, g_array_index (set->pairs, CgPair, i));
      sum += sqrt ((double) picture->width * picture->height);
      sampler->cumulative[i] = sum;
    }
  for (guint i = 0; i < set->pairs->len; i++)
    sampler->cumulative[i] /= sum;
  return sampler;
}

void
cg_sampler_free (CgSampler *sampler)
{
  if (sampler == NULL)
    return;
  g_free (sampler->cumulative);
  g_free (sampler);
}

static CgPair
draw_pair (const CgSampler *sampler, CgRandom *random)
{
  const GArray *pairs = sampler->options.set->pairs;
  double u = cg_random_uniform (random);
  guint low = 0, high = pairs->len - 1;
  while (low < high)
    {
      guint middle = (low + high) / 2;
      if (u < sampler->cumulative[middle])
        high = middle;
      else
        low = middle + 1;
    }
  return g_array_index (pairs, CgPair, low);
}

/* Two or more, as far as the patch then still fits into @picture; else 1. */
static int
draw_factor (CgRandom *random, const CgPicture *picture, const Place *place)
{
  int most = MIN (picture->width / place->w, picture->height / place->h);
  most = MIN (most, MOST_SHRUNK);
  return most < 2 ? 1 : 2 + (int) cg_random_below (random, most - 1);
}

static Place
draw_place (const CgSampler *sampler, CgRandom *random)
{
  const CgSamplerOptions *o = &sampler->options;
  int scale = cg_source_factor (o->set->kind);
  Place place = { draw_pair (sampler, random), .w = scale * o->w, .h = scale * o->h, .factor = 1 };
  const CgPicture *picture = picture_of (o->set, place.pair);

  if (o->set->kind == CG_SOURCE_MODEL && cg_random_uniform (random) < o->shrink)
    place.factor = draw_factor (random, picture, &place);
  place.x = (int) cg_random_below (random, picture->width - place.factor * place.w + 1);
  place.y = (int) cg_random_below (random, picture->height - place.factor * place.h + 1);
  guint64 turn = cg_random_below (random, 8);
  if (o->flips)
    place.turn = (int) (o->w == o->h ? turn : turn & 3);
  return place;
}

/* Mean of each @f x @f pixels; @out, @w x @h, may be @in. */
static void
shrink (const float *in, float *out, int w, int h, int f)
{
  for (int y = 0; y < h; y++)
    for (int x = 0; x < w; x++)
      {
        const float *corner = in + ((gsize) y * w * f + x) * f;
        float sum = 0;
        for (int j = 0; j < f; j++)
          for (int i = 0; i < f; i++)
            sum += corner[(gsize) j * w * f + i];
        *out++ = sum / (f * f);
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
cut (const CgPictures *pictures, guint picture, const Place *place, float *out)
{
  int w = place->w, h = place->h, f = place->factor;
  g_autofree float *scratch = g_new (float, (gsize) f *w *f *h);
  cg_pictures_read (pictures, picture, place->x, place->y, f * w, f * h, scratch);
  if (f > 1)
    shrink (scratch, scratch, w, h, f);
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
accept (const CgSampler *sampler, const float *patch, const Place *place, CgRandom *random)
{
  double flat = sampler->options.flat;
  if (flat <= 0)
    return TRUE;
  double chance = slope (patch, place->w, place->h) / flat;
  return cg_random_uniform (random) < MAX (LEAST_CHANCE, chance);
}

/* A patch of a target picture worth learning from, into @out. */
static Place
find_patch (const CgSampler *sampler, CgRandom *random, float *out)
{
  Place place;
  for (int try = 0; try < MAX_TRIES; try++)
    {
      place = draw_place (sampler, random);
      cut (sampler->options.set->targets, place.pair.target, &place, out);
      if (accept (sampler, out, &place, random))
        break;
    }
  return place;
}

/* As a longer or shorter exposure would have it: multiplied by one factor where
 * values are proportional to light, and cut off at white. */
static void
expose (float *patch, gsize n, float factor)
{
  for (gsize i = 0; i < n; i++)
    patch[i] = MIN (1, cg_display_from_linear (factor * cg_linear_from_display (patch[i])));
}

static void
expose_pair (const CgSampler *sampler, CgRandom *random, float *input, float *target, gsize n)
{
  double most = sampler->options.exposure;
  if (most <= 1)
    return;
  float factor = pow (most, 2 * cg_random_uniform (random) - 1);
  expose (input, n, factor);
  expose (target, n, factor);
}

static void
exchange (float **a, float **b)
{
  float *kept = *a;
  *a = *b;
  *b = kept;
}

void
cg_sampler_draw (const CgSampler *sampler, guint64 step, guint number, CgSample *sample)
{
  const CgSamplerOptions *o = &sampler->options;
  CgRandom random = cg_random (o->seed, step, number);
  gsize n = (gsize) o->w * o->h;

  if (o->set->kind == CG_SOURCE_SELF)
    {
      find_patch (sampler, &random, sample->whole);
      cg_neighbours_draw (&random, sample->cells, n);
      cg_neighbours_take (sample->cells, sample->whole, o->w, o->h, sample->input, sample->target);
      return;
    }
  /* Either shot may be the target. */
  float *input = sample->input, *target = sample->target;
  if (o->set->kind == CG_SOURCE_SHOTS && cg_random_below (&random, 2) == 1)
    exchange (&input, &target);
  Place place = find_patch (sampler, &random, target);
  if (o->set->inputs)
    {
      cut (o->set->inputs, place.pair.input, &place, input);
      expose_pair (sampler, &random, input, target, n);
    }
  else
    {
      if (o->texture > 0 && cg_random_uniform (&random) < o->texture)
        cg_texture_lay (&random, target, o->w, o->h);
      memcpy (input, target, n * sizeof *input);
      cg_noise_apply (o->noise, &random, input, o->w, o->h);
    }
}
