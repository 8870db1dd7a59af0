/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tied weights, felt at the pictures: what a network makes of a turned picture,
 * and what it learns from one. */
#include "training/symmetry.h"

#include <math.h>
#include <string.h>

#include "model/error.h"
#include "model/pass.h"
#include "model/random.h"

#define SIDE   16
#define PIXELS (SIDE * SIDE)

static const char *const networks[] = {
  "input 1\nconv 8 3x3 relu\nconv 16 5x5 nobias\nconv 1 3x3",
  "input 1\nsave image\nunshuffle 2\nconv 16 3x3\nsave r\nconv 16 3x3 relu\nconv 16 3x3\n"
  "add r relu\nsave half\nunshuffle 2\nconv 24 1x1 relu\nconv 24 3x3 sigmoid\nconv 64 1x1\n"
  "shuffle 2\nadd half\nconv 4 3x3 nobias\nshuffle 2\nadd image",
  "input 1\nconv 8 3x3\nsave a\nmaxpool 2\nconv 16 3x3 relu\nupsample 2\nconcat a\nconv 1 3x3 "
  "sigmoid",
};

static void
fill (float *x, gsize n, guint64 seed, double size)
{
  CgRandom random = cg_random (seed, 0, 0);
  for (gsize i = 0; i < n; i++)
    x[i] = size * cg_random_normal (&random);
}

/* One of the eight: transposed if @turn & 1, then upside down, then mirrored. */
static void
turn (int turn, const float *from, float *to)
{
  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++)
      {
        int yy = turn & 1 ? x : y, xx = turn & 1 ? y : x;
        yy = turn & 2 ? SIDE - 1 - yy : yy;
        xx = turn & 4 ? SIDE - 1 - xx : xx;
        to[yy * SIDE + xx] = from[y * SIDE + x];
      }
}

typedef struct
{
  CgNetwork *network;
  CgSymmetry *symmetry;
  CgPacked *packed;
  CgPass *pass;
  gsize n;
  float *parameters;
} Fixture;

static Fixture
fixture_new (const char *text)
{
  g_autoptr (GError) error = NULL;
  Fixture f = { .network = cg_network_parse (text, &error) };
  g_assert_no_error (error);
  f.symmetry = cg_symmetry_new (f.network, &error);
  g_assert_no_error (error);
  f.n = cg_network_n_parameters (f.network);
  f.parameters = g_new (float, f.n);
  fill (f.parameters, f.n, 3, 0.1);
  f.packed = cg_packed_new (f.network, CG_PASS_TRAINING, NULL);
  g_assert_true (cg_packed_allocate (f.packed, &error));
  f.pass = cg_pass_new (f.packed, 1, SIDE, SIDE, 0, NULL, &error);
  g_assert_no_error (error);
  return f;
}

static void
fixture_free (Fixture *f)
{
  cg_pass_free (f->pass);
  cg_packed_free (f->packed);
  cg_symmetry_free (f->symmetry);
  cg_network_free (f->network);
  g_free (f->parameters);
}

static void
run (const Fixture *f, const float *in, float *out)
{
  CgTensor from = cg_pass_input (f->pass, 0), to = cg_pass_output (f->pass, 0);
  for (int p = 0; p < PIXELS; p++)
    *cg_tensor_pixel (&from, p / SIDE, p % SIDE) = in[p];
  cg_pass_forward (f->pass, NULL, NULL);
  for (int p = 0; p < PIXELS; p++)
    out[p] = *cg_tensor_pixel (&to, p / SIDE, p % SIDE);
}

/* The largest difference between a turned result and the result of the turned picture. */
static double
unlikeness (const Fixture *f, int by)
{
  float in[PIXELS], turned_in[PIXELS], out[PIXELS], turned_out[PIXELS], of_turned[PIXELS];
  double most = 0;
  fill (in, PIXELS, 5, 1);
  turn (by, in, turned_in);
  run (f, in, out);
  run (f, turned_in, of_turned);
  turn (by, out, turned_out);
  for (int p = 0; p < PIXELS; p++)
    most = MAX (most, fabs (of_turned[p] - turned_out[p]));
  return most;
}

static void
test_results (gconstpointer text)
{
  Fixture f = fixture_new (text);
  cg_packed_update (f.packed, f.parameters, NULL);
  for (int by = 1; by < 8; by++)
    g_assert_cmpfloat (unlikeness (&f, by), >, 0.01);

  cg_symmetry_copy (f.symmetry, f.parameters);
  cg_packed_update (f.packed, f.parameters, NULL);
  for (int by = 1; by < 8; by++)
    g_assert_cmpfloat (unlikeness (&f, by), <, 1e-4);
  fixture_free (&f);
}

