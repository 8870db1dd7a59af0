/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Regular textures for clean patches: stripes, checks, weaves, dots.
 *
 * Cloth, fences, bricks, blinds and the screens of printed pictures are rare in collections of
 * photographs, and a network that has hardly met them takes them for noise. */
#ifndef CG_TEXTURE_H
#define CG_TEXTURE_H

#include "model/random.h"

/* Lay a texture of its own period, direction, shape, strength and bend over a part of @patch
 * (@h x @w, 0..1), which stays within 0..1. */
void cg_texture_lay (CgRandom *random, float *patch, int w, int h);

#endif
