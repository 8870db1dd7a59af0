/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `maxpool 2`: the largest of each 2x2 square, each channel for itself.  The
 * gradient goes to the first pixel that has the largest value. */
#include "layer.h"

#include <string.h>

#include "model/error.h"
#include "model/wide.h"

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

/* The larger of each of @c values. */
static inline void
raise_to (int c, float *restrict to, const float *restrict from)
{
  for (int i = 0; i < c; i++)
    to[i] = from[i] > to[i] ? from[i] : to[i];
}

CG_WIDE static void
forward_rows (const CgLayer *layer, const CgLayerRun *run, int picture, int y0, int y1, int worker)
{
  CgTensor in = cg_batch_at (&run->in, picture), out = cg_batch_at (&run->out, picture);
  int n = layer->n;

  for (int y = y0; y < y1; y++)
    for (int x = 0; x < out.w; x++)
      {
        float *to = cg_tensor_pixel (&out, y, x);
        memcpy (to, cg_tensor_pixel (&in, y * n, x * n), out.c * sizeof *to);
        for (int i = 1; i < n * n; i++)
          raise_to (out.c, to, cg_tensor_pixel (&in, y * n + i / n, x * n + i % n));
      }
}

static void
forward (const CgLayer *layer, const CgLayerRun *run)
{
  cg_layer_rows (layer, run, run->y0, run->y1, 1, forward_rows);
}

/* Channels where a pixel has the @largest value take the gradient that is @left, and nothing
 * remains of it for the pixels behind; it is @added to what is there. */
static inline void
take (int c, const float *restrict values, const float *restrict largest, float *restrict left,
      gboolean added, float *restrict to)
{
  for (int i = 0; i < c; i++)
    {
      float taken = values[i] == largest[i] ? left[i] : 0;
      left[i] = values[i] == largest[i] ? 0 : left[i];
      to[i] = (added ? to[i] : 0) + taken;
    }
}

CG_WIDE static void
backward_rows (const CgLayer *layer, const CgLayerRun *run, int picture, int y0, int y1, int worker)
{
  CgTensor in = cg_batch_at (&run->in, picture), out = cg_batch_at (&run->out, picture);
  CgTensor grad_out = cg_batch_at (&run->grad_out, picture);
  CgTensor grad_in = cg_batch_at (&run->grad_in, picture);
  float *left = cg_layer_scratch (run, worker);
  int n = layer->n;

  for (int y = y0; y < y1; y++)
    for (int x = 0; x < out.w; x++)
      {
        const float *largest = cg_tensor_pixel (&out, y, x);
        memcpy (left, cg_tensor_pixel (&grad_out, y, x), out.c * sizeof *left);
        for (int i = 0; i < n * n; i++)
          {
            const float *values = cg_tensor_pixel (&in, y * n + i / n, x * n + i % n);
            float *to = cg_tensor_pixel (&grad_in, y * n + i / n, x * n + i % n);
            take (out.c, values, largest, left, run->add_in, to);
            cg_times_slope (run->undo, out.c, values, to);
          }
      }
}

static void
backward (const CgLayer *layer, const CgLayerRun *run)
{
  if (run->grad_in.first.data)
    cg_layer_rows (layer, run, 0, run->out.first.h, 1, backward_rows);
}

/* What is left of one pixel's gradient. */
static gsize
scratch_size (const CgLayer *layer, const CgConvKernel *kernel, int w_in)
{
  return layer->out.c;
}

const CgLayerKind cg_layer_maxpool = {
  .name = "maxpool",
  .scale = CG_SCALE_DOWN,
  .parse = cg_layer_parse_factor,
  .shape = shape,
  .forward = forward,
  .backward = backward,
  .undoes = TRUE,
  .scratch_size = scratch_size,
};
