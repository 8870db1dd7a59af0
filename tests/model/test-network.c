/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading network texts: shapes, parameters, step, halo, and what errors say. */
#include <math.h>
#include <string.h>

#include "model/error.h"
#include "model/pass.h"
#include "model/random.h"

typedef struct
{
  const char *text;
  const char *message;
} Wrong;

static const Wrong wrongs[] = {
  { "", "network has no layers" },
  { "input 1", "network has no layers" },
  { "conv 3 3x3",
    "network line 1 'conv 3 3x3': the first line must be 'input CHANNELS' or 'input HxWxC'" },
  { "input 0\nrelu",
    "network line 1 'input 0': the first line must be 'input CHANNELS' or 'input HxWxC'" },
  { "input 28x28\nrelu",
    "network line 1 'input 28x28': the first line must be 'input CHANNELS' or 'input HxWxC'" },
  { "input 1\nconv 3", "network line 2 'conv 3': conv takes a number of channels and an odd square "
                       "up to 31x31, as in 'conv 32 3x3'" },
  { "input 1\nconv 3 4x4", "network line 2 'conv 3 4x4': conv takes a number of channels and an "
                           "odd square up to 31x31, as in 'conv 32 3x3'" },
  { "input 1\nconv 0 3x3", "network line 2 'conv 0 3x3': '0' is not a number from 1 to 4096" },
  { "input 1\nconv 3 3x3 relo", "network line 2 'conv 3 3x3 relo': 'relo' is not understood here "
                                "(one of relu, sigmoid; nobias)" },
  { "input 1\nconv 3 3x3 relu sigmoid", "network line 2 'conv 3 3x3 relu sigmoid': 'sigmoid' is "
                                        "not understood here (one of relu, sigmoid; nobias)" },
  { "input 1\nsave a\nconv 3 3x3\nadd a", "network line 4 'add': this is 1x1x3, 'a' is 1x1x1" },
  { "input 1\nsave a\nmaxpool 2\nconcat a",
    "network line 4 'concat': this is 1x1x1, 'a' is 2x2x1" },
  { "input 1\nsave a\nconv 1 3x3\nadd a nobias",
    "network line 4 'add a nobias': add takes the name of a saved point, then at most relu or "
    "sigmoid" },
  { "input 1\nsave a\nconv 1 3x3\nadd",
    "network line 4 'add': add takes the name of a saved point, then at most relu or sigmoid" },
  { "input 1\nadd b", "network line 2 'add b': nothing was saved as 'b'" },
  { "input 1\ndense 4",
    "network line 2 'dense 4': dense needs an input of fixed size, as in 'input 28x28x1'" },
  { "input 4x4x1\ndense 4",
    "network line 2 'dense': dense takes 1x1xC, this is 4x4x1: flatten it first" },
  { "input 4x4x1\nflatten\nreshape 3x3x2",
    "network line 3 'reshape': 1x1x16 are 16 values, 3x3x2 are 18" },
  { "input 5x4x1\nmaxpool 2", "network line 2 'maxpool': 5x4 pixels cannot be pooled 2 by 2" },
  { "input 1\nconv 6 3x3\nshuffle 2",
    "network line 3 'shuffle': 6 channels cannot be laid out as 2x2 pixels" },
  { "input 1\nrelu 3", "network line 2 'relu 3': relu stands alone, '3' is too much" },
  { "input 1\nmaxpool 99", "network line 2 'maxpool 99': '99' is not a number from 1 to 16" },
  { "input 1\nmaxpool 16\nmaxpool 16\nmaxpool 16", "network line 4: scales by more than 1024" },
  { "input 4096\nunshuffle 16\nunshuffle 16",
    "network line 3 'unshuffle': 1x1x268435456 has more than we handle" },
  { "input 1\nconv 8 4294967299x4294967299",
    "network line 2 'conv 8 4294967299x4294967299': conv takes a number of channels and an odd "
    "square up to 31x31, as in 'conv 32 3x3'" },
  { "input 65535x65535x1\nflatten\ndense 4",
    "network line 1 'input': 65535x65535x1 has more than we handle" },
};

static void
test_errors (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (wrongs); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (cg_network_parse (wrongs[i].text, &error));
      g_assert_error (error, CG_ERROR, CG_ERROR_NETWORK);
      g_assert_cmpstr (error->message, ==, wrongs[i].message);
    }
}

static void
test_unknown_kind (void)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (cg_network_parse ("input 1\nblur 3", &error));
  g_assert_true (g_str_has_prefix (
      error->message, "network line 2 'blur 3': 'blur' is no kind of layer (save, latent, conv,"));
}

static void
test_text (void)
{
  g_autoptr (CgNetwork) n = cg_network_parse (
      "# a comment\n  input   1 \n\n conv 4   3x3\trelu # more\r\nconv 1 3x3 nobias\n", NULL);
  g_assert_cmpstr (cg_network_text (n), ==, "input 1\nconv 4 3x3 relu\nconv 1 3x3 nobias");
}

