/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/outliers.h"

#define N       8
#define SPREADS 3
#define PASSES  4
#define LEAST   (4 / 255.f)

/* The neighbours of @p in order. */
static void
sort_neighbours (const float *p, int w, float *sorted)
{
  const float all[N] = { p[-w - 1], p[-w], p[-w + 1], p[-1], p[1], p[w - 1], p[w], p[w + 1] };
  for (int i = 0; i < N; i++)
    {
      int at = i;
      for (; at > 0 && sorted[at - 1] > all[i]; at--)
        sorted[at] = sorted[at - 1];
      sorted[at] = all[i];
    }
}

/* Count places where black and white would both stick out, before any is taken out.
 * @noise is what is in @noisy besides the picture, or @noisy itself. */
static void
count_places (CgOutliers *outliers, const float *noise, const float *noisy, int w, int h)
{
  for (int y = 1; y + 1 < h; y++)
    for (int x = 1; x + 1 < w; x++)
      {
        gsize at = (gsize) y * w + x;
        float sorted[N], without = noisy[at] - noise[at];
        sort_neighbours (noise + at, w, sorted);
        float low = sorted[1], high = sorted[N - 2], least = SPREADS * (high - low) + LEAST;
        if (1 - without - high <= least || low + without <= least)
          continue;
        outliers->places++;
        outliers->ends_there += noisy[at] <= 0 || noisy[at] >= 1;
      }
}

/* Those that hide behind others are found when these are gone. */
static void
take_out_once (CgOutliers *outliers, float *plane, const float *noisy, int w, int h)
{
  g_autofree float *old = g_memdup2 (plane, sizeof (float) * w * h);
  for (int y = 1; y + 1 < h; y++)
    for (int x = 1; x + 1 < w; x++)
      {
        gsize at = (gsize) y * w + x;
        float sorted[N];
        sort_neighbours (old + at, w, sorted);
        float low = sorted[1], high = sorted[N - 2];
        float distance = MAX (old[at] - high, low - old[at]);
        if (distance <= SPREADS * (high - low) + LEAST)
          continue;
        outliers->found++;
        outliers->above += old[at] > high;
        outliers->at_ends += noisy[at] <= 0 || noisy[at] >= 1;
        outliers->distance += distance + (high - low) / 2;
        plane[at] = (sorted[2] + sorted[3] + sorted[4] + sorted[5]) / 4;
      }
}

void
cg_outliers_take_out (CgOutliers *outliers, float *plane, const float *noisy, int w, int h)
{
  outliers->pixels += MAX (w - 2., 0) * MAX (h - 2., 0);
  count_places (outliers, plane, noisy, w, h);
  for (int i = 0; i < PASSES; i++)
    take_out_once (outliers, plane, noisy, w, h);
}
