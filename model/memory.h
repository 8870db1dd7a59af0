/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much memory there is to be had. */
#ifndef CG_MEMORY_H
#define CG_MEMORY_H

#include <glib.h>

/* Bytes that this process may still take before the kernel has to end something: what the
 * machine has available or, if less, what the cgroups that it is in leave.
 * G_MAXSIZE if nothing is known.  @root: "" but for tests, which bring a
 * proc and a sys of their own. */
gsize cg_memory_available (const char *root);

/* The same as if nothing had been taken yet: all of the machine's or, if less, what the
 * cgroups may take. */
gsize cg_memory_limit (const char *root);

#endif
