/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Losses against their formulas, slopes against finite differences. */
#include "training/loss.h"

#include <math.h>

#include "model/random.h"

#define W 5
#define H 3
#define N (W * H)

static double
formula (CgLoss loss, const double *out, const double *target)
{
  double sum = 0;
  for (int i = 0; i < N; i++)
    {
      double d = out[i] - target[i], t = target[i];
      switch (loss)
        {
        case CG_LOSS_L1:
          sum += fabs (d);
          break;
        case CG_LOSS_CHARBONNIER:
          sum += sqrt (d * d + 1e-6) - 1e-3;
          break;
        case CG_LOSS_MSE:
        case CG_LOSS_PSNR:
          sum += d * d;
          break;
        case CG_LOSS_BCE:
          sum += -(t * log (out[i]) + (1 - t) * log (1 - out[i]));
          break;
        }
    }
  return loss == CG_LOSS_PSNR ? 10 * log10 (sum / N + 1 / (255. * 255)) : sum / N;
}

/* The output lies in a wider buffer, as a slice of a concatenation does. */
static void
test_loss (gconstpointer data)
{
  CgLoss loss = GPOINTER_TO_INT (data);
  CgRandom random = cg_random (3, loss, 0);
  float wide[N * 4] = { 0 }, target[N], gradient[N];
  double out[N], want[N];
  CgTensor output = { wide + 1, H, W, 1, 4, 4 * W };
  for (int i = 0; i < N; i++)
    {
      wide[4 * i + 1] = 0.1 + 0.8 * cg_random_uniform (&random);
      target[i] = cg_random_uniform (&random);
      out[i] = wide[4 * i + 1];
      want[i] = target[i];
    }
  CgTensor targets = cg_tensor (target, H, W, 1), gradients = cg_tensor (gradient, H, W, 1);

  double value = cg_loss (loss, &output, &targets, 0.5, &gradients);
  g_assert_cmpfloat_with_epsilon (value, formula (loss, out, want), 1e-9);
  for (int i = 0; i < N; i++)
    {
      double kept = out[i], step = 1e-6;
      out[i] = kept + step;
      double above = formula (loss, out, want);
      out[i] = kept - step;
      double below = formula (loss, out, want);
      out[i] = kept;
      g_assert_cmpfloat_with_epsilon (gradient[i], 0.5 * (above - below) / (2 * step), 1e-6);
    }
}

/* A sigmoid that is sure and wrong must not stop the training. */
static void
test_bce_saturated (void)
{
  float out[2] = { 0, 1 }, target[2] = { 1, 0 }, gradient[2];
  CgTensor o = cg_tensor (out, 1, 2, 1), t = cg_tensor (target, 1, 2, 1);
  CgTensor g = cg_tensor (gradient, 1, 2, 1);
  double value = cg_loss (CG_LOSS_BCE, &o, &t, 1, &g);
  g_assert_true (isfinite (value) && value > 10);
  g_assert_true (isfinite (gradient[0]) && gradient[0] < 0);
  g_assert_true (isfinite (gradient[1]) && gradient[1] > 0);
}

static double
brightness (const double *out, const double *target)
{
  double sum = 0;
  for (int i = 0; i < N; i++)
    sum += 255 * (out[i] - target[i]);
  return 0.7 * (sum / N) * (sum / N);
}

/* On top of the slopes that another loss has left. */
static void
test_brightness (void)
{
  CgRandom random = cg_random (4, 0, 0);
  float outputs[N], targets[N], gradients[N], before[N];
  double out[N], want[N];
  for (int i = 0; i < N; i++)
    {
      out[i] = outputs[i] = cg_random_uniform (&random);
      want[i] = targets[i] = cg_random_uniform (&random);
      gradients[i] = before[i] = cg_random_uniform (&random);
    }
  CgTensor output = cg_tensor (outputs, H, W, 1), target = cg_tensor (targets, H, W, 1);
  CgTensor gradient = cg_tensor (gradients, H, W, 1);

  double value = cg_loss_brightness (0.7, &output, &target, 0.5, &gradient);
  g_assert_cmpfloat_with_epsilon (value, brightness (out, want), 1e-9 * value);
  for (int i = 0; i < N; i++)
    {
      double kept = out[i], step = 1e-6;
      out[i] = kept + step;
      double above = brightness (out, want);
      out[i] = kept - step;
      double below = brightness (out, want);
      out[i] = kept;
      double slope = 0.5 * (above - below) / (2 * step);
      g_assert_cmpfloat_with_epsilon (gradients[i] - before[i], slope, 1e-5 * fabs (slope));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/loss/l1", GINT_TO_POINTER (CG_LOSS_L1), test_loss);
  g_test_add_data_func ("/loss/charbonnier", GINT_TO_POINTER (CG_LOSS_CHARBONNIER), test_loss);
  g_test_add_data_func ("/loss/psnr", GINT_TO_POINTER (CG_LOSS_PSNR), test_loss);
  g_test_add_data_func ("/loss/mse", GINT_TO_POINTER (CG_LOSS_MSE), test_loss);
  g_test_add_data_func ("/loss/bce", GINT_TO_POINTER (CG_LOSS_BCE), test_loss);
  g_test_add_func ("/loss/bce-saturated", test_bce_saturated);
  g_test_add_func ("/loss/brightness", test_brightness);
  return g_test_run ();
}
