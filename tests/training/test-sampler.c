/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Patches: where they are cut, and pairs under another exposure. */
#include "training/sampler.h"

#include <math.h>

#include "house.h"
#include "model/planes.h"

#define SIDE 32

typedef struct
{
  CgSourceSet set;
  CgPictures *targets, *inputs;
} Pair;

/* One picture, and the same with noise. */
static void
pair_open (Pair *pair, House *house)
{
  house_pictures (house, "clean", 1, 90, 70);
  house_noisy_pictures (house, "noisy", 1, 90, 70, 20, 1);
  char *clean[] = { (char *) house_path (house, "clean"), NULL };
  char *noisy[] = { (char *) house_path (house, "noisy"), NULL };
  CgPicturesOptions options = { .cache_folder = house_path (house, ".") };
  pair->targets = cg_pictures_load (clean, &options, NULL);
  pair->inputs = cg_pictures_load (noisy, &options, NULL);
  g_assert_nonnull (pair->targets);
  g_assert_nonnull (pair->inputs);
  pair->set = (CgSourceSet){ CG_SOURCE_PAIRS, pair->targets, pair->inputs,
                             g_array_new (FALSE, TRUE, sizeof (CgPair)) };
  g_array_set_size (pair->set.pairs, 1);
}

static void
pair_close (Pair *pair)
{
  g_array_unref (pair->set.pairs);
  cg_pictures_free (pair->targets);
  cg_pictures_free (pair->inputs);
}

static void
draw (const CgSourceSet *set, double exposure, int step, float *input, float *target)
{
  CgSamplerOptions options
      = { .set = set, .seed = 3, .w = SIDE, .h = SIDE, .flips = TRUE, .exposure = exposure };
  g_autoptr (CgSampler) sampler = cg_sampler_new (&options);
  CgSample sample = { input, target, NULL, NULL };
  cg_sampler_draw (sampler, step, 0, &sample);
}

/* A pair stays a pair: the same place, turned the same way. */
static void
test_pair (void)
{
  g_auto (House) house = { 0 };
  house_open (&house);
  Pair pair;
  pair_open (&pair, &house);
  float input[SIDE * SIDE], target[SIDE * SIDE];
  for (int step = 1; step <= 20; step++)
    {
      double sum = 0;
      draw (&pair.set, 1, step, input, target);
      for (int i = 0; i < SIDE * SIDE; i++)
        sum += pow (255 * (input[i] - target[i]), 2);
      double sigma = sqrt (sum / (SIDE * SIDE));
      g_assert_cmpfloat (sigma, >, 14);
      g_assert_cmpfloat (sigma, <, 23);
    }
  pair_close (&pair);
}

/* One factor for a whole pair, in light, within the range and not always the same. */
static void
test_exposure (void)
{
  g_auto (House) house = { 0 };
  house_open (&house);
  Pair pair;
  pair_open (&pair, &house);
  float plain_input[SIDE * SIDE], plain_target[SIDE * SIDE];
  float input[SIDE * SIDE], target[SIDE * SIDE];
  double least = 10, most = 0;
  for (int step = 1; step <= 40; step++)
    {
      double factor = 0;
      draw (&pair.set, 1, step, plain_input, plain_target);
      draw (&pair.set, 3, step, input, target);
      for (int i = 0; i < SIDE * SIDE; i++)
        {
          double before = cg_linear_from_display (plain_target[i]);
          double after = cg_linear_from_display (target[i]);
          if (before < 0.05 || after > 0.999)
            continue;
          if (factor == 0)
            factor = after / before;
          g_assert_cmpfloat_with_epsilon (after / before, factor, 1e-3 * factor);
          before = cg_linear_from_display (plain_input[i]);
          after = cg_linear_from_display (input[i]);
          if (before > 0.05 && after < 0.999)
            g_assert_cmpfloat_with_epsilon (after / before, factor, 1e-3 * factor);
        }
      for (int i = 0; i < SIDE * SIDE; i++)
        g_assert_cmpfloat (MAX (input[i], target[i]), <=, 1);
      least = MIN (least, factor);
      most = MAX (most, factor);
    }
  g_assert_cmpfloat (least, >, 1 / 3.001);
  g_assert_cmpfloat (least, <, 0.6);
  g_assert_cmpfloat (most, <, 3.001);
  g_assert_cmpfloat (most, >, 1.6);
  pair_close (&pair);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sampler/pair", test_pair);
  g_test_add_func ("/sampler/exposure", test_exposure);
  return g_test_run ();
}
