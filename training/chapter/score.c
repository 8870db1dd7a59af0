/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/chapter/score.h"

#include <math.h>

#include "training/loss.h"

static double
loss (CgLoss kind, const float *digit, const float *made)
{
  float slope[CG_DIGIT_VALUES];
  CgTensor output = cg_tensor ((float *) made, CG_DIGIT_SIDE, CG_DIGIT_SIDE, 1);
  CgTensor target = cg_tensor ((float *) digit, CG_DIGIT_SIDE, CG_DIGIT_SIDE, 1);
  CgTensor gradient = cg_tensor (slope, CG_DIGIT_SIDE, CG_DIGIT_SIDE, 1);
  return cg_loss (kind, &output, &target, 1, &gradient);
}

CgDigitScore
cg_score_digit (const float *digit, const float *made)
{
  double mse = loss (CG_LOSS_MSE, digit, made);
  return (CgDigitScore){ CG_DIGIT_VALUES * loss (CG_LOSS_BCE, digit, made), mse,
                         -10 * log10 (MAX (mse, 1e-10)) };
}

CgDigitScore
cg_score_digits (CgApply *apply, const float *in, const float *digits, int n, gint64 seed,
                 float *made)
{
  g_autofree float *own = made ? NULL : g_new (float, (gsize) n *CG_DIGIT_VALUES);
  float *out = made ? made : own;
  CgDigitScore mean = { 0, 0, 0 };

  cg_apply_run (apply, in, n, seed, out);
  for (int i = 0; i < n; i++)
    {
      gsize at = (gsize) i * CG_DIGIT_VALUES;
      CgDigitScore one = cg_score_digit (digits + at, out + at);
      mean.bce += one.bce / n;
      mean.mse += one.mse / n;
      mean.psnr += one.psnr / n;
    }
  return mean;
}

double
cg_score_walk (const float *digits, int n, double *lengths)
{
  double way = 0, longest = 0;

  lengths[0] = 0;
  for (int i = 1; i < n; i++)
    {
      const float *digit = digits + (gsize) i * CG_DIGIT_VALUES;
      lengths[i] = sqrt (cg_score_digit (digit - CG_DIGIT_VALUES, digit).mse);
      way += lengths[i];
      longest = MAX (longest, lengths[i]);
    }
  return way > 0 ? longest / way : 0;
}

double
cg_score_correlation (const float *a, const float *b, int n)
{
  double mean_a = 0, mean_b = 0, aa = 0, bb = 0, ab = 0;
  for (int i = 0; i < n; i++)
    {
      mean_a += a[i] / (double) n;
      mean_b += b[i] / (double) n;
    }
  for (int i = 0; i < n; i++)
    {
      aa += (a[i] - mean_a) * (a[i] - mean_a);
      bb += (b[i] - mean_b) * (b[i] - mean_b);
      ab += (a[i] - mean_a) * (b[i] - mean_b);
    }
  return aa > 0 && bb > 0 ? ab / sqrt (aa * bb) : 0;
}
