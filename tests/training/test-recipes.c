/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every recipe that comes along takes a few steps on small pictures, and the
 * networks of the shipped weights keep to their price. */
#include <string.h>

#include "house.h"
#include "model/network.h"
#include "model/weights.h"
#include "training/recipe.h"

/* What a recipe needs besides itself. */
static const struct
{
  const char *name;
  const char *set[4];
  double mflop; /* most that the network may cost a pixel */
} recipes[] = {
  { "photo", { "data.clean=clean" }, 0.30 },
  { "photo-fast", { "data.clean=clean" }, 0.075 },
  { "render", { NULL }, 0.30 },
  { "render-fast", { NULL }, 0.075 },
  { "my-noise", { "data.clean=clean", "noise.model=gauss:9", "training.init=small.safetensors" } },
  { "camera-iso6400", { "data.clean=clean", "training.init=small.safetensors" } },
  { "renderer-16spp",
    { "data.clean=clean", "data.noisy=noisy", "training.init=small.safetensors" } },
  { "scans", { "data.clean=clean", "training.init=small.safetensors" } },
  { "mnist-denoise", { NULL } },
  { "chapter/conv", { NULL } },
  { "chapter/deep-2", { NULL } },
  { "chapter/deep-20", { NULL } },
  { "chapter/denoise-2", { NULL } },
  { "chapter/denoise-stride", { NULL } },
  { "chapter/memorise", { "data.clean=scenes" } },
  { "chapter/memorise-104", { "data.clean=scenes" } },
  { "chapter/shallow-10", { NULL } },
  { "chapter/shallow-20", { NULL } },
  { "chapter/vae-2", { NULL } },
  { "chapter/vae-20", { NULL } },
  { "chapter/vae-50", { NULL } },
};

static void
make_renders (House *house)
{
  static const char *const kinds[] = { "spp4", "spp8", "spp16a", "spp16b", "spp32" };
  house_pictures (house, "renders/clean", 3, 64, 64);
  house_pictures (house, "renders/validation/clean", 2, 64, 64);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *train = g_strdup_printf ("renders/%s", kinds[i]);
      g_autofree char *held = g_strdup_printf ("renders/validation/%s", kinds[i]);
      house_noisy_pictures (house, train, 3, 64, 64, 20, i);
      house_noisy_pictures (house, held, 2, 64, 64, 20, 10 + i);
    }
}

/* An idx3 file of @n digits that are none. */
static void
make_digits (House *house, const char *name, int n)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  const guint8 header[16] = { 0, 0, 8, 3, 0, 0, 0, n, 0, 0, 0, 28, 0, 0, 0, 28 };
  g_byte_array_append (bytes, header, sizeof header);
  for (int i = 0; i < n; i++)
    {
      g_autoptr (CgImage) picture = house_picture (i, 28, 28, CG_DEPTH_8);
      g_byte_array_append (bytes, picture->samples, 28 * 28);
    }
  g_assert_true (
      g_file_set_contents (house_path (house, name), (const char *) bytes->data, bytes->len, NULL));
}

static void
make_weights (House *house)
{
  CgNetwork *network
      = cg_network_parse ("input 1\nsave image\nconv 4 3x3 relu nobias\nconv 1 3x3 nobias\n"
                          "add image\n",
                          NULL);
  g_autoptr (CgModel) model = cg_model_new (network, NULL);
  cg_network_init (network, 1, model->parameters);
  g_assert_true (cg_weights_save (model, house_path (house, "small.safetensors"), NULL));
}

static void
test_recipe (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_auto (House) house = { 0 };
  house_open (&house);
  house_pictures (&house, "clean", 4, 64, 64);
  house_noisy_pictures (&house, "noisy", 4, 64, 64, 20, 1);
  make_renders (&house);
  make_weights (&house);
  house_pictures (&house, "mnist", 1, 28, 28);
  house_pictures (&house, "scenes", 2, 100, 100);
  make_digits (&house, "mnist/train-images-idx3-ubyte", 60);
  make_digits (&house, "mnist/t10k-images-idx3-ubyte", 20);

  g_autofree char *file = g_strdup_printf ("%s.ini", recipes[i].name);
  g_autofree char *path = g_build_filename (g_getenv ("CLEARGRAIN_RECIPES"), file, NULL);
  g_autofree char *err = NULL;
  const char *set[4];
  for (int k = 0; k < 4; k++)
    set[k] = recipes[i].set[k] ? recipes[i].set[k] : "training.seed=5";
  int status
      = house_run (&house, NULL, &err, "run", path, "--out", "out", "--set", "training.steps=3",
                   "--set", "training.patch=32", "--set", "training.batch=4", "--set", set[0],
                   "--set", set[1], "--set", set[2], "--set", set[3], NULL);
  if (status != 0)
    g_error ("%s: status %d: %s", recipes[i].name, status, err);

  g_autoptr (GError) error = NULL;
  g_autoptr (CgModel) model = cg_weights_load (house_path (&house, "out/best.safetensors"), &error);
  g_assert_no_error (error);
  if (recipes[i].mflop > 0)
    g_assert_cmpfloat (cg_network_flop_per_pixel (model->network), <=, recipes[i].mflop * 1e6);
}

/* The table above has them all. */
static void
test_complete (void)
{
  g_autofree char *chapter = g_build_filename (g_getenv ("CLEARGRAIN_RECIPES"), "chapter", NULL);
  const char *folders[] = { g_getenv ("CLEARGRAIN_RECIPES"), chapter };
  guint n = 0;
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autoptr (GDir) dir = g_dir_open (folders[i], 0, NULL);
      const char *name;
      while ((name = g_dir_read_name (dir)) != NULL)
        n += g_str_has_suffix (name, ".ini");
    }
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (recipes));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/recipes/complete", test_complete);
  for (guint i = 0; i < G_N_ELEMENTS (recipes); i++)
    {
      g_autofree char *name = g_strdup_printf ("/recipes/%s", recipes[i].name);
      g_test_add_data_func (name, GUINT_TO_POINTER (i), test_recipe);
    }
  return g_test_run ();
}
