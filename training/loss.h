/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far an output is from its target. */
#ifndef CG_LOSS_H
#define CG_LOSS_H

#include "model/tensor.h"

typedef enum
{
  CG_LOSS_L1,          /* |d|, d = output - target */
  CG_LOSS_CHARBONNIER, /* sqrt (d^2 + 0.001^2) - 0.001: L1 without the corner */
  CG_LOSS_MSE,         /* d^2 */
  CG_LOSS_PSNR,        /* 10 log10 (mean of d^2 + 1/255^2): a patch's -PSNR in dB, blunted where
                        * it is better than a gray level */
  CG_LOSS_BCE          /* binary cross entropy; output and target within 0..1 */
} CgLoss;

/* Mean of @loss over all values of @output against @target (same shape), which
 * are a whole sample: CG_LOSS_PSNR is one number for all of them.
 * Writes @scale times its derivative by each output value to @gradient. */
double cg_loss (CgLoss loss, const CgTensor *output, const CgTensor *target, double scale,
                const CgTensor *gradient);

/* @weight times the square of what the mean of @output lies above or below that of @target,
 * in gray levels (1/255).  Other losses hardly see a slight shift of large areas; eyes do.
 * Adds @scale times its derivative by each output value to @gradient. */
double cg_loss_brightness (double weight, const CgTensor *output, const CgTensor *target,
                           double scale, const CgTensor *gradient);

#endif
