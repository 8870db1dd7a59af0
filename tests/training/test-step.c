/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A training step of a network that draws its latents: the gradient of the whole
 * loss, KL divergence and all, against finite differences of that loss; and the loss of
 * noisy pictures alone. */
#include <math.h>

#include "house.h"
#include "model/network.h"
#include "training/noise.h"
#include "training/pictures.h"
#include "training/step.h"

static const char text[] = "input 4x4x1\nflatten\ndense 8 sigmoid\ndense 6\ngaussian\n"
                           "dense 16 sigmoid\nreshape 4x4x1";

typedef struct
{
  House house;
  CgPictures *pictures;
  CgSourceSet set;
  CgNoise *noise;
  CgSampler *sampler;
  CgNetwork *network;
  gsize n;
  float *parameters;
} Setup;

static void
set_up (Setup *s)
{
  g_autoptr (GError) error = NULL;
  house_open (&s->house);
  house_pictures (&s->house, "clean", 3, 4, 4);
  const CgPicturesOptions options = { .cache_folder = s->house.folder };
  s->pictures = cg_pictures_load ((char *[]){ (char *) house_path (&s->house, "clean"), NULL },
                                  &options, &error);
  g_assert_no_error (error);
  s->set = (CgSourceSet){ .targets = s->pictures,
                          .pairs = g_array_new (FALSE, FALSE, sizeof (CgPair)) };
  for (guint i = 0; i < 3; i++)
    g_array_append_val (s->set.pairs, ((CgPair){ i, i }));
  s->noise = cg_noise_parse ("gauss:0", &error);
  s->sampler = cg_sampler_new (
      &(CgSamplerOptions){ .set = &s->set, .noise = s->noise, .seed = 2, .w = 4, .h = 4 });
  s->network = cg_network_parse (text, &error);
  g_assert_no_error (error);
  s->n = cg_network_n_parameters (s->network);
  s->parameters = g_new (float, s->n);
  cg_network_init (s->network, 3, s->parameters);
}

static void
tear_down (Setup *s)
{
  g_free (s->parameters);
  cg_network_free (s->network);
  cg_sampler_free (s->sampler);
  cg_noise_free (s->noise);
  g_array_unref (s->set.pairs);
  cg_pictures_free (s->pictures);
  house_close (&s->house);
}

static CgStep *
make_step (const Setup *s, double kl, guint64 seed)
{
  g_autoptr (GError) error = NULL;
  const CgStepOptions options = { .network = s->network,
                                  .sampler = s->sampler,
                                  .loss = CG_LOSS_BCE,
                                  .kl = kl,
                                  .seed = seed,
                                  .batch = 4,
                                  .chunk = 2,
                                  .w = 4,
                                  .h = 4 };
  CgStep *step = cg_step_new (&options, &error);
  g_assert_no_error (error);
  return step;
}

static void
test_gradient (void)
{
  Setup s;
  set_up (&s);
  g_autoptr (CgStep) step = make_step (&s, 1.5, 7);
  g_autofree float *gradient = g_new (float, s.n);
  g_autofree float *unused = g_new (float, s.n);
  double worst = 0, scale = 0, difference = 4e-3;

  cg_step_run (step, 1, s.parameters, gradient);
  for (gsize i = 0; i < s.n; i++)
    scale = MAX (scale, fabs (gradient[i]));
  for (gsize i = 0; i < s.n; i++)
    {
      float kept = s.parameters[i];
      s.parameters[i] = (float) (kept + difference);
      double above = cg_step_run (step, 1, s.parameters, unused), x1 = s.parameters[i];
      s.parameters[i] = (float) (kept - difference);
      double below = cg_step_run (step, 1, s.parameters, unused), x0 = s.parameters[i];
      s.parameters[i] = kept;
      worst = MAX (worst, fabs ((above - below) / (x1 - x0) - gradient[i]));
    }
  g_assert_cmpfloat (scale, >, 0.01);
  g_assert_cmpfloat (worst, <, 1e-3 * scale);
  tear_down (&s);
}

/* The divergence counts as much as it is said to, and draws follow the seed. */
static void
test_loss (void)
{
  Setup s;
  set_up (&s);
  g_autofree float *unused = g_new (float, s.n);
  double loss[3], other, again;
  for (int kl = 0; kl < 3; kl++)
    {
      g_autoptr (CgStep) step = make_step (&s, kl, 7);
      loss[kl] = cg_step_run (step, 1, s.parameters, unused);
      again = cg_step_run (step, 1, s.parameters, unused);
      other = cg_step_run (step, 2, s.parameters, unused);
      g_assert_cmpfloat (loss[kl], ==, again);
      g_assert_cmpfloat (loss[kl], !=, other);
    }
  g_assert_cmpfloat (loss[1], >, loss[0]);
  g_assert_cmpfloat_with_epsilon (loss[2] - loss[1], loss[1] - loss[0], 1e-9);
  g_autoptr (CgStep) seeded = make_step (&s, 0, 8);
  g_assert_cmpfloat (cg_step_run (seeded, 1, s.parameters, unused), !=, loss[0]);
  tear_down (&s);
}

