/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one callback of long work: it reports and it can stop. */
#ifndef CG_PROGRESS_H
#define CG_PROGRESS_H

#include <glib.h>

/* @done runs from 0 to 1 and never backwards.  Return FALSE to stop as soon as
 * possible.  Always called in the thread that started the work. */
typedef gboolean (*CgProgressFunc) (double done, gpointer user);

#endif
