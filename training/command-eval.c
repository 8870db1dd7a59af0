/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cleargrain-train eval: the tables of the papers.  Noise is added to clean
 * gray pictures in floats, neither clipped nor rounded unless asked, or noisy
 * pictures are read; the result is rounded to 8 bits and compared with the clean picture. */
#include "training/commands.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "imageio/imageio.h"
#include "imageio/metrics.h"
#include "model/denoise.h"
#include "model/error.h"
#include "model/json-text.h"
#include "model/weights.h"
#include "training/files.h"
#include "training/noise.h"

typedef struct
{
  double psnr, ssim;
} Score;

typedef struct
{
  char *model;
  char **clean, **noisy;
  char *noise;
  char *save;
  int seed, threads;
  gboolean quantize, overwrite, json;
} Options;

typedef struct
{
  const Options *options;
  CgDenoiser *denoiser;
  CgNoise *noise;
  Score noisy_sum, sum;
  guint with_ssim; /* pictures large enough to have one */
} Eval;

/* From 0..1 to 0..255, where scores are taken. */
static void
scale (float *plane, gsize n)
{
  for (gsize i = 0; i < n; i++)
    plane[i] *= 255;
}

static void
scale_and_round (float *plane, gsize n)
{
  for (gsize i = 0; i < n; i++)
    plane[i] = rintf (255 * CLAMP (plane[i], 0, 1));
}

static Score
compare (const float *clean, const float *plane, int w, int h)
{
  return (Score){ cg_psnr (clean, plane, w, h, 255), cg_ssim (clean, plane, w, h, 255) };
}

static gboolean
save (const Options *options, const CgImage *image, const char *name, const char *suffix,
      GError **error)
{
  if (options->save == NULL)
    return TRUE;
  g_autofree char *flat = g_strdelimit (g_strdup (name), "/", '_');
  char *dot = strrchr (flat, '.');
  if (dot)
    *dot = '\0';
  g_autofree char *file = g_strdup_printf ("%s-%s.pfm", flat, suffix);
  g_autofree char *path = g_build_filename (options->save, file, NULL);
  if (!cg_commands_may_write (path, options->overwrite, error))
    return FALSE;
  g_autoptr (CgImage) light = cg_image_convert (image, CG_DEPTH_FLOAT, error); /* as PFM is read */
  return light && cg_image_save (light, path, error);
}

static char *
json_number (double value)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  return g_strdup (isfinite (value) ? g_ascii_formatd (number, sizeof number, "%.6f", value)
                                    : "null");
}

/* One picture as a line, or as one JSON object. */
static void
print_score (const Options *options, const char *name, Score noisy, Score score)
{
  if (!options->json)
    {
      g_print ("%s  noisy PSNR %.2f SSIM %.4f  result PSNR %.2f SSIM %.4f\n", name, noisy.psnr,
               noisy.ssim, score.psnr, score.ssim);
      return;
    }
  g_autoptr (GString) json = g_string_new ("{\"picture\": ");
  cg_json_append_string (json, name);
  g_autofree char *noisy_psnr = json_number (noisy.psnr);
  g_autofree char *noisy_ssim = json_number (noisy.ssim);
  g_autofree char *psnr = json_number (score.psnr);
  g_autofree char *ssim = json_number (score.ssim);
  fputs (json->str, stdout); /* UTF-8, whatever the terminal's language is */
  printf (", \"noisy_psnr\": %s, \"noisy_ssim\": %s, \"psnr\": %s, \"ssim\": %s}\n", noisy_psnr,
          noisy_ssim, psnr, ssim);
}

/* The noisy picture at @path, in floats. */
static CgImage *
load_noisy (const char *path, int w, int h, GError **error)
{
  g_autoptr (CgImage) gray = cg_commands_load_gray (path, error);
  if (gray == NULL)
    return NULL;
  if (gray->width != w || gray->height != h)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_MISMATCH,
                   "%s is %d x %d, but its clean counterpart is %d x %d", path, gray->width,
                   gray->height, w, h);
      return NULL;
    }
  CgImage *noisy = cg_image_new (w, h, 1, CG_DEPTH_FLOAT, error);
  if (noisy)
    cg_image_get (gray, 0, 0, w, h, noisy->samples);
  return noisy;
}

