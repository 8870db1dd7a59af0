/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Latents of the test digits, and small sums on them. */
#ifndef CG_LATENTS_H
#define CG_LATENTS_H

#include "training/chapter/chapter.h"

typedef struct
{
  const CgTrained *net;
  const CgDigits *digits;
  int size;      /* values of one digit's latents */
  float *values; /* digits->n of them, as they are used: drawn if the network draws */
  float *means;  /* the same, not drawn */
} CgLatents;

/* Those that the network called @name makes of the digits, or of @pictures of
 * them (as many; NULL: the digits as they are).  NULL with @error; the caller
 * frees the result with cg_latents_free(). */
CgLatents *cg_latents_new (CgChapter *chapter, const char *name, const float *pictures,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cg_latents_free (CgLatents *latents);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgLatents, cg_latents_free)

static inline const float *
cg_latents_mean_of (const CgLatents *latents, int digit)
{
  return latents->means + (gsize) digit * latents->size;
}

/* Mean and standard deviation of variable @k over all digits. */
void cg_latents_spread (const CgLatents *latents, int k, double *mean, double *deviation);

/* The value below which a share @share of variable @k lies. */
double cg_latents_quantile (const CgLatents *latents, int k, double share);

/* The digit @label in the thickest crowd of its kind: most others of them are nearer to it than
 * any other digit is.  -1 if there is none. */
int cg_latents_heart (const CgLatents *latents, int label);

/* Share of digits whose nearest other one, in latents, has the same label; of
 * the first 2,000. */
double cg_latents_neighbours (const CgLatents *latents);

/* What the decoder makes of @n latents; free with g_free(). */
float *
cg_latents_decode (const CgLatents *latents, const float *values, int n) G_GNUC_WARN_UNUSED_RESULT;

/* The point a share @t of the way from @a to @b, into @out. */
void
cg_latents_between (const CgLatents *latents, const float *a, const float *b, double t, float *out);

#endif
