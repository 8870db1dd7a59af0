/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/plan.h"

#include "model/error.h"

gsize
cg_plan_memory (const CgStepOptions *o)
{
  g_autoptr (CgPacked) packed = cg_packed_new (o->network, CG_PASS_TRAINING, NULL);
  int workers = cg_workers_count (o->workers), teams = cg_step_teams (o);
  gsize plane = sizeof (float) * o->w * o->h;
  gsize pass = cg_pass_memory (packed, o->chunk, o->h, o->w, 0, cg_step_team_threads (o));
  gsize total = cg_packed_memory (packed) + sizeof (float) * cg_step_gradients (o) + plane * workers
                + teams * (plane * o->chunk + pass);
  if (o->self)
    {
      g_autoptr (CgPacked) whole = cg_packed_new (o->network, CG_PASS_INFERENCE, NULL);
      gsize bench = cg_pass_memory (whole, 1, 2 * o->h, 2 * o->w, 0, 1) + 5 * plane;
      total += cg_packed_memory (whole) + bench * workers;
    }
  return total;
}

/* Not even one at a time: what patch would do? */
static void
set_too_large (const CgStepOptions *options, gsize memory, GError **error)
{
  CgStepOptions o = *options;
  int step = cg_network_step (o.network);
  g_autofree char *needed = g_format_size (cg_plan_memory (&o));
  g_autofree char *there = g_format_size (memory);
  while (cg_network_any_size (o.network) && o.w > step && cg_plan_memory (&o) > memory)
    o.w = o.h = MAX (step, o.w / 2 / step * step);
  if (cg_plan_memory (&o) <= memory)
    g_set_error (error, CG_ERROR, CG_ERROR_TOO_LARGE,
                 "a step with patches of %d x %d takes %s, one sample at a time, but %s may be "
                 "used; training.patch=%d would fit",
                 options->w, options->h, needed, there, o.w);
  else
    g_set_error (error, CG_ERROR, CG_ERROR_TOO_LARGE,
                 "a step with a batch of %d takes %s, one sample at a time, but %s may be used; "
                 "choose a smaller training.batch or network",
                 o.batch, needed, there);
}

int
cg_plan_chunk (const CgStepOptions *options, gsize memory, GError **error)
{
  CgStepOptions o = *options;
  if (o.chunk == 0)
    o.chunk = cg_step_best_chunk (&o);
  if (o.batch % o.chunk != 0)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_USAGE,
                   "training.chunk: %d does not divide the batch of %d", o.chunk, o.batch);
      return 0;
    }
  for (; o.chunk > 0; o.chunk--)
    if (o.batch % o.chunk == 0 && cg_plan_memory (&o) <= memory)
      return o.chunk;
  o.chunk = 1;
  set_too_large (&o, memory, error);
  return 0;
}

static gsize
memory_of (const CgStepOptions *options, int chunk)
{
  CgStepOptions o = *options;
  o.chunk = chunk;
  return cg_plan_memory (&o);
}

gboolean
cg_plan_auto (CgStepOptions *o, gsize memory, GError **error)
{
  int step = cg_network_step (o->network);
  if (o->w == 0)
    {
      o->w = o->h = MAX (step, CG_PLAN_PATCH / step * step);
      while (o->w > step && memory_of (o, 1) > memory)
        o->w = o->h = o->w - step;
    }
  if (o->batch == 0)
    for (o->batch = CG_PLAN_BATCH; o->batch > 1 && memory_of (o, o->batch) > memory;)
      o->batch--;
  if (memory_of (o, 1) <= memory)
    return TRUE;
  o->chunk = 1;
  set_too_large (o, memory, error);
  return FALSE;
}
