/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/model.h"

#include <string.h>

#include "model/arena.h"

/* As g_try_new0(), in large pages: millions of parameters are soon in reach. */
static float *
zeros (gsize n, GError **error)
{
  float *values = cg_arena_new (n * sizeof (float), error);

  return values ? memset (values, 0, n * sizeof (float)) : NULL;
}

CgModel *
cg_model_new (CgNetwork *network, GError **error)
{
  g_autoptr (CgModel) model = g_new0 (CgModel, 1);
  model->network = network;
  model->card = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  model->parameters = zeros (cg_network_n_parameters (network), error);
  return model->parameters ? g_steal_pointer (&model) : NULL;
}

void
cg_model_free (CgModel *model)
{
  if (model == NULL)
    return;
  cg_network_free (model->network);
  cg_arena_free (model->parameters);
  g_hash_table_unref (model->card);
  g_free (model);
}

const char *
cg_model_card (const CgModel *model, const char *key)
{
  return g_hash_table_lookup (model->card, key);
}

void
cg_model_set_card (CgModel *model, const char *key, const char *value)
{
  /* A weights file is UTF-8; a recipe may be anything. */
  g_hash_table_insert (model->card, g_strdup (key), g_utf8_make_valid (value, -1));
}
