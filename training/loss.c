/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Losses and their derivatives. */
#include "training/loss.h"

#include <math.h>

#define CHARBONNIER_EPSILON 1e-3
/* Keeps the logarithms of a saturated sigmoid finite. */
#define BCE_EPSILON 1e-6
#define GRAY_LEVEL  (1. / 255)

static inline double
l1 (double out, double target, double *slope)
{
  double d = out - target;
  *slope = (d > 0) - (d < 0);
  return fabs (d);
}

static inline double
charbonnier (double out, double target, double *slope)
{
  double d = out - target;
  double root = sqrt (d * d + CHARBONNIER_EPSILON * CHARBONNIER_EPSILON);
  *slope = d / root;
  return root - CHARBONNIER_EPSILON;
}

static inline double
mse (double out, double target, double *slope)
{
  double d = out - target;
  *slope = 2 * d;
  return d * d;
}

static inline double
bce (double out, double target, double *slope)
{
  double p = CLAMP (out, BCE_EPSILON, 1 - BCE_EPSILON);
  *slope = (p - target) / (p * (1 - p));
  /* most of a drawing is black or white: no logarithm for what counts nothing */
  return -((target > 0 ? target * log (p) : 0) + (target < 1 ? (1 - target) * log (1 - p) : 0));
}

typedef double (*LossFunc) (double out, double target, double *slope);

/* Inlined into one loop for each loss. */
static inline __attribute__ ((always_inline)) double
run (LossFunc func, const CgTensor *output, const CgTensor *target, double scale,
     const CgTensor *gradient)
{
  double n = (double) output->h * output->w * output->c, sum = 0;
  double slope_scale = scale / n;
  for (int y = 0; y < output->h; y++)
    for (int x = 0; x < output->w; x++)
      {
        const float *o = cg_tensor_pixel (output, y, x);
        const float *t = cg_tensor_pixel (target, y, x);
        float *g = cg_tensor_pixel (gradient, y, x);
        for (int c = 0; c < output->c; c++)
          {
            double slope;
            sum += func (o[c], t[c], &slope);
            g[c] = slope_scale * slope;
          }
      }
  return sum / n;
}

/* The slopes are MSE's, each by what the logarithm makes of it. */
static double
psnr (const CgTensor *output, const CgTensor *target, double scale, const CgTensor *gradient)
{
  double square = run (mse, output, target, scale, gradient) + GRAY_LEVEL * GRAY_LEVEL;
  float slope = 10 / (log (10) * square);

  for (int y = 0; y < gradient->h; y++)
    for (int x = 0; x < gradient->w; x++)
      for (int c = 0; c < gradient->c; c++)
        cg_tensor_pixel (gradient, y, x)[c] *= slope;
  return 10 * log10 (square);
}

double
cg_loss (CgLoss loss, const CgTensor *output, const CgTensor *target, double scale,
         const CgTensor *gradient)
{
  switch (loss)
    {
    case CG_LOSS_L1:
      return run (l1, output, target, scale, gradient);
    case CG_LOSS_CHARBONNIER:
      return run (charbonnier, output, target, scale, gradient);
    case CG_LOSS_MSE:
      return run (mse, output, target, scale, gradient);
    case CG_LOSS_PSNR:
      return psnr (output, target, scale, gradient);
    case CG_LOSS_BCE:
      return run (bce, output, target, scale, gradient);
    }
  g_assert_not_reached ();
}

double
cg_loss_brightness (double weight, const CgTensor *output, const CgTensor *target, double scale,
                    const CgTensor *gradient)
{
  double n = (double) output->h * output->w * output->c, sum = 0;

  for (int y = 0; y < output->h; y++)
    for (int x = 0; x < output->w; x++)
      for (int c = 0; c < output->c; c++)
        sum += (double) cg_tensor_pixel (output, y, x)[c] - cg_tensor_pixel (target, y, x)[c];
  double shift = sum / n / GRAY_LEVEL;
  float slope = scale * weight * 2 * shift / GRAY_LEVEL / n;

  for (int y = 0; y < output->h; y++)
    for (int x = 0; x < output->w; x++)
      for (int c = 0; c < output->c; c++)
        cg_tensor_pixel (gradient, y, x)[c] += slope;
  return weight * shift * shift;
}
