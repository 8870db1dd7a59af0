/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cleargrain-train encode, decode and sample: an autoencoder's two halves. */
#include "training/commands.h"

#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "imageio/imageio.h"
#include "model/coder.h"
#include "model/error.h"
#include "model/image.h"
#include "model/random.h"
#include "model/weights.h"
#include "training/chapter/sheet.h"
#include "training/latents-file.h"
#include "training/pictures.h"

/* A model cut at its latents. */
typedef struct
{
  CgWorkers *workers;
  CgModel *model;
  CgCoder *coder;
  CgShape picture, latents; /* of one */
} Halves;

static void
clear_halves (Halves *halves)
{
  cg_coder_free (halves->coder);
  cg_model_free (halves->model);
  cg_workers_free (halves->workers);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Halves, clear_halves)

static gboolean
open_halves (Halves *halves, const char *name, GError **error)
{
  halves->workers = cg_workers_new (0);
  halves->model = cg_weights_find (name, error);
  if (halves->model == NULL)
    return FALSE;
  halves->coder = cg_coder_new (halves->model, halves->workers, error);
  if (halves->coder == NULL)
    {
      g_prefix_error (error, "%s: ", name);
      return FALSE;
    }
  halves->picture = cg_apply_input (halves->coder->encoder);
  halves->latents = cg_apply_output (halves->coder->encoder);
  CgShape out = cg_apply_output (halves->coder->decoder);
  if (halves->picture.c == 1 && out.c == 1 && out.h == halves->picture.h
      && out.w == halves->picture.w)
    return TRUE;
  g_set_error (error, CG_ERROR, CG_ERROR_MISMATCH,
               "%s: makes %dx%dx%d of %dx%dx%d; an autoencoder of gray pictures is wanted", name,
               out.h, out.w, out.c, halves->picture.h, halves->picture.w, halves->picture.c);
  return FALSE;
}

/* --- pictures --- */

/* All pictures at @path, which must be of the network's size; free with g_free(). */
static float *
load_pictures (const Halves *halves, const char *path, int *n, GError **error)
{
  const CgPicturesOptions options
      = { .cache_folder = g_get_tmp_dir (), .workers = halves->workers };
  g_autoptr (CgPictures) pictures
      = cg_pictures_load ((char *[]){ (char *) path, NULL }, &options, error);
  if (pictures == NULL)
    return NULL;
  gsize values = cg_shape_values (halves->picture);
  g_autofree float *all = g_new (float, values * pictures->items->len);
  for (guint i = 0; i < pictures->items->len; i++)
    {
      const CgPicture *p = cg_pictures_at (pictures, i);
      if (p->width != halves->picture.w || p->height != halves->picture.h)
        {
          g_set_error (error, CG_ERROR, CG_ERROR_MISMATCH,
                       "%s: is %d x %d, the network takes %d x %d", p->name, p->width, p->height,
                       halves->picture.w, halves->picture.h);
          return NULL;
        }
      cg_pictures_read (pictures, i, 0, 0, p->width, p->height, all + i * values);
    }
  *n = (int) pictures->items->len;
  return g_steal_pointer (&all);
}

static gboolean
save_picture (const Halves *halves, const char *path, const float *picture, GError **error)
{
  g_autoptr (CgImage) image
      = cg_image_new (halves->picture.w, halves->picture.h, 1, CG_DEPTH_8, error);
  if (image == NULL)
    return FALSE;
  cg_image_set (image, 0, 0, image->width, image->height, picture);
  return cg_image_save (image, path, error);
}

/* One picture as @path, or many into a folder of that name. */
static gboolean
save_pictures (const Halves *halves, const char *path, const float *pictures, int n, GError **error)
{
  if (n == 1 && cg_image_can_save (path))
    return save_picture (halves, path, pictures, error);
  if (g_mkdir_with_parents (path, 0777) != 0)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_UNSUPPORTED, "%s: cannot make this folder", path);
      return FALSE;
    }
  for (int i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("%05d.png", i);
      g_autofree char *file = g_build_filename (path, name, NULL);
      if (!save_picture (halves, file, pictures + i * cg_shape_values (halves->picture), error))
        return FALSE;
    }
  return TRUE;
}

/* --- what is said --- */

