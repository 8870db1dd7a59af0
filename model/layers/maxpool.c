/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `maxpool 2`: the largest of each 2x2 square, each channel for itself.  The
 * gradient goes to the first pixel that has the largest value. */
#include "layer.h"

#include "model/error.h"

static gboolean
shape (CgLayer *layer, GError **error)
{
  if (layer->in.h % layer->n != 0 || layer->in.w % layer->n != 0)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_NETWORK, "%dx%d pixels cannot be pooled %d by %d",
                   layer->in.h, layer->in.w, layer->n, layer->n);
      return FALSE;
    }
  layer->out = (CgShape){ layer->in.h / layer->n, layer->in.w / layer->n, layer->in.c };
  return TRUE;
}

static void
forward_rows (const CgLayer *layer, const CgLayerRun *run, int picture, int y0, int y1, int worker)
{
  CgTensor in = cg_batch_at (&run->in, picture), out = cg_batch_at (&run->out, picture);

  for (int y = y0; y < y1; y++)
    for (int x = 0; x < out.w; x++)
      {
        float *to = cg_tensor_pixel (&out, y, x);
        for (int v = 0; v < layer->n; v++)
          for (int u = 0; u < layer->n; u++)
            {
              const float *from = cg_tensor_pixel (&in, y * layer->n + v, x * layer->n + u);
              for (int c = 0; c < out.c; c++)
                to[c] = (v | u) == 0 || from[c] > to[c] ? from[c] : to[c];
            }
      }
}

static void
forward (const CgLayer *layer, const CgLayerRun *run)
{
  cg_layer_rows (layer, run, run->y0, run->y1, 1, forward_rows);
}

/* The pixel, counted v * n + u, that the largest value of channel @c came from. */
static int
winner (const CgLayer *layer, const CgTensor *in, int y, int x, int c, float largest)
{
  int last = layer->n * layer->n - 1;

  for (int i = 0; i < last; i++)
    if (cg_tensor_pixel (in, y * layer->n + i / layer->n, x * layer->n + i % layer->n)[c]
        == largest)
      return i;
  return last;
}

static void
backward_rows (const CgLayer *layer, const CgLayerRun *run, int picture, int y0, int y1, int worker)
{
  CgTensor in = cg_batch_at (&run->in, picture), out = cg_batch_at (&run->out, picture);
  CgTensor grad_out = cg_batch_at (&run->grad_out, picture);
  CgTensor grad_in = cg_batch_at (&run->grad_in, picture);

  for (int y = y0; y < y1; y++)
    for (int x = 0; x < out.w; x++)
      for (int c = 0; c < out.c; c++)
        {
          int won = winner (layer, &in, y, x, c, cg_tensor_pixel (&out, y, x)[c]);
          float g = cg_tensor_pixel (&grad_out, y, x)[c];
          for (int i = 0; i < layer->n * layer->n; i++)
            {
              float *to = cg_tensor_pixel (&grad_in, y * layer->n + i / layer->n,
                                           x * layer->n + i % layer->n)
                          + c;
              *to = (run->add_in ? *to : 0) + (i == won ? g : 0);
            }
        }
}

static void
backward (const CgLayer *layer, const CgLayerRun *run)
{
  if (run->grad_in.first.data)
    cg_layer_rows (layer, run, 0, run->out.first.h, 1, backward_rows);
}

const CgLayerKind cg_layer_maxpool = {
  .name = "maxpool",
  .scale = CG_SCALE_DOWN,
  .parse = cg_layer_parse_factor,
  .shape = shape,
  .forward = forward,
  .backward = backward,
};
