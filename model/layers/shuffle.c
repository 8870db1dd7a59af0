/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `unshuffle 2` turns each 2x2 square of pixels into one pixel of four times
 * the channels; `shuffle 2` is its inverse (sub-pixel convolution, Shi et al.,
 * CVPR 2016).  Channel order is PyTorch's PixelShuffle: (c, v, u).
 *
 * Both move values and nothing else, and one's backward is the other's forward. */
#include "layer.h"

#include "model/error.h"
#include "model/wide.h"

static gboolean
shape_unshuffle (CgLayer *layer, GError **error)
{
  int n = layer->n;

  if (layer->in.h % n != 0 || layer->in.w % n != 0)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_NETWORK, "%dx%d pixels cannot be cut %d by %d",
                   layer->in.h, layer->in.w, n, n);
      return FALSE;
    }
  layer->out = (CgShape){ layer->in.h / n, layer->in.w / n, layer->in.c * n * n };
  return TRUE;
}

static gboolean
shape_shuffle (CgLayer *layer, GError **error)
{
  int n = layer->n;

  if (layer->in.c % (n * n) != 0)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_NETWORK,
                   "%d channels cannot be laid out as %dx%d pixels", layer->in.c, n, n);
      return FALSE;
    }
  layer->out = (CgShape){ layer->in.h * n, layer->in.w * n, layer->in.c / (n * n) };
  return TRUE;
}

/* Rows @y0 <= y < @y1 of the coarse tensor: fine (n y + v, n x + u, c) to
 * coarse (y, x, (c n + v) n + u), or back.  @add has the target's shape, or is
 * the target, or NULL. */
static inline __attribute__ ((always_inline)) void
move_by (const CgTensor *coarse, const CgTensor *fine, int n, gboolean to_coarse,
         const CgTensor *add, int y0, int y1)
{
  for (int y = y0; y < y1; y++)
    for (int v = 0; v < n; v++)
      for (int x = 0; x < coarse->w; x++)
        for (int u = 0; u < n; u++)
          {
            float *few = cg_tensor_pixel (fine, y * n + v, x * n + u);
            float *many = cg_tensor_pixel (coarse, y, x) + v * n + u;
            const float *also = !add        ? NULL
                                : to_coarse ? cg_tensor_pixel (add, y, x) + v * n + u
                                            : cg_tensor_pixel (add, y * n + v, x * n + u);
            for (int c = 0; c < fine->c; c++)
              if (to_coarse)
                many[c * n * n] = (also ? also[c * n * n] : 0) + few[c];
              else
                few[c] = (also ? also[c] : 0) + many[c * n * n];
          }
}

/* The channels of four pixels, every fourth of @many's each, or back.  Pixels that add
 * to themselves are no obstacle: each value is read before it is stored. */
static inline __attribute__ ((always_inline)) void
weave (float *many, float *const few[4], const float *also_many, float *const also_few[4],
       gboolean to_coarse, gboolean adds, int channels)
{
  float *p = few[0], *q = few[1], *r = few[2], *s = few[3];

#pragma GCC ivdep
  for (int c = 0; c < channels; c++)
    if (to_coarse)
      {
        many[4 * c] = (adds ? also_many[4 * c] : 0) + p[c];
        many[4 * c + 1] = (adds ? also_many[4 * c + 1] : 0) + q[c];
        many[4 * c + 2] = (adds ? also_many[4 * c + 2] : 0) + r[c];
        many[4 * c + 3] = (adds ? also_many[4 * c + 3] : 0) + s[c];
      }
    else
      {
        p[c] = (adds ? also_few[0][c] : 0) + many[4 * c];
        q[c] = (adds ? also_few[1][c] : 0) + many[4 * c + 1];
        r[c] = (adds ? also_few[2][c] : 0) + many[4 * c + 2];
        s[c] = (adds ? also_few[3][c] : 0) + many[4 * c + 3];
      }
}

/* The four pixels of @fine that are pixel (y, x) of the coarse tensor. */
static inline void
square (const CgTensor *fine, int y, int x, float *pixels[4])
{
  pixels[0] = cg_tensor_pixel (fine, 2 * y, 2 * x);
  pixels[1] = pixels[0] + fine->pixel_stride;
  pixels[2] = cg_tensor_pixel (fine, 2 * y + 1, 2 * x);
  pixels[3] = pixels[2] + fine->pixel_stride;
}

