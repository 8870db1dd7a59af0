/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `dense 512 [relu|sigmoid] [nobias]`: every output sees every input.
 *
 *   out[o] = act (sum over i of weight[o][i] * in[i] + bias[o])
 *
 * The pictures of a batch are the rows of one matrix product. */
#include "layer.h"

#include "model/error.h"
#include "model/matmul.h"

#define MAX_UNITS 1000000

static gboolean
parse (CgLayer *layer, char **words, GError **error)
{
  if (!words[0])
    {
      g_set_error_literal (error, CG_ERROR, CG_ERROR_NETWORK,
                           "dense takes a number of units, as in 'dense 20 relu'");
      return FALSE;
    }
  return cg_layer_parse_number (words[0], MAX_UNITS, &layer->n, error)
         && cg_layer_parse_ending (layer, words + 1, error);
}

static gboolean
shape (CgLayer *layer, GError **error)
{
  if (layer->in.h != 1 || layer->in.w != 1)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_NETWORK,
                   "dense takes 1x1xC, this is %dx%dx%d: flatten it first", layer->in.h,
                   layer->in.w, layer->in.c);
      return FALSE;
    }
  layer->out = (CgShape){ 1, 1, layer->n };
  layer->weight_length = (gsize) layer->n * layer->in.c;
  layer->bias_length = layer->bias ? layer->n : 0;
  return TRUE;
}

static void
forward (const CgLayer *layer, const CgLayerRun *run)
{
  int n = run->in.n, c_in = layer->in.c, c_out = layer->out.c;

  cg_matmul (FALSE, TRUE, n, c_out, c_in, run->in.first.data, run->in.picture_stride, run->weight,
             c_in, FALSE, run->out.first.data, run->out.picture_stride);
  for (int i = 0; i < n; i++)
    {
      float *out = cg_batch_at (&run->out, i).data;
      for (int o = 0; o < c_out; o++)
        out[o] = cg_activate (layer->activation, out[o] + (run->bias ? run->bias[o] : 0));
    }
}

static void
backward (const CgLayer *layer, const CgLayerRun *run)
{
  int n = run->in.n, c_in = layer->in.c, c_out = layer->out.c;

  for (int i = 0; i < n; i++)
    {
      const float *out = cg_batch_at (&run->out, i).data;
      float *g = cg_batch_at (&run->grad_out, i).data;
      for (int o = 0; o < c_out; o++)
        {
          g[o] *= cg_activate_slope (layer->activation, out[o]);
          if (layer->bias)
            run->grad_bias[o] += g[o];
        }
    }
  /* weight: g^T in; input: g weight */
  cg_matmul (TRUE, FALSE, c_out, c_in, n, run->grad_out.first.data, run->grad_out.picture_stride,
             run->in.first.data, run->in.picture_stride, TRUE, run->grad_weight, c_in);
  if (run->grad_in.first.data)
    cg_matmul (FALSE, FALSE, n, c_in, c_out, run->grad_out.first.data, run->grad_out.picture_stride,
               run->weight, c_in, run->add_in, run->grad_in.first.data,
               run->grad_in.picture_stride);
}

const CgLayerKind cg_layer_dense = {
  .name = "dense",
  .fixed_size = TRUE,
  .parse = parse,
  .shape = shape,
  .forward = forward,
  .backward = backward,
};
