/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Are the new weights better?  On the recipe's held-out pictures and, if it
 * names some, on standard ones; than noisy, and than other weights. */
#ifndef CG_JUDGE_H
#define CG_JUDGE_H

#include "model/network.h"
#include "training/recipe.h"
#include "training/validate.h"

/* Weights that are taken for comparison if the recipe names none and they can be found. */
#define CG_JUDGE_RIVAL "photo"

typedef struct
{
  CgNoise *held_noise, *standard_noise; /* NULL where pictures bring their own */
  CgValidator *held;                    /* on the held-out pictures */
  char *rival;                          /* the weights compared with, or NULL */
  CgValidator *standard;                /* on standard pictures; NULL without a rival */
  char *standard_words;                 /* what is seen there, for people */
  CgScore rival_held, rival_standard;   /* what they make of the same pictures */
} CgJudge;

/* @network and @sources must outlive the judge.  NULL with @error if noise or
 * rival are named and cannot be had.  The caller frees it with cg_judge_free(). */
CgJudge *cg_judge_new (const CgRecipe *recipe, const CgNetwork *network, const CgSources *sources,
                       CgWorkers *workers, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cg_judge_free (CgJudge *judge);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgJudge, cg_judge_free)

/* One sentence on weights that score @held and, if there are standard pictures,
 * @standard.  Free with g_free(). */
char *
cg_judge_verdict (const CgJudge *judge, CgScore held, CgScore standard) G_GNUC_WARN_UNUSED_RESULT;

#endif
