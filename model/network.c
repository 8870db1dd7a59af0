/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A network's shapes, scales and parameters, out of its layers. */
#include "network.h"

#include <math.h>

#include "model/error.h"
#include "model/network-private.h"

#define MAX_STEP     1024
#define MAX_SIDE     (1 << 16)
#define MAX_CHANNELS (1 << 20)
#define MAX_VALUES   (G_GUINT64_CONSTANT (1) << 30) /* of one node, and of all parameters */

static int
common_divisor (int a, int b)
{
  return b == 0 ? a : common_divisor (b, a % b);
}

/* The step: least common multiple of the denominators of all nodes' scales. */
static gboolean
find_step (CgNetwork *network, GError **error)
{
  g_autofree int *up = g_new (int, network->n_nodes);
  g_autofree int *down = g_new (int, network->n_nodes);

  network->step = up[0] = down[0] = 1;
  for (int i = 1; i < network->n_nodes; i++)
    {
      const CgLayer *layer = &network->layers[i];
      up[i] = up[i - 1] * (layer->kind->scale == CG_SCALE_UP ? layer->n : 1);
      down[i] = down[i - 1] * (layer->kind->scale == CG_SCALE_DOWN ? layer->n : 1);
      int common = common_divisor (up[i], down[i]);
      up[i] /= common;
      down[i] /= common;
      network->step *= down[i] / common_divisor (network->step, down[i]);
      if (up[i] > MAX_STEP || network->step > MAX_STEP)
        {
          g_set_error (error, CG_ERROR, CG_ERROR_NETWORK, "network line %d: scales by more than %d",
                       layer->line + 1, MAX_STEP);
          return FALSE;
        }
    }
  return TRUE;
}

/* Whether node @i and all parameters up to it have sizes we handle. */
static gboolean
check_size (const CgNetwork *network, int i, GError **error)
{
  const CgLayer *layer = &network->layers[i];
  CgShape out = layer->out;
  guint64 values = (guint64) out.h * out.w * out.c;
  guint64 parameters = network->n_parameters + layer->weight_length + layer->bias_length;

  if (out.h <= MAX_SIDE && out.w <= MAX_SIDE && out.c <= MAX_CHANNELS && values <= MAX_VALUES
      && parameters <= MAX_VALUES)
    return TRUE;
  g_set_error (error, CG_ERROR, CG_ERROR_NETWORK, "%dx%dx%d has more than we handle", out.h, out.w,
               out.c);
  return FALSE;
}

static gboolean
shape_layer (CgNetwork *network, int i, GError **error)
{
  CgLayer *layer = &network->layers[i];

  layer->in = network->layers[i - 1].out;
  if (layer->other >= 0)
    layer->other_in = network->layers[layer->other].out;
  return layer->kind->shape (layer, error) && check_size (network, i, error);
}

static void
add_tensor (CgNetwork *network, const CgLayer *layer, const char *role, CgNetworkTensor tensor)
{
  tensor.name = g_strdup_printf ("%d.%s", layer->line, role);
  tensor.offset = network->n_parameters;
  tensor.length = 1;
  for (int d = 0; d < tensor.n_dims; d++)
    tensor.length *= (gsize) tensor.dims[d];
  g_array_append_val (network->tensors, tensor);
  network->n_parameters += tensor.length;
}

static void
add_parameters (CgNetwork *network, CgLayer *layer)
{
  int k = layer->conv.k;

  if (layer->weight_length == 0)
    return;
  layer->weight_offset = network->n_parameters;
  CgNetworkTensor weight = { .n_dims = 2, .dims = { layer->out.c, layer->in.c } };
  if (k > 0)
    weight = (CgNetworkTensor){ .n_dims = 4, .dims = { layer->out.c, layer->in.c, k, k } };
  else if (layer->transpose.k > 0)
    weight = (CgNetworkTensor){
      .n_dims = 4, .dims = { layer->in.c, layer->out.c, layer->transpose.k, layer->transpose.k }
    };
  add_tensor (network, layer, "weight", weight);
  layer->bias_offset = network->n_parameters;
  if (layer->bias)
    add_tensor (network, layer, "bias", (CgNetworkTensor){ .n_dims = 1, .dims = { layer->out.c } });
}

/* A node's pixel p stands for the input pixels of its cell, [p j, p j + j),
 * j = input pixels a pixel of the node; it depends on `left` and `right` more. */
typedef struct
{
  double left, right;
} Reach;