static CgImage *
make_noisy (const Eval *eval, guint i, const float *clean, int w, int h, GError **error)
{
  CgImage *noisy = cg_image_new (w, h, 1, CG_DEPTH_FLOAT, error);
  if (noisy == NULL)
    return NULL;
  float *plane = noisy->samples;
  CgRandom random = cg_random (eval->options->seed, i, 0);
  memcpy (plane, clean, sizeof *plane * w * h);
  cg_noise_apply (eval->noise, &random, plane, w, h);
  if (eval->options->quantize)
    for (gsize p = 0; p < (gsize) w * h; p++)
      plane[p] = rintf (255 * CLAMP (plane[p], 0, 1)) / 255;
  return noisy;
}

/* Picture number @i; @noisy_file is NULL if noise is made. */
static gboolean
score_picture (Eval *eval, guint i, const CgFile *clean_file, const CgFile *noisy_file,
               GError **error)
{
  const CgFile *file = noisy_file ? noisy_file : clean_file;
  g_autoptr (CgImage) gray = cg_commands_load_gray (clean_file->path, error);
  if (gray == NULL)
    return FALSE;
  int w = gray->width, h = gray->height;
  gsize n = (gsize) w * h;
  g_autofree float *clean = g_new (float, n);
  cg_image_get (gray, 0, 0, w, h, clean);

  g_autoptr (CgImage) noisy = noisy_file ? load_noisy (noisy_file->path, w, h, error)
                                         : make_noisy (eval, i, clean, w, h, error);
  g_autoptr (CgImage) result
      = noisy ? cg_denoiser_run_image (eval->denoiser, noisy, NULL, error) : NULL;
  if (noisy == NULL)
    return FALSE;
  if (result == NULL || !save (eval->options, noisy, file->name, "noisy", error)
      || !save (eval->options, result, file->name, "result", error))
    {
      g_prefix_error (error, "%s: ", file->path);
      return FALSE;
    }

  scale (clean, n);
  scale (noisy->samples, n);
  scale_and_round (result->samples, n);
  Score before = compare (clean, noisy->samples, w, h);
  Score after = compare (clean, result->samples, w, h);
  print_score (eval->options, file->name, before, after);
  eval->noisy_sum.psnr += before.psnr;
  eval->sum.psnr += after.psnr;
  if (isnan (after.ssim))
    return TRUE;
  eval->noisy_sum.ssim += before.ssim;
  eval->sum.ssim += after.ssim;
  eval->with_ssim++;
  return TRUE;
}

static gboolean
score_clean (Eval *eval, const GPtrArray *clean, GError **error)
{
  for (guint i = 0; i < clean->len; i++)
    if (!score_picture (eval, i, clean->pdata[i], NULL, error))
      return FALSE;
  return TRUE;
}

/* Each noisy picture against the clean one of its name. */
static gboolean
score_pairs (Eval *eval, const GPtrArray *clean, const GPtrArray *noisy, GError **error)
{
  g_autoptr (GPtrArray) matches = cg_files_match (clean, noisy, error);

  for (guint i = 0; matches && i < noisy->len; i++)
    if (!score_picture (eval, i, matches->pdata[i], noisy->pdata[i], error))
      return FALSE;
  return matches != NULL;
}

static void
print_means (const Eval *eval, guint pictures)
{
  double n = pictures;
  Score noisy = { eval->noisy_sum.psnr / n, eval->noisy_sum.ssim / eval->with_ssim };
  Score mean = { eval->sum.psnr / n, eval->sum.ssim / eval->with_ssim };
  if (eval->options->json)
    print_score (eval->options, "mean", noisy, mean);
  else
    {
      g_print ("noisy PSNR %.2f SSIM %.4f\n", noisy.psnr, noisy.ssim);
      g_print ("mean PSNR %.2f SSIM %.4f pictures %u\n", mean.psnr, mean.ssim, pictures);
    }
}

