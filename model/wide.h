/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plain loops at the full width of the processor's vectors. */
#ifndef CG_WIDE_H
#define CG_WIDE_H

/* Before a function: it is compiled once for each width, and the dynamic linker
 * takes the processor's.  Only for compilers and systems that have all of this. */
#if defined __x86_64__ && defined __gnu_linux__ && defined __GNUC__ && !defined __clang__          \
    && __GNUC__ >= 12
#define CG_WIDE __attribute__ ((target_clones ("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CG_WIDE
#endif

#endif
