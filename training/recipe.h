/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recipe: all that decides what a training run makes, in one text file.
 *
 * Sections [data] [noise] [training] [output] hold `key = value` lines; the
 * keys, their defaults and limits are the table in recipe.c.  Section
 * [network] is no list of keys: its lines are the network's text
 * (model/network.h) as it stands.  Lines that begin with # are comments. */
#ifndef CG_RECIPE_H
#define CG_RECIPE_H

#include "training/loss.h"

/* Charbonnier for clean targets; MSE for noisy ones, whose mean is wanted. */
#define CG_RECIPE_LOSS_AUTO (CG_LOSS_BCE + 1)

typedef enum
{
  CG_RECIPE_ADAM,
  CG_RECIPE_MUON
} CgRecipeOptimizer;

typedef struct
{
  /* [data]; paths are relative to the current folder */
  char **clean;            /* folders, pictures or MNIST files */
  char **noisy;            /* the same, noisy; without clean: one folder, or two of a shot each */
  char **validation;       /* held-out clean pictures; empty = every hold-out-th of clean */
  char **validation_noisy; /* the same, noisy; empty = noise is made */
  char **standard;         /* clean pictures on which weights are judged besides; empty = drawn */
  int hold_out;
  int limit; /* train on so many pictures, evenly spread over all; 0 = all */
  gboolean skip_unreadable;
  gboolean check_alignment; /* leave out pairs that do not lie on each other */
  double flat;     /* patches of less mean slope (gray levels a pixel) are taken less often */
  gboolean flips;  /* turn and mirror patches */
  double shrink;   /* share of patches taken at 1/2, 1/3 or 1/4 */
  double texture;  /* share of patches with a regular texture */
  double exposure; /* pairs are lit by a factor up to this more or less; 1 = as they are */

  /* [noise], in noise.h's grammar */
  char *noise;
  char *validation_noise; /* empty = noise */
  char *standard_noise;   /* for data.standard */

  /* [network] */
  char *network;

  /* [training] */
  char *init;                     /* weights to begin with: a name or a file; empty = none */
  char *compare;                  /* weights to compare with; empty = init, or the shipped ones */
  int steps, batch, chunk, patch; /* batch, patch: 0 = as memory allows */
  int loss;                       /* a CgLoss, or CG_RECIPE_LOSS_AUTO */
  double brightness;              /* weight of a shift of a patch's mean beside the loss */
  double kl;          /* weight of the KL divergence, for networks that draw their latents */
  gboolean symmetric; /* weights tied as symmetry.h says */
  int optimizer;      /* a CgRecipeOptimizer */
  double rate, final_rate;
  int warm_up;
  double weight_decay, clip, ema;
  int seed;
  int validate_every, validation_pictures, validation_crop;
  int checkpoint_every, log_every, patience;

  /* [output] */
  char *name, *summary, *data_note, *licence;
} CgRecipe;

/* Read the recipe at @path, with @overrides (NULL-terminated "section.key=value",
 * or "network=LINE; LINE; ..."; may be NULL) put over it.  NULL with @error,
 * which begins with the path if the file is to blame: unknown sections and keys
 * are named with the nearest known one.  The caller frees it with cg_recipe_free(). */
CgRecipe *cg_recipe_load (const char *path, const char *const *overrides,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same from @text. */
CgRecipe *cg_recipe_parse (const char *text, const char *const *overrides,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

void cg_recipe_free (CgRecipe *recipe);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgRecipe, cg_recipe_free)

/* The whole recipe in its plain form, every key written out: reading it gives
 * the same recipe.  With @portable, paths are cut to their last part, as in a
 * weights file that goes to other people.  Free with g_free(). */
char *cg_recipe_text (const CgRecipe *recipe, gboolean portable) G_GNUC_WARN_UNUSED_RESULT;

/* Every key with what it is for and its default, a line each.  Free with g_free(). */
char *cg_recipe_help (void) G_GNUC_WARN_UNUSED_RESULT;

#endif
