/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A training run: everything a recipe asks for, made ready in a folder. */
#ifndef CG_RUN_H
#define CG_RUN_H

#include "model/model.h"
#include "training/checkpoint.h"
#include "training/judge.h"
#include "training/log.h"
#include "training/recipe.h"
#include "training/sources.h"
#include "training/step.h"
#include "training/symmetry.h"

/* Files of a run's folder. */
#define CG_RUN_CHECKPOINT "checkpoint"
#define CG_RUN_BEST       "best.safetensors" /* averaged weights at the best validation */
#define CG_RUN_LAST       "last.safetensors" /* averaged weights at the end */
#define CG_RUN_RECIPE     "recipe.ini"
#define CG_RUN_LOG        "log.csv"

typedef struct
{
  CgRecipe *recipe;
  char *folder;
  gboolean made_folder; /* it was not there before */
  int lock;             /* the folder, held so that no second run writes to it */
  CgWorkers *workers;
  CgModel *init;  /* weights to begin with, or NULL */
  CgModel *model; /* its parameters are only filled to be saved */
  CgSources *sources;
  CgNoise *noise; /* NULL if the pictures bring their own */
  CgSampler *sampler;
  CgStep *step;
  CgSymmetry *symmetry; /* NULL: weights are free */
  CgJudge *judge;
  CgCheckpoint *state;
  CgLog *log;
} CgRun;

/* Read the data, lay out the network and take up the checkpoint in @folder if
 * there is one (it is made if it does not exist).  NULL with @error, nothing
 * in the folder being changed, when anything does not fit: CG_ERROR_MISMATCH
 * if the checkpoint is of another recipe or other pictures.  @recipe must
 * outlive the run; what it leaves to memory (batch, patch) is filled in.  The caller frees
 * the run with cg_run_free(). */
CgRun *cg_run_new (CgRecipe *recipe, const char *folder, int threads,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cg_run_free (CgRun *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgRun, cg_run_free)

/* Write the averaged weights under @name in the run's folder, with their card. */
gboolean cg_run_save_model (CgRun *run, const char *name, const CgScore *score,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A sentence on the weights saved as CG_RUN_BEST.  Free with g_free(). */
char *cg_run_verdict (CgRun *run, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Write the checkpoint. */
gboolean cg_run_save_state (CgRun *run, GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