static void
test_tensors (void)
{
  g_autoptr (CgNetwork) n = cg_network_parse (
      "input 6x6x2\nconv 5 3x3 stride 2\nsave a\nflatten\ndense 7 nobias", NULL);
  const CgNetworkTensor *t = cg_network_tensor (n, 0);

  g_assert_cmpuint (cg_network_n_tensors (n), ==, 3);
  g_assert_cmpuint (cg_network_n_parameters (n), ==, 5 * 2 * 9 + 5 + 7 * 45);
  g_assert_cmpstr (t[0].name, ==, "1.weight");
  g_assert_cmpint (t[0].n_dims, ==, 4);
  g_assert_cmpint (t[0].dims[0], ==, 5);
  g_assert_cmpint (t[0].dims[1], ==, 2);
  g_assert_cmpstr (t[1].name, ==, "1.bias");
  g_assert_cmpuint (t[1].offset, ==, 90);
  g_assert_cmpstr (t[2].name, ==, "4.weight");
  g_assert_cmpint (t[2].dims[1], ==, 45);
  g_assert_cmpint ((int) cg_network_flop_per_pixel (n), ==, 2 * (90 * 9 + 7 * 45) / 36);
}

typedef struct
{
  const char *text;
  int step, halo;
} Reach;

static const Reach reaches[] = {
  { "input 1\nconv 1 3x3", 1, 1 },
  { "input 1\nconv 1 7x7\nconv 1 1x1\nconv 1 3x3", 1, 4 },
  { "input 1\nunshuffle 2\nconv 4 3x3\nshuffle 2", 2, 3 },
  { "input 1\nconv 2 3x3\nmaxpool 2\nconv 2 3x3\nmaxpool 2\nconv 2 3x3\nupsample 2\nconv 2 "
    "3x3\nupsample 2\nconv 1 3x3",
    4, 13 },
  { "input 1\nconv 2 3x3 stride 2\nconv 4 3x3\nshuffle 2", 2, 4 },
  { "input 1\nsave a\nconv 1 3x3\nconv 1 3x3\nadd a", 1, 2 },
  { "input 1\nunshuffle 3\nconv 9 1x1\nshuffle 3\nunshuffle 2\nconv 4 3x3\nshuffle 2", 6, 5 },
};

/* Largest distance at which pixels of the input reach the output, by trying:
 * change one pixel and see what moves. */
static int
measured_reach (const CgNetwork *network, int side)
{
  g_autofree float *parameters = g_new (float, cg_network_n_parameters (network));
  g_autoptr (CgPacked) packed = cg_packed_new (network, CG_PASS_INFERENCE, "reference");
  g_assert_true (cg_packed_allocate (packed, NULL));
  g_autoptr (CgPass) pass = cg_pass_new (packed, 2, side, side, 0, NULL, NULL);
  CgTensor in[2] = { cg_pass_input (pass, 0), cg_pass_input (pass, 1) };
  int reach = 0;

  for (gsize i = 0; i < cg_network_n_parameters (network); i++)
    parameters[i] = 1 + (float) (i % 3);
  cg_packed_update (packed, parameters, NULL);
  for (int at = side / 2; at < side / 2 + cg_network_step (network); at++)
    {
      for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++)
          for (int k = 0; k < 2; k++)
            *cg_tensor_pixel (&in[k], y, x) = 1 + (k == 1 && y == at && x == at);
      cg_pass_forward (pass, NULL, NULL);
      CgTensor a = cg_pass_output (pass, 0), b = cg_pass_output (pass, 1);
      for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++)
          if (*cg_tensor_pixel (&a, y, x) != *cg_tensor_pixel (&b, y, x))
            reach = MAX (reach, MAX (ABS (y - at), ABS (x - at)));
    }
  return reach;
}

static void
test_halo (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (reaches); i++)
    {
      g_autoptr (CgNetwork) n = cg_network_parse (reaches[i].text, NULL);
      g_assert_cmpint (cg_network_step (n), ==, reaches[i].step);
      g_assert_cmpint (cg_network_halo (n), >=, measured_reach (n, 48));
      g_assert_cmpint (cg_network_halo (n), ==, reaches[i].halo);
    }
}

static void
test_init (void)
{
  g_autoptr (CgNetwork) n = cg_network_parse ("input 64\nconv 64 3x3 relu\nconv 64 3x3", NULL);
  gsize size = cg_network_n_parameters (n), half = size / 2;
  g_autofree float *p = g_new (float, size), *q = g_new (float, size);
  double square[2] = { 0 };

  cg_network_init (n, 5, p);
  cg_network_init (n, 5, q);
  g_assert_cmpmem (p, size * sizeof (float), q, size * sizeof (float));
  for (gsize i = 0; i < size; i++)
    square[i >= half] += p[i] * p[i];
  g_assert_cmpfloat_with_epsilon (square[0] / (64 * 64 * 9), 2.0 / (64 * 9), 1e-4);
  g_assert_cmpfloat_with_epsilon (square[1] / (64 * 64 * 9), 1.0 / (64 * 9), 1e-4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/network/errors", test_errors);
  g_test_add_func ("/network/unknown-kind", test_unknown_kind);
  g_test_add_func ("/network/text", test_text);
  g_test_add_func ("/network/tensors", test_tensors);
  g_test_add_func ("/network/halo", test_halo);
  g_test_add_func ("/network/init", test_init);
  return g_test_run ();
}
