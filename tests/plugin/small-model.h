/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SMALL_MODEL_H
#define SMALL_MODEL_H

#include <glib.h>

/* Write weights to @path: a network of @channels channels with random numbers that
 * changes a picture visibly and looks several pixels around. */
gboolean small_model_save (const char *path, int channels, GError **error);

#endif
