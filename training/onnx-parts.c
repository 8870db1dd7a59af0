/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Field numbers are those of onnx.proto3 (github.com/onnx/onnx). */
#include "training/onnx-parts.h"

#include "training/protobuf.h"

enum
{
  GRAPH_NODE = 1,
  GRAPH_INITIALIZER = 5,
  GRAPH_INPUT = 11,
  GRAPH_OUTPUT = 12,
  NODE_INPUT = 1,
  NODE_OUTPUT = 2,
  NODE_NAME = 3,
  NODE_OP_TYPE = 4,
  NODE_ATTRIBUTE = 5,
  ATTRIBUTE_NAME = 1,
  ATTRIBUTE_INT = 3,
  ATTRIBUTE_STRING = 4,
  ATTRIBUTE_INTS = 8,
  ATTRIBUTE_TYPE = 20,
  TENSOR_DIMS = 1,
  TENSOR_DATA_TYPE = 2,
  TENSOR_INT64_DATA = 7,
  TENSOR_NAME = 8,
  TENSOR_RAW_DATA = 9,
  VALUE_NAME = 1, /* ValueInfoProto */
  VALUE_TYPE = 2,
  VALUE_DOC_STRING = 3,
  TYPE_TENSOR = 1, /* TypeProto and its Tensor */
  TYPE_TENSOR_ELEMENT = 1,
  TYPE_TENSOR_SHAPE = 2,
  SHAPE_DIM = 1, /* TensorShapeProto and its Dimension */
  DIM_VALUE = 1,
  DIM_PARAM = 2
};

enum /* AttributeProto.AttributeType */
{
  TYPE_INT = 2,
  TYPE_STRING = 3,
  TYPE_INTS = 7
};

enum /* TensorProto.DataType */
{
  DATA_FLOAT = 1,
  DATA_INT64 = 7
};

/* --- nodes --- */

GByteArray *
cg_onnx_node (const char *op_type, const char *output, const char *input)
{
  GByteArray *node = g_byte_array_new ();
  cg_protobuf_string (node, NODE_OP_TYPE, op_type);
  cg_protobuf_string (node, NODE_NAME, output);
  cg_protobuf_string (node, NODE_OUTPUT, output);
  cg_protobuf_string (node, NODE_INPUT, input);
  return node;
}

void
cg_onnx_node_input (GByteArray *node, const char *input)
{
  cg_protobuf_string (node, NODE_INPUT, input);
}

static void
add_attribute (GByteArray *node, const char *name, int type, GByteArray *attribute)
{
  cg_protobuf_string (attribute, ATTRIBUTE_NAME, name);
  cg_protobuf_int (attribute, ATTRIBUTE_TYPE, type);
  cg_protobuf_message (node, NODE_ATTRIBUTE, attribute);
}

void
cg_onnx_node_int (GByteArray *node, const char *name, int value)
{
  GByteArray *attribute = g_byte_array_new ();
  cg_protobuf_int (attribute, ATTRIBUTE_INT, value);
  add_attribute (node, name, TYPE_INT, attribute);
}

void
cg_onnx_node_ints (GByteArray *node, const char *name, int n, const int *values)
{
  GByteArray *attribute = g_byte_array_new ();
  for (int i = 0; i < n; i++)
    cg_protobuf_int (attribute, ATTRIBUTE_INTS, values[i]);
  add_attribute (node, name, TYPE_INTS, attribute);
}

void
cg_onnx_node_string (GByteArray *node, const char *name, const char *value)
{
  GByteArray *attribute = g_byte_array_new ();
  cg_protobuf_string (attribute, ATTRIBUTE_STRING, value);
  add_attribute (node, name, TYPE_STRING, attribute);
}

void
cg_onnx_add_node (GByteArray *graph, GByteArray *node)
{
  cg_protobuf_message (graph, GRAPH_NODE, node);
}

/* --- constants --- */

static GByteArray *
begin_tensor (const char *name, int type, int n_dims, const int *dims)
{
  GByteArray *tensor = g_byte_array_new ();
  for (int d = 0; d < n_dims; d++)
    cg_protobuf_int (tensor, TENSOR_DIMS, dims[d]);
  cg_protobuf_int (tensor, TENSOR_DATA_TYPE, type);
  cg_protobuf_string (tensor, TENSOR_NAME, name);
  return tensor;
}

void
cg_onnx_add_ints (GByteArray *graph, const char *name, int n, const int *values)
{
  GByteArray *tensor = begin_tensor (name, DATA_INT64, 1, &n);
  for (int i = 0; i < n; i++)
    cg_protobuf_int (tensor, TENSOR_INT64_DATA, values[i]);
  cg_protobuf_message (graph, GRAPH_INITIALIZER, tensor);
}

void
cg_onnx_add_floats (GByteArray *graph, const char *name, int n_dims, const int *dims,
                    const float *values)
{
  GByteArray *tensor = begin_tensor (name, DATA_FLOAT, n_dims, dims);
  gsize n = 1;
  for (int d = 0; d < n_dims; d++)
    n *= dims[d];
  cg_protobuf_floats (tensor, TENSOR_RAW_DATA, values, n);
  cg_protobuf_message (graph, GRAPH_INITIALIZER, tensor);
}

/* --- ends --- */

static void
add_dim (GByteArray *shape, int value, const char *name)
{
  GByteArray *dim = g_byte_array_new ();
  if (name)
    cg_protobuf_string (dim, DIM_PARAM, name);
  else
    cg_protobuf_int (dim, DIM_VALUE, value);
  cg_protobuf_message (shape, SHAPE_DIM, dim);
}

static void
add_end (GByteArray *graph, int field, const CgOnnxEnd *end)
{
  GByteArray *shape = g_byte_array_new (), *tensor = g_byte_array_new ();
  GByteArray *type = g_byte_array_new (), *value = g_byte_array_new ();

  add_dim (shape, 1, NULL);
  add_dim (shape, end->shape.c, NULL);
  add_dim (shape, end->shape.h, end->height);
  add_dim (shape, end->shape.w, end->width);
  cg_protobuf_int (tensor, TYPE_TENSOR_ELEMENT, DATA_FLOAT);
  cg_protobuf_message (tensor, TYPE_TENSOR_SHAPE, shape);
  cg_protobuf_message (type, TYPE_TENSOR, tensor);
  cg_protobuf_string (value, VALUE_NAME, end->name);
  cg_protobuf_message (value, VALUE_TYPE, type);
  cg_protobuf_string (value, VALUE_DOC_STRING, end->doc);
  cg_protobuf_message (graph, field, value);
}

void
cg_onnx_add_input (GByteArray *graph, const CgOnnxEnd *end)
{
  add_end (graph, GRAPH_INPUT, end);
}

void
cg_onnx_add_output (GByteArray *graph, const CgOnnxEnd *end)
{
  add_end (graph, GRAPH_OUTPUT, end);
}
