/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Batches through a pass, one after the other. */
#include "coder.h"

#include <string.h>

#include "model/error.h"
#include "model/pass.h"

#define BATCH 64

struct _CgApply
{
  CgPacked *packed;
  CgPass *pass;
  CgShape in, out;
};

CgApply *
cg_apply_new (const CgNetwork *network, const float *parameters, CgWorkers *workers, GError **error)
{
  g_autoptr (CgApply) apply = g_new0 (CgApply, 1);

  if (cg_network_any_size (network))
    {
      g_set_error_literal (error, CG_ERROR, CG_ERROR_NETWORK,
                           "the network takes pictures of any size; one size is wanted here, as in "
                           "'input 28x28x1'");
      return NULL;
    }
  apply->in = cg_network_input_shape (network, 1, 1);
  apply->out = cg_network_output_shape (network, 1, 1);
  apply->packed = cg_packed_new (network, CG_PASS_INFERENCE, NULL);
  if (!cg_packed_allocate (apply->packed, error))
    return NULL;
  cg_packed_update (apply->packed, parameters, workers);
  apply->pass = cg_pass_new (apply->packed, BATCH, apply->in.h, apply->in.w, 0, workers, error);
  return apply->pass ? g_steal_pointer (&apply) : NULL;
}

void
cg_apply_free (CgApply *apply)
{
  if (!apply)
    return;
  cg_pass_free (apply->pass);
  cg_packed_free (apply->packed);
  g_free (apply);
}

CgShape
cg_apply_input (const CgApply *apply)
{
  return apply->in;
}

CgShape
cg_apply_output (const CgApply *apply)
{
  return apply->out;
}

static void
put (CgTensor tensor, const float *values)
{
  for (int y = 0; y < tensor.h; y++)
    for (int x = 0; x < tensor.w; x++, values += tensor.c)
      memcpy (cg_tensor_pixel (&tensor, y, x), values, tensor.c * sizeof *values);
}

static void
get (CgTensor tensor, float *values)
{
  for (int y = 0; y < tensor.h; y++)
    for (int x = 0; x < tensor.w; x++, values += tensor.c)
      memcpy (values, cg_tensor_pixel (&tensor, y, x), tensor.c * sizeof *values);
}

void
cg_apply_run (CgApply *apply, const float *in, int n, gint64 seed, float *out)
{
  gsize n_in = cg_shape_values (apply->in), n_out = cg_shape_values (apply->out);

  for (int first = 0; first < n; first += BATCH)
    {
      int count = MIN (BATCH, n - first);
      for (int i = 0; i < BATCH; i++) /* behind the last the first again: no old values */
        {
          int number = first + (i < count ? i : 0);
          CgRandom random = cg_random ((guint64) seed, number, 0);
          put (cg_pass_input (apply->pass, i), in + number * n_in);
          cg_pass_set_noise (apply->pass, i, seed < 0 ? NULL : &random);
        }
      cg_pass_forward (apply->pass, NULL, NULL);
      for (int i = 0; i < count; i++)
        get (cg_pass_output (apply->pass, i), out + (first + i) * n_out);
    }
}

CgCoder *
cg_coder_new (const CgModel *model, CgWorkers *workers, GError **error)
{
  g_autoptr (CgCoder) coder = g_new0 (CgCoder, 1);

  if (!cg_network_split (model->network, &coder->networks[0], &coder->networks[1], error))
    return NULL;
  const float *behind = model->parameters + cg_network_n_parameters (coder->networks[0]);
  coder->encoder = cg_apply_new (coder->networks[0], model->parameters, workers, error);
  if (!coder->encoder)
    return NULL;
  coder->decoder = cg_apply_new (coder->networks[1], behind, workers, error);
  return coder->decoder ? g_steal_pointer (&coder) : NULL;
}

void
cg_coder_free (CgCoder *coder)
{
  if (!coder)
    return;
  cg_apply_free (coder->encoder);
  cg_apply_free (coder->decoder);
  cg_network_free (coder->networks[0]);
  cg_network_free (coder->networks[1]);
  g_free (coder);
}
