/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Streams of random numbers named by numbers. */
#include "model/random.h"

#include <math.h>

/* One output of SplitMix64 (Steele, Lea & Flood, OOPSLA 2014). */
static guint64
split_mix (guint64 *state)
{
  guint64 z = *state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

/* Each part of the name is scrambled before the next one joins it, so that
 * (1, 2, 3), (1, 3, 2) and (3, 2, 1) have nothing in common. */
CgRandom
cg_random (guint64 seed, guint64 a, guint64 b)
{
  guint64 state = seed;
  state = split_mix (&state) ^ a;
  state = split_mix (&state) ^ b;

  CgRandom random;
  for (int i = 0; i < 4; i++)
    random.s[i] = split_mix (&state);
  return random;
}

static inline guint64
rotate_left (guint64 x, int k)
{
  return (x << k) | (x >> (64 - k));
}

guint64
cg_random_bits (CgRandom *random)
{
  guint64 *s = random->s;
  guint64 result = rotate_left (s[1] * 5, 7) * 9;
  guint64 t = s[1] << 17;

  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotate_left (s[3], 45);
  return result;
}

double
cg_random_uniform (CgRandom *random)
{
  return (cg_random_bits (random) >> 11) * 0x1p-53;
}

/* Draws that fall into the incomplete last run of n values are thrown away. */
guint64
cg_random_below (CgRandom *random, guint64 n)
{
  guint64 too_few = -n % n; /* 2^64 mod n */
  guint64 bits;
  do
    bits = cg_random_bits (random);
  while (bits < too_few);
  return bits % n;
}

double
cg_random_normal (CgRandom *random)
{
  double radius = sqrt (-2 * log (1 - cg_random_uniform (random)));
  return radius * cos (2 * G_PI * cg_random_uniform (random));
}
