/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `gaussian`: of 2 n values - n means m, then n log-variances l - it makes n
 * latents, drawn as Kingma & Welling (Auto-Encoding Variational Bayes, 2014)
 * do, so that a gradient passes through the draw:
 *
 *   z = m + exp (l / 2) e,   e standard normal, or 0 when nothing is drawn
 *   KL = sum of (m^2 + exp (l) - l - 1) / 2, from the standard normal distribution */
#include "layer.h"

#include "model/error.h"

static gboolean
shape (CgLayer *layer, GError **error)
{
  if (layer->in.h != 1 || layer->in.w != 1 || layer->in.c % 2 != 0)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_NETWORK,
                   "gaussian takes 1x1x(2 n), n means and n log-variances, this is %dx%dx%d",
                   layer->in.h, layer->in.w, layer->in.c);
      return FALSE;
    }
  layer->out = (CgShape){ 1, 1, layer->in.c / 2 };
  return TRUE;
}

static void
forward (const CgLayer *layer, const CgLayerRun *run)
{
  int n = layer->out.c;

  for (int i = 0; i < run->in.n; i++)
    {
      const float *mean = cg_batch_at (&run->in, i).data, *log_variance = mean + n;
      float *z = cg_batch_at (&run->out, i).data;
      CgRandom random = run->noise[i].random;
      for (int k = 0; k < n; k++)
        {
          double e = run->noise[i].drawn ? cg_random_normal (&random) : 0;
          z[k] = (float) (mean[k] + exp (0.5 * log_variance[k]) * e);
        }
    }
}

/* dz/dl = exp (l / 2) e / 2 = (z - m) / 2: the draw need not be kept. */
static void
backward (const CgLayer *layer, const CgLayerRun *run)
{
  int n = layer->out.c;

  for (int i = 0; i < run->in.n && run->grad_in.first.data; i++)
    {
      const float *mean = cg_batch_at (&run->in, i).data, *log_variance = mean + n;
      const float *z = cg_batch_at (&run->out, i).data, *g = cg_batch_at (&run->grad_out, i).data;
      float *to = cg_batch_at (&run->grad_in, i).data;
      for (int k = 0; k < n; k++)
        {
          float by_mean = g[k] + run->kl * mean[k];
          float by_log = 0.5f * (g[k] * (z[k] - mean[k]) + run->kl * (expf (log_variance[k]) - 1));
          to[k] = (run->add_in ? to[k] : 0) + by_mean;
          to[n + k] = (run->add_in ? to[n + k] : 0) + by_log;
        }
    }
}

double
cg_gaussian_kl (const float *in, int n)
{
  double sum = 0;

  for (int k = 0; k < n; k++)
    {
      double mean = in[k], log_variance = in[n + k];
      sum += (mean * mean + exp (log_variance) - log_variance - 1) / 2;
    }
  return sum;
}

const CgLayerKind cg_layer_gaussian = {
  .name = "gaussian",
  .fixed_size = TRUE,
  .shape = shape,
  .forward = forward,
  .backward = backward,
};
