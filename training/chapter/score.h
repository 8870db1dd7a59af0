/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How well a network gives digits back. */
#ifndef CG_SCORE_H
#define CG_SCORE_H

#include "model/coder.h"
#include "training/chapter/digits.h"

typedef struct
{
  double bce;  /* binary cross entropy, nats a digit (sum over its values) */
  double mse;  /* mean over values */
  double psnr; /* dB, from that */
} CgDigitScore;

/* Of one digit, 28 x 28, and what was made of it. */
CgDigitScore cg_score_digit (const float *digit, const float *made);

/* Means over @n digits that @apply makes of @in (the digits themselves, or noisy
 * ones); @seed as cg_apply_run().  @made (NULL: not wanted) takes them all. */
CgDigitScore cg_score_digits (CgApply *apply, const float *in, const float *digits, int n,
                              gint64 seed, float *made);

/* Pearson's correlation of @n values. */
double cg_score_correlation (const float *a, const float *b, int n);

/* Five digits to be shown: the first of the test digits. */
#define CG_SHOWN 5

#endif
