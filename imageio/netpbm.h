/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of a Netpbm header, shared by PGM, PPM, PAM and PFM. */
#ifndef CG_NETPBM_H
#define CG_NETPBM_H

#include <stdio.h>

#include <glib.h>

#define CG_NETPBM_WORD 32

/* The next word, after blanks and # comments, and the one blank behind it. */
gboolean
cg_netpbm_word (FILE *file, char word[CG_NETPBM_WORD], GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same as a number; @what names it in the error. */
gboolean cg_netpbm_number (FILE *file, const char *what, guint64 *number,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
