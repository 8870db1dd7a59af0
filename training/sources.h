/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pictures that a recipe names, paired, and parted into those to learn
 * from and those to be judged by. */
#ifndef CG_SOURCES_H
#define CG_SOURCES_H

#include "model/network.h"
#include "training/pictures.h"
#include "training/recipe.h"

/* Where the noise comes from. */
typedef enum
{
  CG_SOURCE_MODEL, /* clean pictures, noise is added */
  CG_SOURCE_PAIRS, /* clean pictures and the same, noisy */
  CG_SOURCE_SHOTS, /* two noisy shots of the same thing (Noise2Noise, Lehtinen et al. 2018) */
  CG_SOURCE_SELF   /* noisy pictures alone (neighbours.h) */
} CgSourceKind;

/* Numbers of two pictures that belong together. */
typedef struct
{
  guint target, input;
} CgPair;

typedef struct
{
  CgSourceKind kind;
  const CgPictures *targets; /* clean; noisy for CG_SOURCE_SHOTS and CG_SOURCE_SELF */
  const CgPictures *inputs;  /* noisy; NULL for CG_SOURCE_MODEL and CG_SOURCE_SELF */
  GArray *pairs;             /* CgPair; of equal size, and large enough */
} CgSourceSet;

typedef struct
{
  CgSourceSet train, held;
  CgSourceSet standard; /* those that the recipe names, or drawn ones; its pairs are NULL if
                         * the network takes one size only and none are named */
  CgPictures *drawn;    /* NULL if the recipe names standard ones */
  GPtrArray *owned;     /* CgPictures * */
  GPtrArray *notes;     /* char *: what was left out and why, for people */
} CgSources;

typedef struct
{
  const CgRecipe *recipe;
  int w, h;                 /* of a patch */
  gboolean exact;           /* pictures must be of that size, not only hold it */
  const char *cache_folder; /* as CgPicturesOptions */
  CgWorkers *workers;
} CgSourcesOptions;

/* Load, match and part.  NULL with @error: CG_ERROR_USAGE if the recipe names
 * no pictures, CG_ERROR_MISMATCH if none are left.  The caller frees it with
 * cg_sources_free(). */
CgSources *
cg_sources_new (const CgSourcesOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cg_sources_free (CgSources *sources);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgSources, cg_sources_free)

/* The same for the same pictures of the user's.  Free with g_free(). */
char *cg_sources_fingerprint (const CgSources *sources) G_GNUC_WARN_UNUSED_RESULT;

/* Side of a patch in the pictures, in patches: 2 for CG_SOURCE_SELF, which cuts
 * each patch in two, otherwise 1. */
int cg_source_factor (CgSourceKind kind);

#endif
