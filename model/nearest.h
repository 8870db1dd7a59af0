/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The word somebody probably meant. */
#ifndef CG_NEAREST_H
#define CG_NEAREST_H

#include <glib.h>

/* The one of @n @words with the smallest edit distance to @word; NULL if @n is 0. */
const char *cg_nearest (const char *word, const char *const *words, guint n);

#endif
