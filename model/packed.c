/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which kernels a network runs on, and its parameters as they want them. */
#include "model/packed.h"

#include "model/arena.h"
#include "model/pass-plan.h"

CgPacked *
cg_packed_new (const CgNetwork *network, CgPassMode mode, const char *kernels)
{
  CgPacked *packed = g_new0 (CgPacked, 1);
  gsize size = 0;

  packed->network = network;
  packed->mode = mode;
  packed->kernels = g_new0 (const CgConvKernel *, network->n_nodes);
  packed->offsets = g_new0 (gsize, network->n_nodes);
  for (int i = 1; i < network->n_nodes; i++)
    {
      const CgLayer *layer = &network->layers[i];
      if (layer->conv.k > 0)
        packed->kernels[i] = cg_conv_kernel_for (&layer->conv, kernels);
      else if (layer->transpose.k > 0)
        packed->kernels[i] = cg_conv_kernel_for (&layer->transpose, kernels);
      packed->offsets[i] = size;
      if (layer->kind->packed_size)
        size += cg_aligned (
            layer->kind->packed_size (layer, packed->kernels[i], mode == CG_PASS_TRAINING));
    }
  packed->size = size;
  return packed;
}

gboolean
cg_packed_allocate (CgPacked *packed, GError **error)
{
  packed->data = cg_arena_new (cg_packed_memory (packed), error);
  return packed->data != NULL;
}

void
cg_packed_free (CgPacked *packed)
{
  if (!packed)
    return;
  g_free (packed->kernels);
  g_free (packed->offsets);
  cg_arena_free (packed->data);
  g_free (packed);
}

static void
pack_layer (int job, int worker, gpointer user)
{
  CgPacked *packed = user;
  const CgLayer *layer = &packed->network->layers[job + 1];

  if (layer->kind->pack)
    layer->kind->pack (layer, packed->kernels[job + 1], packed->mode == CG_PASS_TRAINING,
                       packed->parameters + layer->weight_offset,
                       packed->data + packed->offsets[job + 1]);
}

void
cg_packed_update (CgPacked *packed, const float *parameters, CgWorkers *workers)
{
  packed->parameters = parameters;
  cg_workers_run (workers, packed->network->n_nodes - 1, pack_layer, packed);
}

gsize
cg_packed_memory (const CgPacked *packed)
{
  return packed->size * sizeof (float);
}

const CgNetwork *
cg_packed_network (const CgPacked *packed)
{
  return packed->network;
}

int
cg_packed_row_step (const CgPacked *packed)
{
  int most = 1;

  for (int i = 1; i < packed->network->n_nodes; i++)
    if (packed->kernels[i])
      most = MAX (most, packed->kernels[i]->row_step);
  return most * packed->network->step;
}

int
cg_packed_column_step (const CgPacked *packed)
{
  int most = 1;

  for (int i = 1; i < packed->network->n_nodes; i++)
    if (packed->kernels[i])
      most = MAX (most, packed->kernels[i]->column_step);
  return most * packed->network->step;
}

int
cg_packed_n_steps (const CgPacked *packed, int h, int band)
{
  g_autoptr (CgPassPlan) plan
      = cg_pass_plan_new (packed->network, packed->mode, 1, h, packed->network->step, band);
  return plan->steps;
}
