/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/latents-file.h"

#include <math.h>
#include <string.h>

#include "model/error.h"
#include "model/safetensors.h"

#define NAME "latents"

gboolean
cg_latents_file_save (const char *path, const float *latents, int n, CgShape shape, GError **error)
{
  g_autoptr (CgSafetensors) header = cg_safetensors_new ();
  cg_safetensors_add (header, NAME, 4, (int[]){ n, shape.h, shape.w, shape.c });
  g_autoptr (GByteArray) bytes = cg_safetensors_format (header);
  gsize size = sizeof (float) * n * shape.h * shape.w * shape.c;
  if (size > G_MAXUINT - bytes->len)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_TOO_LARGE,
                   "%s: %d latents of %dx%dx%d are more than one file takes", path, n, shape.h,
                   shape.w, shape.c);
      return FALSE;
    }
  g_byte_array_append (bytes, (const guint8 *) latents, (guint) size);
  return g_file_set_contents (path, (const char *) bytes->data, bytes->len, error);
}

static const CgSafetensor *
find_tensor (const CgSafetensors *header, CgShape shape, GError **error)
{
  const CgSafetensor *tensor = header->tensors->len == 1 ? header->tensors->pdata[0] : NULL;
  if (tensor == NULL || strcmp (tensor->name, NAME) != 0 || tensor->n_dims != 4
      || tensor->dims[0] < 1)
    {
      g_set_error_literal (error, CG_ERROR, CG_ERROR_FORMAT, "these are no latents");
      return NULL;
    }
  if (tensor->dims[1] == shape.h && tensor->dims[2] == shape.w && tensor->dims[3] == shape.c)
    return tensor;
  g_set_error (error, CG_ERROR, CG_ERROR_MISMATCH,
               "latents are %dx%dx%d, those of the network %dx%dx%d", tensor->dims[1],
               tensor->dims[2], tensor->dims[3], shape.h, shape.w, shape.c);
  return NULL;
}

static float *
parse (const char *bytes, gsize size, CgShape shape, int *n, GError **error)
{
  const guint8 *data;
  g_autoptr (CgSafetensors) header
      = cg_safetensors_parse ((const guint8 *) bytes, size, &data, error);
  const CgSafetensor *tensor = header ? find_tensor (header, shape, error) : NULL;
  if (tensor == NULL)
    return NULL;
  gsize values = (tensor->end - tensor->begin) / sizeof (float);
  g_autofree float *latents = g_memdup2 (data + tensor->begin, values * sizeof (float));
  for (gsize i = 0; i < values; i++)
    if (!isfinite (latents[i]))
      {
        g_set_error (error, CG_ERROR, CG_ERROR_FORMAT,
                     "value %" G_GSIZE_FORMAT " of the latents is not finite", i);
        return NULL;
      }
  *n = tensor->dims[0];
  return g_steal_pointer (&latents);
}

float *
cg_latents_file_load (const char *path, CgShape shape, int *n, GError **error)
{
  g_autofree char *bytes = NULL;
  gsize size;
  if (!g_file_get_contents (path, &bytes, &size, error))
    return NULL;
  float *latents = parse (bytes, size, shape, n, error);
  if (latents == NULL)
    g_prefix_error (error, "%s: ", path);
  return latents;
}
