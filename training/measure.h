/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What noise there is in pictures: how its variance grows with brightness, and
 * how neighbours correlate. */
#ifndef CG_MEASURE_H
#define CG_MEASURE_H

#include "training/outliers.h"

#define CG_MEASURE_BINS 24 /* of brightness, 0..1 */
#define CG_MEASURE_SIDE 16 /* of a block, in pixels */

/* What has been seen so far. */
typedef struct _CgMeasure CgMeasure;

/* @pairs: noisy pictures come with clean ones.  The caller frees it with cg_measure_free(). */
CgMeasure *cg_measure_new (gboolean pairs) G_GNUC_WARN_UNUSED_RESULT;
void cg_measure_free (CgMeasure *measure);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgMeasure, cg_measure_free)

/* Look at @noisy (@h x @w, 0..1): outliers are counted and taken out; then block by block,
 * those that are clipped left out, a plane fitted to each taken off.  Without
 * @clean (NULL) the quietest blocks of each brightness are taken to show noise alone. */
void cg_measure_add (CgMeasure *measure, const float *noisy, const float *clean, int w, int h);

typedef struct
{
  double sigma[CG_MEASURE_BINS]; /* 0..255 units; NAN where too little was seen */
  double slope, offset; /* variance (0..1 units) = slope x brightness + offset, both >= 0 */
  double correlation_x, correlation_y; /* of a pixel with the next in its row, in its column */
  double far_x, far_y; /* with the eighth from it, where only whole lines still correlate */

  /* How well that describes it. */
  double kurtosis;   /* of what was taken for noise: 3 for Gaussian noise */
  double misfit;     /* of the variances from slope and offset: mean of |log ratio| */
  double unevenness; /* third quartile of blocks' variances over the first, at the same
                      * brightness; 1 without clean pictures, which cannot tell */
  CgOutliers outliers;
} CgMeasureResult;

/* FALSE if too little was seen to say anything. */
gboolean cg_measure_result (CgMeasure *measure, CgMeasureResult *result);

/* The noise in noise.h's grammar; @eight_bits adds what an 8-bit file does to it.
 * Free with g_free(). */
char *
cg_measure_text (const CgMeasureResult *result, gboolean eight_bits) G_GNUC_WARN_UNUSED_RESULT;

/* Why that text does not describe the noise, in words; NULL if nothing speaks against it.
 * Free with g_free(). */
char *cg_measure_doubts (const CgMeasureResult *result) G_GNUC_WARN_UNUSED_RESULT;

#endif
