/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One PNG being read or written, shared by png.c and png-metadata.c. */
#ifndef CG_PNG_JOB_H
#define CG_PNG_JOB_H

#include <stdio.h>

#include <png.h>

#include "model/image.h"

typedef struct
{
  png_structp png;
  png_infop info;
  FILE *file;
  CgImage *image;
  int passes;
  GError *error; /* what stopped libpng */
} PngJob;

/* Before reading: tell libpng which chunks it does not know we want. */
void cg_png_keep_chunks (PngJob *job);

/* After reading: from info to the picture's extras; before writing: back. */
void cg_png_get_extras (PngJob *job);
void cg_png_set_extras (PngJob *job);

#endif
