/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `upsample 2`: each pixel becomes a 2x2 square of itself. */
#include "layer.h"

#include <string.h>

#include "model/wide.h"

static gboolean
shape (CgLayer *layer, GError **error)
{
  layer->out = (CgShape){ layer->in.h * layer->n, layer->in.w * layer->n, layer->in.c };
  return TRUE;
}

CG_WIDE static void
forward_rows (const CgLayer *layer, const CgLayerRun *run, int picture, int y0, int y1, int worker)
{
  CgTensor in = cg_batch_at (&run->in, picture), out = cg_batch_at (&run->out, picture);

  for (int y = y0; y < y1; y++)
    for (int x = 0; x < out.w; x++)
      {
        const float *restrict from = cg_tensor_pixel (&in, y / layer->n, x / layer->n);
        float *restrict to = cg_tensor_pixel (&out, y, x);
        for (int c = 0; c < out.c; c++)
          to[c] = from[c];
      }
}

static void
forward (const CgLayer *layer, const CgLayerRun *run)
{
  cg_layer_rows (layer, run, run->y0, run->y1, 1, forward_rows);
}

static inline void
add (int c, float *restrict to, const float *restrict from)
{
  for (int i = 0; i < c; i++)
    to[i] += from[i];
}

/* Rows of the input: each pixel's gradient is the sum of its square's. */
CG_WIDE static void
backward_rows (const CgLayer *layer, const CgLayerRun *run, int picture, int y0, int y1, int worker)
{
  CgTensor grad_out = cg_batch_at (&run->grad_out, picture);
  CgTensor grad_in = cg_batch_at (&run->grad_in, picture);
  CgTensor in = cg_batch_at (&run->in, picture);
  int n = layer->n;

  for (int y = y0; y < y1; y++)
    for (int x = 0; x < grad_in.w; x++)
      {
        float *to = cg_tensor_pixel (&grad_in, y, x);
        if (!run->add_in)
          memset (to, 0, grad_in.c * sizeof *to);
        for (int i = 0; i < n * n; i++)
          add (grad_in.c, to, cg_tensor_pixel (&grad_out, y * n + i / n, x * n + i % n));
        cg_times_slope (run->undo, grad_in.c, cg_tensor_pixel (&in, y, x), to);
      }
}

static void
backward (const CgLayer *layer, const CgLayerRun *run)
{
  if (run->grad_in.first.data)
    cg_layer_rows (layer, run, 0, run->in.first.h, 1, backward_rows);
}

const CgLayerKind cg_layer_upsample = {
  .name = "upsample",
  .scale = CG_SCALE_UP,
  .parse = cg_layer_parse_factor,
  .shape = shape,
  .forward = forward,
  .backward = backward,
  .undoes = TRUE,
};
