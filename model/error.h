/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one GError domain of the library.  Messages are lower case, carry the
 * name and the numbers, and end without a full stop. */
#ifndef CG_ERROR_H
#define CG_ERROR_H

#include <glib.h>

#define CG_ERROR (cg_error_quark ())
GQuark cg_error_quark (void);

typedef enum
{
  CG_ERROR_FORMAT,      /* a file's bytes are not what its format demands */
  CG_ERROR_NETWORK,     /* a network text does not parse or its shapes do not fit */
  CG_ERROR_UNSUPPORTED, /* well formed, but nothing we handle */
  CG_ERROR_MISMATCH,    /* two things that should fit do not: sizes, channels, names */
  CG_ERROR_TOO_LARGE,   /* more memory than there is, or than a size type holds */
  CG_ERROR_NOT_FOUND,   /* weights, folder or picture not where it was looked for */
  CG_ERROR_USAGE,       /* an option or recipe value that makes no sense */
  CG_ERROR_CANCELLED    /* the caller's callback asked to stop */
} CgError;

#endif
