/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Training samples: patches cut from pictures, turned, mirrored and made
 * noisy.  Sample number s of step t is a function of (seed, t, s) alone. */
#ifndef CG_SAMPLER_H
#define CG_SAMPLER_H

#include "training/noise.h"
#include "training/sources.h"

typedef struct
{
  const CgSourceSet *set;
  const CgNoise *noise; /* for CG_SOURCE_MODEL */
  guint64 seed;
  int w, h;        /* of a patch */
  gboolean flips;  /* turn and mirror (turn only if w = h) */
  double flat;     /* slope in gray levels below which patches are taken less often */
  double shrink;   /* share of patches taken at 1/2, 1/3 or 1/4; CG_SOURCE_MODEL only, as it
                    * would change real noise */
  double texture;  /* share of patches that get a regular texture; CG_SOURCE_MODEL only */
  double exposure; /* pairs are lit by a factor up to this more or less; 1 = as they are */
} CgSamplerOptions;

typedef struct _CgSampler CgSampler;

/* Pictures are drawn in proportion to the root of their area: large ones have
 * more to show, but not to the exclusion of small ones.  What @options points
 * to must outlive it.  The caller frees it with cg_sampler_free(). */
CgSampler *cg_sampler_new (const CgSamplerOptions *options) G_GNUC_WARN_UNUSED_RESULT;
void cg_sampler_free (CgSampler *sampler);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgSampler, cg_sampler_free)

/* One sample; the buffers are the caller's. */
typedef struct
{
  float *input, *target; /* h x w */
  /* CG_SOURCE_SELF: where the two were taken from (neighbours.h), and from what */
  float *whole;  /* 2h x 2w */
  guint8 *cells; /* h x w */
} CgSample;

void cg_sampler_draw (const CgSampler *sampler, guint64 step, guint number, CgSample *sample);

#endif
