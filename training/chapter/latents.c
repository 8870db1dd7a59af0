/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/chapter/latents.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DRAW_SEED  18 /* of latents that are drawn */
#define NEIGHBOURS 2000

CgLatents *
cg_latents_new (CgChapter *chapter, const char *name, const float *pictures, GError **error)
{
  const CgDigits *digits = cg_chapter_digits (chapter, error);
  const CgTrained *net = digits ? cg_chapter_network (chapter, name, error) : NULL;
  if (net == NULL)
    return NULL;
  const float *in = pictures ? pictures : digits->pictures;
  CgLatents *latents = g_new0 (CgLatents, 1);
  latents->net = net;
  latents->digits = digits;
  latents->size = (int) cg_shape_values (cg_apply_output (net->coder->encoder));
  latents->values = g_new (float, (gsize) digits->n * latents->size);
  latents->means = g_new (float, (gsize) digits->n * latents->size);
  cg_apply_run (net->coder->encoder, in, digits->n, DRAW_SEED, latents->values);
  cg_apply_run (net->coder->encoder, in, digits->n, CG_APPLY_MEANS, latents->means);
  return latents;
}

void
cg_latents_free (CgLatents *latents)
{
  if (latents == NULL)
    return;
  g_free (latents->values);
  g_free (latents->means);
  g_free (latents);
}

void
cg_latents_spread (const CgLatents *latents, int k, double *mean, double *deviation)
{
  int n = latents->digits->n;
  double sum = 0, squares = 0;
  for (int i = 0; i < n; i++)
    sum += latents->values[(gsize) i * latents->size + k];
  *mean = sum / n;
  for (int i = 0; i < n; i++)
    squares += pow (latents->values[(gsize) i * latents->size + k] - *mean, 2);
  *deviation = sqrt (squares / n);
}

static int
ascending (gconstpointer a, gconstpointer b)
{
  const float *p = a, *q = b;
  return *p < *q ? -1 : *p > *q;
}

double
cg_latents_quantile (const CgLatents *latents, int k, double share)
{
  int n = latents->digits->n;
  g_autofree float *sorted = g_new (float, n);
  for (int i = 0; i < n; i++)
    sorted[i] = latents->values[(gsize) i * latents->size + k];
  qsort (sorted, n, sizeof *sorted, ascending);
  return sorted[(int) (share * (n - 1))];
}

static double
distance (const CgLatents *latents, int i, int j)
{
  const float *a = cg_latents_mean_of (latents, i), *b = cg_latents_mean_of (latents, j);
  double sum = 0;
  for (int k = 0; k < latents->size; k++)
    sum += (a[k] - b[k]) * (a[k] - b[k]);
  return sum;
}

/* How many of its kind are nearer to digit @i than any other is. */
static int
crowd_around (const CgLatents *latents, int i)
{
  const guint8 *labels = latents->digits->labels;
  double stranger = G_MAXDOUBLE;
  int crowd = 0;

  for (int j = 0; j < latents->digits->n; j++)
    if (labels[j] != labels[i])
      stranger = MIN (stranger, distance (latents, i, j));
  for (int j = 0; j < latents->digits->n; j++)
    crowd += labels[j] == labels[i] && distance (latents, i, j) < stranger;
  return crowd;
}

int
cg_latents_heart (const CgLatents *latents, int label)
{
  int heart = -1, most = 0;

  for (int i = 0; i < latents->digits->n; i++)
    {
      int crowd = latents->digits->labels[i] == label ? crowd_around (latents, i) : 0;
      if (crowd > most)
        {
          most = crowd;
          heart = i;
        }
    }
  return heart;
}

double
cg_latents_neighbours (const CgLatents *latents)
{
  int n = MIN (latents->digits->n, NEIGHBOURS), same = 0;
  for (int i = 0; i < n; i++)
    {
      int nearest = i == 0;
      for (int j = 0; j < n; j++)
        if (j != i && distance (latents, i, j) < distance (latents, i, nearest))
          nearest = j;
      same += latents->digits->labels[i] == latents->digits->labels[nearest];
    }
  return (double) same / n;
}

float *
cg_latents_decode (const CgLatents *latents, const float *values, int n)
{
  float *pictures = g_new (float, (gsize) n *CG_DIGIT_VALUES);
  cg_apply_run (latents->net->coder->decoder, values, n, CG_APPLY_MEANS, pictures);
  return pictures;
}

void
cg_latents_between (const CgLatents *latents, const float *a, const float *b, double t, float *out)
{
  for (int k = 0; k < latents->size; k++)
    out[k] = (float) (a[k] + t * (b[k] - a[k]));
}