static void
print_sizes (const Halves *halves, int n)
{
  gsize picture = cg_shape_values (halves->picture), latents = cg_shape_values (halves->latents);
  g_print ("%d pictures of %d x %d: %" G_GSIZE_FORMAT " bytes of pixels, %" G_GSIZE_FORMAT
           " numbers each, %" G_GSIZE_FORMAT " bytes as floats (%.1f %%)\n",
           n, halves->picture.w, halves->picture.h, n * picture, latents,
           n * latents * sizeof (float), 100. * latents * sizeof (float) / picture);
}

static void
print_error (const Halves *halves, const float *pictures, const float *made, int n)
{
  gsize values = n * cg_shape_values (halves->picture);
  double sum = 0, largest = 0;
  for (gsize i = 0; i < values; i++)
    {
      double d = fabsf (made[i] - pictures[i]);
      sum += d * d / values;
      largest = MAX (largest, d);
    }
  g_print ("decoded: mean squared error %.6f (PSNR %.2f dB), largest error %.3f of 1\n", sum,
           -10 * log10 (MAX (sum, 1e-12)), largest);
}

/* --- the commands --- */

static gboolean
encode (const char *name, const char *in, const char *out, GError **error)
{
  g_auto (Halves) halves = { 0 };
  int n;
  if (!open_halves (&halves, name, error))
    return FALSE;
  g_autofree float *pictures = load_pictures (&halves, in, &n, error);
  if (pictures == NULL)
    return FALSE;
  g_autofree float *latents = g_new (float, n *cg_shape_values (halves.latents));
  g_autofree float *made = g_new (float, n *cg_shape_values (halves.picture));
  cg_apply_run (halves.coder->encoder, pictures, n, CG_APPLY_MEANS, latents);
  cg_apply_run (halves.coder->decoder, latents, n, CG_APPLY_MEANS, made);
  if (!cg_latents_file_save (out, latents, n, halves.latents, error))
    return FALSE;
  print_sizes (&halves, n);
  print_error (&halves, pictures, made, n);
  return TRUE;
}

int
cg_command_encode (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  gboolean overwrite = FALSE;
  const GOptionEntry entries[] = {
    { "overwrite", 0, 0, G_OPTION_ARG_NONE, &overwrite, "replace LATENTS if it is there", NULL },
    { NULL },
  };
  const CgCommandHelp help
      = { "MODEL IN LATENTS", 3,
          "Example:\n  cleargrain-train encode deep.safetensors digit.png digit.latents",
          "IN is a picture, a folder of them or an MNIST file.  LATENTS becomes a "
          "safetensors file with one tensor\n\"latents\", pictures x height x "
          "width x channels, float32; drawn latents are stored as their means.\n" };
  if (!cg_commands_parse (&argc, &argv, entries, &help))
    return CG_EXIT_USAGE;
  return cg_commands_may_write (argv[3], overwrite, &error)
                 && encode (argv[1], argv[2], argv[3], &error)
             ? CG_EXIT_OK
             : cg_commands_fail (error);
}

static gboolean
decode (const char *name, const char *in, const char *out, const char *original, GError **error)
{
  g_auto (Halves) halves = { 0 };
  int n, n_original;
  if (!open_halves (&halves, name, error))
    return FALSE;
  g_autofree float *latents = cg_latents_file_load (in, halves.latents, &n, error);
  if (latents == NULL)
    return FALSE;
  g_autofree float *pictures
      = original ? load_pictures (&halves, original, &n_original, error) : NULL;
  if (original && pictures == NULL)
    return FALSE;
  if (original && n_original != n)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_MISMATCH, "%s: holds %d pictures, %s is of %d",
                   original, n_original, in, n);
      return FALSE;
    }
  g_autofree float *made = g_new (float, n *cg_shape_values (halves.picture));
  cg_apply_run (halves.coder->decoder, latents, n, CG_APPLY_MEANS, made);
  if (!save_pictures (&halves, out, made, n, error))
    return FALSE;
  print_sizes (&halves, n);
  if (pictures)
    print_error (&halves, pictures, made, n);
  return TRUE;
}

