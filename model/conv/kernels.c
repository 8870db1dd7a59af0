/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which kernels there are, and which one is taken. */
#include "model/conv/kernels.h"

#include <string.h>

const CgConvKernel *const *
cg_conv_kernels (void)
{
  static const CgConvKernel *const kernels[] = { &cg_conv_reference, &cg_conv_gemm, NULL };

  return kernels;
}

const CgConvKernel *
cg_conv_kernel_for (const CgConv *conv, const char *name)
{
  const CgConvKernel *const *kernels = cg_conv_kernels ();
  const CgConvKernel *best = kernels[0];

  for (int n = 0; kernels[n]; n++)
    if ((!name || strcmp (name, kernels[n]->name) == 0) && kernels[n]->supports (conv))
      best = kernels[n];
  return best;
}
