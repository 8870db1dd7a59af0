/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One or two bent waves, shaped and let through by a mask. */
#include "training/texture.h"

#include <math.h>

#define LEAST_PERIOD 2.2 /* pixels; a wave of 2 is the shortest there is */
#define MOST_PERIOD  16.
#define LEAST_PEAK   0.03
#define MOST_PEAK    0.4
#define MOST_BEND    4. /* radians that a wave is ahead or behind at most, for each of N_SLOW */
#define N_SLOW       3

/* Changes slowly over a patch: a sum of long waves. */
typedef struct
{
  double x[N_SLOW], y[N_SLOW], phase[N_SLOW]; /* radians a pixel, radians */
} Slow;

typedef struct
{
  double x, y, phase; /* radians a pixel, radians */
  double bend;
  double hardness; /* 0: a sine; the more, the squarer */
  Slow slow;
} Wave;

static double
between (CgRandom *random, double least, double most)
{
  return least + (most - least) * cg_random_uniform (random);
}

static double
between_by_factors (CgRandom *random, double least, double most)
{
  return least * pow (most / least, cg_random_uniform (random));
}

static Slow
draw_slow (CgRandom *random, double side)
{
  Slow slow;
  for (int i = 0; i < N_SLOW; i++)
    {
      double direction = between (random, 0, 2 * G_PI);
      double frequency = 2 * G_PI / (side * between_by_factors (random, 0.7, 3));
      slow.x[i] = frequency * cos (direction);
      slow.y[i] = frequency * sin (direction);
      slow.phase[i] = between (random, 0, 2 * G_PI);
    }
  return slow;
}

/* -N_SLOW .. N_SLOW */
static double
slow_at (const Slow *slow, int x, int y)
{
  double sum = 0;
  for (int i = 0; i < N_SLOW; i++)
    sum += sin (slow->x[i] * x + slow->y[i] * y + slow->phase[i]);
  return sum;
}

static Wave
draw_wave (CgRandom *random, double direction, double period, double side)
{
  double frequency = 2 * G_PI / period;
  Wave wave = {
    .x = frequency * cos (direction),
    .y = frequency * sin (direction),
    .phase = between (random, 0, 2 * G_PI),
    .bend = MOST_BEND * pow (cg_random_uniform (random), 2),
    /* a square wave of few pixels would be mostly aliases */
    .hardness = between (random, 0, MIN (4, period / 2 - 1)),
    .slow = draw_slow (random, side),
  };
  return wave;
}

/* -1 .. 1 */
static double
wave_at (const Wave *wave, int x, int y)
{
  double phase = wave->x * x + wave->y * y + wave->phase + wave->bend * slow_at (&wave->slow, x, y);
  double value = sin (phase);
  return wave->hardness < 0.1 ? value : tanh (wave->hardness * value) / tanh (wave->hardness);
}

/* Two crossing waves multiplied are a check or dots, the stronger of the two a weave. */
typedef enum
{
  STRIPES,
  CHECK,
  WEAVE,
  N_KINDS
} Kind;

void
cg_texture_lay (CgRandom *random, float *patch, int w, int h)
{
  double side = MAX (w, h);
  double period = between_by_factors (random, LEAST_PERIOD, MOST_PERIOD);
  double direction = between (random, 0, G_PI);
  Kind kind = cg_random_below (random, N_KINDS);
  Wave first = draw_wave (random, direction, period, side);
  Wave second = draw_wave (random, direction + G_PI / 2,
                           MAX (LEAST_PERIOD, period * between (random, 0.7, 1.4)), side);
  Slow mask = draw_slow (random, side);
  double level = between (random, -1.5, 1), steep = between_by_factors (random, 1, 30);
  double peak = between_by_factors (random, LEAST_PEAK, MOST_PEAK);

  for (int y = 0; y < h; y++)
    for (int x = 0; x < w; x++)
      {
        double value = wave_at (&first, x, y);
        if (kind == CHECK)
          value *= wave_at (&second, x, y);
        else if (kind == WEAVE)
          value = MAX (value, wave_at (&second, x, y));
        double there = 1 / (1 + exp (-steep * (slow_at (&mask, x, y) - level)));
        float *p = patch + (gsize) y * w + x;
        *p = CLAMP (*p + peak * there * value, 0, 1);
      }
}
