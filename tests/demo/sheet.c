/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Usage: sheet OUT PICTURE...
 * Pictures of one size side by side, twice as large, in 8 bits: for ./dev demo. */
#include "imageio/imageio.h"

#define ZOOM 2
#define GAP  8

/* Paste @picture at column @left of @sheet. */
static void
paste (CgImage *sheet, const CgImage *picture, int left)
{
  int n = picture->channels;
  g_autofree float *row = g_new (float, picture->width *n);
  g_autofree float *wide = g_new (float, picture->width *ZOOM *n);

  for (int y = 0; y < sheet->height; y++)
    {
      cg_image_get (picture, 0, y / ZOOM, picture->width, 1, row);
      for (int x = 0; x < picture->width * ZOOM; x++)
        for (int c = 0; c < n; c++)
          wide[x * n + c] = row[x / ZOOM * n + c];
      cg_image_set (sheet, left, y, picture->width * ZOOM, 1, wide);
    }
}

static gboolean
make_sheet (const char *out, char **paths, int n, GError **error)
{
  g_autoptr (CgImage) sheet = NULL;
  for (int i = 0; i < n; i++)
    {
      g_autoptr (CgImage) picture = cg_image_load (paths[i], error);
      if (picture == NULL)
        return FALSE;
      int w = picture->width * ZOOM, h = picture->height * ZOOM;
      if (sheet == NULL)
        sheet = cg_image_new (n * (w + GAP) - GAP, h, picture->channels, CG_DEPTH_8, error);
      if (sheet == NULL)
        return FALSE;
      if (sheet->width != n * (w + GAP) - GAP || sheet->height != h
          || sheet->channels != picture->channels)
        {
          g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                       "%s is not of the size and kind of %s", paths[i], paths[0]);
          return FALSE;
        }
      paste (sheet, picture, i * (w + GAP));
    }
  return cg_image_save (sheet, out, error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  if (argc < 3)
    {
      g_printerr ("Usage: sheet OUT PICTURE...\n");
      return 2;
    }
  if (make_sheet (argv[1], argv + 2, argc - 2, &error))
    return 0;
  g_printerr ("sheet: %s\n", error->message);
  return 1;
}
