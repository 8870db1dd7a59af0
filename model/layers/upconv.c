/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `upconv 32 3x3 stride 2 [relu|sigmoid] [nobias]`: a convolution with the
 * upsampling inside, also called transposed.  It is the transpose of the conv
 * of the same stride: each input pixel adds a k x k stamp to the output,
 *
 *   out[y s + v - p][x s + u - p][o] += weight[i][o][v][u] in[y][x][i],
 *
 * p = (k - 1) / 2, what falls outside being lost.  So the kernels' way back is its
 * way forward, and the other way around. */
#include "layer.h"

#include <string.h>

#include "model/error.h"

static gboolean
parse (CgLayer *layer, char **words, GError **error)
{
  int k;

  if (g_strv_length (words) < 4 || !cg_layer_parse_kernel (words[1], &k)
      || strcmp (words[2], "stride") != 0)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_NETWORK,
                   "upconv takes a number of channels, an odd square up to %dx%d and a stride, "
                   "as in 'upconv 32 3x3 stride 2'",
                   CG_LAYER_MOST_KERNEL, CG_LAYER_MOST_KERNEL);
      return FALSE;
    }
  layer->transpose.k = k;
  return cg_layer_parse_number (words[0], CG_LAYER_MOST_CHANNELS, &layer->out.c, error)
         && cg_layer_parse_number (words[3], 16, &layer->n, error)
         && cg_layer_parse_ending (layer, words + 4, error);
}

static gboolean
shape (CgLayer *layer, GError **error)
{
  int k = layer->transpose.k;

  layer->out.h = layer->in.h * layer->n;
  layer->out.w = layer->in.w * layer->n;
  layer->transpose
      = (CgConv){ .c_in = layer->out.c, .c_out = layer->in.c, .k = k, .stride = layer->n };
  layer->weight_length = (gsize) layer->in.c * layer->out.c * k * k;
  layer->bias_length = layer->bias ? layer->out.c : 0;
  return TRUE;
}

/* --- forward --- */

static void
forward_part (int i, int worker, gpointer user)
{
  const CgLayerWork *work = user;
  const CgLayerRun *run = work->run;
  CgBatch in = cg_layer_part (&run->in, i, work->parts);
  CgBatch out = cg_layer_part (&run->out, i, work->parts);
  CgConvEpilogue epilogue = { .bias = run->bias, .activation = work->layer->activation };

  run->kernel->backward_data (&work->layer->transpose, &in, run->packed, &epilogue, &out,
                              cg_layer_scratch (run, worker));
}

static void
forward (const CgLayer *layer, const CgLayerRun *run)
{
  CgLayerWork work = { layer, run, cg_layer_parts (run, &run->out.first), 0, 0 };

  cg_workers_run (run->workers, work.parts, forward_part, &work);
}

/* --- backward --- */

/* The gradient of the weights from one slice of the input channels. */
static void
weight_gradient (const CgLayerWork *work, int i, int worker)
{
  const CgLayerRun *run = work->run;
  CgConv conv = work->layer->transpose;
  int first = i * work->slice;
  CgBatch in = run->in;

  conv.c_out = MIN (work->slice, conv.c_out - first);
  in.first.data += first;
  in.first.c = conv.c_out;
  run->kernel->backward_weight (&conv, &run->grad_out, &in,
                                run->grad_weight + (gsize) first * conv.c_in * conv.k * conv.k,
                                cg_layer_scratch (run, worker));
}

/* The gradient of the input for one part of the batch. */
static void
input_gradient (const CgLayerWork *work, int i, int worker)
{
  const CgLayerRun *run = work->run;
  const CgConv *conv = &work->layer->transpose;
  const float *packed = run->packed + run->kernel->packed_size (conv, CG_CONV_BACKWARD);
  CgBatch grad_in = cg_layer_part (&run->grad_in, i, work->parts);
  CgBatch grad_out = cg_layer_part (&run->grad_out, i, work->parts);
  CgConvEpilogue epilogue = cg_layer_gradient_epilogue (run, i, work->parts);

  run->kernel->forward (conv, &grad_out, packed, &epilogue, &grad_in, 0, grad_in.first.h,
                        cg_layer_scratch (run, worker));
}

static void
backward_job (int job, int worker, gpointer user)
{
  const CgLayerWork *work = user;

  if (job < work->slices)
    weight_gradient (work, job, worker);
  else if (job < work->slices + work->parts)
    input_gradient (work, job - work->slices, worker);
  else
    cg_layer_add_bias_gradient (&work->run->grad_out, work->run->grad_bias);
}

static void
backward (const CgLayer *layer, const CgLayerRun *run)
{
  CgLayerWork work = { .layer = layer, .run = run };

  if (layer->activation != CG_ACTIVATION_NONE && !run->undone)
    cg_layer_undo_activation (layer, run);
  cg_layer_cut_channels (&work, layer->transpose.c_out);
  if (run->grad_in.first.data)
    work.parts = cg_layer_parts (run, &run->grad_in.first);
  cg_workers_run (run->workers, work.slices + work.parts + (layer->bias ? 1 : 0), backward_job,
                  &work);
}

/* --- sizes --- */

static gsize
packed_size (const CgLayer *layer, const CgConvKernel *kernel, gboolean training)
{
  return kernel->packed_size (&layer->transpose, CG_CONV_BACKWARD)
         + (training ? kernel->packed_size (&layer->transpose, CG_CONV_FORWARD) : 0);
}

static void
pack (const CgLayer *layer, const CgConvKernel *kernel, gboolean training, const float *weight,
      float *packed)
{
  kernel->pack (&layer->transpose, CG_CONV_BACKWARD, weight, packed);
  if (training)
    kernel->pack (&layer->transpose, CG_CONV_FORWARD, weight,
                  packed + kernel->packed_size (&layer->transpose, CG_CONV_BACKWARD));
}

static gsize
scratch_size (const CgLayer *layer, const CgConvKernel *kernel, int w_in)
{
  return kernel->scratch_size (&layer->transpose, w_in * layer->n);
}

const CgLayerKind cg_layer_upconv = {
  .name = "upconv",
  .fixed_size = TRUE,
  .scale = CG_SCALE_UP,
  .parse = parse,
  .shape = shape,
  .forward = forward,
  .backward = backward,
  .undoes = TRUE,
  .packed_size = packed_size,
  .pack = pack,
  .scratch_size = scratch_size,
};
