/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `upconv 32 3x3 stride 2 [relu|sigmoid] [nobias]`: a convolution with the
 * upsampling inside, also called transposed.  It is the transpose of the conv
 * of the same stride: each input pixel adds a k x k stamp to the output,
 *
 *   out[y s + v - p][x s + u - p][o] += weight[i][o][v][u] in[y][x][i],
 *
 * p = (k - 1) / 2, what falls outside being lost.  Stamps are the columns of
 * one matrix product a picture. */
#include "layer.h"

#include <stdio.h>
#include <string.h>

#include "model/error.h"
#include "model/matmul.h"

#define MAX_CHANNELS 4096
#define MAX_SIDE     31

static gboolean
parse (CgLayer *layer, char **words, GError **error)
{
  int rows, columns, end = 0;

  if (g_strv_length (words) < 4 || sscanf (words[1], "%dx%d%n", &rows, &columns, &end) != 2
      || words[1][end] != '\0' || rows != columns || rows % 2 == 0 || rows < 1 || rows > MAX_SIDE
      || strcmp (words[2], "stride") != 0)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_NETWORK,
                   "upconv takes a number of channels, an odd square up to %dx%d and a stride, "
                   "as in 'upconv 32 3x3 stride 2'",
                   MAX_SIDE, MAX_SIDE);
      return FALSE;
    }
  layer->stamp = rows;
  return cg_layer_parse_number (words[0], MAX_CHANNELS, &layer->out.c, error)
         && cg_layer_parse_number (words[3], 16, &layer->n, error)
         && cg_layer_parse_ending (layer, words + 4, error);
}

static gboolean
shape (CgLayer *layer, GError **error)
{
  layer->out.h = layer->in.h * layer->n;
  layer->out.w = layer->in.w * layer->n;
  layer->weight_length = (gsize) layer->in.c * layer->out.c * layer->stamp * layer->stamp;
  layer->bias_length = layer->bias ? layer->out.c : 0;
  return TRUE;
}

/* Floats of one stamp. */
static int
stamp_size (const CgLayer *layer)
{
  return layer->stamp * layer->stamp * layer->out.c;
}

/* Between the weights, [i][o][v][u], and what the product wants, [i][v][u][o]. */
static gsize
weight_at (const CgLayer *layer, gsize place)
{
  gsize c = layer->out.c, area = (gsize) layer->stamp * layer->stamp;
  gsize i = place / (area * c), vu = place / c % area, o = place % c;
  return (i * c + o) * area + vu;
}

static gsize
packed_size (const CgLayer *layer, const CgConvKernel *kernel, gboolean training)
{
  return layer->weight_length;
}

static void
pack (const CgLayer *layer, const CgConvKernel *kernel, gboolean training, const float *weight,
      float *packed)
{
  for (gsize place = 0; place < layer->weight_length; place++)
    packed[place] = weight[weight_at (layer, place)];
}

/* --- stamps and pictures --- */

/* The part of stamp column u (or row v) that lies inside: places x s + u - p. */
static gboolean
inside (const CgLayer *layer, int x, int u, int size, int *place)
{
  *place = x * layer->n + u - (layer->stamp - 1) / 2;
  return *place >= 0 && *place < size;
}

/* Add @stamps, one an input pixel, to @out; or take them from it. */
static void
move (const CgLayer *layer, const CgTensor *out, float *stamps, gboolean take)
{
  int c = layer->out.c, py, px;

  for (int y = 0; y < layer->in.h; y++)
    for (int x = 0; x < layer->in.w; x++)
      for (int v = 0; v < layer->stamp; v++)
        for (int u = 0; u < layer->stamp; u++, stamps += c)
          {
            gboolean in = inside (layer, y, v, out->h, &py) && inside (layer, x, u, out->w, &px);
            float *pixel = in ? cg_tensor_pixel (out, py, px) : NULL;
            for (int o = 0; pixel && !take && o < c; o++)
              pixel[o] += stamps[o];
            if (take && pixel)
              memcpy (stamps, pixel, c * sizeof *stamps);
            else if (take)
              memset (stamps, 0, c * sizeof *stamps);
          }
}

