/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the user of the filter chooses, and its memory from one run to the next. */
#ifndef CG_SETTINGS_H
#define CG_SETTINGS_H

#include <glib.h>

#define CG_SETTINGS_MODEL    "photo"
#define CG_SETTINGS_COARSEST 4

typedef struct
{
  double strength;        /* 0 (leave the brightness as it is) .. 1 (all of the network's) [1] */
  double colour_strength; /* the same for colour; gray pictures ignore it [1] */
  int grain_size; /* about how many pixels across share their noise, 1..CG_SETTINGS_COARSEST [1] */
  char *model;    /* name or path of the weights [CG_SETTINGS_MODEL] */
} CgSettings;

/* The defaults.  Clear with cg_settings_clear(). */
void cg_settings_init (CgSettings *settings);
void cg_settings_clear (CgSettings *settings);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CgSettings, cg_settings_clear)

/* CG_ERROR_USAGE, naming the value, if one is out of its range or not a number. */
gboolean cg_settings_check (const CgSettings *settings, GError **error);

/* Take what the key file @path remembers; what it does not hold, or holds out
 * of range, stays as it is.  No file is no error: nothing was remembered yet. */
void cg_settings_load (CgSettings *settings, const char *path);

/* Write them to @path, making its folder if need be. */
gboolean cg_settings_save (const CgSettings *settings, const char *path, GError **error);

#endif
