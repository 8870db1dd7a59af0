/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How close two gray planes are. */
#ifndef CG_METRICS_H
#define CG_METRICS_H

/* Peak signal-to-noise ratio in dB for a peak of @peak; infinite if equal.
 * Planes are @w x @h floats, rows without padding, in the same units as @peak. */
double cg_psnr (const float *a, const float *b, int w, int h, double peak);

/* Mean structural similarity (Wang et al. 2004): Gaussian window 11x11 of
 * sigma 1.5, K1 = 0.01, K2 = 0.03, averaged over the pixels whose window lies
 * inside the picture.  Pictures smaller than the window give NaN. */
double cg_ssim (const float *a, const float *b, int w, int h, double peak);

#endif
