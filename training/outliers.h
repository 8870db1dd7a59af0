/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Single pixels far from all that is around them: dead ones, fireflies. */
#ifndef CG_OUTLIERS_H
#define CG_OUTLIERS_H

#include <glib.h>

typedef struct
{
  double pixels;   /* that were looked at */
  double found;    /* outliers among them */
  double above;    /* of these, brighter than what is around them */
  double at_ends;  /* of these, black or white */
  double distance; /* sum of their distances from what is around them, 0..1 units */

  /* Black or white pixels do not stick out where it is dark, bright or rough: */
  double places;     /* pixels around which both would */
  double ends_there; /* of these, black or white */
} CgOutliers;

/* Put the mean of its neighbours in the place of each outlier of @plane (@h x @w), and count it.
 * @noisy, of the same size, 0..1, tells what is black or white; it may be @plane.  An
 * outlier is beyond its neighbours' seventh in order by three times the distance of
 * second and seventh, six sigma in Gaussian noise, and by four gray levels. */
void cg_outliers_take_out (CgOutliers *outliers, float *plane, const float *noisy, int w, int h);

#endif
