/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `cleargrain compare A B`: how close two pictures are. */
#include "cli/commands.h"

#include <math.h>
#include <stdio.h>

#include "cli/console.h"
#include "cli/exit-status.h"
#include "imageio/imageio.h"
#include "imageio/metrics.h"
#include "model/error.h"

static const char summary[]
    = "Print how close two pictures are, on the scale of 8 bits: the peak signal-to-\n"
      "noise ratio in dB over all colours, and the mean structural similarity (11x11\n"
      "Gaussian window) of the colours.  Transparency is not compared.";

#define PEAK 255.f

static int
colours (const CgImage *image)
{
  return image->channels < 3 ? 1 : 3;
}

/* The colours as planes one after the other, 0 .. PEAK. */
static float *
planes_of (const CgImage *image)
{
  gsize n = (gsize) image->width * image->height;
  int planes = colours (image);
  g_autofree float *pixels = g_new (float, n * image->channels);
  float *result = g_new (float, n *planes);

  cg_image_get (image, 0, 0, image->width, image->height, pixels);
  for (int c = 0; c < planes; c++)
    for (gsize i = 0; i < n; i++)
      result[c * n + i] = PEAK * pixels[i * image->channels + c];
  return result;
}

static gboolean
compare (const char *a_path, const char *b_path, GError **error)
{
  g_autoptr (CgImage) a = cg_image_load (a_path, error);
  g_autoptr (CgImage) b = a ? cg_image_load (b_path, error) : NULL;

  if (!b)
    return FALSE;
  if (a->width != b->width || a->height != b->height || colours (a) != colours (b))
    {
      g_set_error (error, CG_ERROR, CG_ERROR_MISMATCH,
                   "%s is %d x %d with %d colours, %s is %d x %d with %d: they cannot be compared",
                   a_path, a->width, a->height, colours (a), b_path, b->width, b->height,
                   colours (b));
      return FALSE;
    }
  g_autofree float *a_planes = planes_of (a), *b_planes = planes_of (b);
  gsize n = (gsize) a->width * a->height;
  double ssim = 0;
  for (int c = 0; c < colours (a); c++)
    ssim += cg_ssim (a_planes + c * n, b_planes + c * n, a->width, a->height, PEAK) / colours (a);
  printf ("PSNR %.2f SSIM %.4f\n",
          cg_psnr (a_planes, b_planes, a->width, a->height * colours (a), PEAK), ssim);
  return TRUE;
}

int
cg_command_compare (char **argv)
{
  g_auto (GStrv) pictures = NULL;
  const GOptionEntry entries[]
      = { { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &pictures, NULL, "A B" },
          G_OPTION_ENTRY_NULL };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  CgConsole console;

  g_set_prgname ("cleargrain compare");
  g_option_context_set_summary (context, summary);
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse_strv (context, &argv, &error))
    return cg_usage_error ("compare", error->message);
  if (!pictures || g_strv_length (pictures) != 2)
    return cg_usage_error ("compare", "two pictures are needed");
  if (compare (pictures[0], pictures[1], &error))
    return CG_EXIT_DONE;
  cg_console_init (&console, FALSE, FALSE);
  cg_console_fail (&console, "%s", error->message);
  return CG_EXIT_FAILED;
}
