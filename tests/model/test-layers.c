/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every kind of layer, forward against the naive reading of the same text and
 * backward against finite differences of it, both in double precision. */
#include <math.h>

#include "model/conv/conv.h"
#include "model/pass.h"
#include "model/random.h"
#include "tests/model/naive.h"

#define STEP     1e-6 /* of finite differences */
#define PICTURES 2

typedef struct
{
  const char *name;
  int h, w;
  const char *text;
} Case;

/* A convolution before and after lets the gradient pass through. */
static const Case cases[] = {
  { "conv", 5, 7, "input 2\nconv 3 3x3 relu\nconv 2 5x5\nconv 1 1x1 nobias" },
  { "conv-sigmoid", 4, 5, "input 1\nconv 2 3x3 sigmoid\nconv 1 3x3 sigmoid nobias" },
  { "conv-wide", 9, 14, "input 1\nconv 20 3x3\nconv 17 3x3 relu nobias\nconv 1 3x3" },
  { "stride", 8, 12, "input 1\nconv 3 3x3 stride 2 relu\nconv 2 3x3 stride 2" },
  { "maxpool", 6, 8, "input 1\nconv 3 3x3\nmaxpool 2\nconv 2 3x3" },
  { "maxpool-undo", 6, 4, "input 1\nconv 3 3x3 sigmoid\nmaxpool 2\nconv 2 3x3 relu\nmaxpool 1" },
  { "maxpool-undo-saved", 4, 4,
    "input 1\nconv 3 3x3 relu\nsave a\nmaxpool 2\nconv 2 3x3 sigmoid\nupsample 2\nconcat a\nconv 1 "
    "3x3" },
  { "upsample-undo-saved", 3, 4,
    "input 1\nconv 18 3x3 sigmoid\nsave a\nupsample 2\nconv 3 3x3 stride 2 relu\nconcat a\nconv 2 "
    "3x3" },
  { "upsample", 4, 3, "input 1\nconv 2 3x3\nupsample 3\nconv 2 3x3" },
  { "unshuffle", 6, 6, "input 1\nconv 2 3x3\nunshuffle 3\nconv 2 1x1" },
  { "shuffle", 3, 4, "input 1\nconv 8 3x3\nshuffle 2\nconv 2 3x3" },
  { "shuffle-wide", 4, 6,
    "input 1\nconv 18 3x3\nsave a\nunshuffle 2\nconv 72 1x1 nobias\nshuffle 2\nadd a relu\n"
    "unshuffle 2\nconv 1 1x1" },
  { "activations", 4, 4, "input 1\nconv 3 3x3\nrelu\nconv 2 3x3\nsigmoid" },
  { "dense", 3, 4, "input 3x4x2\nconv 2 3x3\nflatten\ndense 7 relu\ndense 5 sigmoid nobias" },
  { "gaussian", 2, 2, "input 2x2x1\nflatten\ndense 6\ngaussian\ndense 4 sigmoid" },
  { "latent", 2, 3, "input 2x3x1\nflatten\ndense 4 relu\nlatent\ndense 6 sigmoid" },
  { "upconv", 3, 4, "input 3x4x2\nconv 3 3x3\nupconv 5 3x3 stride 2 relu\nconv 1 3x3" },
  { "upconv-3", 2, 3, "input 2x3x1\nupconv 2 5x5 stride 3 nobias\nupconv 1 1x1 stride 1 sigmoid" },
  { "reshape", 2, 3, "input 2x3x2\nflatten\ndense 12\nreshape 3x2x2\nconv 2 3x3" },
  { "reshape-back", 2, 2,
    "input 2x2x3\nconv 4 1x1\nreshape 4x1x4\nflatten\nreshape 2x4x2\nconv 1 3x3" },
  { "add", 5, 5, "input 1\nconv 3 3x3\nsave a\nconv 3 3x3 relu\nadd a\nconv 1 3x3" },
  { "add-fused", 5, 6, "input 1\nconv 3 3x3\nsave a\nconv 3 3x3\nadd a\nconv 1 3x3" },
  { "add-chain", 5, 6,
    "input 1\nconv 3 3x3\nsave a\nconv 3 3x3\nconv 3 3x3\nadd a\nsave b\nconv 3 3x3\nconv 3 3x3\n"
    "add b\nsave c\nconv 12 3x3 stride 1\nconv 3 3x3\nadd c\nconv 1 3x3" },
  { "add-shuffled", 4, 6,
    "input 1\nconv 3 3x3\nsave a\nconv 2 3x3 stride 2\nconv 12 1x1\nshuffle 2\nadd a\nconv 1 3x3" },
  { "add-read-again", 4, 6,
    "input 1\nconv 3 3x3\nsave a\nconv 3 3x3\nconv 3 3x3\nadd a\nconv 3 3x3 relu\nadd a\nconv 1 "
    "3x3" },
  { "add-pointwise", 4, 6, "input 1\nconv 3 3x3\nsave a\nconv 3 1x1\nadd a\nconv 1 3x3" },
  { "add-relu", 5, 6,
    "input 1\nconv 3 3x3\nsave a\nconv 3 3x3\nadd a relu\nsave b\nconv 3 3x3 relu\nconv 3 3x3\n"
    "add b relu\nconv 1 3x3" },
  { "add-relu-saved", 4, 6,
    "input 1\nconv 3 3x3\nsave a\nconv 3 3x3\nadd a relu\nsave b\nmaxpool 2\nconv 12 3x3\n"
    "shuffle 2\nadd b relu\nadd a sigmoid\nconv 1 3x3" },
  { "add-relu-apart", 4, 6, "input 1\nconv 3 3x3 relu\nsave a\nrelu\nadd a sigmoid\nconv 1 3x3" },
  { "add-relu-last", 4, 6, "input 1\nsave i\nconv 3 3x3\nconv 1 3x3\nadd i relu" },
  { "add-input", 4, 4, "input 2\nsave i\nconv 2 3x3 nobias\nadd i" },
  { "add-twice", 4, 6, "input 1\nconv 2 3x3\nsave a\nadd a\nconv 2 3x3\nadd a\nconv 1 3x3" },
  { "concat", 4, 6, "input 1\nconv 2 3x3\nsave a\nconv 3 3x3 relu\nconcat a\nconv 1 3x3" },
  { "concat-input", 4, 4, "input 1\nsave i\nconv 2 3x3\nconcat i\nconv 1 3x3" },
  { "concat-early", 4, 4,
    "input 1\nconv 2 3x3\nsave a\nconv 2 3x3\nconcat a\nconv 2 3x3\nadd a\nconv 1 1x1" },
  { "concat-nested", 8, 8,
    "input 1\nconv 2 3x3\nsave a\nmaxpool 2\nconv 3 3x3\nsave b\nmaxpool 2\nconv 2 3x3\nupsample "
    "2\n"
    "concat b\nconv 2 3x3\nupsample 2\nconcat a\nconv 1 3x3" },
  { "concat-of-concat", 4, 4,
    "input 1\nconv 2 3x3\nsave a\nconv 3 3x3\nconcat a\nsave b\nconv 2 3x3\nconcat b\nconv 1 3x3" },
  { "u-net", 16, 8,
    "input 1\nsave image\nunshuffle 2\nconv 8 3x3 nobias\nsave a\nconv 8 3x3 relu nobias\n"
    "conv 8 3x3 nobias\nadd a\nsave skip\nconv 9 3x3 stride 2 nobias\nsave b\nconv 9 3x3 relu "
    "nobias\n"
    "conv 9 3x3 nobias\nadd b\nconv 32 1x1 nobias\nshuffle 2\nadd skip\nconv 4 3x3 nobias\nshuffle "
    "2\n"
    "add image" },
};

