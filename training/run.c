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
#include "model/memory.h"
#include "training/plan.h"

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

/* Of weights that are symmetric; they are about 0.01 to 1. */
#define ROUNDING 1e-4

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

/* The recipe's network; without one, that of the weights it begins with. */
static CgNetwork *
find_network (CgRun *run, GError **error)
{
  const CgRecipe *recipe = run->recipe;
  if (*recipe->init && (run->init = cg_weights_find (recipe->init, error)) == NULL)
    return NULL;
  if (*recipe->network == '\0' && run->init == NULL)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_USAGE,
                   "the recipe has no [network]; say --init MODEL to take that of other weights");
      return NULL;
    }
  const char *text = *recipe->network ? recipe->network : cg_network_text (run->init->network);
  g_autoptr (CgNetwork) network = cg_network_parse (text, error);
  if (network == NULL || run->init == NULL)
    return g_steal_pointer (&network);

  const char *theirs = cg_network_text (run->init->network), *ours = cg_network_text (network);
  if (strcmp (theirs, ours) != 0)
    {
      g_autofree char *difference = first_difference (theirs, ours);
      g_set_error (error, CG_ERROR, CG_ERROR_MISMATCH,
                   "%s: these weights are of another network (%s)", recipe->init, difference);
      return NULL;
    }
  return g_steal_pointer (&network);
}

static gboolean
set_up_symmetry (CgRun *run, const CgNetwork *network, GError **error)
{
  run->symmetry = cg_symmetry_new (network, error);
  if (run->symmetry == NULL)
    return FALSE;
  double away = run->init ? cg_symmetry_error (run->symmetry, run->init->parameters) : 0;
  if (away > ROUNDING)
    {
      g_set_error (
          error, CG_ERROR, CG_ERROR_MISMATCH,
          "%s: these weights are not symmetric (by up to %.2g), as training.symmetric wants "
          "them",
          run->recipe->init, away);
      return FALSE;
    }
  return TRUE;
}

static gboolean
parse_network (CgRun *run, GError **error)
{
  g_autoptr (CgNetwork) network = find_network (run, error);
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
  if (run->recipe->symmetric && !set_up_symmetry (run, network, error))
    return FALSE;
  run->model = cg_model_new (g_steal_pointer (&network), error);
  return run->model != NULL;
}

/* Of a training patch: the recipe's, or what the network was made for. */
static CgShape
patch_shape (const CgRun *run)
{
  int patch = run->recipe->patch;
  return cg_network_input_shape (run->model->network, patch, patch);
}

/* --- the data --- */

/* Words that make no sense are told before thousands of pictures are read. */
static gboolean
check_noises (const CgRecipe *recipe, GError **error)
{
  const char *const noises[] = { recipe->noise, recipe->validation_noise, recipe->standard_noise };
  for (guint i = 0; i < G_N_ELEMENTS (noises); i++)
    {
      g_autoptr (CgNoise) noise = *noises[i] ? cg_noise_parse (noises[i], error) : NULL;
      if (*noises[i] && noise == NULL)
        return FALSE;
    }
  return TRUE;
}

static gboolean
load_sources (CgRun *run, GError **error)
{
  CgShape patch = patch_shape (run);
  const CgSourcesOptions options = {
    .recipe = run->recipe,
    .w = patch.w,
    .h = patch.h,
    .exact = !cg_network_any_size (run->model->network),
    .cache_folder = run->folder,
    .workers = run->workers,
  };
  run->sources = cg_sources_new (&options, error);
  return run->sources != NULL;
}

/* --- sizes that are left to memory --- */

/* Of the memory that is left, for a step's buffers: pictures, judge and weights
 * want some, too. */
#define SHARE_OF_MEMORY 0.7

static gsize
memory_for_step (void)
{
  return SHARE_OF_MEMORY * cg_memory_available ("");
}

/* A run that goes on keeps the sizes it began with. */
static void
take_sizes_of_before (CgRun *run)
{
  g_autofree char *path = path_of (run, CG_RUN_RECIPE);
  g_autoptr (CgRecipe) before = cg_recipe_load (path, NULL, NULL);
  if (before && run->recipe->batch == 0)
    run->recipe->batch = before->batch;
  if (before && run->recipe->patch == 0)
    run->recipe->patch = before->patch;
}

