/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of an ONNX graph as messages of Protocol Buffers.  @graph is the
 * GraphProto that they are appended to; values have the four dimensions
 * 1 x c x h x w. */
#ifndef CG_ONNX_PARTS_H
#define CG_ONNX_PARTS_H

#include "model/network.h"

/* A node that makes @output by @op_type from @input.  What else it takes is
 * added to it before it goes into a graph, which frees it. */
GByteArray *
cg_onnx_node (const char *op_type, const char *output, const char *input) G_GNUC_WARN_UNUSED_RESULT;
void cg_onnx_node_input (GByteArray *node, const char *input); /* "" = left out */
void cg_onnx_node_int (GByteArray *node, const char *attribute, int value);
void cg_onnx_node_ints (GByteArray *node, const char *attribute, int n, const int *values);
void cg_onnx_node_string (GByteArray *node, const char *attribute, const char *value);
void cg_onnx_add_node (GByteArray *graph, GByteArray *node);

/* A constant called @name: a list of integers, or an array of floats. */
void cg_onnx_add_ints (GByteArray *graph, const char *name, int n, const int *values);
void cg_onnx_add_floats (GByteArray *graph, const char *name, int n_dims, const int *dims,
                         const float *values);

/* What goes in or comes out.  @height and @width are names of open sizes, or
 * NULL for those of @shape. */
typedef struct
{
  const char *name;
  CgShape shape;
  const char *height, *width;
  const char *doc;
} CgOnnxEnd;

void cg_onnx_add_input (GByteArray *graph, const CgOnnxEnd *end);
void cg_onnx_add_output (GByteArray *graph, const CgOnnxEnd *end);

#endif
