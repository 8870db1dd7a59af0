/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a layer of convolutions is cut into jobs. */
#include "layer.h"

#define JOB_PIXELS 2048

int
cg_layer_parts (const CgLayerRun *run, const CgTensor *t)
{
  int workers = cg_workers_count (run->workers), n = run->out.n;
  gint64 parts = (gint64) n * t->h * t->w / JOB_PIXELS;

  return workers == 1 ? 1 : (int) MIN (n, CLAMP (parts, workers, 4 * workers));
}

CgBatch
cg_layer_part (const CgBatch *batch, int i, int parts)
{
  int first = (int) ((gint64) batch->n * i / parts),
      end = (int) ((gint64) batch->n * (i + 1) / parts);

  return cg_batch_part (batch, first, end - first);
}

void
cg_layer_cut_channels (CgLayerWork *work, int c_out)
{
  int step = work->run->kernel->channel_step, workers = cg_workers_count (work->run->workers);
  int steps = (c_out - 1) / step + 1;

  work->slice = MIN (c_out, (gint64) (steps + workers - 1) / workers * step);
  work->slices = (c_out + work->slice - 1) / work->slice;
}

CgConvEpilogue
cg_layer_gradient_epilogue (const CgLayerRun *run, int i, int parts)
{
  CgConvEpilogue epilogue = { 0 };

  if (run->add_in)
    epilogue.add = cg_layer_part (&run->grad_in, i, parts);
  if (run->undo != CG_ACTIVATION_NONE)
    {
      epilogue.slope_at = cg_layer_part (&run->in, i, parts);
      epilogue.slope = run->undo;
    }
  return epilogue;
}

float *
cg_layer_scratch (const CgLayerRun *run, int worker)
{
  return run->scratch + worker * run->scratch_stride;
}
