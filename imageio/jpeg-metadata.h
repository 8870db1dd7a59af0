/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between JPEG's application segments and the pieces of metadata.h. */
#ifndef CG_JPEG_METADATA_H
#define CG_JPEG_METADATA_H

#include <stdio.h>

#include <jpeglib.h>

#include "model/image.h"

/* Before the header is read: have libjpeg remember the segments we know. */
void cg_jpeg_keep_markers (j_decompress_ptr in);

/* After the last row, before libjpeg is told to finish. */
void cg_jpeg_get_extras (j_decompress_ptr in, CgImage *image);

/* Before compression starts, and right after. */
void cg_jpeg_set_density (j_compress_ptr out, const CgImage *image);
void cg_jpeg_write_extras (j_compress_ptr out, const CgImage *image);

#endif
