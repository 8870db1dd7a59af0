/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small gray landscapes, for networks that learn pictures by heart. */
#ifndef CG_SCENES_H
#define CG_SCENES_H

#include <glib.h>

#define CG_SCENE_SIDE   100
#define CG_SCENE_VALUES (CG_SCENE_SIDE * CG_SCENE_SIDE)
#define CG_SCENE_COUNT  26

/* Scene @number, turned by @quarters of a turn, 0..1; every number is another
 * picture, the same every time.  Free with g_free(). */
float *cg_scene (int number, int quarters) G_GNUC_WARN_UNUSED_RESULT;

/* Write scenes 0 .. @n - 1, each in @quarters positions, into @folder. */
gboolean
cg_scenes_save (const char *folder, int n, int quarters, GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
