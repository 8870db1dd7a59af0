/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `upsample 2`: each pixel becomes a 2x2 square of itself. */
#include "layer.h"

#include <string.h>

static gboolean
shape (CgLayer *layer, GError **error)
{
  layer->out = (CgShape){ layer->in.h * layer->n, layer->in.w * layer->n, layer->in.c };
  return TRUE;
}

static void
forward_rows (const CgLayer *layer, const CgLayerRun *run, int picture, int y0, int y1, int worker)
{
  CgTensor in = cg_batch_at (&run->in, picture), out = cg_batch_at (&run->out, picture);

  for (int y = y0; y < y1; y++)
    for (int x = 0; x < out.w; x++)
      memcpy (cg_tensor_pixel (&out, y, x), cg_tensor_pixel (&in, y / layer->n, x / layer->n),
              sizeof (float) * out.c);
}

static void
forward (const CgLayer *layer, const CgLayerRun *run)
{
  cg_layer_rows (layer, run, run->y0, run->y1, 1, forward_rows);
}

static void
backward (const CgLayer *layer, const CgLayerRun *run)
{
  if (!run->grad_in.first.data)
    return;
  for (int i = 0; i < run->in.n; i++)
    {
      CgTensor grad_out = cg_batch_at (&run->grad_out, i);
      CgTensor grad_in = cg_batch_at (&run->grad_in, i);
      for (int y = 0; y < grad_out.h; y++)
        for (int x = 0; x < grad_out.w; x++)
          {
            const float *g = cg_tensor_pixel (&grad_out, y, x);
            float *to = cg_tensor_pixel (&grad_in, y / layer->n, x / layer->n);
            gboolean first = y % layer->n == 0 && x % layer->n == 0 && !run->add_in;
            for (int c = 0; c < grad_out.c; c++)
              to[c] = (first ? 0 : to[c]) + g[c];
          }
    }
}

const CgLayerKind cg_layer_upsample = {
  .name = "upsample",
  .scale = CG_SCALE_UP,
  .parse = cg_layer_parse_factor,
  .shape = shape,
  .forward = forward,
  .backward = backward,
};
