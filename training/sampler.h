/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Training samples: patches cut from pictures, turned, mirrored and made
 * noisy.  Sample number s of step t is a function of (seed, t, s) alone. */
#ifndef CG_SAMPLER_H
#define CG_SAMPLER_H

#include "training/noise.h"
#include "training/pictures.h"

typedef struct
{
  const CgPictures *clean;
  const CgPictures *noisy; /* the same pictures, noisy; NULL = @noise is added to clean ones */
  const CgNoise *noise;    /* NULL with @noisy */
  guint64 seed;
  int w, h;       /* of a patch */
  gboolean flips; /* turn and mirror (turn only if w = h) */
  double flat;    /* slope in gray levels below which patches are taken less often */
  double shrink;  /* share of patches taken at half size */
} CgSamplerOptions;

typedef struct _CgSampler CgSampler;

/* A sampler of the @n pictures numbered @pictures, each at least a patch large.
 * Pictures are drawn in proportion to the root of their area: large ones have
 * more to show, but not to the exclusion of small ones.  What @options points
 * to must outlive it.  The caller frees it with cg_sampler_free(). */
CgSampler *cg_sampler_new (const CgSamplerOptions *options, const guint *pictures,
                           guint n) G_GNUC_WARN_UNUSED_RESULT;
void cg_sampler_free (CgSampler *sampler);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgSampler, cg_sampler_free)

/* Draw a sample into @input (noisy) and @target, h x w floats each. */
void
cg_sampler_draw (const CgSampler *sampler, guint64 step, guint sample, float *input, float *target);

#endif
