/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From interleaved pixels to what the network sees, and its change back.
 *
 * Gray is one plane.  RGB becomes one luma and two chroma planes, the opponent
 * axes along which the noise of natural pictures is least correlated:
 *
 *   luma = (R + G + B) / 3,  red-blue = (R - B) / 2 + 1/2,
 *   green = (R - 2 G + B) / 4 + 1/2
 *
 * Only changes travel back, so what the network leaves alone stays as it was to
 * the last bit. */
#ifndef CG_PLANES_H
#define CG_PLANES_H

#include "model/image.h"

#define CG_MAX_PLANES 3

/* 1 for gray, 3 for RGB, with or without alpha. */
static inline int
cg_planes_count (int channels)
{
  return channels >= 3 ? 3 : 1;
}

/* The planes of one pixel's colour channels. */
static inline void
cg_planes_split (const float *colour, int planes, float plane[CG_MAX_PLANES])
{
  if (planes == 1)
    {
      plane[0] = colour[0];
      return;
    }
  float r = colour[0], g = colour[1], b = colour[2];
  plane[0] = (r + g + b) / 3;
  plane[1] = (r - b) / 2 + 0.5f;
  plane[2] = (r - 2 * g + b) / 4 + 0.5f;
}

/* The changes of colour channels that changes of planes amount to. */
static inline void
cg_planes_join_change (const float change[CG_MAX_PLANES], int planes, float *colour)
{
  if (planes == 1)
    {
      colour[0] = change[0];
      return;
    }
  colour[0] = change[0] + change[2] * (2.0f / 3) + change[1];
  colour[1] = change[0] - change[2] * (4.0f / 3);
  colour[2] = change[0] + change[2] * (2.0f / 3) - change[1];
}

/* The sRGB curve (IEC 61966-2-1) and its inverse, continued beyond 0..1 by the
 * same formula and below 0 as an odd function. */
float cg_display_from_linear (float v);
float cg_linear_from_display (float v);

/* Replace the colour of pixels that the network must not see - NaN, infinity,
 * nothing but transparency - by the mean of the nearest good pixels, in rows
 * @y0 <= y < @y1 of the @h x @w x @channels interleaved @pixels.  A pixel
 * with none within CG_FILL_RADIUS becomes 0. */
#define CG_FILL_RADIUS 8
void cg_planes_fill (float *pixels, int h, int w, int channels, int y0, int y1);

gboolean cg_planes_has_holes (const float *pixels, gsize n_pixels, int channels);

/* Samples of colour channels that are NaN or infinite. */
guint64 cg_planes_not_finite (const float *pixels, gsize n_pixels, int channels);

#endif