typedef struct
{
  CgNetwork *network;
  gsize n;
  float *parameters;
  Picture inputs[PICTURES];
  double *pull[PICTURES]; /* weights of the outputs in the loss */
} Setup;

static double *
normals (CgRandom *random, gsize n)
{
  double *v = g_new (double, n);
  for (gsize i = 0; i < n; i++)
    v[i] = (float) cg_random_normal (random);
  return v;
}

static void
set_up (Setup *s, const Case *c)
{
  g_autoptr (GError) error = NULL;
  CgRandom random = cg_random (7, 0, 0);

  s->network = cg_network_parse (c->text, &error);
  g_assert_no_error (error);
  s->n = cg_network_n_parameters (s->network);
  s->parameters = g_new (float, s->n);
  cg_network_init (s->network, 3, s->parameters);
  for (gsize i = 0; i < s->n; i++) /* biases too */
    s->parameters[i] += 0.05f * (float) cg_random_normal (&random);
  CgShape in = cg_network_input_shape (s->network, c->h, c->w);
  CgShape out = cg_network_output_shape (s->network, c->h, c->w);
  for (int i = 0; i < PICTURES; i++)
    {
      s->inputs[i] = (Picture){ in.h, in.w, in.c, normals (&random, (gsize) in.h * in.w * in.c) };
      s->pull[i] = normals (&random, (gsize) out.h * out.w * out.c);
    }
}

