/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of a network, for the pass that runs it.
 *
 * Nodes are the places where values stand: node 0 is the input, node i the
 * output of layer i, which reads node i - 1 (and, for a join, one other). */
#ifndef CG_NETWORK_PRIVATE_H
#define CG_NETWORK_PRIVATE_H

#include "model/layers/layer.h"

struct _CgNetwork
{
  char *text;
  gboolean any_size;
  CgShape input; /* for one step */
  int step;
  int halo;
  CgLayer *layers; /* n_nodes of them; [0] is the input line and has no kind */
  int n_nodes;
  int latent;           /* node of the latents, 0 = none are named */
  int latent_line;      /* where the text names them, and whether that is a */
  gboolean latent_mark; /*   line of its own, no layer */
  GArray *tensors;      /* CgNetworkTensor */
  gsize n_parameters;
};

/* Read @text into the network's text, layers and input (network-text.c); shapes
 * are still to be found.  On failure what was read so far is left in it. */
gboolean cg_network_read (CgNetwork *network, const char *text, GError **error);

/* Shape of @node for an input of @h x @w pixels. */
CgShape cg_network_node_shape (const CgNetwork *network, int node, int h, int w);

#endif