static int
find_halo (const CgNetwork *network)
{
  g_autofree Reach *reach = g_new0 (Reach, network->n_nodes);

  for (int i = 1; i < network->n_nodes; i++)
    {
      const CgLayer *layer = &network->layers[i];
      double j = (double) network->input.h / layer->in.h; /* of the layer's input */
      Reach r = reach[i - 1];

      if (layer->conv.k > 0)
        {
          int radius = (layer->conv.k - 1) / 2;
          r.left += radius * j;
          r.right = MAX (r.right + (radius - (layer->conv.stride - 1)) * j, 0);
        }
      else if (layer->kind->scale == CG_SCALE_UP)
        {
          r.left += j - j / layer->n;
          r.right += j - j / layer->n;
        }
      if (layer->other >= 0)
        {
          r.left = MAX (r.left, reach[layer->other].left);
          r.right = MAX (r.right, reach[layer->other].right);
        }
      reach[i] = r;
    }
  Reach last = reach[network->n_nodes - 1];
  return (int) ceil (MAX (last.left, last.right));
}

static gboolean
shape_network (CgNetwork *network, GError **error)
{
  network->step = 1;
  if (network->any_size)
    {
      if (!find_step (network, error))
        return FALSE;
      network->input.h = network->input.w = network->step;
      network->layers[0].out = network->input;
    }
  if (!check_size (network, 0, error))
    {
      g_prefix_error (error, "network line %d 'input': ", network->layers[0].line + 1);
      return FALSE;
    }
  for (int i = 1; i < network->n_nodes; i++)
    {
      if (!shape_layer (network, i, error))
        {
          g_prefix_error (error, "network line %d '%s': ", network->layers[i].line + 1,
                          network->layers[i].kind->name);
          return FALSE;
        }
      add_parameters (network, &network->layers[i]);
    }
  network->halo
      = network->any_size ? find_halo (network) : MAX (network->input.h, network->input.w);
  return TRUE;
}

/* --- public --- */

CgNetwork *
cg_network_parse (const char *text, GError **error)
{
  g_autoptr (CgNetwork) network = g_new0 (CgNetwork, 1);

  network->tensors = g_array_new (FALSE, FALSE, sizeof (CgNetworkTensor));
  if (!cg_network_read (network, text, error) || !shape_network (network, error))
    return NULL;
  return g_steal_pointer (&network);
}

void
cg_network_free (CgNetwork *network)
{
  if (!network)
    return;
  for (int i = 0; i < network->n_nodes; i++)
    g_free (network->layers[i].name);
  for (guint i = 0; i < network->tensors->len; i++)
    g_free ((char *) cg_network_tensor (network, i)->name);
  g_array_free (network->tensors, TRUE);
  g_free (network->layers);
  g_free (network->text);
  g_free (network);
}

const char *
cg_network_text (const CgNetwork *network)
{
  return network->text;
}

gboolean
cg_network_any_size (const CgNetwork *network)
{
  return network->any_size;
}

int
cg_network_step (const CgNetwork *network)
{
  return network->step;
}

int
cg_network_halo (const CgNetwork *network)
{
  return network->halo;
}

CgShape
cg_network_node_shape (const CgNetwork *network, int node, int h, int w)
{
  CgShape s = network->layers[node].out;

  if (network->any_size)
    {
      s.h *= h / network->step;
      s.w *= w / network->step;
    }
  return s;
}

CgShape
cg_network_input_shape (const CgNetwork *network, int h, int w)
{
  return cg_network_node_shape (network, 0, h, w);
}

CgShape
cg_network_output_shape (const CgNetwork *network, int h, int w)
{
  return cg_network_node_shape (network, network->n_nodes - 1, h, w);
}

double
cg_network_flop_per_pixel (const CgNetwork *network)
{
  double flop = 0;

  for (int i = 1; i < network->n_nodes; i++)
    {
      const CgLayer *layer = &network->layers[i];
      CgShape s
          = layer->transpose.k > 0 ? layer->in : layer->out; /* upconv: a stamp an input pixel */
      flop += 2.0 * layer->weight_length * s.h * s.w;
    }
  return flop / network->input.h / network->input.w;
}

const CgLayer *
cg_network_layer (const CgNetwork *network, int i)
{
  return i < network->n_nodes ? &network->layers[i] : NULL;
}

gsize
cg_network_n_parameters (const CgNetwork *network)
{
  return network->n_parameters;
}

guint
cg_network_n_tensors (const CgNetwork *network)
{
  return network->tensors->len;
}

const CgNetworkTensor *
cg_network_tensor (const CgNetwork *network, guint i)
{
  return &g_array_index (network->tensors, CgNetworkTensor, i);
}
