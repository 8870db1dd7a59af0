/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How good some weights are on pictures that were not trained on. */
#ifndef CG_VALIDATE_H
#define CG_VALIDATE_H

#include "model/network.h"
#include "training/noise.h"
#include "training/sources.h"

/* Means over pictures: PSNR in dB for a peak of 255, SSIM.  Results are rounded
 * to 8 bits first, noisy pictures are taken as they are.
 *
 * Where the target is noisy itself, PSNR is an estimate of what it would be
 * against a clean one: the noise of both is independent, so their mean squares
 * add, and the target's can be taken off.  For CG_SOURCE_SHOTS that is half of
 * what the two differ by, as if both were equally noisy; for CG_SOURCE_SELF what
 * measure.h says.  SSIM stays that against the noisy target. */
typedef struct
{
  double psnr, ssim;
} CgScore;

/* What a picture counts that is equal to its target, in dB: as much as 16 bits could show. */
#define CG_PSNR_EQUAL 100

typedef struct
{
  const CgNetwork *network;
  const CgSourceSet *set;
  const CgNoise *noise; /* for CG_SOURCE_MODEL */
  guint64 seed;
  int w, h; /* of the piece taken from the middle of each picture; for
             * CG_SOURCE_SELF pieces of twice that are cut in two */
  CgWorkers *workers;
} CgValidatorOptions;

typedef struct _CgValidator CgValidator;

/* A validator with the same noise every time.  What @options points to must outlive it.  NULL with
 * CG_ERROR_TOO_LARGE.  The caller frees it with cg_validator_free(). */
CgValidator *
cg_validator_new (const CgValidatorOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cg_validator_free (CgValidator *validator);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgValidator, cg_validator_free)

/* What the noisy pictures score as they are. */
CgScore cg_validator_noisy (const CgValidator *validator);

/* What @parameters make of them. */
CgScore cg_validator_run (CgValidator *validator, const float *parameters);

/* One held-out piece, h x w, 0..255. */
typedef struct
{
  int w, h;
  const float *clean, *noisy; /* the validator's */
  float *result;              /* the caller frees it with g_free() */
  CgScore noisy_score, score;
} CgPiece;

/* What @parameters make of piece @i. */
CgPiece cg_validator_show (CgValidator *validator, const float *parameters, guint i);

#endif
