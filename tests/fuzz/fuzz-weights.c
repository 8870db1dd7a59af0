/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a weights file: a model or an error, nothing else. */
#include "model/weights.h"

int LLVMFuzzerTestOneInput (const guint8 *bytes, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *bytes, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CgModel) model = cg_weights_parse (bytes, size, &error);
  g_assert_true ((model == NULL) == (error != NULL));
  return 0;
}
