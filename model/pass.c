/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A network run forward and backward over packed parameters. */
#include "pass.h"

#include <string.h>

#include "model/arena.h"
#include "model/error.h"
#include "model/packed.h"
#include "model/pass-plan.h"

struct _CgPass
{
  const CgPacked *packed;
  const CgNetwork *network;
  CgPassPlan *plan;
  CgWorkers *workers;
  int step; /* from 1 */

  float *arena;
  float *scratch;
  gsize scratch_stride; /* floats a worker */
  CgLayerRun *runs;     /* a layer each */
  CgLatentNoise *noise; /* a picture each */
};

/* The most scratch that any layer needs for one worker, floats. */
static gsize
scratch_stride (const CgPacked *packed, int h, int w)
{
  const CgNetwork *network = packed->network;
  gsize most = 0;

  for (int i = 1; i < network->n_nodes; i++)
    {
      const CgLayer *layer = &network->layers[i];
      if (layer->kind->scratch_size)
        most = MAX (most,
                    layer->kind->scratch_size (layer, packed->kernels[i],
                                               cg_network_node_shape (network, i - 1, h, w).w));
    }
  return cg_aligned (most);
}

gsize
cg_pass_memory (const CgPacked *packed, int n, int h, int w, int band, int threads)
{
  g_autoptr (CgPassPlan) plan = cg_pass_plan_new (packed->network, packed->mode, n, h, w, band);

  return sizeof (float) * (plan->arena + threads * scratch_stride (packed, h, w));
}

/* Node @node's place in @offsets' memory, addressed from row 0 of the picture
 * even when memory begins further down. */
static CgBatch
batch (const CgPass *pass, int node, const gsize *offsets)
{
  const CgPassPlan *plan = pass->plan;
  CgPlace place = plan->places[node];
  CgShape s = cg_network_node_shape (pass->network, node, plan->h, plan->w);
  gsize row = cg_pass_plan_row (plan, pass->network, place.root);
  gsize begin = (gsize) cg_pass_plan_begin (plan, pass->network, place.root, pass->step) * row;
  CgTensor t = {
    pass->arena + offsets[place.root] + place.channel - begin, s.h, s.w, s.c, row / s.w, row
  };

  return (CgBatch){ t, plan->n, plan->windows[place.root].rows * row };
}

static CgBatch
gradient_batch (const CgPass *pass, int node)
{
  if (!pass->plan->wants_gradient[node])
    return (CgBatch){ .n = pass->plan->n };
  return batch (pass, node, pass->plan->gradients);
}

/* Where layer @i reads and writes in this step. */
static void
point (CgPass *pass, int i)
{
  const CgLayer *layer = &pass->network->layers[i];
  const CgPassPlan *plan = pass->plan;
  CgLayerRun *run = &pass->runs[i];

  run->y0 = cg_pass_plan_end (plan, pass->network, i, pass->step - 1);
  run->y1 = cg_pass_plan_end (plan, pass->network, i, pass->step);
  run->in = batch (pass, i - 1, plan->values);
  run->out = batch (pass, i, plan->values);
  run->grad_in = gradient_batch (pass, i - 1);
  run->grad_out = gradient_batch (pass, i);
  if (layer->other >= 0)
    {
      run->other = batch (pass, layer->other, plan->values);
      run->grad_other = gradient_batch (pass, layer->other);
    }
  if (plan->added[i] >= 0)
    run->add = batch (pass, plan->added[i], plan->values);
}

/* What stays the same from step to step. */
static void
equip (CgPass *pass, int i)
{
  CgLayerRun *run = &pass->runs[i];

  run->phase = -pass->plan->delay[i];
  run->activation = pass->network->layers[pass->plan->added[i] >= 0 ? i + 1 : i].activation;
  run->kernel = pass->packed->kernels[i];
  run->packed = pass->packed->data + pass->packed->offsets[i];
  run->scratch = pass->scratch;
  run->scratch_stride = pass->scratch_stride;
  run->workers = pass->workers;
  run->noise = pass->noise;
}

/* Of a node's readers the last one to run forward is the first to run backward:
 * it sets the gradient, the others add to it. */
static void
find_first_writers (CgPass *pass)
{
  g_autofree gboolean *written = g_new0 (gboolean, pass->network->n_nodes);

  for (int i = pass->network->n_nodes - 1; i > 0; i--)
    {
      int other = pass->network->layers[i].other;
      if (other >= 0)
        {
          pass->runs[i].add_other = written[other];
          written[other] = TRUE;
        }
      pass->runs[i].add_in = written[i - 1];
      written[i - 1] = TRUE;
    }
}

/* A layer that stores its input's gradient last may undo the activation of the
 * layer before while it has the values at hand. */
