/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a recipe to a run that can take its first step, or its next. */
#include "training/run.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "imageio/atomic.h"
#include "model/error.h"
#include "model/weights.h"

/* Keeps the noise of validation apart from that of training. */
#define VALIDATION_STREAM G_GUINT64_CONSTANT (0x76616c6964)

/* --- the folder --- */

static gboolean
open_folder (CgRun *run, GError **error)
{
  run->made_folder = !g_file_test (run->folder, G_FILE_TEST_EXISTS);
  if (g_mkdir_with_parents (run->folder, 0777) != 0
      || (run->lock = g_open (run->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)) < 0)
    {
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno),
                   "%s: cannot make this folder: %s", run->folder, g_strerror (errno));
      return FALSE;
    }
  if (flock (run->lock, LOCK_EX | LOCK_NB) != 0)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_USAGE, "%s: another run is using this folder",
                   run->folder);
      return FALSE;
    }
  cg_atomic_remove_stale (run->folder);
  return TRUE;
}

static char *
path_of (const CgRun *run, const char *name)
{
  return g_build_filename (run->folder, name, NULL);
}

/* --- the network --- */

static gboolean
parse_network (CgRun *run, GError **error)
{
  g_autoptr (CgNetwork) network = cg_network_parse (run->recipe->network, error);
  if (network == NULL)
    return FALSE;
  int step = cg_network_step (network);
  CgShape in = cg_network_input_shape (network, step, step);
  CgShape out = cg_network_output_shape (network, step, step);
  if (in.c != 1 || out.c != 1 || in.h != out.h || in.w != out.w)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_MISMATCH,
                   "the network makes %dx%dx%d of %dx%dx%d; a denoiser makes one channel of one, "
                   "of the same size",
                   out.h, out.w, out.c, in.h, in.w, in.c);
      return FALSE;
    }
  if (cg_network_any_size (network) && run->recipe->patch % step != 0)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_USAGE,
                   "training.patch: %d is no multiple of %d, as the network needs",
                   run->recipe->patch, step);
      return FALSE;
    }
  run->model = cg_model_new (g_steal_pointer (&network));
  return TRUE;
}

/* Of a training patch: the recipe's, or what the network was made for. */
static CgShape
patch_shape (const CgRun *run)
{
  int patch = run->recipe->patch;
  return cg_network_input_shape (run->model->network, patch, patch);
}

/* --- the data --- */

static gboolean
load_pictures (CgRun *run, GError **error)
{
  const CgRecipe *recipe = run->recipe;
  const CgPicturesOptions options = { run->folder, recipe->skip_unreadable, run->workers };

  if (recipe->clean[0] == NULL)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_USAGE,
                   "the recipe names no pictures; say --clean FOLDER");
      return FALSE;
    }
  if ((run->clean = cg_pictures_load (recipe->clean, &options, error)) == NULL)
    return FALSE;
  if (recipe->validation[0] != NULL
      && (run->validation = cg_pictures_load (recipe->validation, &options, error)) == NULL)
    return FALSE;
  for (guint i = 0; i < run->clean->skipped->len; i++)
    g_printerr ("left out: %s\n", (char *) run->clean->skipped->pdata[i]);
  return TRUE;
}

/* Numbers of the pictures that are at least @shape large; exactly so if the
 * network is made for one size. */
static GArray *
pictures_of_size (const CgRun *run, const CgPictures *pictures, CgShape shape)
{
  gboolean any = cg_network_any_size (run->model->network);
  GArray *fit = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = 0; i < pictures->items->len; i++)
    {
      const CgPicture *p = cg_pictures_at (pictures, i);
      if (any ? p->width >= shape.w && p->height >= shape.h
              : p->width == shape.w && p->height == shape.h)
        g_array_append_val (fit, i);
    }
  return fit;
}

