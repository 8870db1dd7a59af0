/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/onnx/networks.h"

#include "model/random.h"

const NetworkCase network_cases[] = {
  { "conv", "input 1\nconv 5 3x3\nconv 1 5x5 relu", "Conv Conv Relu", 9, 13 },
  { "nobias", "input 1\nconv 4 1x1 nobias sigmoid\nconv 1 7x7 nobias", "Conv Sigmoid Conv", 11, 6 },
  { "stride-2", "input 1\nconv 3 3x3 stride 2\nconv 2 3x3 stride 2", "Conv Conv", 12, 20 },
  { "stride-3", "input 2\nconv 3 5x5 stride 3 relu", "Conv Relu", 15, 21 },
  { "stride-1x1", "input 1\nconv 3 1x1 stride 2", "Conv", 6, 10 },
  { "stride-odd", "input 7x9x2\nconv 3 3x3 stride 2\nconv 3 5x5 stride 2", "Conv Conv", 7, 9 },
  { "alone", "input 3\nrelu\nconv 2 3x3\nsigmoid", "Relu Conv Sigmoid", 5, 7 },
  { "pool", "input 1\nconv 3 3x3\nmaxpool 3\nupsample 3", "Conv MaxPool Resize", 15, 9 },
  { "upsample", "input 2\nupsample 2\nconv 1 3x3", "Resize Conv", 5, 11 },
  { "unshuffle-1", "input 1\nunshuffle 2\nshuffle 2", "SpaceToDepth DepthToSpace", 6, 14 },
  { "unshuffle-3", "input 3\nunshuffle 2\nconv 5 3x3", "SpaceToDepth Gather Conv", 10, 6 },
  { "shuffle", "input 1\nconv 18 3x3\nshuffle 3", "Conv DepthToSpace", 5, 7 },
  { "join",
    "input 1\nconv 4 3x3 relu\nsave a\nconv 4 3x3\nadd a relu\nconcat a\nconv 1 3x3\nsave b\nadd b",
    "Conv Relu Conv Add Relu Concat Conv Add", 9, 5 },
  { "residual",
    "input 1\nsave image\nunshuffle 2\nconv 8 3x3 nobias\nsave r\nconv 8 3x3 relu nobias\n"
    "conv 8 3x3 nobias\nadd r\nconv 16 3x3 stride 2 nobias\nconv 32 1x1 nobias\nshuffle 2\nadd r\n"
    "conv 4 3x3 nobias\nshuffle 2\nadd image",
    "SpaceToDepth Conv Conv Relu Conv Add Conv Conv DepthToSpace Add Conv DepthToSpace Add", 20,
    36 },
  { "dense",
    "input 4x6x2\nconv 3 3x3\nflatten\ndense 20 relu\ndense 48 sigmoid nobias\nreshape 6x4x2\n"
    "conv 1 3x3",
    "Conv Transpose Reshape Transpose Conv Relu Conv Sigmoid Transpose Reshape Transpose Conv", 4,
    6 },
  { "reshape", "input 4x6x2\nreshape 2x3x8\nreshape 8x6x1",
    "Transpose Reshape Transpose Transpose Reshape Transpose", 4, 6 },
  { "upconv", "input 4x6x2\nupconv 3 3x3 stride 2 relu\nupconv 1 5x5 stride 3 nobias",
    "ConvTranspose Relu ConvTranspose", 4, 6 },
  { "latent", "input 2x3x1\nflatten\ndense 4 sigmoid\nlatent\ndense 6\nreshape 2x3x1",
    "Transpose Reshape Transpose Conv Sigmoid Conv Transpose Reshape Transpose", 2, 3 },
  { "gaussian", "input 2x3x1\nflatten\ndense 8\ngaussian\ndense 6\nreshape 2x3x1",
    "Transpose Reshape Transpose Conv Gather Conv Transpose Reshape Transpose", 2, 3 },
  { NULL },
};

CgModel *
network_model (const char *text)
{
  g_autoptr (GError) error = NULL;
  CgNetwork *network = cg_network_parse (text, &error);
  g_assert_no_error (error);
  CgModel *model = cg_model_new (network, NULL);
  CgRandom random = cg_random (5, 0, 0);

  cg_network_init (network, 7, model->parameters);
  for (guint i = 0; i < cg_network_n_tensors (network); i++)
    {
      const CgNetworkTensor *tensor = cg_network_tensor (network, i);
      for (gsize p = 0; p < tensor->length && tensor->n_dims == 1; p++)
        model->parameters[tensor->offset + p] = 0.3 * cg_random_normal (&random);
    }
  return model;
}
