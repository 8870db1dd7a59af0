/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drawing latents: gradients through the draw and of the KL divergence against
 * finite differences, the divergence against a Monte-Carlo estimate, and a
 * network cut in two against the whole. */
#include <math.h>
#include <string.h>

#include "model/coder.h"
#include "model/error.h"
#include "model/layers/layer.h"
#include "model/pass.h"
#include "model/random.h"
#include "tests/model/naive.h"

#define FRONT "input 1x1x5\ndense 7 sigmoid\ndense 6"
#define BACK  "\ndense 5 sigmoid"
#define N     3 /* latents */
#define KL    0.3
#define SEED  11

static const char *const whole = FRONT "\ngaussian" BACK;

typedef struct
{
  CgNetwork *network;
  gsize n, n_front;
  float *parameters;
  double x[5], pull[5], e[N];
} Setup;

static void
set_up (Setup *s)
{
  CgRandom random = cg_random (5, 0, 0), draw = cg_random (SEED, 0, 0);

  s->network = cg_network_parse (whole, NULL);
  s->n = cg_network_n_parameters (s->network);
  s->n_front = 5 * 7 + 7 + 7 * 6 + 6;
  s->parameters = g_new (float, s->n);
  for (gsize i = 0; i < s->n; i++)
    s->parameters[i] = (float) (0.4 * cg_random_normal (&random));
  for (int i = 0; i < 5; i++)
    {
      s->x[i] = (float) cg_random_normal (&random);
      s->pull[i] = (float) cg_random_normal (&random);
    }
  for (int i = 0; i < N; i++)
    s->e[i] = cg_random_normal (&draw);
}

static void
tear_down (Setup *s)
{
  cg_network_free (s->network);
  g_free (s->parameters);
}

/* Reconstruction and KL, by another way and in double precision. */
static double
loss (const Setup *s, const double *parameters, double *kl)
{
  Picture in = { 1, 1, 5, (double *) s->x };
  Picture code = naive_forward (FRONT, parameters, in);
  double z[N], sum = 0;
  Picture latents = { 1, 1, N, z };

  *kl = 0;
  for (int i = 0; i < N; i++)
    {
      double m = code.v[i], sigma = exp (code.v[N + i] / 2);
      z[i] = m + sigma * s->e[i];
      *kl += -log (sigma) + (sigma * sigma + m * m - 1) / 2;
    }
  Picture out = naive_forward ("input 1x1x3" BACK, parameters + s->n_front, latents);
  for (int i = 0; i < 5; i++)
    sum += s->pull[i] * out.v[i];
  g_free (code.v);
  g_free (out.v);
  return sum + KL * *kl;
}

static void
run (const Setup *s, float *gradient, double *kl)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CgPacked) packed = cg_packed_new (s->network, CG_PASS_TRAINING, NULL);
  g_assert_true (cg_packed_allocate (packed, NULL));
  cg_packed_update (packed, s->parameters, NULL);
  g_autoptr (CgPass) pass = cg_pass_new (packed, 2, 1, 1, 0, NULL, &error);
  g_assert_no_error (error);
  CgRandom draw = cg_random (SEED, 0, 0);

  for (int i = 0; i < 2; i++)
    for (int k = 0; k < 5; k++)
      cg_pass_input (pass, i).data[k] = (float) s->x[k];
  cg_pass_set_noise (pass, 1, &draw);
  cg_pass_set_kl (pass, KL);
  cg_pass_forward (pass, NULL, NULL);
  *kl = cg_pass_kl (pass, 1);
  for (int k = 0; k < 5; k++)
    {
      cg_pass_output_gradient (pass, 0).data[k] = 0;
      cg_pass_output_gradient (pass, 1).data[k] = (float) s->pull[k];
    }
  cg_pass_backward (pass, gradient);
}

static void
test_gradient (void)
{
  Setup s;
  set_up (&s);
  g_autofree float *gradient = g_new0 (float, s.n);
  g_autofree double *p = g_new (double, s.n);
  double kl, want_kl, unused;

  run (&s, gradient, &kl);
  for (gsize i = 0; i < s.n; i++)
    p[i] = s.parameters[i];
  loss (&s, p, &want_kl);
  g_assert_cmpfloat_with_epsilon (kl, want_kl, 1e-5);
  for (gsize i = 0; i < s.n; i++)
    {
      /* Picture 0, whose reconstruction pulls nowhere, adds the KL's gradient once more. */
      double step = 1e-5, centre = p[i], with, without, want = 0;
      for (int side = -1; side <= 1; side += 2)
        {
          p[i] = centre + side * step;
          with = loss (&s, p, &unused);
          without = KL * unused;
          want += side * (with + without) / (2 * step);
        }
      p[i] = centre;
      if (fabs (want - gradient[i]) > 1e-5)
        g_error ("parameter %" G_GSIZE_FORMAT ": gradient %.8g, finite difference %.8g", i,
                 gradient[i], want);
    }
  tear_down (&s);
}

/* KL (q, standard normal) is the mean under q of log q - log p. */
static void
test_monte_carlo (void)
{
  const float in[4] = { 0.7f, -1.2f, logf (0.5f), logf (1.9f) };
  CgRandom random = cg_random (2, 0, 0);
  double sum = 0;
  int n = 400000;

  for (int i = 0; i < n; i++)
    for (int k = 0; k < 2; k++)
      {
        double e = cg_random_normal (&random), sigma = exp (in[2 + k] / 2), z = in[k] + sigma * e;
        sum += (z * z - e * e) / 2 - log (sigma);
      }
  g_assert_cmpfloat_with_epsilon (cg_gaussian_kl (in, 2), sum / n, 0.01);
  g_assert_cmpfloat_with_epsilon (cg_gaussian_kl ((float[]){ 0, 0 }, 1), 0, 1e-12);
}

