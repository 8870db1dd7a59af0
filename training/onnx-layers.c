/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From our layers to ONNX's operators, as docs/Operators.md of github.com/onnx/onnx
 * tells them. */
#include "training/onnx-layers.h"

#include "model/error.h"
#include "model/layers/layer.h"
#include "training/onnx-parts.h"

/* The graph so far, and the names of what the layer at hand reads and makes. */
typedef struct
{
  GByteArray *graph;
  GStringChunk *names;
  const char *in, *other, *out;
} Writer;

/* Numbers of lines, as in weights files: "3.weight" is of the layer in line 3. */
static const char *
part_name (Writer *writer, const CgLayer *layer, const char *part)
{
  g_autofree char *name = g_strdup_printf ("%d.%s", layer->line, part);
  return g_string_chunk_insert (writer->names, name);
}

static const char *
value_name (Writer *writer, const CgNetwork *network, int i)
{
  if (i == 0)
    return "image";
  if (cg_network_layer (network, i + 1) == NULL)
    return "clean";
  return part_name (writer, cg_network_layer (network, i), "out");
}

static void
write_activation (Writer *writer, CgActivation activation, const char *in)
{
  const char *op_type = activation == CG_ACTIVATION_RELU ? "Relu" : "Sigmoid";
  cg_onnx_add_node (writer->graph, cg_onnx_node (op_type, writer->out, in));
}

/* A convolution of either kind, without its activation, for write_sum_end(). */
static GByteArray *
sum_node (Writer *writer, const CgLayer *layer, const char *op_type, int k, int stride)
{
  gboolean plain = layer->activation == CG_ACTIVATION_NONE;
  const char *sum = plain ? writer->out : part_name (writer, layer, "sum");
  int p = (k - 1) / 2;

  GByteArray *node = cg_onnx_node (op_type, sum, writer->in);
  cg_onnx_node_input (node, part_name (writer, layer, "weight"));
  if (layer->bias)
    cg_onnx_node_input (node, part_name (writer, layer, "bias"));
  cg_onnx_node_ints (node, "kernel_shape", 2, (int[]){ k, k });
  cg_onnx_node_ints (node, "strides", 2, (int[]){ stride, stride });
  cg_onnx_node_ints (node, "pads", 4, (int[]){ p, p, p, p });
  return node;
}

static void
write_sum_end (Writer *writer, const CgLayer *layer, GByteArray *node)
{
  cg_onnx_add_node (writer->graph, node);
  if (layer->activation != CG_ACTIVATION_NONE)
    write_activation (writer, layer->activation, part_name (writer, layer, "sum"));
}

/* With zeros around as conv.h pads: output pixel x stands on input pixel
 * x * stride here and there, and both have ceil (h / stride) rows, because
 * 2 p - k = -1. */
static void
write_sum (Writer *writer, const CgLayer *layer, int k, int stride)
{
  write_sum_end (writer, layer, sum_node (writer, layer, "Conv", k, stride));
}

/* ConvTranspose makes (h - 1) stride - 2 p + k rows and those of the padding:
 * h stride, as upconv has. */
static void
write_upconv (Writer *writer, const CgLayer *layer)
{
  int more = layer->n - 1;
  GByteArray *node = sum_node (writer, layer, "ConvTranspose", layer->transpose.k, layer->n);
  cg_onnx_node_ints (node, "output_padding", 2, (int[]){ more, more });
  write_sum_end (writer, layer, node);
}

static void
write_conv (Writer *writer, const CgLayer *layer)
{
  write_sum (writer, layer, layer->conv.k, layer->conv.stride);
}

/* What dense sees is one pixel. */
static void
write_dense (Writer *writer, const CgLayer *layer)
{
  write_sum (writer, layer, 1, 1);
}

static void
write_alone (Writer *writer, const CgLayer *layer)
{
  write_activation (writer, layer->activation, writer->in);
}

static void
write_maxpool (Writer *writer, const CgLayer *layer)
{
  GByteArray *node = cg_onnx_node ("MaxPool", writer->out, writer->in);
  cg_onnx_node_ints (node, "kernel_shape", 2, (int[]){ layer->n, layer->n });
  cg_onnx_node_ints (node, "strides", 2, (int[]){ layer->n, layer->n });
  cg_onnx_add_node (writer->graph, node);
}

static void
write_upsample (Writer *writer, const CgLayer *layer)
{
  const float scales[] = { 1, 1, layer->n, layer->n };
  const char *name = part_name (writer, layer, "scales");

  cg_onnx_add_floats (writer->graph, name, 1, (int[]){ 4 }, scales);
  GByteArray *node = cg_onnx_node ("Resize", writer->out, writer->in);
  cg_onnx_node_input (node, ""); /* no region of interest */
  cg_onnx_node_input (node, name);
  cg_onnx_node_string (node, "mode", "nearest");
  cg_onnx_node_string (node, "coordinate_transformation_mode", "asymmetric");
  cg_onnx_node_string (node, "nearest_mode", "floor");
  cg_onnx_add_node (writer->graph, node);
}

/* Channels @order of @in. */
static void
write_gather (Writer *writer, const CgLayer *layer, const char *in, const int *order)
{
  const char *name = part_name (writer, layer, "order");

  cg_onnx_add_ints (writer->graph, name, layer->out.c, order);
  GByteArray *node = cg_onnx_node ("Gather", writer->out, in);
  cg_onnx_node_input (node, name);
  cg_onnx_node_int (node, "axis", 1);
  cg_onnx_add_node (writer->graph, node);
}

