/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kinds of noise that noise.h's grammar can name, one table entry each. */
#ifndef CG_NOISE_KINDS_H
#define CG_NOISE_KINDS_H

#include "model/random.h"

#define CG_NOISE_MAX_VALUES 3

typedef struct
{
  const char *name;
  double min, max;
  double fallback;    /* when not given; NAN = must be given */
  gboolean geometric; /* a range is drawn from evenly in its logarithm */
} CgNoiseValue;

typedef struct
{
  const char *name;
  const char *summary;
  CgNoiseValue values[CG_NOISE_MAX_VALUES]; /* ended by a NULL name if fewer */
  /* @plane: h x w floats, 0..1; @v: as many values as the kind has */
  void (*apply) (const double *v, CgRandom *random, float *plane, int w, int h);
} CgNoiseKind;

extern const CgNoiseKind cg_noise_kinds[];
extern const guint cg_n_noise_kinds;

/* Number of values @kind takes. */
guint cg_noise_kind_n_values (const CgNoiseKind *kind);

/* A Poisson variate of mean @mean >= 0. */
double cg_noise_poisson (CgRandom *random, double mean);

/* Save @plane as a gray JPEG of @quality 1..100 and read it again (noise-jpeg.c). */
void cg_noise_jpeg (int quality, float *plane, int w, int h);

#endif
