/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random numbers that are the same everywhere: xoshiro256** (Blackman & Vigna,
 * 2018) seeded through SplitMix64.  A stream is named by numbers - seed, step,
 * picture - so that stopping and resuming needs no saved state. */
#ifndef CG_RANDOM_H
#define CG_RANDOM_H

#include <glib.h>

typedef struct
{
  guint64 s[4];
} CgRandom;

/* The stream called (@seed, @a, @b). */
CgRandom cg_random (guint64 seed, guint64 a, guint64 b);

guint64 cg_random_bits (CgRandom *random);

/* Uniform in [0, 1), 53 bits. */
double cg_random_uniform (CgRandom *random);

/* Uniform integer in [0, n), n >= 1, without modulo bias. */
guint64 cg_random_below (CgRandom *random, guint64 n);

/* Standard normal (Box-Muller; uses two uniforms a call). */
double cg_random_normal (CgRandom *random);

#endif
