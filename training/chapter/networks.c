/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each network is a recipe, pictures to train on and, perhaps, a seed. */
#include "training/chapter/networks.h"

#include <string.h>

#include <gio/gio.h>

#include "model/error.h"
#include "model/weights.h"
#include "training/chapter/scenes.h"
#include "training/train.h"

/* Recipes are compiled in (recipes.gresource.xml), so that they need not be found. */
#define RECIPES "/cleargrain/recipes/"
/* The recipes on digits count their steps for so many. */
#define BOOK_DIGITS 60000

static const struct
{
  const char *name, *recipe;
  int scenes, quarters; /* trained on pictures of scenes.h; 0 = on digits */
  int seed;             /* 0 = the recipe's */
  int share;            /* trained for so small a share of the epochs, at least two; 0 = for all */
} networks[] = {
  { "memorise", "memorise.ini", .scenes = 1, .quarters = 1 },
  { "memorise-104", "memorise-104.ini", .scenes = CG_SCENE_COUNT, .quarters = 4 },
  { "shallow-20", "shallow-20.ini" },
  { "shallow-10", "shallow-10.ini" },
  { "deep-20", "deep-20.ini" },
  { "deep-2", "deep-2.ini" },
  { "conv", "conv.ini" },
  { "denoise-pool", "mnist-denoise.ini" },
  { "denoise-stride", "denoise-stride.ini" },
  { "denoise-2", "denoise-2.ini" },
  { "vae-20", "vae-20.ini" },
  { "vae-2", "vae-2.ini" },
  { "vae-50", "vae-50.ini" },
  /* Which of the two denoisers is better: several seeds, equal epochs, a tenth of all. */
  { "denoise-pool-seed-1", "mnist-denoise.ini", .seed = 1, .share = 10 },
  { "denoise-pool-seed-2", "mnist-denoise.ini", .seed = 2, .share = 10 },
  { "denoise-pool-seed-3", "mnist-denoise.ini", .seed = 3, .share = 10 },
  { "denoise-stride-seed-1", "denoise-stride.ini", .seed = 1, .share = 10 },
  { "denoise-stride-seed-2", "denoise-stride.ini", .seed = 2, .share = 10 },
  { "denoise-stride-seed-3", "denoise-stride.ini", .seed = 3, .share = 10 },
};

