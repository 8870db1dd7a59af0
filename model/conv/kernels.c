/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which kernels there are, and which one is taken. */
#include "model/conv/kernels.h"

#include <string.h>

#include "model/error.h"

/* Whether this processor runs what meson.build compiles for a family. */
static gboolean
can_run (const char *family)
{
#if defined __x86_64__ || defined __i386__
  if (strcmp (family, "avx2") == 0)
    return __builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma");
  if (strcmp (family, "avx512") == 0)
    return __builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512bw")
           && __builtin_cpu_supports ("avx512dq") && __builtin_cpu_supports ("avx512vl")
           && __builtin_cpu_supports ("fma");
#endif
  return TRUE;
}

/* The part of a name behind its dash: "avx2" of "winograd-avx2". */
static const char *
family_of (const CgConvKernel *kernel)
{
  const char *dash = strchr (kernel->name, '-');

  return dash ? dash + 1 : "";
}

/* Slowest first; the last that supports a convolution is taken. */
static const CgConvKernel *const built[] = {
  &cg_conv_reference,       &cg_conv_gemm,
  &cg_conv_direct_baseline, &cg_conv_winograd_baseline,
#ifdef CG_CONV_AVX2
  &cg_conv_direct_avx2,     &cg_conv_winograd_avx2,
#endif
#ifdef CG_CONV_AVX512
  &cg_conv_direct_avx512,   &cg_conv_winograd_avx512,
#endif
};

const CgConvKernel *const *
cg_conv_kernels (void)
{
  static const CgConvKernel *usable[G_N_ELEMENTS (built) + 1];
  static gsize done;

  if (g_once_init_enter (&done))
    {
      int n = 0;

      for (gsize i = 0; i < G_N_ELEMENTS (built); i++)
        if (can_run (family_of (built[i])))
          usable[n++] = built[i];
      g_once_init_leave (&done, 1);
    }
  return usable;
}

/* The variable by which a user asks for kernels. */
#define WISH "CLEARGRAIN_KERNELS"

/* What it says; NULL where it is not set, or empty. */
static const char *
wish_of_user (void)
{
  const char *wish = g_getenv (WISH);

  return wish && *wish ? wish : NULL;
}

static gboolean
is_called (const CgConvKernel *kernel, const char *name)
{
  return strcmp (kernel->name, name) == 0 || strcmp (family_of (kernel), name) == 0;
}

const CgConvKernel *
cg_conv_kernel_for (const CgConv *conv, const char *name)
{
  const CgConvKernel *const *kernels = cg_conv_kernels ();
  const CgConvKernel *best = kernels[0];

  if (!name)
    name = wish_of_user ();
  for (int n = 0; kernels[n]; n++)
    if ((!name || is_called (kernels[n], name)) && kernels[n]->supports (conv))
      best = kernels[n];
  return best;
}

gboolean
cg_conv_check_wish (GError **error)
{
  const char *wish = wish_of_user ();
  g_autoptr (GString) names = g_string_new (NULL);

  for (const CgConvKernel *const *k = cg_conv_kernels (); wish && *k; k++)
    {
      if (is_called (*k, wish))
        return TRUE;
      g_string_append_printf (names, "%s%s", names->len ? ", " : "", (*k)->name);
    }
  if (!wish)
    return TRUE;
  g_set_error (error, CG_ERROR, CG_ERROR_USAGE, WISH " is \"%s\", but what there is here is %s",
               wish, names->str);
  return FALSE;
}
