/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ctrl-C, SIGTERM and a terminal that closes: the first signal asks to stop, so that nothing
 * half-written stays; a second one ends the program at once. */
#ifndef CG_INTERRUPT_H
#define CG_INTERRUPT_H

#include <signal.h>

/* From now on.  What it returns becomes the signal that came; 0 until then. */
const volatile sig_atomic_t *cg_interrupt_watch (void);

/* The same, asked. */
int cg_interrupt_signal (void);

#endif
