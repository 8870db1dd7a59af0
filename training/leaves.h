/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures that need nobody's photographs: dead leaves, discs of all sizes one
 * over another, whose edges, sizes and contrasts are spread as in photographs
 * (Lee, Mumford & Huang 2001). */
#ifndef CG_LEAVES_H
#define CG_LEAVES_H

#include "training/pictures.h"

/* @n different pictures of @side x @side, 8 bits, always the same.  NULL with
 * @error if there is no memory.  The caller frees them with cg_pictures_free(). */
CgPictures *cg_leaves_new (guint n, int side, GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
