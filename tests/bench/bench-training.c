/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Steps of training on the pictures of tests/data: of the network for photographs, of the
 * textbook's two denoisers of handwritten digits, and of a plain chain of layers that many
 * papers have trained. */
#include "tests/bench/bench.h"

#include "model/network.h"
#include "training/adam.h"
#include "training/noise.h"
#include "training/recipe.h"
#include "training/sampler.h"
#include "training/sources.h"
#include "training/step.h"

#define DIGITS 60000 /* of MNIST's training set: an epoch */

#define DNCNN_LAYERS 17
#define DNCNN_PATCH  40
#define DNCNN_BATCH  32

typedef struct
{
  CgNetwork *network;
  CgNoise *noise;
  CgSampler *sampler;
  CgStep *step;
  CgAdamState state;
  float *arrays; /* that the state and the gradient are made of */
  float *gradient;
  guint64 number;
} Training;

static void
clear (Training *t)
{
  cg_step_free (t->step);
  cg_sampler_free (t->sampler);
  cg_noise_free (t->noise);
  cg_network_free (t->network);
  g_free (t->arrays);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Training, clear)

static gboolean
set_up (Training *t, const char *network, const char *noise, CgSamplerOptions sampler,
        CgStepOptions step, GError **error)
{
  t->network = cg_network_parse (network, error);
  t->noise = t->network ? cg_noise_parse (noise, error) : NULL;
  if (t->noise == NULL)
    return FALSE;
  gsize n = cg_network_n_parameters (t->network);
  t->arrays = g_new0 (float, 5 * n);
  t->state = (CgAdamState){ .n = n,
                            .parameters = t->arrays,
                            .mean = t->arrays + n,
                            .square = t->arrays + 2 * n,
                            .average = t->arrays + 3 * n };
  t->gradient = t->arrays + 4 * n;
  cg_network_init (t->network, 1, t->state.parameters);

  sampler.noise = t->noise;
  t->sampler = cg_sampler_new (&sampler);
  step.network = t->network;
  step.sampler = t->sampler;
  step.w = sampler.w;
  step.h = sampler.h;
  step.chunk = cg_step_best_chunk (&step);
  t->step = cg_step_new (&step, error);
  return t->step != NULL;
}

static void
run_step (CgWorkers *workers, gpointer user)
{
  Training *t = user;
  CgAdamOptions options = CG_ADAM_OPTIONS_INIT;

  cg_step_run (t->step, ++t->number, t->state.parameters, t->gradient);
  cg_adam_step (&options, &t->state, t->gradient, 1, t->number, 1e-6, workers);
}

/* --- the three --- */

#define PHOTO_BATCH 16
#define PHOTO_PATCH 96

static gboolean
bench_photo (const BenchSettings *settings, CgWorkers *workers, const CgRecipe *recipe,
             const CgSourceSet *set, GError **error)
{
  g_auto (Training) t = { 0 };
  const CgSamplerOptions sampler = { .set = set,
                                     .w = PHOTO_PATCH,
                                     .h = PHOTO_PATCH,
                                     .flips = TRUE,
                                     .flat = recipe->flat,
                                     .shrink = recipe->shrink,
                                     .texture = recipe->texture };
  const CgStepOptions step
      = { .loss = CG_LOSS_CHARBONNIER, .batch = PHOTO_BATCH, .workers = workers };
  if (!set_up (&t, recipe->network, recipe->noise, sampler, step, error))
    return FALSE;

  /* forward, gradient of the input, gradient of the weights */
  double flop = 3 * cg_network_flop_per_pixel (t.network) * PHOTO_BATCH * PHOTO_PATCH * PHOTO_PATCH;
  bench_print (bench_x_peak (settings, workers, run_step, &t, flop), "x", "train_step_x_peak");
  bench_print (100 * cg_step_data_share (t.step), "%", "train_step_data");
  return TRUE;
}

/* Digits are pieces of pictures here: that costs the same. */
static gboolean
bench_digits (const BenchSettings *settings, CgWorkers *workers, const char *path, const char *name,
              const CgSourceSet *set, GError **error)
{
  g_auto (Training) t = { 0 };
  g_autoptr (CgRecipe) recipe = cg_recipe_load (path, NULL, error);
  if (recipe == NULL)
    return FALSE;
  const CgSamplerOptions sampler = { .set = set, .w = 28, .h = 28 };
  const CgStepOptions step = { .loss = CG_LOSS_BCE, .batch = recipe->batch, .workers = workers };
  if (!set_up (&t, recipe->network, recipe->noise, sampler, step, error))
    return FALSE;
  double seconds = bench_seconds (settings, workers, run_step, &t);
  bench_print (seconds * DIGITS / recipe->batch, "s", "train_%s_epoch", name);
  return TRUE;
}

char *
bench_dncnn (void)
{
  GString *text = g_string_new ("input 1\nsave image\n");

  for (int i = 1; i < DNCNN_LAYERS; i++)
    g_string_append (text, "conv 64 3x3 relu\n");
  g_string_append (text, "conv 1 3x3\nadd image\n");
  return g_string_free (text, FALSE);
}

static gboolean
bench_dncnn_training (const BenchSettings *settings, CgWorkers *workers, const CgSourceSet *set,
                      GError **error)
{
  g_auto (Training) t = { 0 };
  g_autofree char *network = bench_dncnn ();
  const CgSamplerOptions sampler = { .set = set, .w = DNCNN_PATCH, .h = DNCNN_PATCH };
  const CgStepOptions step = { .loss = CG_LOSS_MSE, .batch = DNCNN_BATCH, .workers = workers };
  if (!set_up (&t, network, "gauss:25", sampler, step, error))
    return FALSE;
  bench_print (DNCNN_BATCH / bench_seconds (settings, workers, run_step, &t), "patches/s",
               "train_17x64_%dx%d", DNCNN_PATCH, DNCNN_PATCH);
  return TRUE;
}

gboolean
bench_training (const BenchSettings *settings, CgWorkers *workers, const char *source,
                GError **error)
{
  g_autofree char *data = g_build_filename (source, "tests", "data", NULL);
  g_autofree char *recipes = g_build_filename (source, "training", "recipes", NULL);
  g_autofree char *photo = g_build_filename (recipes, "photo.ini", NULL);
  g_autofree char *pool = g_build_filename (recipes, "mnist-denoise.ini", NULL);
  g_autofree char *stride = g_build_filename (recipes, "chapter", "denoise-stride.ini", NULL);
  g_autoptr (CgRecipe) recipe = cg_recipe_load (photo, NULL, error);
  if (recipe == NULL)
    return FALSE;
  CgRecipe of_data = *recipe;
  of_data.clean = (char *[]){ data, NULL };
  const CgSourcesOptions options = { .recipe = &of_data,
                                     .w = PHOTO_PATCH,
                                     .h = PHOTO_PATCH,
                                     .cache_folder = g_get_tmp_dir (),
                                     .workers = workers };
  g_autoptr (CgSources) sources = cg_sources_new (&options, error);
  const CgSourceSet *set = sources ? &sources->train : NULL;

  return set && bench_photo (settings, workers, recipe, set, error)
         && bench_digits (settings, workers, pool, "mnist_pool", set, error)
         && bench_digits (settings, workers, stride, "mnist_stride", set, error)
         && bench_dncnn_training (settings, workers, set, error);
}