/* Chunks that are shared out among threads give the same bytes on any number of them, and
 * the sum that the batch gives at once. */
static void
test_threads (void)
{
  Setup s;
  set_up (&s);
  CgStepOptions options = { .network = s.network,
                            .sampler = s.sampler,
                            .loss = CG_LOSS_BCE,
                            .kl = 1,
                            .batch = 12,
                            .chunk = 12,
                            .w = 4,
                            .h = 4 };
  g_autofree float *whole = g_new (float, s.n);
  g_autoptr (CgStep) at_once = cg_step_new (&options, NULL);
  double loss = cg_step_run (at_once, 1, s.parameters, whole);
  g_autofree float *first = g_new (float, s.n);
  g_autofree float *got = g_new (float, s.n);

  for (int i = 0; i < 16; i++)
    {
      int threads = 1 + i % 8;
      options.chunk = i < 8 ? 3 : 6;
      g_autoptr (CgWorkers) workers = cg_workers_new (threads);
      options.workers = workers;
      g_autoptr (CgStep) step = cg_step_new (&options, NULL);
      cg_step_run (step, 5, s.parameters, got); /* leaves nothing behind */
      g_assert_cmpfloat_with_epsilon (cg_step_run (step, 1, s.parameters, got), loss, 1e-9);
      if (threads == 1)
        memcpy (first, got, s.n * sizeof *got);
      g_assert_cmpmem (got, s.n * sizeof *got, first, s.n * sizeof *first);
    }
  for (gsize i = 0; i < s.n; i++)
    g_assert_cmpfloat_with_epsilon (got[i], whole[i], 1e-6);
  tear_down (&s);
}

/* What Neighbor2Neighbor's loss is for the network w x, sample by sample: its results on the
 * whole picture are w times the pixels, so the target moves by share w (input - target). */
static double
neighbours_loss (const CgSampler *sampler, double w, double gamma, guint64 number, int batch)
{
  float input[4], target[4], whole[16];
  guint8 cells[4];
  CgSample sample = { .input = input, .target = target, .whole = whole, .cells = cells };
  double sum = 0, share = gamma / (1 + gamma);

  for (int i = 0; i < batch; i++)
    {
      cg_sampler_draw (sampler, number, i, &sample);
      for (int p = 0; p < 4; p++)
        sum += pow (w * input[p] - target[p] - share * w * (input[p] - target[p]), 2);
    }
  return sum / (4 * batch);
}

/* Noisy pictures alone: gamma grows to the paper's 2 along the ramp, and stays. */
static void
test_neighbours (void)
{
  Setup s;
  set_up (&s);
  const float w = 0.8f;
  float gradient;
  CgSourceSet noisy = s.set;
  noisy.kind = CG_SOURCE_SELF;
  g_autoptr (CgNetwork) network = cg_network_parse ("input 1\nconv 1 1x1 nobias", NULL);
  g_autoptr (CgSampler) sampler
      = cg_sampler_new (&(CgSamplerOptions){ .set = &noisy, .seed = 2, .w = 2, .h = 2 });
  const CgStepOptions options = { .network = network,
                                  .sampler = sampler,
                                  .loss = CG_LOSS_MSE,
                                  .batch = 6,
                                  .chunk = 6,
                                  .w = 2,
                                  .h = 2,
                                  .self = TRUE };
  g_autoptr (CgStep) step = cg_step_new (&options, NULL);
  g_assert_cmpfloat_with_epsilon (cg_step_run (step, 5, &w, &gradient),
                                  neighbours_loss (sampler, w, 2, 5, 6), 1e-6);
  cg_step_set_ramp (step, 20);
  g_assert_cmpfloat_with_epsilon (cg_step_run (step, 5, &w, &gradient),
                                  neighbours_loss (sampler, w, 0.5, 5, 6), 1e-6);
  g_assert_cmpfloat_with_epsilon (cg_step_run (step, 30, &w, &gradient),
                                  neighbours_loss (sampler, w, 2, 30, 6), 1e-6);
  g_assert_cmpfloat (neighbours_loss (sampler, w, 2, 5, 6), >, 0);
  g_assert_cmpfloat (
      fabs (neighbours_loss (sampler, w, 2, 5, 6) - neighbours_loss (sampler, w, 0.5, 5, 6)), >,
      1e-4);
  tear_down (&s);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/step/gradient", test_gradient);
  g_test_add_func ("/step/loss", test_loss);
  g_test_add_func ("/step/threads", test_threads);
  g_test_add_func ("/step/neighbours", test_neighbours);
  return g_test_run ();
}
