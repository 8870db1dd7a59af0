/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All kinds of layers, and what they have in common. */
#include "layer.h"

#include <stdio.h>
#include <string.h>

#include "model/error.h"
#include "model/wide.h"

static const CgLayerKind *const kinds[] = {
  &cg_layer_conv,     &cg_layer_dense,     &cg_layer_relu,     &cg_layer_sigmoid, &cg_layer_maxpool,
  &cg_layer_upsample, &cg_layer_unshuffle, &cg_layer_shuffle,  &cg_layer_concat,  &cg_layer_add,
  &cg_layer_flatten,  &cg_layer_reshape,   &cg_layer_gaussian, &cg_layer_upconv,
};

const CgLayerKind *
cg_layer_kind (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (kinds[i]->name, name) == 0)
      return kinds[i];
  return NULL;
}

char *
cg_layer_kind_list (void)
{
  GString *list = g_string_new ("save, latent");
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    g_string_append_printf (list, ", %s", kinds[i]->name);
  return g_string_free (list, FALSE);
}

gboolean
cg_layer_parse_kernel (const char *word, int *k)
{
  int columns, end = 0;

  return sscanf (word, "%5dx%5d%n", k, &columns, &end) == 2 && word[end] == '\0' && *k == columns
         && *k % 2 == 1 && *k >= 1 && *k <= CG_LAYER_MOST_KERNEL;
}

gboolean
cg_layer_parse_number (const char *word, int max, int *number, GError **error)
{
  guint64 value;

  if (!g_ascii_string_to_unsigned (word, 10, 1, (guint64) max, &value, NULL))
    {
      g_set_error (error, CG_ERROR, CG_ERROR_NETWORK, "'%s' is not a number from 1 to %d", word,
                   max);
      return FALSE;
    }
  *number = (int) value;
  return TRUE;
}

gboolean
cg_layer_parse_factor (CgLayer *layer, char **words, GError **error)
{
  if (g_strv_length (words) != 1)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_NETWORK, "%s takes one number, as in '%s 2'",
                   layer->kind->name, layer->kind->name);
      return FALSE;
    }
  return cg_layer_parse_number (words[0], 16, &layer->n, error);
}

gboolean
cg_layer_parse_activation (CgLayer *layer, const char *word)
{
  if (layer->activation != CG_ACTIVATION_NONE)
    return FALSE;
  if (strcmp (word, "relu") == 0)
    layer->activation = CG_ACTIVATION_RELU;
  if (strcmp (word, "sigmoid") == 0)
    layer->activation = CG_ACTIVATION_SIGMOID;
  return layer->activation != CG_ACTIVATION_NONE;
}

gboolean
cg_layer_parse_ending (CgLayer *layer, char **words, GError **error)
{
  layer->bias = TRUE;
  for (; *words; words++)
    if (strcmp (*words, "nobias") == 0 && layer->bias)
      layer->bias = FALSE;
    else if (!cg_layer_parse_activation (layer, *words))
      {
        g_set_error (error, CG_ERROR, CG_ERROR_NETWORK,
                     "'%s' is not understood here (one of relu, sigmoid; nobias)", *words);
        return FALSE;
      }
  return TRUE;
}

/* Ranges are small enough to balance uneven threads, large enough that handing
 * one out (some microseconds) does not show. */
#define RANGES_A_WORKER 4

typedef struct
{
  const CgLayer *layer;
  const CgLayerRun *run;
  CgRowsFunc func;
  int y0, y1;
  int first; /* where the second range begins; then every `length` rows */
  int length;
  int ranges; /* of a picture */
} Rows;

static void
run_range (int job, int worker, gpointer user)
{
  const Rows *rows = user;
  int range = job % rows->ranges;
  int y0 = range == 0 ? rows->y0 : rows->first + (range - 1) * rows->length;
  int y1 = MIN (rows->first + range * rows->length, rows->y1);

  rows->func (rows->layer, rows->run, job / rows->ranges, y0, y1, worker);
}

void
cg_layer_rows (const CgLayer *layer, const CgLayerRun *run, int y0, int y1, int row_step,
               CgRowsFunc func)
{
  int workers = cg_workers_count (run->workers);
  int wanted
      = workers == 1 ? 1 : (workers * RANGES_A_WORKER - 1) / run->out.n + 1; /* of a picture */
  int steps = (y1 - y0 + row_step - 1) / row_step;
  int length = (steps + wanted - 1) / wanted * row_step;
  int behind = ((y0 - run->phase) % row_step + row_step) % row_step; /* rows since a block began */

  if (y0 >= y1)
    return;
  int first = MIN (y1, y0 + (behind > 0 ? row_step - behind : length));
  int ranges = 1 + (y1 - first + length - 1) / length;
  Rows rows = { layer, run, func, y0, y1, first, length, ranges };
  cg_workers_run (run->workers, ranges * run->out.n, run_range, &rows);
}

CG_WIDE void
cg_layer_activate_rows (CgActivation activation, const CgTensor *t, int y0, int y1)
{
  if (activation == CG_ACTIVATION_NONE)
    return;
  for (int y = y0; y < y1; y++)
    for (int x = 0; x < t->w; x++)
      {
        float *v = cg_tensor_pixel (t, y, x);
        for (int c = 0; c < t->c; c++)
          v[c] = cg_activate (activation, v[c]);
      }
}

CG_WIDE static void
undo_rows (const CgLayer *layer, const CgLayerRun *run, int picture, int y0, int y1, int worker)
{
  CgTensor out = cg_batch_at (&run->out, picture), grad = cg_batch_at (&run->grad_out, picture);

  for (int y = y0; y < y1; y++)
    for (int x = 0; x < out.w; x++)
      cg_times_slope (layer->activation, out.c, cg_tensor_pixel (&out, y, x),
                      cg_tensor_pixel (&grad, y, x));
}

void
cg_layer_undo_activation (const CgLayer *layer, const CgLayerRun *run)
{
  cg_layer_rows (layer, run, 0, run->out.first.h, 1, undo_rows);
}

/* Channels summed at once, in registers. */
#define SUMS 32

/* Add the sum over all pixels of @n <= SUMS channels from @first on to @sum. */
static inline void
add_channels (const CgTensor *t, int first, int n, float *sum)
{
  float sums[SUMS] = { 0 };

  for (int y = 0; y < t->h; y++)
    for (int x = 0; x < t->w; x++)
      {
        const float *g = cg_tensor_pixel (t, y, x) + first;
        for (int o = 0; o < n; o++)
          sums[o] += g[o];
      }
  for (int o = 0; o < n; o++)
    sum[o] += sums[o];
}

CG_WIDE void
cg_layer_add_bias_gradient (const CgBatch *grad, float *sum)
{
  for (int i = 0; i < grad->n; i++)
    {
      CgTensor t = cg_batch_at (grad, i);
      int o = 0;
      for (; o + SUMS <= t.c; o += SUMS)
        add_channels (&t, o, SUMS, sum + o);
      if (o < t.c)
        add_channels (&t, o, t.c - o, sum + o);
    }
}
