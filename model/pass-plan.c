/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Three ideas keep a pass small and fast.  Nodes share memory where a join would
 * only copy: both inputs of a concat are written side by side into its output,
 * and a convolution or a shuffle whose only reader is an add writes the sum, if
 * nobody needs them any more over the values that it adds.  Large pictures
 * stream through in bands of rows.  And memory is used again as soon as nobody
 * will read it. */
#include "pass-plan.h"

#include "model/packed.h"

/* --- sharing --- */

/* The last layer that reads @node, or 0. */
static int
last_reader (const CgNetwork *network, int node)
{
  for (int i = network->n_nodes - 1; i > node; i--)
    if (i - 1 == node || network->layers[i].other == node)
      return i;
  return 0;
}

static int
n_readers (const CgNetwork *network, int node)
{
  int n = 0;
  for (int i = node + 1; i < network->n_nodes; i++)
    n += (i - 1 == node) + (network->layers[i].other == node);
  return n;
}

static gboolean
own_place (const CgPassPlan *plan, int node)
{
  return node > 0 && plan->places[node].root == node;
}

/* Backward hands a concat's gradient to its inputs first of all their readers
 * only if it is the last to read them; otherwise slices would be overwritten. */
static void
share_concat (CgPassPlan *plan, const CgNetwork *network, int i)
{
  int in = i - 1, other = network->layers[i].other;

  if (in == other || !own_place (plan, in) || !own_place (plan, other)
      || last_reader (network, in) != i || last_reader (network, other) != i)
    return;
  plan->places[in] = plan->places[i];
  plan->places[other] = plan->places[i];
  plan->places[other].channel += network->layers[in].out.c;
}

static void
share_add (CgPassPlan *plan, const CgNetwork *network, int i)
{
  const CgLayer *before = &network->layers[i - 1];

  if (!before->kind->adds || before->activation != CG_ACTIVATION_NONE
      || n_readers (network, i - 1) != 1 || !own_place (plan, i - 1))
    return;
  plan->places[i - 1] = plan->places[i];
  plan->added[i - 1] = network->layers[i].other;
}

static void
share (CgPassPlan *plan, const CgNetwork *network)
{
  for (int i = 0; i < network->n_nodes; i++)
    {
      plan->places[i] = (CgPlace){ i, 0 };
      plan->added[i] = -1;
    }
  for (int i = network->n_nodes - 1; i > 0; i--)
    if (network->layers[i].kind == &cg_layer_concat)
      share_concat (plan, network, i);
    else if (network->layers[i].kind == &cg_layer_add)
      share_add (plan, network, i);
}

static void
find_gradients (CgPassPlan *plan, const CgNetwork *network)
{
  for (int i = 1; i < network->n_nodes; i++)
    {
      const CgLayer *layer = &network->layers[i];
      plan->wants_gradient[i] = layer->weight_length > 0 || plan->wants_gradient[i - 1]
                                || (layer->other >= 0 && plan->wants_gradient[layer->other]);
    }
}

/* --- bands of rows --- */

/* Rows that @node's window advances by with each step. */
static int
advance (const CgPassPlan *plan, const CgNetwork *network, int node)
{
  return plan->band / network->step * network->layers[node].out.h;
}

/* Rows that layer @i can be behind a node that is @delay rows behind: out of
 * t * M - delay rows of input it makes t * M' - result rows of output. */
static int
delay_behind (const CgLayer *layer, int delay)
{
  int radius = layer->conv.k > 0 ? (layer->conv.k - 1) / 2 : 0;

  if (layer->conv.k > 0)
    return (delay + radius) / layer->n; /* ceil ((delay + radius + 1) / stride) - 1 */
  if (layer->kind->scale == CG_SCALE_DOWN)
    return (delay + layer->n - 1) / layer->n;
  if (layer->kind->scale == CG_SCALE_UP)
    return delay * layer->n;
  return delay;
}

static void
find_delays (CgPassPlan *plan, const CgNetwork *network)
{
  for (int i = 1; i < network->n_nodes; i++)
    {
      const CgLayer *layer = &network->layers[i];
      int other = layer->other >= 0 ? layer->other : plan->added[i];
      plan->delay[i] = delay_behind (layer, plan->delay[i - 1]);
      if (other >= 0)
        plan->delay[i] = MAX (plan->delay[i], plan->delay[other]);
      if (layer->kind->scale == CG_SCALE_UP) /* whole rows of what it reads */
        plan->delay[i] = (plan->delay[i] + layer->n - 1) / layer->n * layer->n;
    }
}

/* Rows before t * M of the node it reads that layer @i needs from its own row
 * t * M' - delay on. */
static int
reach_back (const CgPassPlan *plan, const CgNetwork *network, int i)
{
  const CgLayer *layer = &network->layers[i];
  int delay = plan->delay[i];

  if (layer->conv.k > 0)
    return delay * layer->n + (layer->conv.k - 1) / 2;
  if (layer->kind->scale == CG_SCALE_DOWN)
    return delay * layer->n;
  if (layer->kind->scale == CG_SCALE_UP)
    return (delay + layer->n - 1) / layer->n;
  return delay;
}