/* Nothing is drawn: the latents are their means, the first half. */
static void
write_gaussian (Writer *writer, const CgLayer *layer)
{
  g_autofree int *order = g_new (int, layer->out.c);

  for (int i = 0; i < layer->out.c; i++)
    order[i] = i;
  write_gather (writer, layer, writer->in, order);
}

/* SpaceToDepth orders its channels (v, u, c), we (c, v, u). */
static void
write_unshuffle (Writer *writer, const CgLayer *layer)
{
  int n = layer->n, c = layer->in.c;
  const char *cut = c == 1 ? writer->out : part_name (writer, layer, "cut");
  g_autofree int *order = g_new (int, layer->out.c);

  GByteArray *node = cg_onnx_node ("SpaceToDepth", cut, writer->in);
  cg_onnx_node_int (node, "blocksize", n);
  cg_onnx_add_node (writer->graph, node);
  if (c == 1)
    return;
  for (int i = 0; i < layer->out.c; i++)
    order[i] = i % (n * n) * c + i / (n * n);
  write_gather (writer, layer, cut, order);
}

static void
write_shuffle (Writer *writer, const CgLayer *layer)
{
  GByteArray *node = cg_onnx_node ("DepthToSpace", writer->out, writer->in);
  cg_onnx_node_int (node, "blocksize", layer->n);
  cg_onnx_node_string (node, "mode", "CRD");
  cg_onnx_add_node (writer->graph, node);
}

static void
write_concat (Writer *writer, const CgLayer *layer)
{
  GByteArray *node = cg_onnx_node ("Concat", writer->out, writer->in);
  cg_onnx_node_input (node, writer->other);
  cg_onnx_node_int (node, "axis", 1);
  cg_onnx_add_node (writer->graph, node);
}

static void
write_add (Writer *writer, const CgLayer *layer)
{
  gboolean plain = layer->activation == CG_ACTIVATION_NONE;
  const char *sum = plain ? writer->out : part_name (writer, layer, "sum");
  GByteArray *node = cg_onnx_node ("Add", sum, writer->in);
  cg_onnx_node_input (node, writer->other);
  write_sum_end (writer, layer, node);
}

static void
write_transpose (Writer *writer, const char *out, const char *in, const int *order)
{
  GByteArray *node = cg_onnx_node ("Transpose", out, in);
  cg_onnx_node_ints (node, "perm", 4, order);
  cg_onnx_add_node (writer->graph, node);
}

/* flatten and reshape take values as we lay them out, channels last. */
static void
write_reshape (Writer *writer, const CgLayer *layer)
{
  const char *last = part_name (writer, layer, "last");
  const char *name = part_name (writer, layer, "shape");
  const char *reshaped = part_name (writer, layer, "reshaped");
  const int shape[] = { 1, layer->out.h, layer->out.w, layer->out.c };

  write_transpose (writer, last, writer->in, (int[]){ 0, 2, 3, 1 });
  cg_onnx_add_ints (writer->graph, name, 4, shape);
  GByteArray *node = cg_onnx_node ("Reshape", reshaped, last);
  cg_onnx_node_input (node, name);
  cg_onnx_add_node (writer->graph, node);
  write_transpose (writer, writer->out, reshaped, (int[]){ 0, 3, 1, 2 });
}

static const struct
{
  const CgLayerKind *kind;
  void (*write) (Writer *writer, const CgLayer *layer);
} kinds[] = {
  { &cg_layer_conv, write_conv },           { &cg_layer_dense, write_dense },
  { &cg_layer_relu, write_alone },          { &cg_layer_sigmoid, write_alone },
  { &cg_layer_maxpool, write_maxpool },     { &cg_layer_upsample, write_upsample },
  { &cg_layer_unshuffle, write_unshuffle }, { &cg_layer_shuffle, write_shuffle },
  { &cg_layer_concat, write_concat },       { &cg_layer_add, write_add },
  { &cg_layer_flatten, write_reshape },     { &cg_layer_reshape, write_reshape },
  { &cg_layer_upconv, write_upconv },       { &cg_layer_gaussian, write_gaussian },
};

static gboolean
write_layer (Writer *writer, const CgLayer *layer, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (kinds[i].kind == layer->kind)
      {
        kinds[i].write (writer, layer);
        return TRUE;
      }
  g_set_error (error, CG_ERROR, CG_ERROR_UNSUPPORTED,
               "network line %d: there is no ONNX for '%s' yet", layer->line + 1,
               layer->kind->name);
  return FALSE;
}

gboolean
cg_onnx_add_layers (GByteArray *graph, const CgNetwork *network, GError **error)
{
  g_autoptr (GStringChunk) names = g_string_chunk_new (1024);
  Writer writer = { .graph = graph, .names = names };
  const CgLayer *layer;

  for (int i = 1; (layer = cg_network_layer (network, i)) != NULL; i++)
    {
      writer.in = value_name (&writer, network, i - 1);
      writer.other = layer->other < 0 ? NULL : value_name (&writer, network, layer->other);
      writer.out = value_name (&writer, network, i);
      if (!write_layer (&writer, layer, error))
        return FALSE;
    }
  return TRUE;
}
