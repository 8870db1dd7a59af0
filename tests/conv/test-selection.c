/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which kernel is chosen for a convolution, and by a wish. */
#include <string.h>

#include "model/conv/conv.h"
#include "model/error.h"

static void
test_selection (void)
{
  CgConv conv = { 64, 64, 3, 1 }, first = { 1, 64, 3, 1 };
  const CgConvKernel *const *kernels = cg_conv_kernels ();

  g_assert_cmpstr (kernels[0]->name, ==, "reference");
  for (int n = 0; kernels[n]; n++)
    if (kernels[n]->supports (&conv))
      g_assert_true (cg_conv_kernel_for (&conv, kernels[n]->name) == kernels[n]);
  g_assert_cmpstr (cg_conv_kernel_for (&conv, "baseline")->name, ==, "winograd-baseline");
  g_assert_cmpstr (cg_conv_kernel_for (&first, "baseline")->name, ==, "direct-baseline");
  g_assert_true (cg_conv_kernel_for (&first, "winograd-baseline") == kernels[0]);
  g_assert_true (cg_conv_kernel_for (&conv, "no such kernel") == kernels[0]);

  g_autoptr (GError) error = NULL;
  g_unsetenv ("CLEARGRAIN_KERNELS");
  g_assert_true (cg_conv_kernel_for (&conv, NULL) != kernels[0]);
  g_assert_true (cg_conv_check_wish (NULL));
  const CgConvKernel *fastest = cg_conv_kernel_for (&conv, NULL);
  g_setenv ("CLEARGRAIN_KERNELS", "", TRUE);
  g_assert_true (cg_conv_kernel_for (&conv, NULL) == fastest);
  g_assert_true (cg_conv_check_wish (NULL));
  g_setenv ("CLEARGRAIN_KERNELS", "baseline", TRUE);
  g_assert_cmpstr (cg_conv_kernel_for (&conv, NULL)->name, ==, "winograd-baseline");
  g_assert_true (cg_conv_kernel_for (&conv, "reference") == kernels[0]);
  g_assert_true (cg_conv_check_wish (NULL));
  g_setenv ("CLEARGRAIN_KERNELS", "abacus", TRUE);
  g_assert_false (cg_conv_check_wish (&error));
  g_assert_error (error, CG_ERROR, CG_ERROR_USAGE);
  g_assert_nonnull (strstr (error->message, "abacus"));
  g_unsetenv ("CLEARGRAIN_KERNELS");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/conv/selection", test_selection);
  return g_test_run ();
}
