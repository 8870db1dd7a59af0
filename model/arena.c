/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE
#include "arena.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "model/error.h"

#define CACHE_LINE 64
#define HUGE_PAGE  ((gsize) 2 << 20)

void *
cg_arena_new (gsize bytes, GError **error)
{
  gsize alignment = bytes >= HUGE_PAGE ? HUGE_PAGE : CACHE_LINE;
  void *arena;

  if (bytes > G_MAXSSIZE || posix_memalign (&arena, alignment, MAX (bytes, CACHE_LINE)) != 0)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_TOO_LARGE,
                   "no memory for %" G_GSIZE_FORMAT " MiB of network buffers", bytes >> 20);
      return NULL;
    }
#ifdef MADV_HUGEPAGE
  if (bytes >= HUGE_PAGE)
    madvise (arena, bytes, MADV_HUGEPAGE); /* advice only: refusal costs nothing but speed */
#endif
  return arena;
}

void
cg_arena_free (void *arena)
{
  free (arena);
}