static gboolean
settle_sizes (CgRun *run, GError **error)
{
  CgRecipe *recipe = run->recipe;
  CgStepOptions options = { .network = run->model->network, .workers = run->workers };
  if (recipe->batch == 0 || recipe->patch == 0)
    take_sizes_of_before (run);
  if (recipe->batch > 0 && recipe->patch > 0)
    return TRUE;
  options.batch = recipe->batch;
  options.w = options.h = recipe->patch;
  options.self = *recipe->clean == NULL && *recipe->noisy && recipe->noisy[1] == NULL;
  if (!cg_network_any_size (options.network)) /* which has a size of its own */
    {
      CgShape shape = cg_network_input_shape (options.network, 0, 0);
      options.w = shape.w;
      options.h = shape.h;
    }
  if (!cg_plan_auto (&options, memory_for_step (), error))
    return FALSE;
  recipe->batch = options.batch;
  recipe->patch = options.w;
  return TRUE;
}

/* --- sampler, step, judge --- */

static CgLoss
loss_of (const CgRecipe *recipe, CgSourceKind kind)
{
  if (recipe->loss != CG_RECIPE_LOSS_AUTO)
    return recipe->loss;
  return kind == CG_SOURCE_SHOTS || kind == CG_SOURCE_SELF ? CG_LOSS_MSE : CG_LOSS_CHARBONNIER;
}

static gboolean
set_up_sampler (CgRun *run, GError **error)
{
  const CgRecipe *recipe = run->recipe;
  CgShape patch = patch_shape (run);
  const CgSourceSet *train = &run->sources->train;
  if (train->kind == CG_SOURCE_MODEL
      && (run->noise = cg_noise_parse (recipe->noise, error)) == NULL)
    return FALSE;

  const CgSamplerOptions options = {
    .set = train,
    .noise = run->noise,
    .seed = recipe->seed,
    .w = patch.w,
    .h = patch.h,
    .flips = recipe->flips,
    .flat = recipe->flat,
    .shrink = recipe->shrink,
    .texture = recipe->texture,
    .exposure = recipe->exposure,
  };
  run->sampler = cg_sampler_new (&options);
  return TRUE;
}

static gboolean
set_up_step (CgRun *run, GError **error)
{
  const CgRecipe *recipe = run->recipe;
  CgSourceKind kind = run->sources->train.kind;
  CgShape patch = patch_shape (run);
  CgStepOptions options = {
    .network = run->model->network,
    .sampler = run->sampler,
    .loss = loss_of (recipe, kind),
    .brightness = recipe->brightness,
    .kl = recipe->kl,
    .seed = recipe->seed,
    .batch = recipe->batch,
    .chunk = recipe->chunk,
    .w = patch.w,
    .h = patch.h,
    .self = kind == CG_SOURCE_SELF,
    .workers = run->workers,
  };
  int wanted = cg_plan_chunk (&options, G_MAXSIZE, error);
  if (wanted == 0)
    return FALSE;
  options.chunk = cg_plan_chunk (&options, memory_for_step (), error);
  if (options.chunk == 0)
    return FALSE;
  if (options.chunk != wanted)
    g_ptr_array_add (run->sources->notes,
                     g_strdup_printf ("memory is short: %d instead of %d samples at a time; the "
                                      "weights' last bits are those of training.chunk=%d",
                                      options.chunk, wanted, options.chunk));
  run->step = cg_step_new (&options, error);
  return run->step != NULL;
}

static gboolean
set_up_judge (CgRun *run, GError **error)
{
  run->judge = cg_judge_new (run->recipe, run->model->network, run->sources, run->workers, error);
  return run->judge != NULL;
}

/* --- the state --- */

/* What the run works on, whatever it is called: SHA-256 of the pictures and, after a +, of the
 * weights that it begins with. */
static char *
data_of (const CgRun *run)
{
  g_autofree char *pictures = cg_sources_fingerprint (run->sources);
  if (run->init == NULL)
    return g_steal_pointer (&pictures);
  gsize n = cg_network_n_parameters (run->init->network);
  g_autofree char *weights = g_compute_checksum_for_data (
      G_CHECKSUM_SHA256, (const guchar *) run->init->parameters, n * sizeof (float));
  return g_strconcat (pictures, "+", weights, NULL);
}

/* Folders may have moved, or be called by another path; @data tells whether the
 * pictures are the same. */
