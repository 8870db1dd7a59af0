/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The layers of a network as nodes of an ONNX graph. */
#ifndef CG_ONNX_LAYERS_H
#define CG_ONNX_LAYERS_H

#include "model/network.h"

/* Append the nodes that make "clean" from "image", and the constants they take but
 * for parameters, which are called as the network's tensors are and have four
 * dimensions where they are weights.  FALSE with CG_ERROR_UNSUPPORTED for a layer
 * that has no counterpart. */
gboolean cg_onnx_add_layers (GByteArray *graph, const CgNetwork *network,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
