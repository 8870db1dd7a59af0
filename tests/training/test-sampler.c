/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Patches: where they are cut, and pairs under another exposure. */
#include "training/sampler.h"

#include <math.h>
#include <string.h>

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

/* Whether @patch, @side x @side, is the means of @f x @f pixels of @picture from (x0, y0) on. */
static gboolean
is_shrunk_from (const float *patch, int side, const float *picture, int width, int x0, int y0,
                int f)
{
  for (int y = 0; y < side; y++)
    for (int x = 0; x < side; x++)
      {
        double sum = 0;
        for (int i = 0; i < f * f; i++)
          sum += picture[(y0 + y * f + i / f) * width + x0 + x * f + i % f];
        if (fabs (patch[y * side + x] - sum / (f * f)) > 1e-5)
          return FALSE;
      }
  return TRUE;
}

/* The f for which @patch is a piece of @picture at 1/f of its size; 0 = it is none. */
static int
shrunk_by (const float *patch, int side, const float *picture, int width, int height)
{
  for (int f = 1; f <= 6; f++)
    for (int y = 0; y + f * side <= height; y++)
      for (int x = 0; x + f * side <= width; x++)
        if (is_shrunk_from (patch, side, picture, width, x, y, f))
          return f;
  return 0;
}

/* Pieces at a half, a third and a quarter, and as they are where no such piece fits. */
static void
test_shrink (void)
{
  enum
  {
    WIDTH = 90,
    HEIGHT = 70
  };
  g_auto (House) house = { 0 };
  house_open (&house);
  Pair pair;
  pair_open (&pair, &house);
  pair.set.kind = CG_SOURCE_MODEL;
  pair.set.inputs = NULL;
  float picture[WIDTH * HEIGHT];
  cg_pictures_read (pair.targets, 0, 0, 0, WIDTH, HEIGHT, picture);
  g_autoptr (CgNoise) noise = cg_noise_parse ("gauss:0", NULL);

  static const struct
  {
    int side, least, most;
  } cases[] = { { 14, 2, 4 }, { 30, 2, 2 }, { 40, 1, 1 } };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      int side = cases[i].side, seen[7] = { 0 };
      CgSamplerOptions options
          = { .set = &pair.set, .noise = noise, .seed = 3, .w = side, .h = side, .shrink = 1 };
      g_autoptr (CgSampler) sampler = cg_sampler_new (&options);
      float input[40 * 40], target[40 * 40];
      CgSample sample = { input, target, NULL, NULL };
      for (int step = 1; step <= 60; step++)
        {
          cg_sampler_draw (sampler, step, 0, &sample);
          seen[shrunk_by (target, side, picture, WIDTH, HEIGHT)]++;
        }
      for (int f = 0; f <= 6; f++)
        g_assert_cmpint (seen[f] > 10, ==, f >= cases[i].least && f <= cases[i].most);
    }
  pair_close (&pair);
}

/* As many patches as are wanted have a texture, and it is no noise: the input has it, too. */
static void
test_texture (void)
{
  g_auto (House) house = { 0 };
  house_open (&house);
  Pair pair;
  pair_open (&pair, &house);
  pair.set.kind = CG_SOURCE_MODEL;
  pair.set.inputs = NULL;
  g_autoptr (CgNoise) noise = cg_noise_parse ("gauss:0", NULL);
  static const struct
  {
    double share;
    int least, most; /* of 100 */
  } cases[] = { { 0, 0, 0 }, { 0.3, 15, 45 }, { 1, 90, 100 } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      CgSamplerOptions options
          = { .set = &pair.set, .noise = noise, .seed = 3, .w = SIDE, .h = SIDE };
      g_autoptr (CgSampler) plain = cg_sampler_new (&options);
      options.texture = cases[i].share;
      g_autoptr (CgSampler) textured = cg_sampler_new (&options);
      float input[SIDE * SIDE], target[SIDE * SIDE], before[SIDE * SIDE];
      int changed = 0;
      for (int step = 1; step <= 100; step++)
        {
          cg_sampler_draw (plain, step, 0, &(CgSample){ input, before, NULL, NULL });
          cg_sampler_draw (textured, step, 0, &(CgSample){ input, target, NULL, NULL });
          g_assert_cmpmem (input, sizeof input, target, sizeof target);
          changed += memcmp (before, target, sizeof target) != 0;
        }
      g_assert_cmpint (changed, >=, cases[i].least);
      g_assert_cmpint (changed, <=, cases[i].most);
    }
  pair_close (&pair);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sampler/pair", test_pair);
  g_test_add_func ("/sampler/exposure", test_exposure);
  g_test_add_func ("/sampler/shrink", test_shrink);
  g_test_add_func ("/sampler/texture", test_texture);
  return g_test_run ();
}