static gboolean
check_state (const CgRun *run, const char *data, GError **error)
{
  const CgCheckpoint *state = run->state;
  /* Written out again, as an older version may not have known all keys. */
  g_autoptr (CgRecipe) their_recipe = cg_recipe_parse (state->recipe, NULL, NULL);
  g_autofree char *theirs
      = their_recipe ? cg_recipe_text (their_recipe, TRUE) : g_strdup (state->recipe);
  g_autofree char *ours = cg_recipe_text (run->recipe, TRUE);
  if (strcmp (theirs, ours) != 0)
    {
      g_autofree char *difference = first_difference (theirs, ours);
      g_set_error (error, CG_ERROR, CG_ERROR_MISMATCH,
                   "%s: this folder holds a run of another recipe (%s); choose another --out",
                   run->folder, difference);
      return FALSE;
    }
  if (strcmp (state->data, data) != 0
      || state->weights.n != cg_network_n_parameters (run->model->network))
    {
      gsize pictures = strcspn (data, "+");
      gboolean same = strncmp (state->data, data, pictures) == 0;
      g_set_error (error, CG_ERROR, CG_ERROR_MISMATCH,
                   "%s: this folder holds a run %s; choose another --out", run->folder,
                   same ? "that began with other weights" : "on other pictures");
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
  if (run->init)
    memcpy (state->weights.parameters, run->init->parameters, state->weights.n * sizeof (float));
  else
    cg_network_init (network, run->recipe->seed, state->weights.parameters);
  if (run->symmetry)
    cg_symmetry_copy (run->symmetry, state->weights.parameters);
  memcpy (state->weights.average, state->weights.parameters, state->weights.n * sizeof (float));
}

static gboolean
take_up_state (CgRun *run, GError **error)
{
  g_autofree char *path = path_of (run, CG_RUN_CHECKPOINT);
  g_autofree char *recipe_path = path_of (run, CG_RUN_RECIPE);
  g_autofree char *log_path = path_of (run, CG_RUN_LOG);
  g_autofree char *recipe = cg_recipe_text (run->recipe, FALSE);
  g_autofree char *data = data_of (run);

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      begin_state (run, recipe, data);
      if (!g_file_set_contents (recipe_path, recipe, -1, error))
        return FALSE;
    }
  else if ((run->state = cg_checkpoint_load (path, error)) == NULL
           || !check_state (run, data, error))
    return FALSE;
  run->log = cg_log_open (log_path, run->state->log_size, error);
  return run->log != NULL;
}

/* --- public --- */

CgRun *
cg_run_new (CgRecipe *recipe, const char *folder, int threads, GError **error)
{
  g_autoptr (CgRun) run = g_new0 (CgRun, 1);
  run->recipe = recipe;
  run->folder = g_strdup (folder);
  run->lock = -1;
  run->workers = cg_workers_new (threads);
  if (!check_noises (recipe, error) || !parse_network (run, error) || !open_folder (run, error)
      || !settle_sizes (run, error) || !load_sources (run, error) || !set_up_sampler (run, error)
      || !set_up_step (run, error) || !set_up_judge (run, error) || !take_up_state (run, error))
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
  cg_judge_free (run->judge);
  cg_symmetry_free (run->symmetry);
  cg_step_free (run->step);
  cg_sampler_free (run->sampler);
  cg_noise_free (run->noise);
  cg_sources_free (run->sources);
  cg_model_free (run->init);
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
  g_autofree char *data = g_strdup_printf ("%u pictures", run->sources->train.pairs->len);
  g_autofree char *scores = g_strdup_printf (
      "held-out PSNR %.2f dB, SSIM %.4f (noisy %.2f dB), %u pictures, step %" G_GUINT64_FORMAT,
      score->psnr, score->ssim, cg_validator_noisy (run->judge->held).psnr,
      run->sources->held.pairs->len, run->state->step);

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

char *
cg_run_verdict (CgRun *run, GError **error)
{
  g_autofree char *path = path_of (run, CG_RUN_BEST);
  g_autoptr (CgModel) best = cg_weights_load (path, error);
  if (best == NULL)
    return NULL;
  CgScore standard = { 0 };
  if (run->judge->standard)
    standard = cg_validator_run (run->judge->standard, best->parameters);
  return cg_judge_verdict (run->judge, cg_validator_run (run->judge->held, best->parameters),
                           standard);
}

gboolean
cg_run_save_state (CgRun *run, GError **error)
{
  g_autofree char *path = path_of (run, CG_RUN_CHECKPOINT);
  run->state->log_size = cg_log_size (run->log);
  return cg_checkpoint_save (run->state, path, error);
}
