/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Encoded pictures: a safetensors file with one tensor "latents", pictures x
 * height x width x channels of the place where the network was cut, float32. */
#ifndef CG_LATENTS_FILE_H
#define CG_LATENTS_FILE_H

#include "model/network.h"

/* Write @n latents of @shape each to @path. */
gboolean cg_latents_file_save (const char *path, const float *latents, int n, CgShape shape,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Read them; they must be of @shape.  NULL with @error beginning with the path;
 * free the result with g_free(). */
float *cg_latents_file_load (const char *path, CgShape shape, int *n,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
