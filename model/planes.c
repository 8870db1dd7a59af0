/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Transfer curves, and holes in a picture. */
#include "planes.h"

#include <math.h>
#include <string.h>

float
cg_display_from_linear (float v)
{
  float a = fabsf (v);
  float display = a <= 0.0031308f ? 12.92f * a : 1.055f * powf (a, 1 / 2.4f) - 0.055f;
  return copysignf (display, v);
}

float
cg_linear_from_display (float v)
{
  float a = fabsf (v);
  float linear = a <= 0.04045f ? a / 12.92f : powf ((a + 0.055f) / 1.055f, 2.4f);
  return copysignf (linear, v);
}

static gboolean
is_hole (const float *pixel, int channels)
{
  int planes = cg_planes_count (channels);

  for (int c = 0; c < planes; c++)
    if (!isfinite (pixel[c]))
      return TRUE;
  return cg_channels_have_alpha (channels) && pixel[planes] == 0;
}

gboolean
cg_planes_has_holes (const float *pixels, gsize n_pixels, int channels)
{
  for (gsize i = 0; i < n_pixels; i++)
    if (is_hole (pixels + i * channels, channels))
      return TRUE;
  return FALSE;
}

/* Mean colour of the good pixels on the smallest square ring around (y, x)
 * that has any; FALSE if none within reach. */
static gboolean
nearest_colour (const float *pixels, int h, int w, int channels, int y, int x, float *colour)
{
  int planes = cg_planes_count (channels);

  for (int radius = 1; radius <= CG_FILL_RADIUS; radius++)
    {
      int found = 0;
      double sum[CG_MAX_PLANES] = { 0 };
      for (int v = MAX (y - radius, 0); v <= MIN (y + radius, h - 1); v++)
        for (int u = MAX (x - radius, 0); u <= MIN (x + radius, w - 1); u++)
          {
            const float *pixel = pixels + ((gsize) v * w + u) * channels;
            if (is_hole (pixel, channels))
              continue;
            for (int c = 0; c < planes; c++)
              sum[c] += pixel[c];
            found++;
          }
      for (int c = 0; c < planes && found > 0; c++)
        colour[c] = (float) (sum[c] / found);
      if (found > 0)
        return TRUE;
    }
  return FALSE;
}

guint64
cg_planes_not_finite (const float *pixels, gsize n_pixels, int channels)
{
  int planes = cg_planes_count (channels);
  guint64 n = 0;

  for (gsize i = 0; i < n_pixels; i++)
    for (int c = 0; c < planes; c++)
      n += !isfinite (pixels[i * channels + c]);
  return n;
}

void
cg_planes_fill (float *pixels, int h, int w, int channels, int y0, int y1)
{
  int planes = cg_planes_count (channels);
  gsize n = (gsize) (y1 - y0) * w * channels;
  g_autofree float *filled = g_memdup2 (pixels + (gsize) y0 * w * channels, n * sizeof (float));

  for (int y = y0; y < y1; y++)
    for (int x = 0; x < w; x++)
      {
        float *to = filled + ((gsize) (y - y0) * w + x) * channels;
        if (is_hole (pixels + ((gsize) y * w + x) * channels, channels)
            && !nearest_colour (pixels, h, w, channels, y, x, to))
          memset (to, 0, planes * sizeof (float));
      }
  memcpy (pixels + (gsize) y0 * w * channels, filled, n * sizeof (float));
}
