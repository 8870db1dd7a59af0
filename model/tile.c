/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tile.h"

#include "model/error.h"

/* Bands taller than this many row steps bring nothing more. */
#define MOST_ROW_STEPS 8

static int
round_up (int v, int step)
{
  return (v + step - 1) / step * step;
}

/* Columns (or rows) from, from + length grown by @halo, to begin at a multiple
 * of @align and end at one of @step, inside 0 .. @limit rounded up to a step. */
static void
grow (int from, int length, int halo, int limit, int align, int step, int *begin, int *size)
{
  *begin = MAX (from - halo, 0) / align * align;
  *size = MIN (round_up (from + length + halo, step), round_up (limit, step)) - *begin;
}

void
cg_tile_strip (const CgTilePlan *plan, int i, CgRect *core, CgRect *padded)
{
  int end = plan->padded.x + plan->padded.w;

  *core = plan->region;
  *padded = plan->padded;
  if (plan->strips == 1)
    return;
  core->x = plan->region.x + i * plan->strip;
  core->w = MIN (plan->strip, plan->region.x + plan->region.w - core->x);
  grow (core->x, core->w, plan->halo, end, plan->column_step, plan->step, &padded->x, &padded->w);
  int begin = MAX (padded->x, plan->padded.x);
  padded->w -= begin - padded->x;
  padded->x = begin;
}

/* Columns of the widest strip, halo included. */
static int
strip_width (const CgTilePlan *plan)
{
  int widest = 0;

  for (int i = 0; i < plan->strips; i++)
    {
      CgRect core, padded;
      cg_tile_strip (plan, i, &core, &padded);
      widest = MAX (widest, padded.w);
    }
  return widest;
}

/* The tallest band with which strips of the plan's width fit; FALSE if none does. */
static gboolean
fit_band (CgTilePlan *plan, const CgPacked *packed, gsize max_memory, int threads)
{
  int w = strip_width (plan);

  for (int steps = MOST_ROW_STEPS; steps > 0; steps--)
    {
      plan->band = steps * plan->row_step;
      plan->memory = cg_pass_memory (packed, 1, plan->padded.h, w, plan->band, threads);
      if (plan->memory <= max_memory)
        return TRUE;
    }
  return FALSE;
}

int
cg_tile_steps (const CgTilePlan *plan, const CgPacked *packed)
{
  return plan->strips * cg_packed_n_steps (packed, plan->padded.h, plan->band);
}

gboolean
cg_tile_plan (CgTilePlan *plan, const CgPacked *packed, int width, int height, CgRect region,
              gsize max_memory, int threads, GError **error)
{
  const CgNetwork *network = cg_packed_network (packed);
  int step = cg_network_step (network);
  int row_step = cg_packed_row_step (packed), column_step = cg_packed_column_step (packed);
  int halo = MAX (cg_network_halo (network), step); /* a step, so that mirrored columns exist */

  *plan = (CgTilePlan){ .region = region,
                        .step = step,
                        .row_step = row_step,
                        .column_step = column_step,
                        .strips = 1,
                        .strip = region.w,
                        /* pixels of one block share roundings, so what a pixel depends
                           on to the last bit reaches a block where it reaches a pixel */
                        .halo = halo * (row_step / step) };
  grow (region.x, region.w, halo, width, column_step, step, &plan->padded.x, &plan->padded.w);
  grow (region.y, region.h, halo, height, row_step, step, &plan->padded.y, &plan->padded.h);
  while (!fit_band (plan, packed, max_memory, threads))
    {
      if (plan->strip <= step)
        {
          g_set_error (error, CG_ERROR, CG_ERROR_TOO_LARGE,
                       "%" G_GSIZE_FORMAT " MiB of memory are too little for %d columns, "
                       "%" G_GSIZE_FORMAT " MiB would do",
                       max_memory >> 20, strip_width (plan), (plan->memory >> 20) + 1);
          return FALSE;
        }
      plan->strip = round_up (plan->strip / 2, step);
      plan->strips = (region.w + plan->strip - 1) / plan->strip;
    }
  return TRUE;
}