/* move_by() for squares of 2x2 with many channels, whole vectors at a time. */
static inline __attribute__ ((always_inline)) void
move_squares (const CgTensor *coarse, const CgTensor *fine, gboolean to_coarse, const CgTensor *add,
              int y0, int y1)
{
  for (int y = y0; y < y1; y++)
    for (int x = 0; x < coarse->w; x++)
      {
        float *many = cg_tensor_pixel (coarse, y, x), *few[4], *also[4] = { NULL };

        square (fine, y, x, few);
        if (!add)
          weave (many, few, NULL, also, to_coarse, FALSE, fine->c);
        else if (to_coarse)
          weave (many, few, cg_tensor_pixel (add, y, x), also, TRUE, TRUE, fine->c);
        else
          {
            square (add, y, x, also);
            weave (many, few, NULL, also, FALSE, TRUE, fine->c);
          }
      }
}

#define MANY 16 /* channels, from which on vectors pay */

static CG_WIDE void
move (const CgTensor *coarse, const CgTensor *fine, int n, gboolean to_coarse, const CgTensor *add,
      int y0, int y1)
{
  if (n == 2 && fine->c >= MANY)
    {
      if (to_coarse)
        move_squares (coarse, fine, TRUE, add, y0, y1);
      else
        move_squares (coarse, fine, FALSE, add, y0, y1);
    }
  else if (n == 2)
    move_by (coarse, fine, 2, to_coarse, add, y0, y1);
  else
    move_by (coarse, fine, n, to_coarse, add, y0, y1);
}

static void
unshuffle_rows (const CgLayer *layer, const CgLayerRun *run, int picture, int y0, int y1,
                int worker)
{
  CgTensor in = cg_batch_at (&run->in, picture), out = cg_batch_at (&run->out, picture);
  move (&out, &in, layer->n, TRUE, NULL, y0, y1);
}

static void
shuffle_rows (const CgLayer *layer, const CgLayerRun *run, int picture, int y0, int y1, int worker)
{
  CgTensor in = cg_batch_at (&run->in, picture), out = cg_batch_at (&run->out, picture);
  CgTensor add = cg_batch_part (&run->add, picture, 1).first;
  move (&in, &out, layer->n, FALSE, add.data ? &add : NULL, y0, y1);
  cg_layer_activate_rows (run->activation, &out, y0 * layer->n, y1 * layer->n);
}

static void
forward_unshuffle (const CgLayer *layer, const CgLayerRun *run)
{
  cg_layer_rows (layer, run, run->y0, run->y1, 1, unshuffle_rows);
}

static void
forward_shuffle (const CgLayer *layer, const CgLayerRun *run)
{
  cg_layer_rows (layer, run, run->y0 / layer->n, run->y1 / layer->n, 1, shuffle_rows);
}

static void
unshuffle_gradient (const CgLayer *layer, const CgLayerRun *run, int picture, int y0, int y1,
                    int worker)
{
  CgTensor grad_in = cg_batch_at (&run->grad_in, picture);
  CgTensor grad_out = cg_batch_at (&run->grad_out, picture);
  move (&grad_out, &grad_in, layer->n, FALSE, run->add_in ? &grad_in : NULL, y0, y1);
}

static void
shuffle_gradient (const CgLayer *layer, const CgLayerRun *run, int picture, int y0, int y1,
                  int worker)
{
  CgTensor grad_in = cg_batch_at (&run->grad_in, picture);
  CgTensor grad_out = cg_batch_at (&run->grad_out, picture);
  move (&grad_in, &grad_out, layer->n, TRUE, run->add_in ? &grad_in : NULL, y0, y1);
}

static void
backward_unshuffle (const CgLayer *layer, const CgLayerRun *run)
{
  if (run->grad_in.first.data)
    cg_layer_rows (layer, run, 0, run->out.first.h, 1, unshuffle_gradient);
}

static void
backward_shuffle (const CgLayer *layer, const CgLayerRun *run)
{
  if (run->grad_in.first.data)
    cg_layer_rows (layer, run, 0, run->in.first.h, 1, shuffle_gradient);
}

const CgLayerKind cg_layer_unshuffle = {
  .name = "unshuffle",
  .scale = CG_SCALE_DOWN,
  .parse = cg_layer_parse_factor,
  .shape = shape_unshuffle,
  .forward = forward_unshuffle,
  .backward = backward_unshuffle,
};

const CgLayerKind cg_layer_shuffle = {
  .name = "shuffle",
  .scale = CG_SCALE_UP,
  .parse = cg_layer_parse_factor,
  .shape = shape_shuffle,
  .forward = forward_shuffle,
  .backward = backward_shuffle,
  .adds = TRUE,
};
