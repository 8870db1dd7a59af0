/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between TIFF's tags and the pieces of metadata.h. */
#ifndef CG_TIFF_METADATA_H
#define CG_TIFF_METADATA_H

#include <stdio.h>

#include <tiffio.h>

#include "model/image.h"

void cg_tiff_get_extras (TIFF *tiff, CgImage *image);

/* Before the first row is written. */
void cg_tiff_set_extras (TIFF *tiff, const CgImage *image);

#endif
