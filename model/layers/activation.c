/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `relu` and `sigmoid` on a line of their own. */
#include "layer.h"

static gboolean
shape_relu (CgLayer *layer, GError **error)
{
  layer->out = layer->in;
  layer->activation = CG_ACTIVATION_RELU;
  return TRUE;
}

static gboolean
shape_sigmoid (CgLayer *layer, GError **error)
{
  layer->out = layer->in;
  layer->activation = CG_ACTIVATION_SIGMOID;
  return TRUE;
}

static void
forward_rows (const CgLayer *layer, const CgLayerRun *run, int picture, int y0, int y1, int worker)
{
  CgTensor in = cg_batch_at (&run->in, picture), out = cg_batch_at (&run->out, picture);

  for (int y = y0; y < y1; y++)
    for (int x = 0; x < out.w; x++)
      {
        const float *from = cg_tensor_pixel (&in, y, x);
        float *to = cg_tensor_pixel (&out, y, x);
        for (int c = 0; c < out.c; c++)
          to[c] = cg_activate (layer->activation, from[c]);
      }
}

static void
forward (const CgLayer *layer, const CgLayerRun *run)
{
  cg_layer_rows (layer, run, run->y0, run->y1, 1, forward_rows);
}

static void
backward_rows (const CgLayer *layer, const CgLayerRun *run, int picture, int y0, int y1, int worker)
{
  CgTensor out = cg_batch_at (&run->out, picture);
  CgTensor grad_out = cg_batch_at (&run->grad_out, picture);
  CgTensor grad_in = cg_batch_at (&run->grad_in, picture);

  for (int y = y0; y < y1; y++)
    for (int x = 0; x < out.w; x++)
      {
        const float *v = cg_tensor_pixel (&out, y, x), *g = cg_tensor_pixel (&grad_out, y, x);
        float *to = cg_tensor_pixel (&grad_in, y, x);
        for (int c = 0; c < out.c; c++)
          to[c] = (run->add_in ? to[c] : 0) + g[c] * cg_activate_slope (layer->activation, v[c]);
      }
}

static void
backward (const CgLayer *layer, const CgLayerRun *run)
{
  if (run->grad_in.first.data)
    cg_layer_rows (layer, run, 0, run->out.first.h, 1, backward_rows);
}

const CgLayerKind cg_layer_relu = {
  .name = "relu",
  .shape = shape_relu,
  .forward = forward,
  .backward = backward,
};

const CgLayerKind cg_layer_sigmoid = {
  .name = "sigmoid",
  .shape = shape_sigmoid,
  .forward = forward,
  .backward = backward,
};
