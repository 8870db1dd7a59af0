/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cleargrain-train noise: measure what is in pictures, show what a noise looks like. */
#include "training/commands.h"

#include <math.h>
#include <string.h>

#include "imageio/imageio.h"
#include "model/error.h"
#include "training/files.h"
#include "training/measure.h"
#include "training/noise-kinds.h"
#include "training/noise.h"

#define PANEL    256 /* side of one picture of a preview */
#define N_PANELS 4   /* the clean one, and three draws */

typedef struct
{
  char **measure, **clean;
  char *preview, *noise;
  int seed;
  gboolean list, overwrite;
} Options;

/* A gray plane of floats 0..1. */
typedef struct
{
  float *plane;
  int w, h;
  gboolean eight_bits;
} Gray;

static void
clear_gray (Gray *gray)
{
  g_clear_pointer (&gray->plane, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Gray, clear_gray)

static gboolean
load_gray (const char *path, Gray *gray, GError **error)
{
  g_autoptr (CgImage) image = cg_commands_load_gray (path, error);
  if (image == NULL)
    return FALSE;
  gray->w = image->width;
  gray->h = image->height;
  gray->eight_bits = image->depth == CG_DEPTH_8;
  gray->plane = g_new (float, (gsize) gray->w * gray->h);
  cg_image_get (image, 0, 0, gray->w, gray->h, gray->plane);
  return TRUE;
}

/* --- measuring --- */

static gboolean
measure_file (CgMeasure *measure, const CgFile *noisy_file, const CgFile *clean_file,
              gboolean *eight_bits, GError **error)
{
  g_auto (Gray) noisy = { 0 };
  g_auto (Gray) clean = { 0 };
  if (!load_gray (noisy_file->path, &noisy, error)
      || (clean_file && !load_gray (clean_file->path, &clean, error)))
    return FALSE;
  if (clean_file && (clean.w != noisy.w || clean.h != noisy.h))
    {
      g_set_error (error, CG_ERROR, CG_ERROR_MISMATCH, "%s is %d x %d, but %s is %d x %d",
                   noisy_file->path, noisy.w, noisy.h, clean_file->path, clean.w, clean.h);
      return FALSE;
    }
  *eight_bits = *eight_bits || noisy.eight_bits;
  cg_measure_add (measure, noisy.plane, clean.plane, noisy.w, noisy.h);
  return TRUE;
}

static void
print_curve (const CgMeasureResult *result)
{
  g_printerr ("brightness (0-255) and sigma:\n");
  for (int i = 0; i < CG_MEASURE_BINS; i++)
    if (isfinite (result->sigma[i]))
      g_printerr ("  %3.0f  %.2f\n", 255 * (i + 0.5) / CG_MEASURE_BINS, result->sigma[i]);
  g_printerr ("correlation with the next pixel: %.2f in its row, %.2f in its column\n",
              result->correlation_x, result->correlation_y);
}

static gboolean
any_jpeg (const GPtrArray *files)
{
  for (guint i = 0; i < files->len; i++)
    {
      const CgFile *file = files->pdata[i];
      g_autofree char *name = g_ascii_strdown (file->name, -1);
      if (g_str_has_suffix (name, ".jpg") || g_str_has_suffix (name, ".jpeg"))
        return TRUE;
    }
  return FALSE;
}

static gboolean
measure_all (const Options *o, GError **error)
{
  g_autoptr (GPtrArray) noisy = cg_files_list (o->measure, error);
  g_autoptr (GPtrArray) clean = noisy && o->clean ? cg_files_list (o->clean, error) : NULL;
  if (noisy == NULL || (o->clean && clean == NULL))
    return FALSE;
  g_autoptr (GPtrArray) matches = clean ? cg_files_match (clean, noisy, error) : NULL;
  if (clean && matches == NULL)
    return FALSE;

  g_autoptr (CgMeasure) measure = cg_measure_new (clean != NULL);
  gboolean eight_bits = FALSE;
  for (guint i = 0; i < noisy->len; i++)
    if (!measure_file (measure, noisy->pdata[i], matches ? matches->pdata[i] : NULL, &eight_bits,
                       error))
      return FALSE;
  CgMeasureResult result;
  if (!cg_measure_result (measure, &result))
    {
      g_set_error (error, CG_ERROR, CG_ERROR_UNSUPPORTED,
                   "the pictures are too small, or black or white all over: nothing to measure");
      return FALSE;
    }
  g_autofree char *text = cg_measure_text (&result, eight_bits);
  print_curve (&result);
  g_print ("%s\n", text);
  g_autofree char *doubts = cg_measure_doubts (&result);
  if (doubts)
    g_printerr ("note: this noise is not described well by these words (%s); better learn from "
                "pairs, with --clean and --noisy\n",
                doubts);
  if (any_jpeg (noisy))
    g_printerr ("note: these are JPEG files, whose own marks are not measured; end the noise with "
                "\"+ jpeg:QUALITY\" of the quality they were saved with\n");
  return TRUE;
}

/* --- preview --- */

/* Steps of gray above, a ramp, and stripes that get finer. */
static void
draw_chart (float *plane)
{
  for (int y = 0; y < PANEL; y++)
    for (int x = 0; x < PANEL; x++)
      {
        float value;
        if (y < PANEL / 2)
          value = (x / (PANEL / 8) + 0.5f) / 8;
        else if (y < 3 * PANEL / 4)
          value = (float) x / PANEL;
        else
          value = 0.5f + 0.4f * sinf (x * x * (float) G_PI / (2 * PANEL));
        plane[y * PANEL + x] = value;
      }
}

/* The middle of the picture at @path, or the chart. */
static gboolean
fill_panel (const char *path, float *plane, GError **error)
{
  g_auto (Gray) gray = { 0 };
  draw_chart (plane);
  if (path == NULL)
    return TRUE;
  if (!load_gray (path, &gray, error))
    return FALSE;
  if (gray.w < PANEL || gray.h < PANEL)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_MISMATCH,
                   "%s: %d x %d is too small for a preview of %d x %d", path, gray.w, gray.h, PANEL,
                   PANEL);
      return FALSE;
    }
  for (int y = 0; y < PANEL; y++)
    memcpy (plane + (gsize) y * PANEL,
            gray.plane + (gsize) (y + (gray.h - PANEL) / 2) * gray.w + (gray.w - PANEL) / 2,
            PANEL * sizeof *plane);
  return TRUE;
}

