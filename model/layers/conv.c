/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `conv 32 3x3 [stride 2] [relu|sigmoid] [nobias]`: the arithmetic is in conv/. */
#include "layer.h"

#include <string.h>

#include "model/error.h"

static gboolean
parse (CgLayer *layer, char **words, GError **error)
{
  int k;

  if (g_strv_length (words) < 2 || !cg_layer_parse_kernel (words[1], &k))
    {
      g_set_error (error, CG_ERROR, CG_ERROR_NETWORK,
                   "conv takes a number of channels and an odd square up to %dx%d, "
                   "as in 'conv 32 3x3'",
                   CG_LAYER_MOST_KERNEL, CG_LAYER_MOST_KERNEL);
      return FALSE;
    }
  layer->conv = (CgConv){ .k = k, .stride = 1 };
  if (!cg_layer_parse_number (words[0], CG_LAYER_MOST_CHANNELS, &layer->conv.c_out, error))
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

/* --- forward --- */

/* Rows y0 <= y < y1 of part @i of @parts. */
static void
forward_part (const CgLayer *layer, const CgLayerRun *run, int i, int parts, int y0, int y1,
              int worker)
{
  CgBatch in = cg_layer_part (&run->in, i, parts), out = cg_layer_part (&run->out, i, parts);
  CgConvEpilogue epilogue = { .bias = run->bias, .activation = run->activation };

  if (run->add.first.data)
    epilogue.add = cg_layer_part (&run->add, i, parts);
  run->kernel->forward (&layer->conv, &in, run->packed, &epilogue, &out, y0, y1,
                        cg_layer_scratch (run, worker));
}

static void
forward_rows (const CgLayer *layer, const CgLayerRun *run, int picture, int y0, int y1, int worker)
{
  forward_part (layer, run, picture, run->out.n, y0, y1, worker);
}

static void
forward_job (int job, int worker, gpointer user)
{
  const CgLayerWork *work = user;

  forward_part (work->layer, work->run, job, work->parts, work->run->y0, work->run->y1, worker);
}

static void
forward (const CgLayer *layer, const CgLayerRun *run)
{
  CgLayerWork work = { layer, run, cg_layer_parts (run, &run->out.first), 0, 0 };

  if (run->out.n == 1)
    cg_layer_rows (layer, run, run->y0, run->y1, run->kernel->row_step, forward_rows);
  else
    cg_workers_run (run->workers, work.parts, forward_job, &work);
}

/* --- backward --- */

/* The gradient of the weights, and of the bias, for one slice of the output channels. */
static void
backward_slice (const CgLayerWork *work, int i, int worker)
{
  const CgLayer *layer = work->layer;
  const CgLayerRun *run = work->run;
  int first = i * work->slice;
  CgBatch grad_out = run->grad_out;
  CgConv conv = layer->conv;

  conv.c_out = MIN (work->slice, conv.c_out - first);
  grad_out.first.data += first;
  grad_out.first.c = conv.c_out;
  run->kernel->backward_weight (&conv, &run->in, &grad_out,
                                run->grad_weight + (gsize) first * conv.c_in * conv.k * conv.k,
                                cg_layer_scratch (run, worker));
  if (layer->bias)
    cg_layer_add_bias_gradient (&grad_out, run->grad_bias + first);
}

/* The gradient of the input for one part of the batch. */
static void
backward_part (const CgLayerWork *work, int i, int worker)
{
  const CgLayer *layer = work->layer;
  const CgLayerRun *run = work->run;
  const CgConvKernel *kernel = run->kernel;
  const float *packed = run->packed + kernel->packed_size (&layer->conv, CG_CONV_FORWARD);
  CgBatch grad_in = cg_layer_part (&run->grad_in, i, work->parts);
  CgBatch grad_out = cg_layer_part (&run->grad_out, i, work->parts);
  CgConvEpilogue epilogue = cg_layer_gradient_epilogue (run, i, work->parts);

  kernel->backward_data (&layer->conv, &grad_out, packed, &epilogue, &grad_in,
                         cg_layer_scratch (run, worker));
}

static void
backward_job (int job, int worker, gpointer user)
{
  const CgLayerWork *work = user;

  if (job < work->slices)
    backward_slice (work, job, worker);
  else
    backward_part (work, job - work->slices, worker);
}

static void
backward (const CgLayer *layer, const CgLayerRun *run)
{
  CgLayerWork work = { .layer = layer, .run = run };

  if (layer->activation != CG_ACTIVATION_NONE && !run->undone)
    cg_layer_undo_activation (layer, run);
  cg_layer_cut_channels (&work, layer->conv.c_out);
  if (run->grad_in.first.data)
    work.parts = cg_layer_parts (run, &run->grad_in.first);
  cg_workers_run (run->workers, work.slices + work.parts, backward_job, &work);
}

/* --- sizes --- */

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
  .undoes = TRUE,
  .adds = TRUE,
  .packed_size = packed_size,
  .pack = pack,
  .scratch_size = scratch_size,
};