static gboolean
score_all (Eval *eval, GError **error)
{
  const Options *o = eval->options;
  g_autoptr (GPtrArray) clean = cg_files_list (o->clean, error);
  g_autoptr (GPtrArray) noisy = clean && o->noisy ? cg_files_list (o->noisy, error) : NULL;
  if (clean == NULL || (o->noisy && noisy == NULL))
    return FALSE;
  if (!(noisy ? score_pairs (eval, clean, noisy, error) : score_clean (eval, clean, error)))
    return FALSE;

  print_means (eval, noisy ? noisy->len : clean->len);
  return TRUE;
}

static int
evaluate (const Options *options)
{
  g_autoptr (GError) error = NULL;
  CgDenoiseOptions denoise = CG_DENOISE_OPTIONS_INIT;
  denoise.threads = options->threads;

  g_autoptr (CgNoise) noise = options->noise ? cg_noise_parse (options->noise, &error) : NULL;
  if (options->noise && noise == NULL)
    return cg_commands_fail (error);
  g_autoptr (CgModel) model = cg_weights_find (options->model, &error);
  if (model == NULL)
    return cg_commands_fail (error);
  g_autoptr (CgDenoiser) denoiser = cg_denoiser_new (model, &denoise, &error);
  if (denoiser == NULL)
    return cg_commands_fail (error);

  if (options->save && g_mkdir_with_parents (options->save, 0777) != 0)
    {
      g_printerr ("cleargrain-train: %s: cannot make this folder: %s\n", options->save,
                  g_strerror (errno));
      return CG_EXIT_FAILED;
    }
  Eval eval = { .options = options, .denoiser = denoiser, .noise = noise };
  return score_all (&eval, &error) ? CG_EXIT_OK : cg_commands_fail (error);
}

static gboolean
check_options (const Options *o)
{
  const char *missing = o->model == NULL                       ? "--model"
                        : o->clean == NULL                     ? "--clean"
                        : o->noise == NULL && o->noisy == NULL ? "--noise"
                                                               : NULL;
  if (missing)
    g_printerr ("cleargrain-train: eval: %s is missing\nTry 'cleargrain-train eval --help'\n",
                missing);
  return missing == NULL && cg_commands_check_threads (o->threads);
}

static const char examples[]
    = "Examples:\n"
      "  cleargrain-train eval --model photo --clean PICTURES --noise gauss:25\n"
      "  cleargrain-train eval --model runs/mine/best.safetensors --clean PICTURES --noisy "
      "SAME-PICTURES";

int
cg_command_eval (int argc, char **argv)
{
  Options o = { .seed = 1 };
  const GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &o.model, "weights: a file or a name", "MODEL" },
    { "clean", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o.clean,
      "clean pictures: a folder or a file; may be repeated", "PATH" },
    { "noise", 0, 0, G_OPTION_ARG_STRING, &o.noise, "noise to add, as in gauss:25", "NOISE" },
    { "noisy", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o.noisy,
      "instead of --noise: the same pictures, noisy, matched by name", "PATH" },
    { "quantize", 0, 0, G_OPTION_ARG_NONE, &o.quantize,
      "clip and round the noisy picture to 8 bits first", NULL },
    { "seed", 0, 0, G_OPTION_ARG_INT, &o.seed, "of the noise [1]", "N" },
    { "threads", 't', 0, G_OPTION_ARG_INT, &o.threads, "how many [0: one a processor]", "N" },
    { "save", 0, 0, G_OPTION_ARG_FILENAME, &o.save,
      "write noisy pictures and results there, as PFM", "DIR" },
    { "overwrite", 0, 0, G_OPTION_ARG_NONE, &o.overwrite, "let --save replace what is there",
      NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &o.json, "one JSON object a line", NULL },
    { NULL },
  };
  const CgCommandHelp help
      = { "", 0, examples, "The last line is: mean PSNR P SSIM S pictures N\n" };
  int status = CG_EXIT_USAGE;
  if (cg_commands_parse (&argc, &argv, entries, &help) && check_options (&o))
    status = evaluate (&o);
  g_free (o.model);
  g_strfreev (o.clean);
  g_strfreev (o.noisy);
  g_free (o.noise);
  g_free (o.save);
  return status;
}
