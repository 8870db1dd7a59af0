/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One large block of memory, aligned to a huge page and asking for them: the
 * first touch of ordinary pages costs more than computing on them. */
#ifndef CG_ARENA_H
#define CG_ARENA_H

#include <glib.h>

/* @bytes of undefined contents, at least 64-byte aligned; NULL with
 * CG_ERROR_TOO_LARGE if they cannot be had.  Free with cg_arena_free(). */
void *cg_arena_new (gsize bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cg_arena_free (void *arena);

#endif
