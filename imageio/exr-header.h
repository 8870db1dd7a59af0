/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an OpenEXR file says besides its pixels, and the pieces of metadata.h. */
#ifndef CG_EXR_HEADER_H
#define CG_EXR_HEADER_H

#include "imageio/exr-job.h"
#include "model/image.h"

/* What the pixels are, besides numbers: kept when metadata is stripped. */
typedef struct
{
  gint32 colour_type; /* exr_pixel_type_t */
  gint32 compression;
  exr_attr_box2i_t data, display;
  float pixel_aspect;
  exr_attr_v2f_t centre; /* of the screen window */
  float centre_width;
} CgExrKind;

/* Read both from a file that is read into @image. */
gboolean cg_exr_get_extras (CgExrJob *job, gint32 colour_type, CgImage *image);

/* The kind of @image: the one it was read with, if it was, and still fits. */
CgExrKind cg_exr_kind (const CgImage *image);

/* Whether that file's header is marked for names of more than 31 bytes. */
gboolean cg_exr_has_long_names (const CgImage *image);

/* The attributes of the file that @image was read from, except those that job
 * already has; none if it was another format's. */
gboolean cg_exr_copy_attributes (CgExrJob *job, const CgImage *image);

/* Channels that no network cleans, and go through as they are. */
void cg_exr_add_channel (CgImage *image, const char *name, exr_pixel_type_t type, GBytes *samples);

/* Whether @extra is one of those; *name stays the extra's. */
gboolean cg_exr_is_channel (const CgImageExtra *extra, const char **name, exr_pixel_type_t *type);

#endif