static void
undo_early (CgPass *pass)
{
  for (int i = 2; i < pass->network->n_nodes; i++)
    {
      const CgLayer *layer = &pass->network->layers[i], *before = layer - 1;
      if (!layer->kind->undoes
          || (before->kind != &cg_layer_conv && before->kind != &cg_layer_upconv
              && before->kind != &cg_layer_add)
          || before->activation == CG_ACTIVATION_NONE)
        continue;
      pass->runs[i].undo = before->activation;
      pass->runs[i - 1].undone = TRUE;
    }
}

static gboolean
allocate (CgPass *pass, GError **error)
{
  gsize scratch;

  pass->scratch_stride = scratch_stride (pass->packed, pass->plan->h, pass->plan->w);
  scratch = pass->scratch_stride * cg_workers_count (pass->workers);
  pass->arena = cg_arena_new ((pass->plan->arena + scratch) * sizeof (float), error);
  if (!pass->arena)
    return FALSE;
  pass->scratch = pass->arena + pass->plan->arena;
  return TRUE;
}

CgPass *
cg_pass_new (const CgPacked *packed, int n, int h, int w, int band, CgWorkers *workers,
             GError **error)
{
  g_autoptr (CgPass) pass = g_new0 (CgPass, 1);

  g_return_val_if_fail (n > 0 && h > 0 && w > 0, NULL);
  g_return_val_if_fail (band == 0 || (n == 1 && band % cg_packed_row_step (packed) == 0), NULL);
  pass->packed = packed;
  pass->network = packed->network;
  pass->plan = cg_pass_plan_new (packed->network, packed->mode, n, h, w, band);
  pass->workers = workers;
  pass->step = 1;
  if (!allocate (pass, error))
    return NULL;
  pass->runs = g_new0 (CgLayerRun, pass->network->n_nodes);
  pass->noise = g_new0 (CgLatentNoise, n);
  for (int i = 1; i < pass->network->n_nodes; i++)
    {
      equip (pass, i);
      point (pass, i);
    }
  find_first_writers (pass);
  undo_early (pass);
  return g_steal_pointer (&pass);
}

void
cg_pass_free (CgPass *pass)
{
  if (!pass)
    return;
  cg_pass_plan_free (pass->plan);
  cg_arena_free (pass->arena);
  g_free (pass->runs);
  g_free (pass->noise);
  g_free (pass);
}

CgTensor
cg_pass_input (CgPass *pass, int i)
{
  return cg_batch_at (&pass->runs[1].in, i);
}

CgTensor
cg_pass_output (CgPass *pass, int i)
{
  return cg_batch_at (&pass->runs[pass->network->n_nodes - 1].out, i);
}

void
cg_pass_input_rows (const CgPass *pass, int *y0, int *y1)
{
  *y0 = cg_pass_plan_end (pass->plan, pass->network, 0, pass->step - 1);
  *y1 = cg_pass_plan_end (pass->plan, pass->network, 0, pass->step);
}

void
cg_pass_output_rows (const CgPass *pass, int *y0, int *y1)
{
  *y0 = pass->runs[pass->network->n_nodes - 1].y0;
  *y1 = pass->runs[pass->network->n_nodes - 1].y1;
}

CgTensor
cg_pass_output_gradient (CgPass *pass, int i)
{
  return cg_batch_at (&pass->runs[pass->network->n_nodes - 1].grad_out, i);
}

/* --- latents --- */

void
cg_pass_set_noise (CgPass *pass, int i, const CgRandom *random)
{
  pass->noise[i].drawn = random != NULL;
  if (random)
    pass->noise[i].random = *random;
}

/* The run of the layer that draws the latents, or NULL. */
static CgLayerRun *
gaussian_run (const CgPass *pass)
{
  int i = pass->network->latent;
  return i > 0 && pass->network->layers[i].kind == &cg_layer_gaussian ? &pass->runs[i] : NULL;
}

double
cg_pass_kl (CgPass *pass, int i)
{
  const CgLayerRun *run = gaussian_run (pass);

  g_return_val_if_fail (pass->packed->mode == CG_PASS_TRAINING, 0);
  return run ? cg_gaussian_kl (cg_batch_at (&run->in, i).data, run->out.first.c) : 0;
}

void
cg_pass_set_kl (CgPass *pass, double scale)
{
  CgLayerRun *run = gaussian_run (pass);

  if (run)
    run->kl = (float) scale;
}

/* --- from step to step --- */

/* Rows of @root that step @t leaves for the next ones: *y0 <= y < *y1. */
static void
kept_rows (const CgPass *pass, int root, int t, int *y0, int *y1)
{
  const CgPassPlan *plan = pass->plan;
  const CgWindow *window = &plan->windows[root];
  gint64 made = (gint64) t * (plan->band / pass->network->step) * pass->network->layers[root].out.h
                - window->ahead;
  int h = cg_network_node_shape (pass->network, root, plan->h, plan->w).h;

  *y0 = (int) CLAMP (made - window->keep, 0, h);
  *y1 = (int) CLAMP (made, 0, h);
}

