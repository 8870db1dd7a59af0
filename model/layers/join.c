/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `concat NAME` puts a saved point's channels behind the current ones, `add
 * NAME [relu|sigmoid]` adds them up.  Most of the time neither moves a value: the pass lets
 * both inputs of a concat be written side by side, and what comes before adds
 * while it stores (pass-plan.c). */
#include "layer.h"

#include "model/error.h"

static gboolean
parse_concat (CgLayer *layer, char **words, GError **error)
{
  if (g_strv_length (words) != 1)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_NETWORK, "%s takes the name of a saved point",
                   layer->kind->name);
      return FALSE;
    }
  layer->name = g_strdup (words[0]);
  return TRUE;
}

static gboolean
parse_add (CgLayer *layer, char **words, GError **error)
{
  guint n = g_strv_length (words);

  if (n < 1 || n > 2 || (n == 2 && !cg_layer_parse_activation (layer, words[1])))
    {
      g_set_error (error, CG_ERROR, CG_ERROR_NETWORK,
                   "%s takes the name of a saved point, then at most relu or sigmoid",
                   layer->kind->name);
      return FALSE;
    }
  layer->name = g_strdup (words[0]);
  return TRUE;
}

static gboolean
misfit (const CgLayer *layer, GError **error)
{
  g_set_error (error, CG_ERROR, CG_ERROR_NETWORK, "this is %dx%dx%d, '%s' is %dx%dx%d", layer->in.h,
               layer->in.w, layer->in.c, layer->name, layer->other_in.h, layer->other_in.w,
               layer->other_in.c);
  return FALSE;
}

static gboolean
shape_concat (CgLayer *layer, GError **error)
{
  if (layer->in.h != layer->other_in.h || layer->in.w != layer->other_in.w)
    return misfit (layer, error);
  layer->out = (CgShape){ layer->in.h, layer->in.w, layer->in.c + layer->other_in.c };
  return TRUE;
}

static gboolean
shape_add (CgLayer *layer, GError **error)
{
  if (layer->in.h != layer->other_in.h || layer->in.w != layer->other_in.w
      || layer->in.c != layer->other_in.c)
    return misfit (layer, error);
  layer->out = layer->in;
  return TRUE;
}

/* to[0 .. c) = or += from[0 .. c) for rows of one picture; channels start at
 * @to_c and @from_c.  Nothing to do where both are the same memory. */
static void
copy_rows (const CgTensor *to, int to_c, const CgTensor *from, int from_c, int c, gboolean add,
           int y0, int y1)
{
  if (to->data + to_c == from->data + from_c)
    return;
  for (int y = y0; y < y1; y++)
    for (int x = 0; x < to->w; x++)
      {
        float *t = cg_tensor_pixel (to, y, x) + to_c;
        const float *f = cg_tensor_pixel (from, y, x) + from_c;
        for (int i = 0; i < c; i++)
          t[i] = (add ? t[i] : 0) + f[i];
      }
}

static void
concat_rows (const CgLayer *layer, const CgLayerRun *run, int picture, int y0, int y1, int worker)
{
  CgTensor in = cg_batch_at (&run->in, picture), other = cg_batch_at (&run->other, picture);
  CgTensor out = cg_batch_at (&run->out, picture);

  copy_rows (&out, 0, &in, 0, in.c, FALSE, y0, y1);
  copy_rows (&out, in.c, &other, 0, other.c, FALSE, y0, y1);
}

static void
add_rows (const CgLayer *layer, const CgLayerRun *run, int picture, int y0, int y1, int worker)
{
  CgTensor in = cg_batch_at (&run->in, picture), other = cg_batch_at (&run->other, picture);
  CgTensor out = cg_batch_at (&run->out, picture);

  copy_rows (&out, 0, &in, 0, in.c, FALSE, y0, y1);
  copy_rows (&out, 0, &other, 0, in.c, TRUE, y0, y1);
  cg_layer_activate_rows (layer->activation, &out, y0, y1);
}

static void
forward_concat (const CgLayer *layer, const CgLayerRun *run)
{
  cg_layer_rows (layer, run, run->y0, run->y1, 1, concat_rows);
}

static void
forward_add (const CgLayer *layer, const CgLayerRun *run)
{
  cg_layer_rows (layer, run, run->y0, run->y1, 1, add_rows);
}

/* Hand grad_out's channels from @c_other on to the second input, those from 0
 * to the first. */
static void
share_gradient (const CgLayerRun *run, int c_other, int picture, int y0, int y1)
{
  CgTensor grad_out = cg_batch_at (&run->grad_out, picture);
  CgTensor grad_in = cg_batch_part (&run->grad_in, picture, 1).first;
  CgTensor grad_other = cg_batch_part (&run->grad_other, picture, 1).first;

  if (grad_other.data)
    copy_rows (&grad_other, 0, &grad_out, c_other, grad_other.c, run->add_other, y0, y1);
  if (grad_in.data)
    copy_rows (&grad_in, 0, &grad_out, 0, grad_in.c, run->add_in, y0, y1);
}

static void
concat_gradient (const CgLayer *layer, const CgLayerRun *run, int picture, int y0, int y1,
                 int worker)
{
  share_gradient (run, layer->in.c, picture, y0, y1);
}

static void
add_gradient (const CgLayer *layer, const CgLayerRun *run, int picture, int y0, int y1, int worker)
{
  share_gradient (run, 0, picture, y0, y1);
}

static void
backward_concat (const CgLayer *layer, const CgLayerRun *run)
{
  cg_layer_rows (layer, run, 0, run->out.first.h, 1, concat_gradient);
}

static void
backward_add (const CgLayer *layer, const CgLayerRun *run)
{
  if (layer->activation != CG_ACTIVATION_NONE && !run->undone)
    cg_layer_undo_activation (layer, run);
  cg_layer_rows (layer, run, 0, run->out.first.h, 1, add_gradient);
}

const CgLayerKind cg_layer_concat = {
  .name = "concat",
  .parse = parse_concat,
  .shape = shape_concat,
  .forward = forward_concat,
  .backward = backward_concat,
};

const CgLayerKind cg_layer_add = {
  .name = "add",
  .parse = parse_add,
  .shape = shape_add,
  .forward = forward_add,
  .backward = backward_add,
};