int
cg_command_decode (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *original = NULL;
  gboolean overwrite = FALSE;
  const GOptionEntry entries[] = {
    { "original", 0, 0, G_OPTION_ARG_FILENAME, &original,
      "what was encoded, to tell how far off the result is", "PATH" },
    { "overwrite", 0, 0, G_OPTION_ARG_NONE, &overwrite, "write into OUT if it is there", NULL },
    { NULL },
  };
  const CgCommandHelp help = { "MODEL LATENTS OUT", 3,
                               "Example:\n  cleargrain-train decode deep.safetensors digit.latents "
                               "again.png --original digit.png",
                               "OUT is a picture's name if there is one picture and the name ends "
                               "like one, otherwise a folder.\n" };
  if (!cg_commands_parse (&argc, &argv, entries, &help))
    return CG_EXIT_USAGE;
  return cg_commands_may_write (argv[3], overwrite, &error)
                 && decode (argv[1], argv[2], argv[3], original, &error)
             ? CG_EXIT_OK
             : cg_commands_fail (error);
}

typedef struct
{
  int number, columns, seed;
  double spread;
  char *out;
} SampleOptions;

static gboolean
sample (const char *name, const SampleOptions *o, GError **error)
{
  g_auto (Halves) halves = { 0 };
  if (!open_halves (&halves, name, error))
    return FALSE;
  gsize size = cg_shape_values (halves.latents), values = cg_shape_values (halves.picture);
  g_autofree float *latents = g_new (float, o->number *size);
  g_autofree float *made = g_new (float, o->number *values);
  g_autoptr (CgSheet) sheet = cg_sheet_new (halves.picture.w < 64 ? 2 : 1);
  CgRandom random = cg_random ((guint64) o->seed, 0, 0);
  for (gsize i = 0; i < o->number * size; i++)
    latents[i] = (float) (o->spread * cg_random_normal (&random));
  cg_apply_run (halves.coder->decoder, latents, o->number, CG_APPLY_MEANS, made);
  for (int i = 0; i < o->number; i++)
    {
      if (i % o->columns == 0)
        cg_sheet_row (sheet, NULL);
      cg_sheet_gray (sheet, made + i * values, halves.picture.w, halves.picture.h, NULL);
    }
  return cg_sheet_save (sheet, o->out, error);
}

static gboolean
check_sample (const SampleOptions *o, GError **error)
{
  if (o->out == NULL)
    g_set_error_literal (error, CG_ERROR, CG_ERROR_USAGE, "sample: --output is missing");
  else if (!g_str_has_suffix (o->out, ".png"))
    g_set_error (error, CG_ERROR, CG_ERROR_USAGE,
                 "%s: the sheet will be a PNG, so its name must end in .png", o->out);
  else if (o->number < 1 || o->number > 10000)
    g_set_error (error, CG_ERROR, CG_ERROR_USAGE, "--number: %d is not within 1..10000", o->number);
  else if (o->seed < 0)
    g_set_error (error, CG_ERROR, CG_ERROR_USAGE, "--seed: %d is below 0", o->seed);
  else if (!(o->spread >= 0 && o->spread <= 100))
    g_set_error (error, CG_ERROR, CG_ERROR_USAGE, "--spread: %g is not within 0..100", o->spread);
  else
    return TRUE;
  return FALSE;
}

int
cg_command_sample (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  SampleOptions o = { .number = 80, .columns = 10, .seed = 1, .spread = 1 };
  gboolean overwrite = FALSE;
  const GOptionEntry entries[] = {
    { "number", 'n', 0, G_OPTION_ARG_INT, &o.number, "so many pictures [80]", "N" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &o.out, "the sheet, a PNG", "FILE" },
    { "seed", 0, 0, G_OPTION_ARG_INT, &o.seed, "other pictures for another seed [1]", "N" },
    { "spread", 0, 0, G_OPTION_ARG_DOUBLE, &o.spread,
      "standard deviation of the latents that are drawn [1]", "X" },
    { "overwrite", 0, 0, G_OPTION_ARG_NONE, &overwrite, "replace FILE if it is there", NULL },
    { NULL },
  };
  const CgCommandHelp help
      = { "MODEL", 1,
          "Example:\n  cleargrain-train sample variational.safetensors -n 80 -o sheet.png",
          "Latents are drawn from the standard normal distribution, as those of "
          "variational networks are meant to lie.\n" };
  if (!cg_commands_parse (&argc, &argv, entries, &help))
    return CG_EXIT_USAGE;
  gboolean ok = check_sample (&o, &error) && cg_commands_may_write (o.out, overwrite, &error)
                && sample (argv[1], &o, &error);
  g_free (o.out);
  return ok ? CG_EXIT_OK : cg_commands_fail (error);
}