/* Row @y of @root's memory as it lies in step @t. */
static float *
window_row (const CgPass *pass, int root, int t, int y)
{
  int begin = cg_pass_plan_begin (pass->plan, pass->network, root, t);
  return pass->arena + pass->plan->values[root]
         + (y - begin) * cg_pass_plan_row (pass->plan, pass->network, root);
}

static gsize
row_bytes (const CgPass *pass, int root)
{
  return cg_pass_plan_row (pass->plan, pass->network, root) * sizeof (float);
}

static gboolean
is_root (const CgPass *pass, int node)
{
  return pass->plan->places[node].root == node;
}

gboolean
cg_pass_next (CgPass *pass)
{
  int done = pass->step;

  if (done == pass->plan->steps)
    {
      pass->step = 1;
      for (int i = 1; i < pass->network->n_nodes; i++)
        point (pass, i);
      return FALSE;
    }
  for (int i = 0; i < pass->network->n_nodes; i++)
    if (is_root (pass, i) && pass->plan->windows[i].own)
      {
        int y0, y1;
        kept_rows (pass, i, done, &y0, &y1);
        memmove (window_row (pass, i, done + 1, y0), window_row (pass, i, done, y0),
                 (y1 - y0) * row_bytes (pass, i));
      }
  pass->step++;
  for (int i = 1; i < pass->network->n_nodes; i++)
    point (pass, i);
  return TRUE;
}

/* Shared memory is lost between steps: kept rows wait in the carry.  Fetch
 * them before the first layer writes behind them, store them after the last
 * has read. */
static void
fetch_kept (CgPass *pass, int layer)
{
  for (int i = 0; i < pass->network->n_nodes && pass->step > 1; i++)
    {
      const CgWindow *window = &pass->plan->windows[i];
      int y0, y1;
      if (!is_root (pass, i) || window->own || window->first != layer)
        continue;
      kept_rows (pass, i, pass->step - 1, &y0, &y1);
      memcpy (window_row (pass, i, pass->step, y0), pass->arena + window->carry,
              (y1 - y0) * row_bytes (pass, i));
    }
}

static void
store_kept (CgPass *pass, int layer)
{
  for (int i = 0; i < pass->network->n_nodes && pass->step < pass->plan->steps; i++)
    {
      const CgWindow *window = &pass->plan->windows[i];
      int y0, y1;
      if (!is_root (pass, i) || window->own || window->last != layer)
        continue;
      kept_rows (pass, i, pass->step, &y0, &y1);
      memcpy (pass->arena + window->carry, window_row (pass, i, pass->step, y0),
              (y1 - y0) * row_bytes (pass, i));
    }
}

/* --- forward and backward --- */

/* Parameters may have moved since the pass was made. */
static void
point_to_parameters (CgPass *pass, int i)
{
  const CgLayer *layer = &pass->network->layers[i];

  if (layer->weight_length > 0)
    pass->runs[i].weight = pass->packed->parameters + layer->weight_offset;
  if (layer->bias_length > 0)
    pass->runs[i].bias = pass->packed->parameters + layer->bias_offset;
}

static double
layer_cost (const CgLayer *layer)
{
  return ((double) layer->weight_length + layer->out.c) * layer->out.h * layer->out.w;
}

gboolean
cg_pass_forward (CgPass *pass, CgProgressFunc progress, gpointer progress_data)
{
  double all = 0, done = 0;

  for (int i = 1; i < pass->network->n_nodes; i++)
    all += layer_cost (&pass->network->layers[i]);
  for (int i = 1; i < pass->network->n_nodes; i++)
    {
      const CgLayer *layer = &pass->network->layers[i];
      point_to_parameters (pass, i);
      fetch_kept (pass, i);
      if (pass->plan->added[i - 1] < 0)
        layer->kind->forward (layer, &pass->runs[i]);
      store_kept (pass, i);
      done += layer_cost (layer);
      if (progress && !progress (done / all, progress_data))
        return FALSE;
    }
  return TRUE;
}

void
cg_pass_backward (CgPass *pass, float *gradient)
{
  g_return_if_fail (pass->packed->mode == CG_PASS_TRAINING);
  for (int i = pass->network->n_nodes - 1; i > 0; i--)
    {
      const CgLayer *layer = &pass->network->layers[i];
      CgLayerRun *run = &pass->runs[i];
      if (!pass->plan->wants_gradient[i])
        continue;
      run->grad_weight = gradient + layer->weight_offset;
      run->grad_bias = gradient + layer->bias_offset;
      layer->kind->backward (layer, run);
    }
}
