/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `conv 32 3x3 [stride 2] [relu|sigmoid] [nobias]`: the arithmetic is in conv/. */
#include "layer.h"

#include <stdio.h>
#include <string.h>

#include "model/error.h"

#define MAX_CHANNELS 4096
#define MAX_SIDE     31

static gboolean
parse (CgLayer *layer, char **words, GError **error)
{
  int rows, columns, end = 0;

  if (g_strv_length (words) < 2 || sscanf (words[1], "%dx%d%n", &rows, &columns, &end) != 2
      || words[1][end] != '\0' || rows != columns || rows % 2 == 0 || rows < 1 || rows > MAX_SIDE)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_NETWORK,
                   "conv takes a number of channels and an odd square up to %dx%d, "
                   "as in 'conv 32 3x3'",
                   MAX_SIDE, MAX_SIDE);
      return FALSE;
    }
  layer->conv = (CgConv){ .k = rows, .stride = 1 };
  if (!cg_layer_parse_number (words[0], MAX_CHANNELS, &layer->conv.c_out, error))
    return FALSE;

  words += 2;
  if (words[0] && strcmp (words[0], "stride") == 0)
    {
      if (!cg_layer_parse_number (words[1] ? words[1] : "", 16, &layer->conv.stride, error))
        return FALSE;
      words += 2;
    }
  layer->n = layer->conv.stride;
  return cg_layer_parse_ending (layer, words, error);
}

static gboolean
shape (CgLayer *layer, GError **error)
{
  CgConv *conv = &layer->conv;

  conv->c_in = layer->in.c;
  layer->out.h = (layer->in.h + conv->stride - 1) / conv->stride;
  layer->out.w = (layer->in.w + conv->stride - 1) / conv->stride;
  layer->out.c = conv->c_out;
  layer->weight_length = (gsize) conv->c_out * conv->c_in * conv->k * conv->k;
  layer->bias_length = layer->bias ? conv->c_out : 0;
  return TRUE;
}

static void
forward_rows (const CgLayer *layer, const CgLayerRun *run, int picture, int y0, int y1, int worker)
{
  CgTensor in = cg_batch_at (&run->in, picture);
  CgTensor out = cg_batch_at (&run->out, picture);
  CgTensor add = cg_batch_at (&run->add, picture);
  CgConvEpilogue epilogue = {
    .bias = run->bias,
    .add = run->add.first.data ? &add : NULL,
    .activation = layer->activation,
  };

  run->kernel->forward (&layer->conv, &in, run->packed, &epilogue, &out, y0, y1,
                        run->scratch + worker * run->scratch_stride);
}

static void
forward (const CgLayer *layer, const CgLayerRun *run)
{
  cg_layer_rows (layer, run, run->y0, run->y1, run->kernel->row_step, forward_rows);
}

/* grad_out becomes the gradient before the activation, in place. */
static void
undo_activation (CgActivation activation, const CgTensor *out, const CgTensor *grad)
{
  for (int y = 0; y < out->h; y++)
    for (int x = 0; x < out->w; x++)
      {
        const float *v = cg_tensor_pixel (out, y, x);
        float *g = cg_tensor_pixel (grad, y, x);
        for (int o = 0; o < out->c; o++)
          g[o] *= cg_activate_slope (activation, v[o]);
      }
}

static void
add_bias_gradient (const CgTensor *grad, float *sum)
{
  for (int y = 0; y < grad->h; y++)
    for (int x = 0; x < grad->w; x++)
      {
        const float *g = cg_tensor_pixel (grad, y, x);
        for (int o = 0; o < grad->c; o++)
          sum[o] += g[o];
      }
}

static void
backward (const CgLayer *layer, const CgLayerRun *run)
{
  const CgConv *conv = &layer->conv;
  const CgConvKernel *kernel = run->kernel;
  const float *packed = run->packed + kernel->packed_size (conv, CG_CONV_FORWARD);
  float *bias_sum = run->sum + kernel->grad_size (conv);

  for (int i = 0; i < run->in.n; i++)
    {
      CgTensor in = cg_batch_at (&run->in, i);
      CgTensor out = cg_batch_at (&run->out, i);
      CgTensor grad_out = cg_batch_at (&run->grad_out, i);
      CgTensor grad_in = cg_batch_at (&run->grad_in, i);

      if (layer->activation != CG_ACTIVATION_NONE)
        undo_activation (layer->activation, &out, &grad_out);
      if (layer->bias)
        add_bias_gradient (&grad_out, bias_sum);
      kernel->backward_weight (conv, &in, &grad_out, run->sum, run->scratch);
      if (run->grad_in.first.data)
        kernel->backward_data (conv, &grad_out, packed, &grad_in, run->add_in, run->scratch);
    }
}

static gsize
packed_size (const CgLayer *layer, const CgConvKernel *kernel, gboolean training)
{
  return kernel->packed_size (&layer->conv, CG_CONV_FORWARD)
         + (training ? kernel->packed_size (&layer->conv, CG_CONV_BACKWARD) : 0);
}

static void
pack (const CgLayer *layer, const CgConvKernel *kernel, gboolean training, const float *weight,
      float *packed)
{
  kernel->pack (&layer->conv, CG_CONV_FORWARD, weight, packed);
  if (training)
    kernel->pack (&layer->conv, CG_CONV_BACKWARD, weight,
                  packed + kernel->packed_size (&layer->conv, CG_CONV_FORWARD));
}

static gsize
sum_size (const CgLayer *layer, const CgConvKernel *kernel)
{
  return kernel->grad_size (&layer->conv) + layer->bias_length;
}

static void
collect (const CgLayer *layer, const CgConvKernel *kernel, const float *sum, float *grad_weight,
         float *grad_bias)
{
  const float *bias_sum = sum + kernel->grad_size (&layer->conv);

  kernel->finish_weight (&layer->conv, sum, grad_weight);
  for (gsize o = 0; o < layer->bias_length; o++)
    grad_bias[o] += bias_sum[o];
}

static gsize
scratch_size (const CgLayer *layer, const CgConvKernel *kernel, int w_in)
{
  return kernel->scratch_size (&layer->conv, w_in);
}

const CgLayerKind cg_layer_conv = {
  .name = "conv",
  .scale = CG_SCALE_DOWN,
  .parse = parse,
  .shape = shape,
  .forward = forward,
  .backward = backward,
  .packed_size = packed_size,
  .pack = pack,
  .sum_size = sum_size,
  .collect = collect,
  .scratch_size = scratch_size,
};