/* --- sums in place --- */

/* Whether the sum that layer @i - 1 stores for the add @i may take the place of
 * the values it adds: the add reads them last, and no step wants rows of them
 * that an earlier step has made into sums. */
static gboolean
replaces_added (const CgPassPlan *plan, const CgNetwork *network, int i)
{
  int added = plan->added[i - 1];

  if (added <= 0 || added == i - 2 || last_reader (network, added) != i || !own_place (plan, i)
      || network->layers[plan->places[added].root].out.c != network->layers[added].out.c)
    return FALSE;
  for (int j = added + 1; j < i; j++)
    if ((j - 1 == added && reach_back (plan, network, j) > plan->delay[i])
        || (network->layers[j].other == added && plan->delay[j] > plan->delay[i]))
      return FALSE;
  return TRUE;
}

static void
share_sums (CgPassPlan *plan, const CgNetwork *network)
{
  for (int i = 1; i < network->n_nodes; i++)
    if (replaces_added (plan, network, i))
      plan->places[i] = plan->places[i - 1] = plan->places[plan->added[i - 1]];
}

/* --- windows --- */

static void
need (CgPassPlan *plan, int node, int back)
{
  CgWindow *window = &plan->windows[plan->places[node].root];
  window->keep = MAX (window->keep, back - window->ahead);
}

static void
find_windows (CgPassPlan *plan, const CgNetwork *network)
{
  for (int i = 0; i < network->n_nodes; i++)
    plan->windows[i] = (CgWindow){ .ahead = G_MAXINT };
  for (int i = 0; i < network->n_nodes; i++)
    {
      CgWindow *window = &plan->windows[plan->places[i].root];
      window->ahead = MIN (window->ahead, plan->delay[i]);
    }
  for (int i = 0; i < network->n_nodes; i++)
    {
      need (plan, i, plan->delay[i]);
      if (i > 0)
        need (plan, i - 1, reach_back (plan, network, i));
      if (i > 0 && network->layers[i].other >= 0)
        need (plan, network->layers[i].other, plan->delay[i]);
    }
  for (int i = 0; i < network->n_nodes; i++)
    {
      int h = cg_network_node_shape (network, i, plan->h, plan->w).h;
      CgWindow *window = &plan->windows[i];
      window->rows = plan->band == 0 ? h : MIN (h, window->keep + advance (plan, network, i));
    }
}

int
cg_pass_plan_end (const CgPassPlan *plan, const CgNetwork *network, int node, int t)
{
  int h = cg_network_node_shape (network, node, plan->h, plan->w).h;

  if (plan->band == 0)
    return t > 0 ? h : 0;
  return (int) CLAMP ((gint64) t * advance (plan, network, node) - plan->delay[node], 0, h);
}

int
cg_pass_plan_begin (const CgPassPlan *plan, const CgNetwork *network, int root, int t)
{
  int h = cg_network_node_shape (network, root, plan->h, plan->w).h;
  const CgWindow *window = &plan->windows[root];

  if (plan->band == 0)
    return 0;
  return (int) CLAMP ((gint64) (t - 1) * advance (plan, network, root) - window->ahead
                          - window->keep,
                      0, h - window->rows);
}

gsize
cg_pass_plan_row (const CgPassPlan *plan, const CgNetwork *network, int root)
{
  CgShape s = cg_network_node_shape (network, root, plan->h, plan->w);
  return (gsize) s.w * s.c;
}

/* --- life times --- */

/* A block of memory and the times at which it is in use.  Layer i runs forward
 * at time i and backward at time 2 n_nodes - i. */
typedef struct
{
  gsize size;
  int from, to;
  gsize *offset;
} Block;

static void
live (Block *block, int from, int to)
{
  block->from = MIN (block->from, from);
  block->to = MAX (block->to, to);
}

static void
live_values (CgPassPlan *plan, const CgNetwork *network, CgPassMode mode, Block *blocks)
{
  int n = network->n_nodes, end = 2 * n;

  for (int i = 0; i < n; i++)
    {
      CgWindow *window = &plan->windows[plan->places[i].root];
      gboolean kept = i == 0 || i == n - 1;
      live (&blocks[plan->places[i].root], i,
            kept                       ? end
            : mode == CG_PASS_TRAINING ? end - i
                                       : last_reader (network, i));
      window->own = window->own || kept;
    }
  for (int i = 0; i < n; i++)
    {
      CgWindow *window = &plan->windows[i];
      window->first = blocks[i].from;
      window->last = blocks[i].to;
      /* copying to and fro costs more than it saves where most rows are kept */
      if (plan->steps > 1 && 2 * window->keep > window->rows)
        window->own = TRUE;
      if (window->own && plan->places[i].root == i)
        live (&blocks[i], 0, end);
    }
}

