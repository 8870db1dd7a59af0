/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Version 2 of the library, as Debian 12 has it: version 3 makes its convolutions otherwise. */
#include "tests/bench/onednn.h"

#include <oneapi/dnnl/dnnl.h>

enum
{
  SOURCE,
  WEIGHTS,
  BIAS,
  DESTINATION,
  N_TENSORS
};

struct _BenchOneDnn
{
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  dnnl_primitive_t convolution;
  dnnl_exec_arg_t tensors[N_TENSORS];
};

static void
expect (dnnl_status_t status)
{
  if (status != dnnl_success)
    g_error ("oneDNN gave up with status %d", status);
}

const char *
bench_onednn_version (void)
{
  static char text[32];
  const dnnl_version_t *version = dnnl_version ();

  g_snprintf (text, sizeof text, "%d.%d.%d", version->major, version->minor, version->patch);
  return text;
}

/* The convolution as it was thought out for these sizes and this processor. */
static dnnl_primitive_desc_t
plan (dnnl_engine_t engine, int side, int channels)
{
  dnnl_dims_t picture = { 1, channels, side, side }, weights = { channels, channels, 3, 3 };
  dnnl_dims_t bias = { channels }, strides = { 1, 1 }, padding = { 1, 1 };
  dnnl_memory_desc_t of_picture, of_weights, of_bias;
  dnnl_convolution_desc_t convolution;
  dnnl_post_ops_t relu;
  dnnl_primitive_attr_t attributes;
  dnnl_primitive_desc_t planned;

  expect (dnnl_memory_desc_init_by_tag (&of_picture, 4, picture, dnnl_f32, dnnl_format_tag_any));
  expect (dnnl_memory_desc_init_by_tag (&of_weights, 4, weights, dnnl_f32, dnnl_format_tag_any));
  expect (dnnl_memory_desc_init_by_tag (&of_bias, 1, bias, dnnl_f32, dnnl_x));
  expect (dnnl_convolution_forward_desc_init (&convolution, dnnl_forward_inference,
                                              dnnl_convolution_direct, &of_picture, &of_weights,
                                              &of_bias, &of_picture, strides, padding, padding));

  expect (dnnl_post_ops_create (&relu));
  expect (dnnl_post_ops_append_eltwise (relu, 1, dnnl_eltwise_relu, 0, 0));
  expect (dnnl_primitive_attr_create (&attributes));
  expect (dnnl_primitive_attr_set_post_ops (attributes, relu));
  expect (dnnl_primitive_desc_create (&planned, &convolution, attributes, engine, NULL));
  dnnl_primitive_attr_destroy (attributes);
  dnnl_post_ops_destroy (relu);
  return planned;
}

/* A tensor in the layout that @planned has for it, never zero, not all alike. */
static dnnl_exec_arg_t
tensor (dnnl_engine_t engine, const_dnnl_primitive_desc_t planned, dnnl_query_t which, int index,
        int argument)
{
  const dnnl_memory_desc_t *layout = dnnl_primitive_desc_query_md (planned, which, index);
  gsize size = dnnl_memory_desc_get_size (layout);
  dnnl_exec_arg_t tensor = { .arg = argument };
  void *data;

  expect (dnnl_memory_create (&tensor.memory, layout, engine, DNNL_MEMORY_ALLOCATE));
  expect (dnnl_memory_get_data_handle (tensor.memory, &data));
  for (gsize i = 0; i < size / sizeof (float); i++)
    ((float *) data)[i] = (float) ((i * 2654435761u >> 8) % 2001) / 1000 - 1.0005f;
  return tensor;
}

BenchOneDnn *
bench_onednn_new (int side, int channels)
{
  BenchOneDnn *peer = g_new0 (BenchOneDnn, 1);

  expect (dnnl_engine_create (&peer->engine, dnnl_cpu, 0));
  expect (dnnl_stream_create (&peer->stream, peer->engine, dnnl_stream_default_flags));
  dnnl_primitive_desc_t planned = plan (peer->engine, side, channels);
  peer->tensors[SOURCE] = tensor (peer->engine, planned, dnnl_query_src_md, 0, DNNL_ARG_SRC);
  peer->tensors[WEIGHTS]
      = tensor (peer->engine, planned, dnnl_query_weights_md, 0, DNNL_ARG_WEIGHTS);
  peer->tensors[BIAS] = tensor (peer->engine, planned, dnnl_query_weights_md, 1, DNNL_ARG_BIAS);
  peer->tensors[DESTINATION] = tensor (peer->engine, planned, dnnl_query_dst_md, 0, DNNL_ARG_DST);
  expect (dnnl_primitive_create (&peer->convolution, planned));
  dnnl_primitive_desc_destroy (planned);
  return peer;
}

void
bench_onednn_free (BenchOneDnn *peer)
{
  if (peer == NULL)
    return;
  dnnl_primitive_destroy (peer->convolution);
  for (int i = 0; i < N_TENSORS; i++)
    dnnl_memory_destroy (peer->tensors[i].memory);
  dnnl_stream_destroy (peer->stream);
  dnnl_engine_destroy (peer->engine);
  g_free (peer);
}

void
bench_onednn_run (BenchOneDnn *peer)
{
  expect (dnnl_primitive_execute (peer->convolution, peer->stream, N_TENSORS, peer->tensors));
  expect (dnnl_stream_wait (peer->stream));
}
