/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ctrl-C and SIGTERM: the first one asks to stop, so that nothing half-written
 * stays; a second one ends the program at once. */
#ifndef CG_INTERRUPT_H
#define CG_INTERRUPT_H

void cg_interrupt_watch (void);

/* The signal that came, or 0. */
int cg_interrupt_signal (void);

#endif
