/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `flatten` makes one pixel of all values, `reshape 7x7x3` makes a picture of
 * one pixel's; rows first, then columns, then channels, as they lie. */
#include "layer.h"

#include <stdio.h>
#include <string.h>

#include "model/error.h"

static gboolean
parse_reshape (CgLayer *layer, char **words, GError **error)
{
  CgShape *t = &layer->target;
  int end = 0;

  if (g_strv_length (words) == 1
      && sscanf (words[0], "%5dx%5dx%5d%n", &t->h, &t->w, &t->c, &end) == 3 && words[0][end] == '\0'
      && t->h > 0 && t->w > 0 && t->c > 0)
    return TRUE;
  g_set_error_literal (error, CG_ERROR, CG_ERROR_NETWORK,
                       "reshape takes height x width x channels, as in 'reshape 7x7x3'");
  return FALSE;
}

static gint64
values (CgShape s)
{
  return (gint64) s.h * s.w * s.c;
}

static gboolean
shape_flatten (CgLayer *layer, GError **error)
{
  layer->out = (CgShape){ 1, 1, layer->in.h * layer->in.w * layer->in.c };
  return TRUE;
}

static gboolean
shape_reshape (CgLayer *layer, GError **error)
{
  layer->out = layer->target;
  if (values (layer->in) == values (layer->out))
    return TRUE;
  g_set_error (error, CG_ERROR, CG_ERROR_NETWORK,
               "%dx%dx%d are %" G_GINT64_FORMAT " values, %dx%dx%d are %" G_GINT64_FORMAT,
               layer->in.h, layer->in.w, layer->in.c, values (layer->in), layer->out.h,
               layer->out.w, layer->out.c, values (layer->out));
  return FALSE;
}

/* All values of @from, in order, into @to (which has as many). */
static void
copy (const CgTensor *to, const CgTensor *from, gboolean add)
{
  int y = 0, x = 0, c = 0;

  for (int v = 0; v < from->h; v++)
    for (int u = 0; u < from->w; u++)
      for (int i = 0; i < from->c; i++)
        {
          float *t = cg_tensor_pixel (to, y, x) + c;
          *t = (add ? *t : 0) + cg_tensor_pixel (from, v, u)[i];
          if (++c == to->c)
            {
              c = 0;
              if (++x == to->w)
                {
                  x = 0;
                  y++;
                }
            }
        }
}

static void
forward (const CgLayer *layer, const CgLayerRun *run)
{
  for (int i = 0; i < run->in.n; i++)
    {
      CgTensor in = cg_batch_at (&run->in, i), out = cg_batch_at (&run->out, i);
      copy (&out, &in, FALSE);
    }
}

static void
backward (const CgLayer *layer, const CgLayerRun *run)
{
  for (int i = 0; i < run->in.n && run->grad_in.first.data; i++)
    {
      CgTensor grad_in = cg_batch_at (&run->grad_in, i);
      CgTensor grad_out = cg_batch_at (&run->grad_out, i);
      copy (&grad_in, &grad_out, run->add_in);
    }
}

const CgLayerKind cg_layer_flatten = {
  .name = "flatten",
  .fixed_size = TRUE,
  .shape = shape_flatten,
  .forward = forward,
  .backward = backward,
};

const CgLayerKind cg_layer_reshape = {
  .name = "reshape",
  .fixed_size = TRUE,
  .parse = parse_reshape,
  .shape = shape_reshape,
  .forward = forward,
  .backward = backward,
};