static GArray *
checked_pictures (const CgRun *run, const CgPictures *pictures, GError **error)
{
  CgShape shape = patch_shape (run);
  g_autoptr (GArray) fit = pictures_of_size (run, pictures, shape);
  guint n = pictures->items->len, small = n - fit->len;
  if (fit->len == 0)
    {
      const CgPicture *first = cg_pictures_at (pictures, 0);
      g_set_error (error, CG_ERROR, CG_ERROR_MISMATCH,
                   "none of %u pictures holds a patch of %d x %d (%s is %d x %d)", n, shape.w,
                   shape.h, first->name, first->width, first->height);
      return NULL;
    }
  if (small > 0)
    g_printerr ("left out: %u of %u pictures, smaller than a patch of %d x %d\n", small, n, shape.w,
                shape.h);
  return g_steal_pointer (&fit);
}

/* @n of @set, evenly spread over it; all if @n is 0 or more than there are. */
static GArray *
spread (const GArray *set, guint n)
{
  if (n == 0 || n > set->len)
    n = set->len;
  GArray *chosen = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = 0; i < n; i++)
    g_array_append_val (chosen, g_array_index (set, guint, (guint64) i * set->len / n));
  return chosen;
}

/* Keep every hold-out-th picture, or at least one, from training.  A single
 * picture has to serve as both. */
static void
split (const GArray *all, guint hold_out, GArray **train, GArray **held)
{
  guint every = MAX (1, MIN (hold_out, all->len));
  *train = g_array_new (FALSE, FALSE, sizeof (guint));
  *held = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = 0; i < all->len; i++)
    g_array_append_val (i % every == every / 2 ? *held : *train, g_array_index (all, guint, i));
  if ((*train)->len == 0)
    g_array_append_val (*train, g_array_index (all, guint, 0));
}

static gboolean
choose_sets (CgRun *run, GError **error)
{
  const CgRecipe *recipe = run->recipe;
  g_autoptr (GArray) train = checked_pictures (run, run->clean, error);
  g_autoptr (GArray) held = NULL;
  if (train == NULL)
    return FALSE;
  if (run->validation)
    {
      if ((held = checked_pictures (run, run->validation, error)) == NULL)
        return FALSE;
    }
  else
    {
      g_autoptr (GArray) all = g_steal_pointer (&train);
      split (all, recipe->hold_out, &train, &held);
      if (all->len == 1)
        g_printerr ("one picture only: it is trained on and judged by\n");
    }
  run->train_set = spread (train, recipe->limit);
  run->validation_set = spread (held, recipe->validation_pictures);
  return TRUE;
}

static gboolean
parse_noise (CgRun *run, GError **error)
{
  const CgRecipe *recipe = run->recipe;
  const char *validation = *recipe->validation_noise ? recipe->validation_noise : recipe->noise;
  run->noise = cg_noise_parse (recipe->noise, error);
  if (run->noise)
    run->validation_noise = cg_noise_parse (validation, error);
  return run->validation_noise != NULL;
}

/* --- sampler, step, validator --- */

/* Four chunks, if not told: enough for as many threads, and each gradient that has
 * to be kept and summed costs time. */
static int
chunk_size (const CgRecipe *recipe)
{
  if (recipe->chunk > 0)
    return recipe->chunk;
  int chunks = 4;
  while (recipe->batch % chunks != 0)
    chunks /= 2;
  return recipe->batch / chunks;
}

static gboolean
set_up_training (CgRun *run, GError **error)
{
  const CgRecipe *recipe = run->recipe;
  CgShape patch = patch_shape (run);
  int chunk = chunk_size (recipe);
  if (recipe->batch % chunk != 0)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_USAGE,
                   "training.chunk: %d does not divide the batch of %d", chunk, recipe->batch);
      return FALSE;
    }

  const CgSamplerOptions sampler = {
    .clean = run->clean,
    .noisy = run->noisy,
    .noise = run->noise,
    .seed = recipe->seed,
    .w = patch.w,
    .h = patch.h,
    .flips = recipe->flips,
    .flat = recipe->flat,
    .shrink = recipe->shrink,
  };
  run->sampler
      = cg_sampler_new (&sampler, (const guint *) run->train_set->data, run->train_set->len);
  const CgStepOptions step = {
    .network = run->model->network,
    .sampler = run->sampler,
    .loss = recipe->loss,
    .batch = recipe->batch,
    .chunk = chunk,
    .w = patch.w,
    .h = patch.h,
    .workers = run->workers,
  };
  run->step = cg_step_new (&step, error);
  return run->step != NULL;
}

