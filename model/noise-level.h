/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How noisy a picture is. */
#ifndef CG_NOISE_LEVEL_H
#define CG_NOISE_LEVEL_H

#include "model/image.h"

/* The standard deviation of white noise in the picture's gray, on the scale of
 * 8 bits: from the median of the finest diagonal Haar coefficients (Donoho and
 * Johnstone, Biometrika 81, 1994), which edges and smooth shades hardly touch.
 * Noise that neighbours share - grain, JPEG's - is underestimated.  NaN for
 * pictures of less than 2 x 2 pixels. */
double cg_estimate_noise (const CgImage *image);

#endif
