/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The textbook's chapter on autoencoders, run again: what its figures share.
 * Networks are trained when a figure first asks for them, by the recipes below
 * training/recipes/, and kept in the folder. */
#ifndef CG_CHAPTER_H
#define CG_CHAPTER_H

#include <signal.h>

#include "model/coder.h"
#include "training/chapter/digits.h"

typedef struct
{
  const char *folder; /* for figures, networks and index.html; made if it is not there */
  const char *data;   /* folder of the four MNIST files */
  int epochs;         /* of networks trained on digits; 0 = as their recipes say */
  int limit;          /* train and measure on so many digits; 0 = all */
  int threads;
  gboolean quiet;
  const volatile sig_atomic_t *stop; /* becomes non-zero when somebody wants us to stop */
} CgChapterOptions;

/* A network that has learnt. */
typedef struct
{
  CgModel *model;
  CgApply *whole;
  CgCoder *coder; /* NULL if its recipe names no latents */
  int steps;
  double epochs, seconds_an_epoch; /* 0 if not trained on digits */
} CgTrained;

typedef struct
{
  CgChapterOptions options;
  CgWorkers *workers;
  GHashTable *trained; /* char * -> CgTrained * */
  CgDigits *digits;    /* NULL until they are asked for */
} CgChapter;

/* What @options points to must outlive it.  NULL with @error if the folder
 * cannot be made.  The caller frees it with cg_chapter_free(). */
CgChapter *
cg_chapter_new (const CgChapterOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cg_chapter_free (CgChapter *chapter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgChapter, cg_chapter_free)

/* The digits to measure on.  NULL with @error telling how to get them. */
const CgDigits *cg_chapter_digits (CgChapter *chapter, GError **error);

/* A network of the table in networks.c, trained if it is not yet.  NULL with
 * @error: CG_ERROR_CANCELLED if it was stopped; asked again it goes on. */
const CgTrained *cg_chapter_network (CgChapter *chapter, const char *name, GError **error);

/* Path of @name in the chapter's folder; free with g_free(). */
char *cg_chapter_path (const CgChapter *chapter, const char *name) G_GNUC_WARN_UNUSED_RESULT;

#endif
