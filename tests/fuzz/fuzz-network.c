/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any text as a network: layers whose shapes fit, or an error. */
#include "model/network.h"

int LLVMFuzzerTestOneInput (const guint8 *bytes, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *bytes, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) bytes, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (CgNetwork) network = cg_network_parse (text, &error);
  g_assert_true ((network == NULL) == (error != NULL));
  if (network == NULL)
    return 0;

  /* The plain form is the same network again. */
  g_autoptr (CgNetwork) again = cg_network_parse (cg_network_text (network), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (cg_network_text (again), ==, cg_network_text (network));
  g_assert_cmpuint (cg_network_n_parameters (again), ==, cg_network_n_parameters (network));

  /* An input of one step fits. */
  int step = cg_network_step (network);
  CgShape out = cg_network_output_shape (network, step, step);
  g_assert_cmpint (out.h, >, 0);
  g_assert_cmpint (out.w, >, 0);
  g_assert_cmpint (out.c, >, 0);
  g_assert_cmpint (cg_network_halo (network), >=, 0);
  return 0;
}
