/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Usage: make-cases FOLDER [RECIPE|MODEL...]
 * For every network of networks.c, every RECIPE's and every MODEL: an ONNX file, an
 * input and what our forward pass makes of it (floats as they are in memory, channels
 * first).  Lines "NAME CHANNELS HEIGHT WIDTH" of the inputs go to stdout. */
#include <stdio.h>

#include "model/pass.h"
#include "model/random.h"
#include "model/weights.h"
#include "tests/onnx/networks.h"
#include "training/onnx.h"
#include "training/recipe.h"

static void
write_file (const char *folder, const char *name, const char *suffix, gconstpointer data,
            gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *file = g_strconcat (name, suffix, NULL);
  g_autofree char *path = g_build_filename (folder, file, NULL);
  g_file_set_contents (path, data, size, &error);
  g_assert_no_error (error);
}

/* The tensor with channels first, as ONNX has it. */
static void
write_tensor (const char *folder, const char *name, const char *suffix, const CgTensor *t)
{
  gsize n = (gsize) t->h * t->w * t->c, i = 0;
  g_autofree float *values = g_new (float, n);
  for (int c = 0; c < t->c; c++)
    for (int y = 0; y < t->h; y++)
      for (int x = 0; x < t->w; x++)
        values[i++] = cg_tensor_pixel (t, y, x)[c];
  write_file (folder, name, suffix, values, n * sizeof *values);
}

static void
write_run (const char *folder, const char *name, const CgModel *model, int h, int w)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CgPacked) packed = cg_packed_new (model->network, CG_PASS_INFERENCE, NULL);
  g_assert_true (cg_packed_allocate (packed, NULL));
  g_autoptr (CgPass) pass = cg_pass_new (packed, 1, h, w, 0, NULL, &error);
  g_assert_no_error (error);
  CgTensor in = cg_pass_input (pass, 0);
  CgRandom random = cg_random (3, 0, 0);

  for (int y = 0; y < in.h; y++)
    for (int x = 0; x < in.w; x++)
      for (int c = 0; c < in.c; c++)
        cg_tensor_pixel (&in, y, x)[c] = cg_random_uniform (&random);
  write_tensor (folder, name, ".in", &in);
  printf ("%s %d %d %d\n", name, in.c, in.h, in.w);
  cg_packed_update (packed, model->parameters, NULL);
  cg_pass_forward (pass, NULL, NULL);
  CgTensor out = cg_pass_output (pass, 0);
  write_tensor (folder, name, ".out", &out);
}

static void
write_case (const char *folder, const char *name, const CgModel *model, int h, int w)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) onnx = cg_onnx_format (model, &error);
  g_assert_no_error (error);
  write_file (folder, name, ".onnx", onnx->data, onnx->len);
  write_run (folder, name, model, h, w);
}

/* A recipe's network with its first parameters, or a model with its own; 15 x 25
 * steps, or as near to 120 x 200 as they allow. */
static void
write_path (const char *folder, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_path_get_basename (path);
  g_autoptr (CgModel) model = NULL;
  if (g_str_has_suffix (path, ".ini"))
    {
      g_autoptr (CgRecipe) recipe = cg_recipe_load (path, NULL, &error);
      g_assert_no_error (error);
      if (*recipe->network == '\0') /* that of the weights it begins with */
        return;
      model = network_model (recipe->network);
    }
  else
    model = cg_weights_load (path, &error);
  g_assert_no_error (error);
  int step = cg_network_step (model->network);
  CgShape in
      = cg_network_input_shape (model->network, (119 / step + 1) * step, (199 / step + 1) * step);
  write_case (folder, name, model, in.h, in.w);
}

int
main (int argc, char **argv)
{
  for (const NetworkCase *c = network_cases; c->name; c++)
    {
      g_autoptr (CgModel) model = network_model (c->text);
      write_case (argv[1], c->name, model, c->h, c->w);
    }
  for (int i = 2; i < argc; i++)
    write_path (argv[1], argv[i]);
  return 0;
}
