/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists of pictures in files: a line each, IN or IN<tab>OUT.  A name with
 * control characters, or one that begins with a quote, stands in double quotes
 * with C's escapes, as Git prints such names.  A list that has zero bytes is
 * one of names that end with them, as find -print0 writes. */
#ifndef CG_LIST_FILE_H
#define CG_LIST_FILE_H

#include <glib.h>

/* Called for each entry; @out is NULL if the line has none. */
typedef void (*CgListFunc) (const char *in, const char *out, gpointer user);

/* Read the list in @path, or on standard input if that is "-".  Errors name the
 * line. */
gboolean cg_list_read (const char *path, CgListFunc func, gpointer user,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A line for such a list, without its end; to be freed. */
char *cg_list_line (const char *in, const char *out);

#endif
