/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Field numbers are those of onnx.proto3 (github.com/onnx/onnx). */
#include "training/onnx.h"

#include "config.h"

#include <string.h>

#include "model/error.h"
#include "training/onnx-layers.h"
#include "training/onnx-parts.h"
#include "training/protobuf.h"

#define IR_VERSION       8
#define OPERATOR_VERSION 13
#define MAX_BYTES        (G_GUINT64_CONSTANT (2) << 30) /* of any message of Protocol Buffers */
#define REST_BYTES       (64 << 20)                     /* more than all but the parameters takes */

enum
{
  MODEL_IR_VERSION = 1,
  MODEL_PRODUCER_NAME = 2,
  MODEL_PRODUCER_VERSION = 3,
  MODEL_GRAPH = 7,
  MODEL_OPSET_IMPORT = 8,
  MODEL_METADATA_PROPS = 14,
  OPERATOR_SET_VERSION = 2,
  ENTRY_KEY = 1, /* StringStringEntryProto */
  ENTRY_VALUE = 2,
  GRAPH_NAME = 2
};

/* A dense layer's weights become those of a 1x1 convolution. */
static void
add_parameters (GByteArray *graph, const CgModel *model)
{
  for (guint i = 0; i < cg_network_n_tensors (model->network); i++)
    {
      const CgNetworkTensor *t = cg_network_tensor (model->network, i);
      int dims[4] = { t->dims[0], t->dims[1], 1, 1 };
      cg_onnx_add_floats (graph, t->name, t->n_dims == 2 ? 4 : t->n_dims,
                          t->n_dims == 2 ? dims : t->dims, model->parameters + t->offset);
    }
}

static void
add_ends (GByteArray *graph, const CgNetwork *network)
{
  int step = cg_network_step (network);
  g_autofree char *multiples = g_strdup_printf ("; height and width are multiples of %d", step);
  CgOnnxEnd in = { .name = "image", .shape = cg_network_input_shape (network, step, step) };
  CgOnnxEnd out = { .name = "clean", .shape = cg_network_output_shape (network, step, step) };
  gboolean open = cg_network_any_size (network);
  gboolean same = in.shape.h == out.shape.h && in.shape.w == out.shape.w;
  g_autofree char *doc = g_strconcat ("values from 0 to 1", open ? multiples : NULL, NULL);

  if (open)
    {
      in.height = "height";
      in.width = "width";
      out.height = same ? "height" : "clean_height";
      out.width = same ? "width" : "clean_width";
    }
  in.doc = doc;
  out.doc = "the picture without noise";
  cg_onnx_add_input (graph, &in);
  cg_onnx_add_output (graph, &out);
}

static GByteArray *
format_graph (const CgModel *model, GError **error)
{
  const char *name = cg_model_card (model, CG_CARD_NAME);
  g_autoptr (GByteArray) graph = g_byte_array_new ();

  cg_protobuf_string (graph, GRAPH_NAME, name ? name : "cleargrain");
  if (!cg_onnx_add_layers (graph, model->network, error))
    return NULL;
  add_parameters (graph, model);
  add_ends (graph, model->network);
  return g_steal_pointer (&graph);
}

static void
add_metadata (GByteArray *message, const char *key, const char *value)
{
  GByteArray *entry = g_byte_array_new ();
  cg_protobuf_string (entry, ENTRY_KEY, key);
  cg_protobuf_string (entry, ENTRY_VALUE, value);
  cg_protobuf_message (message, MODEL_METADATA_PROPS, entry);
}

static void
add_card (GByteArray *message, const CgModel *model)
{
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (model->card), (GCompareFunc) strcmp);

  for (const GList *key = keys; key; key = key->next)
    add_metadata (message, key->data, cg_model_card (model, key->data));
  add_metadata (message, "network", cg_network_text (model->network));
}

GByteArray *
cg_onnx_format (const CgModel *model, GError **error)
{
  gsize n = cg_network_n_parameters (model->network);
  if (n > (MAX_BYTES - REST_BYTES) / sizeof (float))
    {
      g_set_error (error, CG_ERROR, CG_ERROR_TOO_LARGE,
                   "%" G_GSIZE_FORMAT " parameters are more than the 2 GiB of an ONNX file hold",
                   n);
      return NULL;
    }
  GByteArray *graph = format_graph (model, error);
  if (graph == NULL)
    return NULL;

  GByteArray *message = g_byte_array_new (), *operators = g_byte_array_new ();
  cg_protobuf_int (message, MODEL_IR_VERSION, IR_VERSION);
  cg_protobuf_string (message, MODEL_PRODUCER_NAME, "cleargrain");
  cg_protobuf_string (message, MODEL_PRODUCER_VERSION, CG_VERSION);
  cg_protobuf_int (operators, OPERATOR_SET_VERSION, OPERATOR_VERSION);
  cg_protobuf_message (message, MODEL_OPSET_IMPORT, operators);
  cg_protobuf_message (message, MODEL_GRAPH, graph);
  add_card (message, model);
  return message;
}
