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

/* Of a walk of @n digits, one after the other: how far each lies from the one before, as the root
 * of the mean squared difference, into @lengths ([0] is 0), and the longest step's share of them
 * all: 1 / (@n - 1) if all are alike, 1 if one step is the whole way, 0 if nothing moves.  (Squared
 * differences would not do: those of many small steps may add up to far more, or far less, than
 * that of the whole way.) */
double cg_score_walk (const float *digits, int n, double *lengths);

/* Pearson's correlation of @n values. */
double cg_score_correlation (const float *a, const float *b, int n);

/* Five digits to be shown: the first of the test digits. */
#define CG_SHOWN 5

#endif
