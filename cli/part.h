/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A part of a picture, and a picture of it before and after. */
#ifndef CG_PART_H
#define CG_PART_H

#include "cli/parse.h"
#include "model/denoise.h"

/* Clean @part of @image, with what it would be in the whole, into a picture of its
 * own; with @before, that has the part twice: as it was on the left, clean on the
 * right.  The caller frees it. */
CgImage *
cg_clean_part (CgDenoiser *denoiser, const CgImage *image, CgRectangle part, gboolean before,
               CgDenoiseReport *report, GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
