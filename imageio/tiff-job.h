/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One TIFF being read or written: libtiff on a FILE, with its complaints kept
 * instead of printed. */
#ifndef CG_TIFF_JOB_H
#define CG_TIFF_JOB_H

#include <stdio.h>

#include <glib.h>
#include <tiffio.h>

typedef struct
{
  FILE *file;
  char *message; /* what libtiff said first; to be freed */
} CgTiffJob;

/* NULL if it cannot be, which the message then explains.  TIFFClose() leaves
 * the file open. */
TIFF *cg_tiff_open (CgTiffJob *job, const char *mode);

/* That the file is broken, in libtiff's words. */
void cg_tiff_set_error (const CgTiffJob *job, GError **error);

#endif