static gboolean
set_up_validation (CgRun *run, GError **error)
{
  const CgRecipe *recipe = run->recipe;
  const CgNetwork *network = run->model->network;
  const CgPictures *pictures = run->validation ? run->validation : run->clean;
  int side = recipe->validation_crop;
  for (guint i = 0; i < run->validation_set->len; i++)
    {
      const CgPicture *p = cg_pictures_at (pictures, g_array_index (run->validation_set, guint, i));
      side = MIN (side, MIN (p->width, p->height));
    }
  side = MAX (1, side / cg_network_step (network)) * cg_network_step (network);
  CgShape shape = cg_network_input_shape (network, side, side);

  const CgValidatorOptions options = {
    .network = network,
    .clean = pictures,
    .noisy = run->validation ? NULL : run->noisy,
    .noise = run->validation_noise,
    .seed = recipe->seed ^ VALIDATION_STREAM,
    .w = shape.w,
    .h = shape.h,
    .workers = run->workers,
  };
  run->validator = cg_validator_new (&options, (const guint *) run->validation_set->data,
                                     run->validation_set->len, error);
  return run->validator != NULL;
}

/* --- the state --- */

/* The first line of @theirs that is not in the same place of @ours. */
static char *
first_difference (const char *theirs, const char *ours)
{
  g_auto (GStrv) a = g_strsplit (theirs, "\n", -1);
  g_auto (GStrv) b = g_strsplit (ours, "\n", -1);
  guint i = 0;
  while (a[i] && b[i] && strcmp (a[i], b[i]) == 0)
    i++;
  return g_strdup_printf ("\"%s\" there, \"%s\" here", a[i] ? a[i] : "", b[i] ? b[i] : "");
}

static gboolean
check_state (const CgRun *run, const char *recipe, const char *data, GError **error)
{
  const CgCheckpoint *state = run->state;
  if (strcmp (state->recipe, recipe) != 0)
    {
      g_autofree char *difference = first_difference (state->recipe, recipe);
      g_set_error (error, CG_ERROR, CG_ERROR_MISMATCH,
                   "%s: this folder holds a run of another recipe (%s); choose another --out",
                   run->folder, difference);
      return FALSE;
    }
  if (strcmp (state->data, data) != 0
      || state->weights.n != cg_network_n_parameters (run->model->network))
    {
      g_set_error (error, CG_ERROR, CG_ERROR_MISMATCH,
                   "%s: this folder holds a run on other pictures; choose another --out",
                   run->folder);
      return FALSE;
    }
  return TRUE;
}

static void
begin_state (CgRun *run, const char *recipe, const char *data)
{
  const CgNetwork *network = run->model->network;
  CgCheckpoint *state = run->state = cg_checkpoint_new (cg_network_n_parameters (network));
  state->recipe = g_strdup (recipe);
  state->data = g_strdup (data);
  state->steps = run->recipe->steps;
  cg_network_init (network, run->recipe->seed, state->weights.parameters);
  memcpy (state->weights.average, state->weights.parameters, state->weights.n * sizeof (float));
}

static gboolean
take_up_state (CgRun *run, GError **error)
{
  g_autofree char *path = path_of (run, CG_RUN_CHECKPOINT);
  g_autofree char *recipe_path = path_of (run, CG_RUN_RECIPE);
  g_autofree char *log_path = path_of (run, CG_RUN_LOG);
  g_autofree char *recipe = cg_recipe_text (run->recipe, FALSE);
  g_autofree char *data = cg_pictures_fingerprint (run->clean);

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      begin_state (run, recipe, data);
      if (!g_file_set_contents (recipe_path, recipe, -1, error))
        return FALSE;
    }
  else if ((run->state = cg_checkpoint_load (path, error)) == NULL
           || !check_state (run, recipe, data, error))
    return FALSE;
  run->log = cg_log_open (log_path, run->state->log_size, error);
  return run->log != NULL;
}

