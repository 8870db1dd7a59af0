/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "small-model.h"

#include "model/weights.h"

#define TEXT                                                                                       \
  "input 1\n"                                                                                      \
  "save noisy\n"                                                                                   \
  "conv %d 3x3 relu nobias\n"                                                                      \
  "save fine\n"                                                                                    \
  "maxpool 2\n"                                                                                    \
  "conv %d 3x3 relu nobias\n"                                                                      \
  "upsample 2\n"                                                                                   \
  "concat fine\n"                                                                                  \
  "conv 1 3x3 nobias\n"                                                                            \
  "add noisy\n"

/* Numbers drawn for learning would change a picture by its whole range; this
 * keeps it to tenths. */
#define GENTLE 0.5f

gboolean
small_model_save (const char *path, int channels, GError **error)
{
  g_autofree char *text = g_strdup_printf (TEXT, channels, channels);
  g_autoptr (CgNetwork) network = cg_network_parse (text, error);

  if (network == NULL)
    return FALSE;
  const gsize n = cg_network_n_parameters (network);
  g_autoptr (CgModel) model = cg_model_new (g_steal_pointer (&network), NULL);
  cg_network_init (model->network, 1, model->parameters);
  for (gsize i = 0; i < n; i++)
    model->parameters[i] *= GENTLE;
  cg_model_set_card (model, CG_CARD_NAME, "test");
  cg_model_set_card (model, CG_CARD_SUMMARY, "random numbers for the tests");
  cg_model_set_card (model, CG_CARD_TRANSFER, "display");
  return cg_weights_save (model, path, error);
}
