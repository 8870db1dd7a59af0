/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Defaults of options, from cleargrain/cleargrain.conf in the folders that the XDG
 * Base Directory Specification names for configuration: lines of KEY = VALUE,
 * where KEY is a long option without its dashes. */
#ifndef CG_SETTINGS_FILE_H
#define CG_SETTINGS_FILE_H

#include <glib.h>

/* Called after every line, to refuse its value. */
typedef gboolean (*CgSettingFunc) (gpointer user, GError **error);

/* Set what @entries (strings, file names and switches, NULL-terminated) point to as
 * the files say, the user's own last.  What was read is added to @files, if that
 * is not NULL.  Fails with CG_ERROR_USAGE that names file and line for a key that
 * @entries do not have, a switch that is neither yes nor no, and what @check
 * refuses. */
gboolean cg_settings_read (const GOptionEntry *entries, CgSettingFunc check, gpointer user,
                           GPtrArray *files, GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