/* --- public --- */

CgRun *
cg_run_new (const CgRecipe *recipe, const char *folder, int threads, GError **error)
{
  g_autoptr (CgRun) run = g_new0 (CgRun, 1);
  run->recipe = recipe;
  run->folder = g_strdup (folder);
  run->lock = -1;
  run->workers = cg_workers_new (threads);
  if (!parse_network (run, error) || !parse_noise (run, error) || !open_folder (run, error)
      || !load_pictures (run, error) || !choose_sets (run, error) || !set_up_training (run, error)
      || !set_up_validation (run, error) || !take_up_state (run, error))
    {
      if (run->made_folder)
        g_rmdir (run->folder); /* no trace if nothing is in it */
      return NULL;
    }
  return g_steal_pointer (&run);
}

void
cg_run_free (CgRun *run)
{
  if (run == NULL)
    return;
  cg_log_free (run->log);
  cg_checkpoint_free (run->state);
  cg_validator_free (run->validator);
  cg_step_free (run->step);
  cg_sampler_free (run->sampler);
  cg_noise_free (run->validation_noise);
  cg_noise_free (run->noise);
  g_clear_pointer (&run->validation_set, g_array_unref);
  g_clear_pointer (&run->train_set, g_array_unref);
  cg_pictures_free (run->validation);
  cg_pictures_free (run->noisy);
  cg_pictures_free (run->clean);
  cg_model_free (run->model);
  cg_workers_free (run->workers);
  if (run->lock >= 0)
    close (run->lock);
  g_free (run->folder);
  g_free (run);
}

static void
fill_card (CgRun *run, const CgScore *score)
{
  const CgRecipe *recipe = run->recipe;
  CgModel *model = run->model;
  g_autofree char *text = cg_recipe_text (recipe, TRUE);
  g_autofree char *seed = g_strdup_printf ("%d", recipe->seed);
  g_autofree char *data = g_strdup_printf ("%u pictures", run->train_set->len);
  g_autofree char *scores = g_strdup_printf (
      "held-out PSNR %.2f dB, SSIM %.4f (noisy %.2f dB), %u pictures, step %" G_GUINT64_FORMAT,
      score->psnr, score->ssim, cg_validator_noisy (run->validator).psnr, run->validation_set->len,
      run->state->step);

  cg_model_set_card (model, CG_CARD_NAME, recipe->name);
  cg_model_set_card (model, CG_CARD_SUMMARY, recipe->summary);
  cg_model_set_card (model, CG_CARD_NOISE, recipe->noise);
  cg_model_set_card (model, CG_CARD_TRANSFER, "display");
  cg_model_set_card (model, CG_CARD_DATA, *recipe->data_note ? recipe->data_note : data);
  cg_model_set_card (model, CG_CARD_LICENCE, recipe->licence);
  cg_model_set_card (model, CG_CARD_RECIPE, text);
  cg_model_set_card (model, CG_CARD_SEED, seed);
  cg_model_set_card (model, CG_CARD_SCORES, scores);
}

gboolean
cg_run_save_model (CgRun *run, const char *name, const CgScore *score, GError **error)
{
  g_autofree char *path = path_of (run, name);
  const CgAdamState *weights = &run->state->weights;
  memcpy (run->model->parameters, weights->average, weights->n * sizeof (float));
  fill_card (run, score);
  return cg_weights_save (run->model, path, error);
}

gboolean
cg_run_save_state (CgRun *run, GError **error)
{
  g_autofree char *path = path_of (run, CG_RUN_CHECKPOINT);
  run->state->log_size = cg_log_size (run->log);
  return cg_checkpoint_save (run->state, path, error);
}