static gboolean
preview (const Options *o, GError **error)
{
  if (!cg_commands_may_write (o->preview, o->overwrite, error))
    return FALSE;
  g_autoptr (CgNoise) noise = cg_noise_parse (o->noise, error);
  g_autofree float *clean = g_new (float, PANEL *PANEL);
  g_autofree float *panel = g_new (float, PANEL *PANEL);
  if (noise == NULL || !fill_panel (o->clean ? o->clean[0] : NULL, clean, error))
    return FALSE;
  g_autoptr (CgImage) image = cg_image_new (N_PANELS * PANEL, PANEL, 1, CG_DEPTH_8, error);
  if (image == NULL)
    return FALSE;
  for (int i = 0; i < N_PANELS; i++)
    {
      CgRandom random = cg_random (o->seed, i, 0);
      memcpy (panel, clean, PANEL * PANEL * sizeof *panel);
      if (i > 0)
        cg_noise_apply (noise, &random, panel, PANEL, PANEL);
      cg_image_set (image, i * PANEL, 0, PANEL, PANEL, panel);
    }
  return cg_image_save (image, o->preview, error);
}

/* --- the kinds --- */

/* "poisson-gauss:PEAK,SIGMA   photons at white, ..." for each kind. */
static void
append_kinds (GString *text, const char *indent)
{
  for (guint i = 0; i < cg_n_noise_kinds; i++)
    {
      const CgNoiseKind *kind = &cg_noise_kinds[i];
      g_autoptr (GString) form = g_string_new (kind->name);
      for (guint v = 0; v < cg_noise_kind_n_values (kind); v++)
        {
          g_autofree char *name = g_ascii_strup (kind->values[v].name, -1);
          g_string_append_printf (form, "%c%s", v == 0 ? ':' : ',', name);
        }
      g_string_append_printf (text, "%s%-26s %s\n", indent, form->str, kind->summary);
    }
}

/* --- the command --- */

static int
run (const Options *o)
{
  g_autoptr (GError) error = NULL;
  if (o->list)
    {
      g_autoptr (GString) kinds = g_string_new (NULL);
      append_kinds (kinds, "");
      g_print ("%s", kinds->str);
      return CG_EXIT_OK;
    }
  if ((o->measure == NULL) == (o->preview == NULL) || (o->preview && o->noise == NULL))
    {
      g_printerr ("cleargrain-train: noise: give --measure, or --preview and --noise, or --list\n"
                  "Try 'cleargrain-train noise --help'\n");
      return CG_EXIT_USAGE;
    }
  gboolean ok = o->measure ? measure_all (o, &error) : preview (o, &error);
  return ok ? CG_EXIT_OK : cg_commands_fail (error);
}

static const char examples[]
    = "Examples:\n"
      "  cleargrain-train noise --measure NOISY-PICTURES\n"
      "  cleargrain-train noise --measure NOISY-PICTURES --clean SAME-PICTURES\n"
      "  cleargrain-train noise --preview look.png --noise 'poisson-gauss:200,3 + clip + "
      "quantize'\n"
      "  cleargrain-train noise --list";

static const char grammar[]
    = "--measure prints the noise to stdout, in the words that --noise takes, and how it grows\n"
      "with brightness to stderr.\n"
      "\n"
      "NOISE is one or more alternatives, | between, one of which is drawn for each patch; 70%\n"
      "before one is its share.  An alternative is steps, + between, done one after the other: a\n"
      "kind, and values, which may be ranges LOW-HIGH that are drawn from for each patch.\n"
      "\n"
      "Kinds:\n";

int
cg_command_noise (int argc, char **argv)
{
  Options o = { .seed = 1 };
  const GOptionEntry entries[] = {
    { "measure", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o.measure,
      "say what noise is in a picture, or in all of a folder; may be repeated", "PATH" },
    { "clean", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o.clean,
      "the same without noise, matched by name; or the picture for --preview", "PATH" },
    { "preview", 0, 0, G_OPTION_ARG_FILENAME, &o.preview,
      "draw a chart (or --clean PICTURE) and three draws of --noise beside it", "FILE" },
    { "noise", 0, 0, G_OPTION_ARG_STRING, &o.noise, "as in gauss:0-55", "NOISE" },
    { "seed", 0, 0, G_OPTION_ARG_INT, &o.seed, "of the preview [1]", "N" },
    { "overwrite", 0, 0, G_OPTION_ARG_NONE, &o.overwrite, "replace FILE if it is there", NULL },
    { "list", 0, 0, G_OPTION_ARG_NONE, &o.list, "list the kinds of noise", NULL },
    { NULL },
  };
  g_autoptr (GString) description = g_string_new (grammar);
  append_kinds (description, "  ");
  const CgCommandHelp help = { "", 0, examples, description->str };
  int status = CG_EXIT_USAGE;
  if (cg_commands_parse (&argc, &argv, entries, &help))
    status = run (&o);
  g_strfreev (o.measure);
  g_strfreev (o.clean);
  g_free (o.preview);
  g_free (o.noise);
  return status;
}