/* A tied gradient is the mean of those of all eight copies of a picture; here of the sum
 * of the result times a picture that is turned along. */
static void
test_gradient (gconstpointer text)
{
  Fixture f = fixture_new (text);
  float in[PIXELS], slope[PIXELS], turned_in[PIXELS], turned_slope[PIXELS], out[PIXELS];
  g_autofree float *one = g_new0 (float, f.n), *mean = g_new0 (float, f.n);
  CgTensor at = cg_pass_output_gradient (f.pass, 0);
  fill (in, PIXELS, 5, 1);
  fill (slope, PIXELS, 6, 1);
  cg_symmetry_copy (f.symmetry, f.parameters);
  cg_packed_update (f.packed, f.parameters, NULL);
  for (int by = 0; by < 8; by++)
    {
      turn (by, in, turned_in);
      turn (by, slope, turned_slope);
      run (&f, turned_in, out);
      for (int p = 0; p < PIXELS; p++)
        *cg_tensor_pixel (&at, p / SIDE, p % SIDE) = turned_slope[p];
      cg_pass_backward (f.pass, by == 0 ? one : mean);
    }
  g_autoptr (CgWorkers) workers = cg_workers_new (2);
  double size = 0;
  for (gsize i = 0; i < f.n; i++)
    {
      mean[i] = (mean[i] + one[i]) / 8;
      size = MAX (size, fabs (mean[i]));
    }
  g_assert_cmpfloat (cg_symmetry_error (f.symmetry, one), >, 0.1 * size);
  cg_symmetry_tie (f.symmetry, one, workers);
  for (gsize i = 0; i < f.n; i++)
    g_assert_cmpfloat_with_epsilon (one[i], mean[i], 1e-5 * size);
  fixture_free (&f);
}

/* Every parameter is tied, and to as many others as there are symmetries. */
static void
test_free_parameters (void)
{
  Fixture f = fixture_new ("input 1\nconv 16 3x3\nconv 24 3x3 relu\nconv 1 1x1");
  guint different = 0;
  cg_symmetry_copy (f.symmetry, f.parameters);
  for (gsize i = 0; i < f.n; i++)
    {
      gboolean before = FALSE;
      for (gsize k = 0; k < i && !before; k++)
        before = f.parameters[k] == f.parameters[i];
      different += !before;
    }
  /* 2 filters and biases, 3 x 16 and 3, 3 channels added up and the last bias. */
  g_assert_cmpuint (different, ==, 2 * 9 + 2 + 3 * 16 * 9 + 3 + 3 + 1);
  fixture_free (&f);
}

static void
test_refused (void)
{
  static const struct
  {
    const char *text, *says;
  } bad[] = {
    { "input 1\nconv 8 3x3\nconv 8 3x3 stride 2\nconv 4 3x3\nshuffle 2",
      "network line 3: * stride*unshuffle*" },
    { "input 1\nconv 12 3x3\nconv 1 3x3", "network line 2: * groups of eight" },
    { "input 28x28x1\nconv 8 3x3\nflatten\ndense 784\nreshape 28x28x1",
      "network line 3: * any size*" },
    { "input 2\nunshuffle 2\nsave a\nconv 8 3x3\nadd a\nconv 1 3x3",
      "network line 5: * unshuffle *" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (CgNetwork) network = cg_network_parse (bad[i].text, &error);
      g_assert_no_error (error);
      g_assert_null (cg_symmetry_new (network, &error));
      g_assert_error (error, CG_ERROR, CG_ERROR_UNSUPPORTED);
      if (!g_pattern_match_simple (bad[i].says, error->message))
        g_error ("said \"%s\", should say \"%s\"", error->message, bad[i].says);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (networks); i++)
    {
      g_autofree char *results = g_strdup_printf ("/symmetry/results/%u", i);
      g_autofree char *gradient = g_strdup_printf ("/symmetry/gradient/%u", i);
      g_test_add_data_func (results, networks[i], test_results);
      g_test_add_data_func (gradient, networks[i], test_gradient);
    }
  g_test_add_func ("/symmetry/free-parameters", test_free_parameters);
  g_test_add_func ("/symmetry/refused", test_refused);
  return g_test_run ();
}
