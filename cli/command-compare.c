/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `cleargrain compare A B`: how close two pictures are. */
#include "cli/commands.h"

#include <math.h>
#include <stdio.h>

#include "cli/clashes.h"
#include "cli/console.h"
#include "cli/exit-status.h"
#include "cli/parse.h"
#include "imageio/format.h"
#include "imageio/imageio.h"
#include "imageio/metrics.h"
#include "model/error.h"
#include "model/planes.h"

static const char summary[]
    = "Print how close two pictures are, on the scale of 8 bits: the peak signal-to-\n"
      "noise ratio in dB over all colours, and the mean structural similarity (11x11\n"
      "Gaussian window) of the colours.  Transparency is not compared.  Of light (EXR,\n"
      "PFM, HDR) and a picture for displays, the light is brought to a display's curve.";

#define PEAK 255.f

/* The difference picture shows no difference as this gray. */
#define MIDDLE 128.f

typedef struct
{
  char **pictures, *crop, *difference;
  gboolean overwrite, json;
} Options;

static int
colours (const CgImage *image)
{
  return image->channels < 3 ? 1 : 3;
}

static float
shown (float light)
{
  return cg_display_from_linear (CLAMP (light, 0, 1));
}

/* The colours of @r as planes one after the other, 0 .. PEAK, and with @display as a
 * display shows them. */
static float *
planes_of (const CgImage *image, CgRectangle r, gboolean display)
{
  gboolean bend = display && image->transfer == CG_TRANSFER_LINEAR;
  gsize n = (gsize) r.w * r.h;
  int planes = colours (image);
  g_autofree float *pixels = g_new (float, n * image->channels);
  float *result = g_new (float, n *planes);

  cg_image_get (image, r.x, r.y, r.w, r.h, pixels);
  for (int c = 0; c < planes; c++)
    for (gsize i = 0; i < n; i++)
      {
        float value = pixels[i * image->channels + c];
        result[c * n + i] = PEAK * (bend ? shown (value) : value);
      }
  return result;
}

static gboolean
save_difference (const char *path, const float *a, const float *b, int planes, CgRectangle r,
                 GError **error)
{
  gsize n = (gsize) r.w * r.h;
  g_autoptr (CgImage) image = cg_image_new (r.w, r.h, planes, CG_DEPTH_8, error);
  g_autofree float *pixels = g_new (float, n *planes);

  if (!image)
    return FALSE;
  for (int c = 0; c < planes; c++)
    for (gsize i = 0; i < n; i++)
      pixels[i * planes + c] = (MIDDLE + b[c * n + i] - a[c * n + i]) / PEAK;
  cg_image_set (image, 0, 0, r.w, r.h, pixels);
  return cg_image_save (image, path, error);
}

/* JSON has no infinity: equal pictures have a PSNR of null. */
static void
print_result (double psnr, double ssim, gboolean json)
{
  char psnr_text[G_ASCII_DTOSTR_BUF_SIZE] = "null", ssim_text[G_ASCII_DTOSTR_BUF_SIZE] = "null";

  if (!json)
    {
      printf ("PSNR %.2f SSIM %.4f\n", psnr, ssim);
      return;
    }
  if (isfinite (psnr))
    g_ascii_formatd (psnr_text, sizeof psnr_text, "%.6f", psnr);
  if (isfinite (ssim))
    g_ascii_formatd (ssim_text, sizeof ssim_text, "%.6f", ssim);
  printf ("{\"psnr\": %s, \"ssim\": %s}\n", psnr_text, ssim_text);
}

/* A shell may have put the name of a picture where another should be. */
static gboolean
check_difference (const Options *o, GError **error)
{
  const char *path = o->difference;

  if (!path)
    return TRUE;
  if (cg_is_same_file (path, o->pictures[0]) || cg_is_same_file (path, o->pictures[1]))
    g_set_error (error, CG_ERROR, CG_ERROR_USAGE,
                 "--difference %s: this is one of the pictures that are compared", path);
  else if (!o->overwrite && g_file_test (path, G_FILE_TEST_IS_REGULAR))
    g_set_error (error, CG_ERROR, CG_ERROR_USAGE,
                 "--difference %s: already there; --overwrite replaces it", path);
  else
    return TRUE;
  return FALSE;
}

