/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The safetensors container: an 8-byte little-endian length, a JSON header
 * that names the tensors and carries free metadata, then the tensors' bytes.
 * Only float32 is known here; what the tensors mean is weights.c's business. */
#ifndef CG_SAFETENSORS_H
#define CG_SAFETENSORS_H

#include <glib.h>

#define CG_SAFETENSORS_METADATA   "__metadata__"
#define CG_SAFETENSORS_LENGTH     8 /* bytes of the length in front */
#define CG_SAFETENSORS_MAX_HEADER (4 * 1024 * 1024)
#define CG_SAFETENSORS_MAX_DIMS   8

/* One tensor of the header. */
typedef struct
{
  char *name;
  int n_dims;
  int dims[CG_SAFETENSORS_MAX_DIMS];
  gsize begin, end; /* bytes, from the start of the data */
} CgSafetensor;

typedef struct
{
  GHashTable *metadata; /* char * -> char * */
  GPtrArray *tensors;   /* CgSafetensor *, in the order of their data */
} CgSafetensors;

/* An empty header.  The caller frees it with cg_safetensors_free(). */
CgSafetensors *cg_safetensors_new (void) G_GNUC_WARN_UNUSED_RESULT;
void cg_safetensors_free (CgSafetensors *header);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgSafetensors, cg_safetensors_free)

/* Append a tensor of @n_dims (at most CG_SAFETENSORS_MAX_DIMS) @dims whose data
 * follows that of the last one. */
void cg_safetensors_add (CgSafetensors *header, const char *name, int n_dims, const int *dims);

/* Bytes of a tensor by its dims, G_MAXSIZE if no size type holds it. */
gsize cg_safetensor_bytes (const CgSafetensor *tensor);

/* Read the header of a file of @size @bytes, of which only length and header need be
 * there.  On success the tensors are
 * float32, cover the data from its first byte to its last without hole or
 * overlap, and @data points at it.  Otherwise NULL with CG_ERROR_FORMAT. */
CgSafetensors *cg_safetensors_parse (const guint8 *bytes, gsize size, const guint8 **data,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Everything that stands before the data: length and JSON, padded with spaces
 * so that the data begins at a multiple of 8.  The same header gives the same
 * bytes: metadata keys are sorted, tensors keep their order. */
GByteArray *cg_safetensors_format (const CgSafetensors *header) G_GNUC_WARN_UNUSED_RESULT;

#endif
