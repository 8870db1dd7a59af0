/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The numbers a network starts training with. */
#include <math.h>

#include "model/network-private.h"
#include "model/random.h"

/* TRUE if what layer @i makes is, but for moving it about, added to a saved point. */
static gboolean
ends_in_add (const CgNetwork *network, int i)
{
  while (++i < network->n_nodes && network->layers[i].kind == &cg_layer_shuffle)
    ;
  return i < network->n_nodes && network->layers[i].kind == &cg_layer_add;
}

static gboolean
before_relu (const CgNetwork *network, int i)
{
  return network->layers[i].activation == CG_ACTIVATION_RELU
         || (i + 1 < network->n_nodes && network->layers[i + 1].kind == &cg_layer_relu);
}

void
cg_network_init (const CgNetwork *network, guint64 seed, float *parameters)
{
  for (int i = 1; i < network->n_nodes; i++)
    {
      const CgLayer *layer = &network->layers[i];
      if (layer->weight_length == 0)
        continue;
      CgRandom random = cg_random (seed, layer->line, 0);
      double fan_in = (double) layer->weight_length / layer->out.c;
      if (layer->transpose.k
          > 0) /* of a stamp's pixels only every n-th, across and down, meets another */
        fan_in /= (double) layer->n * layer->n;
      double sigma = sqrt ((before_relu (network, i) ? 2 : 1) / fan_in);
      if (ends_in_add (network, i))
        sigma *= 0.1;
      for (gsize p = 0; p < layer->weight_length; p++)
        parameters[layer->weight_offset + p] = (float) (sigma * cg_random_normal (&random));
      for (gsize p = 0; p < layer->bias_length; p++)
        parameters[layer->bias_offset + p] = 0;
    }
}