static void
live_gradients (const CgPassPlan *plan, const CgNetwork *network, Block *blocks)
{
  int n = network->n_nodes;

  for (int i = 1; i < n; i++)
    if (plan->wants_gradient[i])
      live (&blocks[plan->places[i].root], i == n - 1 ? n : 2 * n - last_reader (network, i),
            2 * n - i);
}

static int
larger_first (gconstpointer a, gconstpointer b)
{
  const Block *const *p = a, *const *q = b;
  return (*p)->size < (*q)->size ? 1 : (*p)->size > (*q)->size ? -1 : 0;
}

static gboolean
together (const Block *a, const Block *b)
{
  return a->from <= b->to && b->from <= a->to;
}

/* The lowest offset at which @block meets no block of @placed that lives at
 * the same time. */
static gsize
lowest_offset (const Block *block, const GPtrArray *placed)
{
  gsize offset = 0;
  gboolean moved = TRUE;

  while (moved)
    {
      moved = FALSE;
      for (guint i = 0; i < placed->len; i++)
        {
          const Block *other = g_ptr_array_index (placed, i);
          if (together (block, other) && offset < *other->offset + other->size
              && *other->offset < offset + block->size)
            {
              offset = *other->offset + other->size;
              moved = TRUE;
            }
        }
    }
  return offset;
}

/* Largest blocks first, each as low as it goes.  Returns the height. */
static gsize
place_blocks (Block *blocks, int n_blocks)
{
  g_autoptr (GPtrArray) order = g_ptr_array_new ();
  g_autoptr (GPtrArray) placed = g_ptr_array_new ();
  gsize height = 0;

  for (int i = 0; i < n_blocks; i++)
    if (blocks[i].to >= blocks[i].from)
      g_ptr_array_add (order, &blocks[i]);
  g_ptr_array_sort (order, larger_first);
  for (guint i = 0; i < order->len; i++)
    {
      Block *block = g_ptr_array_index (order, i);
      *block->offset = lowest_offset (block, placed);
      height = MAX (height, *block->offset + block->size);
      g_ptr_array_add (placed, block);
    }
  return height;
}

/* Rows that wait between steps, behind everything else. */
static void
place_carries (CgPassPlan *plan, const CgNetwork *network)
{
  for (int i = 0; i < network->n_nodes; i++)
    {
      CgWindow *window = &plan->windows[i];
      if (plan->steps == 1 || plan->places[i].root != i || window->own)
        continue;
      window->carry = plan->arena;
      plan->arena += cg_aligned (window->keep * cg_pass_plan_row (plan, network, i));
    }
}

static void
place_windows (CgPassPlan *plan, const CgNetwork *network, CgPassMode mode)
{
  int n_nodes = network->n_nodes;
  g_autofree Block *blocks = g_new0 (Block, 2 * (guint) n_nodes);

  for (int i = 0; i < n_nodes; i++)
    {
      gsize size
          = cg_aligned (plan->n * plan->windows[i].rows * cg_pass_plan_row (plan, network, i));
      blocks[i] = (Block){ size, G_MAXINT, -1, &plan->values[i] };
      blocks[n_nodes + i] = (Block){ size, G_MAXINT, -1, &plan->gradients[i] };
    }
  live_values (plan, network, mode, blocks);
  live_gradients (plan, network, blocks + n_nodes);
  plan->arena = place_blocks (blocks, 2 * n_nodes);
  place_carries (plan, network);
}

CgPassPlan *
cg_pass_plan_new (const CgNetwork *network, CgPassMode mode, int n, int h, int w, int band)
{
  int n_nodes = network->n_nodes;
  CgPassPlan *plan = g_new0 (CgPassPlan, 1);

  plan->n = n;
  plan->h = h;
  plan->w = w;
  plan->places = g_new0 (CgPlace, n_nodes);
  plan->added = g_new0 (int, n_nodes);
  plan->wants_gradient = g_new0 (gboolean, n_nodes);
  plan->delay = g_new0 (int, n_nodes);
  plan->windows = g_new0 (CgWindow, n_nodes);
  plan->values = g_new0 (gsize, n_nodes);
  plan->gradients = g_new0 (gsize, n_nodes);
  share (plan, network);
  if (mode == CG_PASS_TRAINING)
    find_gradients (plan, network);
  find_delays (plan, network);
  if (mode == CG_PASS_INFERENCE)
    share_sums (plan, network);

  CgShape in = cg_network_input_shape (network, h, w);
  int late = plan->delay[n_nodes - 1] * network->input.h / network->layers[n_nodes - 1].out.h;
  plan->band = band < in.h + late ? band : 0;
  plan->steps = plan->band == 0 ? 1 : (in.h + late + plan->band - 1) / plan->band;
  find_windows (plan, network);
  place_windows (plan, network, mode);
  return plan;
}

void
cg_pass_plan_free (CgPassPlan *plan)
{
  if (!plan)
    return;
  g_free (plan->places);
  g_free (plan->added);
  g_free (plan->wants_gradient);
  g_free (plan->delay);
  g_free (plan->windows);
  g_free (plan->values);
  g_free (plan->gradients);
  g_free (plan);
}