static void
finish (const CgLayer *layer, const CgLayerRun *run, const CgTensor *out)
{
  for (int y = 0; y < out->h; y++)
    for (int x = 0; x < out->w; x++)
      {
        float *v = cg_tensor_pixel (out, y, x);
        for (int o = 0; o < out->c; o++)
          v[o] = cg_activate (layer->activation, v[o] + (run->bias ? run->bias[o] : 0));
      }
}

static void
forward_picture (int i, int worker, gpointer user)
{
  const CgLayerRun *run = ((gpointer *) user)[0];
  const CgLayer *layer = ((gpointer *) user)[1];
  CgTensor in = cg_batch_at (&run->in, i), out = cg_batch_at (&run->out, i);
  float *stamps = run->scratch + worker * run->scratch_stride;

  /* In a pass's memory one row follows the other. */
  cg_matmul (FALSE, FALSE, in.h * in.w, stamp_size (layer), in.c, in.data, in.pixel_stride,
             run->packed, stamp_size (layer), FALSE, stamps, stamp_size (layer));
  cg_tensor_clear (&out);
  move (layer, &out, stamps, FALSE);
  finish (layer, run, &out);
}

static void
forward (const CgLayer *layer, const CgLayerRun *run)
{
  gconstpointer job[] = { run, layer };
  cg_workers_run (run->workers, run->in.n, forward_picture, job);
}

/* Parameters' gradients of all pictures: their sum is laid out as the packed weights. */
static void
parameter_gradients (const CgLayer *layer, const CgLayerRun *run, float *scratch)
{
  int size = stamp_size (layer), pixels = layer->in.h * layer->in.w;
  float *sum = scratch, *stamps = scratch + layer->weight_length;

  memset (sum, 0, layer->weight_length * sizeof *sum);
  for (int i = 0; i < run->in.n; i++)
    {
      CgTensor in = cg_batch_at (&run->in, i), grad_out = cg_batch_at (&run->grad_out, i);
      move (layer, &grad_out, stamps, TRUE);
      cg_matmul (TRUE, FALSE, in.c, size, pixels, in.data, in.pixel_stride, stamps, size, TRUE, sum,
                 size);
    }
  if (layer->bias)
    cg_layer_add_bias_gradient (&run->grad_out, run->grad_bias);
  for (gsize place = 0; place < layer->weight_length; place++)
    run->grad_weight[weight_at (layer, place)] += sum[place];
}

static void
input_gradient (const CgLayer *layer, const CgLayerRun *run, int i, float *stamps)
{
  CgTensor grad_out = cg_batch_at (&run->grad_out, i), grad_in = cg_batch_at (&run->grad_in, i);
  int size = stamp_size (layer), pixels = layer->in.h * layer->in.w;

  move (layer, &grad_out, stamps, TRUE);
  cg_matmul (FALSE, TRUE, pixels, layer->in.c, size, stamps, size, run->packed, size, run->add_in,
             grad_in.data, grad_in.pixel_stride);
}

/* Job 0 is the parameters, the others are a picture each. */
static void
backward_job (int job, int worker, gpointer user)
{
  const CgLayerRun *run = ((gpointer *) user)[0];
  const CgLayer *layer = ((gpointer *) user)[1];
  float *scratch = run->scratch + worker * run->scratch_stride;

  if (job == 0)
    parameter_gradients (layer, run, scratch);
  else
    input_gradient (layer, run, job - 1, scratch);
}

static void
backward (const CgLayer *layer, const CgLayerRun *run)
{
  gconstpointer job[] = { run, layer };

  if (layer->activation != CG_ACTIVATION_NONE)
    cg_layer_undo_activation (layer, run);
  cg_workers_run (run->workers, 1 + (run->grad_in.first.data ? run->in.n : 0), backward_job, job);
}

/* The stamps of a picture and the gradient of the weights. */
static gsize
scratch_size (const CgLayer *layer, const CgConvKernel *kernel, int w_in)
{
  return layer->weight_length + (gsize) layer->in.h * layer->in.w * stamp_size (layer);
}

const CgLayerKind cg_layer_upconv = {
  .name = "upconv",
  .fixed_size = TRUE,
  .scale = CG_SCALE_UP,
  .parse = parse,
  .shape = shape,
  .forward = forward,
  .backward = backward,
  .packed_size = packed_size,
  .pack = pack,
  .scratch_size = scratch_size,
};