/* Colours multiplied by alpha are divided by it if @other's are not multiplied. */
static gboolean
divide_like (CgImage **image, const CgImage *other, GError **error)
{
  if (!(*image)->premultiplied || other->premultiplied
      || !cg_channels_have_alpha ((*image)->channels))
    return TRUE;
  CgImage *divided = cg_image_multiply (*image, FALSE, error);
  if (!divided)
    return FALSE;
  cg_image_free (*image);
  *image = divided;
  return TRUE;
}

static gboolean
compare (const Options *o, GError **error)
{
  if (!check_difference (o, error))
    return FALSE;
  g_autoptr (CgImage) a = cg_image_load (o->pictures[0], error);
  g_autoptr (CgImage) b = a ? cg_image_load (o->pictures[1], error) : NULL;

  if (!b)
    return FALSE;
  CgRectangle r = { 0, 0, a->width, a->height };
  int planes = colours (a);
  if (a->width != b->width || a->height != b->height || planes != colours (b))
    {
      g_set_error (error, CG_ERROR, CG_ERROR_MISMATCH,
                   "%s is %d x %d with %d colours, %s is %d x %d with %d: they cannot be compared",
                   o->pictures[0], a->width, a->height, planes, o->pictures[1], b->width, b->height,
                   colours (b));
      return FALSE;
    }
  if (o->crop && !cg_parse_crop (o->crop, a->width, a->height, &r, error))
    return FALSE;
  if (!divide_like (&a, b, error) || !divide_like (&b, a, error))
    return FALSE;
  gboolean display = a->transfer != b->transfer;
  g_autofree float *pa = planes_of (a, r, display), *pb = planes_of (b, r, display);
  gsize n = (gsize) r.w * r.h;
  double ssim = 0;
  for (int c = 0; c < planes; c++)
    ssim += cg_ssim (pa + c * n, pb + c * n, r.w, r.h, PEAK) / planes;
  if (o->difference && !save_difference (o->difference, pa, pb, planes, r, error))
    return FALSE;
  print_result (cg_psnr (pa, pb, r.w, r.h * planes, PEAK), ssim, o->json);
  return TRUE;
}

static int
run (const Options *o)
{
  g_autoptr (GError) error = NULL;
  CgConsole console;

  if (!o->pictures || g_strv_length (o->pictures) != 2)
    return cg_usage_error ("compare", "two pictures are needed");
  if (compare (o, &error))
    return CG_EXIT_DONE;
  if (g_error_matches (error, CG_ERROR, CG_ERROR_USAGE))
    return cg_usage_error ("compare", error->message);
  cg_console_init (&console, FALSE, FALSE);
  cg_console_fail (&console, "%s", error->message);
  return CG_EXIT_FAILED;
}

int
cg_command_compare (char **argv)
{
  Options o = { 0 };
  const GOptionEntry entries[]
      = { { "crop", 0, 0, G_OPTION_ARG_STRING, &o.crop, "Compare only this part [all]", "X,Y,W,H" },
          { "difference", 0, 0, G_OPTION_ARG_FILENAME, &o.difference,
            "Write B - A as a picture around middle gray", "FILE" },
          { "overwrite", 0, 0, G_OPTION_ARG_NONE, &o.overwrite,
            "Replace the file of --difference if it is already there [refuse]", NULL },
          { "json", 0, 0, G_OPTION_ARG_NONE, &o.json, "Print a JSON object", NULL },
          { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o.pictures, NULL, "A B" },
          G_OPTION_ENTRY_NULL };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_set_prgname ("cleargrain compare");
  g_option_context_set_summary (context, summary);
  g_option_context_add_main_entries (context, entries, NULL);
  int status = g_option_context_parse_strv (context, &argv, &error)
                   ? run (&o)
                   : cg_usage_error ("compare", error->message);
  g_strfreev (o.pictures);
  g_free (o.crop);
  g_free (o.difference);
  return status;
}
