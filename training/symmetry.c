/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/symmetry.h"

#include <math.h>
#include <string.h>

#include "model/error.h"
#include "model/layers/layer.h"

#define GROUP CG_SYMMETRY_GROUP
/* Orbits that one job ties. */
#define RANGE 4096

/* Where a symmetry takes the vector (y, x): quarter turns, then four mirrored ones. */
typedef struct
{
  int yy, yx, xy, xx;
} Turn;

static const Turn turns[GROUP] = {
  { 1, 0, 0, 1 },  { 0, 1, -1, 0 },  { -1, 0, 0, -1 }, { 0, -1, 1, 0 },
  { 1, 0, 0, -1 }, { 0, -1, -1, 0 }, { -1, 0, 0, 1 },  { 0, 1, 1, 0 },
};

/* The parameters that belong together: indices into the parameter array, one of
 * them several times if some symmetries leave it where it is. */
typedef struct
{
  guint32 at[GROUP];
} Orbit;

struct _CgSymmetry
{
  GArray *orbits;
};

/* Where the symmetries take the channels of a node: GROUP x channels. */
typedef struct
{
  int n;
  int *to;
} Channels;

static int
moved (const Channels *channels, int g, int c)
{
  return channels->to[g * channels->n + c];
}

/* The symmetry that is @h and then @g. */
static int
composed (int g, int h)
{
  const Turn *a = &turns[g], *b = &turns[h];
  const Turn both = {
    a->yy * b->yy + a->yx * b->xy,
    a->yy * b->yx + a->yx * b->xx,
    a->xy * b->yy + a->xx * b->xy,
    a->xy * b->yx + a->xx * b->xx,
  };
  int i = 0;
  while (memcmp (&turns[i], &both, sizeof both) != 0)
    i++;
  return i;
}

/* Pixel @at = y @side + x of a square, turned about its centre. */
static int
turned (int g, int side, int at)
{
  const Turn *t = &turns[g];
  int y = 2 * (at / side) - (side - 1), x = 2 * (at % side) - (side - 1);
  int to_y = t->yy * y + t->yx * x, to_x = t->xy * y + t->xx * x;
  return (to_y + side - 1) / 2 * side + (to_x + side - 1) / 2;
}

/* --- channels --- */

static int stays[GROUP];
/* One channel, that no symmetry moves: a bias is a weight of it. */
static const Channels single = { 1, stays };

/* @n channels, in groups of eight if they are, otherwise such as a turn leaves alone. */
static Channels
plain_channels (int n)
{
  Channels channels = { n, g_new (int, GROUP *n) };
  for (int g = 0; g < GROUP; g++)
    for (int c = 0; c < n; c++)
      channels.to[g * n + c] = n % GROUP == 0 ? c / GROUP * GROUP + composed (g, c % GROUP) : c;
  return channels;
}

/* What `unshuffle` makes of @fine channels: squares of @side, the pixels of which move, too. */
static Channels
unshuffled (const Channels *fine, int side)
{
  int area = side * side, n = fine->n * area;
  Channels channels = { n, g_new (int, GROUP *n) };
  for (int g = 0; g < GROUP; g++)
    for (int c = 0; c < n; c++)
      channels.to[g * n + c] = moved (fine, g, c / area) * area + turned (g, side, c % area);
  return channels;
}

/* --- orbits --- */

/* Parameter [o][i][v][u] goes with [g o][g i][g (v, u)]. */
static void
add_orbits (CgSymmetry *symmetry, gsize offset, const Channels *out, const Channels *in, int side)
{
  int area = side * side, n = out->n * in->n * area;
  g_autofree gboolean *seen = g_new0 (gboolean, n);
  for (int at = 0; at < n; at++)
    {
      int o = at / area / in->n, i = at / area % in->n, p = at % area;
      Orbit orbit;
      if (seen[at])
        continue;
      for (int g = 0; g < GROUP; g++)
        {
          int to = (moved (out, g, o) * in->n + moved (in, g, i)) * area + turned (g, side, p);
          seen[to] = TRUE;
          orbit.at[g] = offset + to;
        }
      g_array_append_val (symmetry->orbits, orbit);
    }
}

/* --- layers --- */

static Channels
copied (const Channels *a)
{
  return (Channels){ a->n, g_memdup2 (a->to, GROUP * a->n * sizeof *a->to) };
}

static Channels
joined (const Channels *a, const Channels *b)
{
  int n = a->n + b->n;
  Channels channels = { n, g_new (int, GROUP *n) };
  for (int g = 0; g < GROUP; g++)
    for (int c = 0; c < n; c++)
      channels.to[g * n + c] = c < a->n ? moved (a, g, c) : a->n + moved (b, g, c - a->n);
  return channels;
}

static const CgLayer *
shuffle_behind (const CgNetwork *network, int i)
{
  const CgLayer *behind = cg_network_layer (network, i + 1);
  return behind && behind->kind == &cg_layer_shuffle ? behind : NULL;
}

/* A convolution makes channels that a shuffle behind it can lay out. */
static Channels
convolved (const CgNetwork *network, int i)
{
  const CgLayer *shuffle = shuffle_behind (network, i);
  if (shuffle == NULL)
    return plain_channels (cg_network_layer (network, i)->out.c);
  Channels fine = plain_channels (shuffle->out.c);
  Channels channels = unshuffled (&fine, shuffle->n);
  g_free (fine.to);
  return channels;
}

static gboolean
keeps_channels (const CgLayer *layer)
{
  return layer->kind == &cg_layer_add || layer->kind == &cg_layer_relu
         || layer->kind == &cg_layer_sigmoid || layer->kind == &cg_layer_maxpool
         || layer->kind == &cg_layer_upsample;
}

