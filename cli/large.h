/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures of which only one copy shall be in memory.  The network needs the
 * original until the end, so what is clean waits on disk, in a file without a
 * name, until the original can go. */
#ifndef CG_LARGE_H
#define CG_LARGE_H

#include "model/denoise.h"

/* Clean *image, with the same result as cg_denoiser_run_image(), in place: it
 * becomes the clean picture.  The waiting file is made in @folder; on failure
 * the picture may be half clean. */
gboolean cg_clean_large (CgDenoiser *denoiser, CgImage *image, const char *folder,
                         CgDenoiseReport *report, GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