static void
tear_down (Setup *s)
{
  cg_network_free (s->network);
  g_free (s->parameters);
  for (int i = 0; i < PICTURES; i++)
    {
      g_free (s->inputs[i].v);
      g_free (s->pull[i]);
    }
}

static void
fill (CgTensor t, const double *v)
{
  for (int y = 0; y < t.h; y++)
    for (int x = 0; x < t.w; x++)
      for (int c = 0; c < t.c; c++)
        cg_tensor_pixel (&t, y, x)[c] = (float) *v++;
}

static double
loss (const Setup *s, const double *parameters, int picture)
{
  Picture out = naive_forward (cg_network_text (s->network), parameters, s->inputs[picture]);
  double sum = 0;

  for (int i = 0; i < out.h * out.w * out.c; i++)
    sum += s->pull[picture][i] * out.v[i];
  g_free (out.v);
  return sum;
}

static void
check_forward (const Setup *s, CgPass *pass, int n)
{
  g_autofree double *parameters = g_new (double, s->n);

  for (gsize i = 0; i < s->n; i++)
    parameters[i] = s->parameters[i];
  for (int i = 0; i < n; i++)
    {
      Picture want = naive_forward (cg_network_text (s->network), parameters, s->inputs[i]);
      CgTensor got = cg_pass_output (pass, i);
      const double *v = want.v;
      g_assert_cmpint (got.h, ==, want.h);
      g_assert_cmpint (got.w, ==, want.w);
      g_assert_cmpint (got.c, ==, want.c);
      for (int y = 0; y < got.h; y++)
        for (int x = 0; x < got.w; x++)
          for (int c = 0; c < got.c; c++)
            g_assert_cmpfloat_with_epsilon (cg_tensor_pixel (&got, y, x)[c], *v++, 2e-5);
      g_free (want.v);
    }
}

static void
check_backward (const Setup *s, CgPass *pass)
{
  g_autofree float *gradient = g_new0 (float, s->n);
  g_autofree double *parameters = g_new (double, s->n);
  double scale = 0;

  for (int i = 0; i < PICTURES; i++)
    fill (cg_pass_output_gradient (pass, i), s->pull[i]);
  cg_pass_backward (pass, gradient);
  for (gsize i = 0; i < s->n; i++)
    {
      parameters[i] = s->parameters[i];
      scale = MAX (scale, fabs (gradient[i]));
    }
  for (gsize i = 0; i < s->n; i += 1 + s->n / 200)
    {
      double want = 0, centre = parameters[i];
      for (int k = 0; k < PICTURES; k++)
        {
          parameters[i] = centre + STEP;
          want += loss (s, parameters, k) / (2 * STEP);
          parameters[i] = centre - STEP;
          want -= loss (s, parameters, k) / (2 * STEP);
          parameters[i] = centre;
        }
      if (fabs (want - gradient[i]) > 2e-5 * scale)
        g_error ("parameter %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT
                 ": gradient %.8g, finite difference %.8g",
                 i, s->n, gradient[i], want);
    }
}

typedef struct
{
  const Case *c;
  const char *kernels;
} Job;

/* Twice: nothing may be left over from the first time. */
static void
check_pass (const Setup *s, const Job *job, CgPassMode mode)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CgPacked) packed = cg_packed_new (s->network, mode, job->kernels);
  g_assert_true (cg_packed_allocate (packed, NULL));
  int n = mode == CG_PASS_TRAINING ? PICTURES : 1;

  cg_packed_update (packed, s->parameters, NULL);
  g_autoptr (CgPass) pass = cg_pass_new (packed, n, job->c->h, job->c->w, 0, NULL, &error);
  g_assert_no_error (error);
  for (int round = 0; round < 2; round++)
    {
      for (int i = 0; i < n; i++)
        fill (cg_pass_input (pass, i), s->inputs[i].v);
      g_assert_true (cg_pass_forward (pass, NULL, NULL));
      check_forward (s, pass, n);
      if (mode == CG_PASS_TRAINING)
        check_backward (s, pass);
    }
}

static void
check (gconstpointer data)
{
  const Job *job = data;
  Setup s;

  set_up (&s, job->c);
  check_pass (&s, job, CG_PASS_TRAINING);
  check_pass (&s, job, CG_PASS_INFERENCE);
  tear_down (&s);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (const CgConvKernel *const *k = cg_conv_kernels (); *k; k++)
    for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
      {
        g_autofree char *path = g_strdup_printf ("/layers/%s/%s", (*k)->name, cases[i].name);
        Job *job = g_new (Job, 1);
        *job = (Job){ &cases[i], (*k)->name };
        g_test_add_data_func_full (path, job, check, g_free);
      }
  return g_test_run ();
}