/* What layer @i makes of @nodes; none if nobody knows. */
static Channels
made_by (const CgNetwork *network, int i, const Channels *nodes)
{
  const CgLayer *layer = cg_network_layer (network, i);
  const Channels *in = &nodes[i - 1];
  if (layer->kind == &cg_layer_conv)
    return convolved (network, i);
  if (layer->kind == &cg_layer_unshuffle)
    return unshuffled (in, layer->n);
  if (layer->kind == &cg_layer_shuffle)
    return plain_channels (layer->out.c);
  if (layer->kind == &cg_layer_concat)
    return joined (in, &nodes[layer->other]);
  return keeps_channels (layer) ? copied (in) : (Channels){ 0 };
}

/* Why layer @i of @nodes cannot be symmetric, or NULL. */
static const char *
refusal (const CgNetwork *network, int i, const Channels *nodes)
{
  const CgLayer *layer = cg_network_layer (network, i);
  const CgLayer *shuffle = shuffle_behind (network, i);
  const Channels *in = &nodes[i - 1];
  gboolean conv = layer->kind == &cg_layer_conv;
  int channels = shuffle ? shuffle->out.c : layer->out.c;
  if (nodes[i].to == NULL)
    return "are for convolutions of pictures of any size";
  if (conv && layer->conv.stride > 1)
    return "cannot go with a stride; unshuffle and a conv can";
  if (conv && channels > 1 && channels % GROUP != 0)
    return "want channels in groups of eight";
  if (shuffle && !conv)
    return "want a convolution before a shuffle";
  if (layer->kind == &cg_layer_add
      && memcmp (in->to, nodes[layer->other].to, GROUP * in->n * sizeof *in->to) != 0)
    return "cannot go with channels as an unshuffle leaves them";
  return NULL;
}

static gboolean
add_layer (CgSymmetry *symmetry, const CgNetwork *network, int i, Channels *nodes, GError **error)
{
  const CgLayer *layer = cg_network_layer (network, i);
  nodes[i] = made_by (network, i, nodes);
  const char *why = refusal (network, i, nodes);
  if (why)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_UNSUPPORTED, "network line %d: symmetric weights %s",
                   layer->line + 1, why);
      return FALSE;
    }
  if (layer->weight_length > 0)
    add_orbits (symmetry, layer->weight_offset, &nodes[i], &nodes[i - 1], layer->conv.k);
  if (layer->bias_length > 0)
    add_orbits (symmetry, layer->bias_offset, &nodes[i], &single, 1);
  return TRUE;
}

CgSymmetry *
cg_symmetry_new (const CgNetwork *network, GError **error)
{
  g_autoptr (CgSymmetry) symmetry = g_new0 (CgSymmetry, 1);
  int n = 0;
  while (cg_network_layer (network, n))
    n++;
  g_autofree Channels *nodes = g_new0 (Channels, n);
  gboolean ok = TRUE;

  symmetry->orbits = g_array_new (FALSE, FALSE, sizeof (Orbit));
  nodes[0] = plain_channels (cg_network_input_shape (network, 0, 0).c);
  for (int i = 1; i < n && ok; i++)
    ok = add_layer (symmetry, network, i, nodes, error);
  for (int i = 0; i < n; i++)
    g_free (nodes[i].to);
  return ok ? g_steal_pointer (&symmetry) : NULL;
}

void
cg_symmetry_free (CgSymmetry *symmetry)
{
  if (symmetry == NULL)
    return;
  g_array_unref (symmetry->orbits);
  g_free (symmetry);
}

/* --- values --- */

typedef struct
{
  const CgSymmetry *symmetry;
  float *values;
} Tie;

static float
mean_of (const Orbit *orbit, const float *values)
{
  float sum = 0;
  for (int g = 0; g < GROUP; g++)
    sum += values[orbit->at[g]];
  return sum / GROUP;
}

static void
set_all (const Orbit *orbit, float *values, float value)
{
  for (int g = 0; g < GROUP; g++)
    values[orbit->at[g]] = value;
}

static void
tie_range (int job, int worker, gpointer user)
{
  const Tie *tie = user;
  const Orbit *orbits = (const Orbit *) tie->symmetry->orbits->data;
  guint end = MIN ((job + 1u) * RANGE, tie->symmetry->orbits->len);
  for (guint i = job * (guint) RANGE; i < end; i++)
    set_all (&orbits[i], tie->values, mean_of (&orbits[i], tie->values));
}

void
cg_symmetry_tie (const CgSymmetry *symmetry, float *values, CgWorkers *workers)
{
  Tie tie = { symmetry, values };
  cg_workers_run (workers, (symmetry->orbits->len + RANGE - 1) / RANGE, tie_range, &tie);
}

void
cg_symmetry_copy (const CgSymmetry *symmetry, float *values)
{
  for (guint i = 0; i < symmetry->orbits->len; i++)
    {
      const Orbit *orbit = &g_array_index (symmetry->orbits, Orbit, i);
      set_all (orbit, values, values[orbit->at[0]]);
    }
}

float
cg_symmetry_error (const CgSymmetry *symmetry, const float *values)
{
  float error = 0;
  for (guint i = 0; i < symmetry->orbits->len; i++)
    {
      const Orbit *orbit = &g_array_index (symmetry->orbits, Orbit, i);
      for (int g = 0; g < GROUP; g++)
        error = MAX (error, fabsf (values[orbit->at[g]] - mean_of (orbit, values)));
    }
  return error;
}
