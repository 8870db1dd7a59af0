/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the program ends; --help and the manual page say the same. */
#ifndef CG_EXIT_STATUS_H
#define CG_EXIT_STATUS_H

#define CG_EXIT_DONE   0
#define CG_EXIT_FAILED 1 /* at least one picture, or a thing that all need */
#define CG_EXIT_USAGE  2
#define CG_EXIT_SIGNAL 128 /* plus the signal's number */

#endif
