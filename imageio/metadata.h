/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a picture file says besides its pixels, carried from format to format
 * as CgImageExtra.  The kinds, and the form of their bytes:
 *
 *   icc        the colour profile itself
 *   exif       the TIFF structure, from its "II" or "MM" on
 *   xmp        the XML packet
 *   srgb       rendering intent, 1 byte, as in PNG's sRGB
 *   gamma      4 bytes, as in PNG's gAMA
 *   chroma     32 bytes, as in PNG's cHRM
 *   density    9 bytes, as in PNG's pHYs: x, y, and 1 for pixels a metre
 *   text:KEY   UTF-8 without a final zero
 *   png:NAME   contents of a PNG chunk that only PNG has (cICP, mDCV, cLLI)
 *   jpeg:APPn  a whole JPEG application segment that only JPEG has
 *   exr:header OpenEXR's header, without what tells how its chunks lie
 *   data:NAME  no metadata but more of the picture: a format's own kind of
 *              samples, and channels besides the colours
 *
 * A format leaves out the kinds it has no place for. */
#ifndef CG_METADATA_H
#define CG_METADATA_H

#include "model/image.h"

/* Add a piece, copying @bytes. */
void cg_image_add_extra (CgImage *image, const char *kind, const void *bytes, gsize size);

/* The same without a copy: @bytes becomes the picture's. */
void cg_image_take_extra (CgImage *image, const char *kind, GBytes *bytes);

/* Remove all that is metadata, keeping what is "data:". */
void cg_image_strip (CgImage *image);

/* The bytes of the first piece called @kind, or NULL; they stay the picture's. */
GBytes *cg_image_find_extra (const CgImage *image, const char *kind);

/* How the picture is to be turned for display, 1 to 8 as in Exif and TIFF, by its
 * Exif; 0 if that does not say. */
int cg_image_orientation (const CgImage *image);

/* Add an Exif that says so and nothing else; nothing if it is 1, as usual. */
void cg_image_add_orientation (CgImage *image, int orientation);

/* PNG's big-endian numbers. */
void cg_put_u32 (guint8 *to, guint32 value);
guint32 cg_get_u32 (const guint8 *from);

#endif