/* The draw has the mean and the spread that it is told. */
static void
test_draw (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CgNetwork) network = cg_network_parse ("input 1x1x2\ngaussian", &error);
  g_assert_no_error (error);
  g_autoptr (CgApply) apply = cg_apply_new (network, NULL, NULL, &error);
  g_assert_no_error (error);
  int n = 20000;
  g_autofree float *in = g_new (float, 2 * n);
  g_autofree float *out = g_new (float, n);
  double mean = 0, square = 0;

  for (int i = 0; i < n; i++)
    {
      in[2 * i] = 3;
      in[2 * i + 1] = logf (0.25f);
    }
  cg_apply_run (apply, in, n, 1, out);
  for (int i = 0; i < n; i++)
    {
      mean += out[i] / n;
      square += (out[i] - 3) * (out[i] - 3) / n;
    }
  g_assert_cmpfloat_with_epsilon (mean, 3, 0.02);
  g_assert_cmpfloat_with_epsilon (square, 0.25, 0.01);
  g_assert_cmpfloat (out[0], !=, out[1]);

  float first = out[0];
  cg_apply_run (apply, in, 1, 1, out);
  g_assert_cmpfloat (out[0], ==, first);
  cg_apply_run (apply, in, 1, 2, out);
  g_assert_cmpfloat (out[0], !=, first);
  cg_apply_run (apply, in, 1, CG_APPLY_MEANS, out);
  g_assert_cmpfloat (out[0], ==, 3);
}

/* --- cutting --- */

static const char *const coders[] = {
  "input 4x4x1\nflatten\ndense 9 relu\ndense 3\nlatent\ndense 16 sigmoid\nreshape 4x4x1",
  "input 4x4x1\nflatten\ndense 6\ngaussian\ndense 16 sigmoid\nreshape 4x4x1",
  "input 4x4x1\nconv 3 3x3 relu\nmaxpool 2\nlatent\nupsample 2\nconv 1 3x3 sigmoid",
  "input 4x4x1\nconv 2 3x3 stride 2\nlatent\nupconv 2 3x3 stride 2 relu\nsave a\nconv 2 3x3\nadd "
  "a\n"
  "conv 1 1x1",
};

static void
test_split (void)
{
  for (gsize c = 0; c < G_N_ELEMENTS (coders); c++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (CgModel) model = cg_model_new (cg_network_parse (coders[c], &error), NULL);
      g_assert_no_error (error);
      cg_network_init (model->network, 4, model->parameters);
      g_autoptr (CgCoder) coder = cg_coder_new (model, NULL, &error);
      g_assert_no_error (error);
      g_autoptr (CgApply) apply = cg_apply_new (model->network, model->parameters, NULL, &error);
      g_assert_no_error (error);

      int n = 70; /* more than a batch */
      gsize n_latents = cg_shape_values (cg_apply_output (coder->encoder));
      g_autofree float *in = g_new (float, 16 * n);
      g_autofree float *want = g_new (float, 16 * n);
      g_autofree float *got = g_new (float, 16 * n);
      g_autofree float *latents = g_new (float, n_latents *n);
      CgRandom random = cg_random (1, c, 0);
      for (int i = 0; i < 16 * n; i++)
        in[i] = (float) cg_random_uniform (&random);
      cg_apply_run (apply, in, n, 3, want);
      cg_apply_run (coder->encoder, in, n, 3, latents);
      cg_apply_run (coder->decoder, latents, n, 3, got);
      g_assert_cmpmem (got, sizeof *got * 16 * n, want, sizeof *want * 16 * n);
    }
}

static const struct
{
  const char *text, *message;
} uncut[] = {
  { "input 1x1x2\ndense 2", "the network names no latents, by a line 'latent' or 'gaussian'" },
  { "input 1x1x2\nsave a\ndense 2\nlatent\nadd a\ndense 2",
    "behind the latents: network line 2 'add a': nothing was saved as 'a'" },
  { "input 1x1x2\ndense 2\nlatent", "behind the latents: network has no layers" },
};

static const struct
{
  const char *text, *message;
} unread[] = {
  { "input 1x1x2\nlatent\ndense 2", "network line 2 'latent': the input is no latents" },
  { "input 1x1x2\ndense 2\nlatent\ngaussian",
    "network line 4 'gaussian': the latents are already those of line 3" },
  { "input 1x1x2\ndense 2\nlatent 7", "network line 3 'latent 7': latent stands alone, '7' is too "
                                      "much" },
  { "input 1x1x3\ngaussian", "network line 2 'gaussian': gaussian takes 1x1x(2 n), n means and n "
                             "log-variances, this is 1x1x3" },
  { "input 4x4x1\nupconv 2 3x3",
    "network line 2 'upconv 2 3x3': upconv takes a number of channels, "
    "an odd square up to 31x31 and a stride, as in 'upconv 32 3x3 "
    "stride 2'" },
};

static void
test_messages (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (uncut); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (CgNetwork) network = cg_network_parse (uncut[i].text, NULL);
      CgNetwork *parts[2];
      g_assert_false (cg_network_split (network, &parts[0], &parts[1], &error));
      g_assert_error (error, CG_ERROR, CG_ERROR_NETWORK);
      g_assert_cmpstr (error->message, ==, uncut[i].message);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (unread); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (cg_network_parse (unread[i].text, &error));
      g_assert_cmpstr (error->message, ==, unread[i].message);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/latents/gradient", test_gradient);
  g_test_add_func ("/latents/kl/monte-carlo", test_monte_carlo);
  g_test_add_func ("/latents/draw", test_draw);
  g_test_add_func ("/latents/split", test_split);
  g_test_add_func ("/latents/messages", test_messages);
  return g_test_run ();
}
