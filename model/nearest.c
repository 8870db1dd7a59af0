/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Levenshtein's edit distance, and the least of it. */
#include "model/nearest.h"

#include <string.h>

static gsize
distance (const char *a, const char *b)
{
  gsize n = strlen (b);
  g_autofree gsize *row = g_new (gsize, n + 1);
  for (gsize j = 0; j <= n; j++)
    row[j] = j;

  for (gsize i = 1; a[i - 1] != '\0'; i++)
    {
      gsize diagonal = row[0];
      row[0] = i;
      for (gsize j = 1; j <= n; j++)
        {
          gsize replace = diagonal + (a[i - 1] != b[j - 1]);
          diagonal = row[j];
          row[j] = MIN (replace, MIN (row[j], row[j - 1]) + 1);
        }
    }
  return row[n];
}

const char *
cg_nearest (const char *word, const char *const *words, guint n)
{
  const char *best = NULL;
  gsize best_distance = G_MAXSIZE;
  for (guint i = 0; i < n; i++)
    {
      gsize d = distance (word, words[i]);
      if (d < best_distance)
        {
          best_distance = d;
          best = words[i];
        }
    }
  return best;
}
