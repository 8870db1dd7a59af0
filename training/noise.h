/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Noise models written down.
 *
 *   noise       = alternative { "|" alternative }    one is drawn for each patch
 *   alternative = [ NUMBER "%" ] step { "+" step }   steps one after the other
 *   step        = KIND [ ":" value { "," value } ]
 *   value       = NUMBER | NUMBER "-" NUMBER         a range is drawn from for each patch
 *
 * "gauss:0-55", "70% gauss:0-55 | 30% poisson:50-500 + gauss:2 + clip + quantize".
 * Alternatives without a percentage share what the others leave.  Kinds and
 * the units of their values are in noise-kinds.c. */
#ifndef CG_NOISE_H
#define CG_NOISE_H

#include "model/random.h"

typedef struct _CgNoise CgNoise;

/* Read @text.  NULL with CG_ERROR_USAGE that quotes the part it does not
 * understand.  The caller frees it with cg_noise_free(). */
CgNoise *cg_noise_parse (const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cg_noise_free (CgNoise *noise);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgNoise, cg_noise_free)

/* Draw an alternative and its values from @random and apply it to @plane,
 * @h x @w floats, 0..1 for black..white, neither clipped nor rounded unless
 * the noise says so.  Any number of threads may use one noise. */
void cg_noise_apply (const CgNoise *noise, CgRandom *random, float *plane, int w, int h);

#endif