static void set (GPtrArray *overrides, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
set (GPtrArray *overrides, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_ptr_array_add (overrides, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

/* --- pictures and schedule --- */

static gboolean
use_scenes (const CgChapter *chapter, guint i, GPtrArray *overrides, GError **error)
{
  g_autofree char *name
      = g_strdup_printf ("pictures-%d", networks[i].scenes * networks[i].quarters);
  g_autofree char *folder = cg_chapter_path (chapter, name);
  set (overrides, "data.clean=%s", folder);
  set (overrides, "data.validation=%s", folder);
  return cg_scenes_save (folder, networks[i].scenes, networks[i].quarters, error);
}

/* The recipe's epochs or fewer, of all digits or fewer; one validation and one
 * checkpoint an epoch. */
static gboolean
use_digits (CgChapter *chapter, guint i, const CgRecipe *recipe, GPtrArray *overrides,
            double *epochs, GError **error)
{
  const CgChapterOptions *o = &chapter->options;
  const CgDigits *digits = cg_chapter_digits (chapter, error);
  if (digits == NULL)
    return FALSE;
  int wanted = recipe->steps / ((BOOK_DIGITS + recipe->batch - 1) / recipe->batch);
  int an_epoch = (digits->n_train + recipe->batch - 1) / recipe->batch;
  if (o->epochs > 0)
    wanted = MIN (wanted, o->epochs);
  if (networks[i].share > 0)
    wanted = MAX (2, wanted / networks[i].share);
  *epochs = wanted;
  set (overrides, "data.clean=%s/" CG_DIGITS_TRAIN, o->data);
  set (overrides, "data.validation=%s/" CG_DIGITS_TEST, o->data);
  set (overrides, "data.limit=%d", o->limit);
  set (overrides, "training.steps=%d", wanted * an_epoch);
  set (overrides, "training.validate-every=%d", an_epoch);
  set (overrides, "training.checkpoint-every=%d", an_epoch);
  set (overrides, "training.validation-pictures=%d",
       CLAMP (digits->n_train / 10, 1, recipe->validation_pictures));
  if (networks[i].seed > 0)
    set (overrides, "training.seed=%d", networks[i].seed);
  return TRUE;
}

static CgRecipe *
make_recipe (CgChapter *chapter, guint i, double *epochs, GError **error)
{
  g_autofree char *path = g_strconcat (RECIPES, networks[i].recipe, NULL);
  g_autoptr (GBytes) bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  if (bytes == NULL)
    return NULL;
  const char *text = g_bytes_get_data (bytes, NULL); /* resources end with a 0 */
  g_autoptr (GPtrArray) overrides = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (CgRecipe) plain = cg_recipe_parse (text, NULL, error);
  *epochs = 0;
  if (plain == NULL)
    return NULL;
  gboolean ok = networks[i].scenes > 0 ? use_scenes (chapter, i, overrides, error)
                                       : use_digits (chapter, i, plain, overrides, epochs, error);
  if (!ok)
    return NULL;
  set (overrides, "output.name=%s", networks[i].name);
  g_ptr_array_add (overrides, NULL);
  return cg_recipe_parse (text, (const char *const *) overrides->pdata, error);
}

/* --- training --- */

static gboolean
train (CgChapter *chapter, CgRecipe *recipe, const char *folder, CgTrained *trained, double epochs,
       GError **error)
{
  const CgChapterOptions *o = &chapter->options;
  const CgTrainOptions options = { .quiet = o->quiet, .stop = o->stop };
  g_autoptr (CgRun) run = cg_run_new (recipe, folder, o->threads, error);
  if (run == NULL)
    return FALSE;
  const CgCheckpoint *state = run->state;
  if (!o->quiet && state->step < state->steps)
    g_printerr ("%s: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " steps to train\n", recipe->name,
                state->steps - state->step, state->steps);
  CgTrainEnd end = cg_train (run, &options, error);
  if (end == CG_TRAIN_FAILED)
    return FALSE;
  if (end != CG_TRAIN_FINISHED)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_CANCELLED,
                   "stopped while training %s; the same command goes on from there", recipe->name);
      return FALSE;
    }
  trained->steps = (int) state->step;
  trained->epochs = epochs;
  trained->seconds_an_epoch = epochs > 0 ? state->seconds / epochs : 0;
  return TRUE;
}

static gboolean
load (CgChapter *chapter, const char *folder, CgTrained *trained, GError **error)
{
  g_autofree char *path = g_build_filename (folder, CG_RUN_LAST, NULL);
  trained->model = cg_weights_load (path, error);
  if (trained->model == NULL)
    return FALSE;
  trained->whole
      = cg_apply_new (trained->model->network, trained->model->parameters, chapter->workers, error);
  if (trained->whole == NULL)
    return FALSE;
  if (!cg_network_has_latents (trained->model->network))
    return TRUE;
  trained->coder = cg_coder_new (trained->model, chapter->workers, error);
  return trained->coder != NULL;
}

gboolean
cg_networks_train (CgChapter *chapter, const char *name, CgTrained *trained, GError **error)
{
  guint i = 0;
  while (strcmp (networks[i].name, name) != 0)
    {
      i++;
      g_assert (i < G_N_ELEMENTS (networks));
    }
  g_autofree char *inside = g_build_filename ("networks", name, NULL);
  g_autofree char *folder = cg_chapter_path (chapter, inside);
  double epochs;
  g_autoptr (CgRecipe) recipe = make_recipe (chapter, i, &epochs, error);
  return recipe && train (chapter, recipe, folder, trained, epochs, error)
         && load (chapter, folder, trained, error);
}
