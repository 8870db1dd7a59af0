/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Without memory there is an error, and the program goes on: it may be GIMP. */
#include <sys/resource.h>

#include "model/denoise.h"
#include "model/error.h"

#define MOST ((rlim_t) 256 << 20) /* bytes that a process below has */

static CgNetwork *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  CgNetwork *network = cg_network_parse (text, &error);
  g_assert_no_error (error);
  return network;
}

/* The parameters do not fit. */
static void
try_parameters (void)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (
      cg_model_new (parse ("input 1\nconv 4096 3x3\nconv 4096 3x3\nconv 1 3x3"), &error));
  g_assert_error (error, CG_ERROR, CG_ERROR_TOO_LARGE);
}

/* They do, but not once more when they are packed. */
static void
try_packed (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CgModel) model
      = cg_model_new (parse ("input 1\nconv 1024 3x3\nconv 1024 3x3\nconv 1 3x3"), &error);
  g_assert_no_error (error);
  CgDenoiseOptions options = CG_DENOISE_OPTIONS_INIT;
  options.threads = 1;
  options.kernels = "baseline"; /* Winograd: seven times as large */
  g_assert_null (cg_denoiser_new (model, &options, &error));
  g_assert_error (error, CG_ERROR, CG_ERROR_TOO_LARGE);
}

/* In a process that may not grow. */
static void
test_little (gconstpointer try)
{
  const struct rlimit little = { MOST, MOST };

#ifdef __SANITIZE_ADDRESS__
  g_test_skip ("AddressSanitizer needs all the addresses there are");
  return;
#endif
  if (g_test_subprocess ())
    {
      g_assert_cmpint (setrlimit (RLIMIT_AS, &little), ==, 0);
      ((void (*) (void)) try) ();
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/memory/parameters", try_parameters, test_little);
  g_test_add_data_func ("/memory/packed", try_packed, test_little);
  return g_test_run ();
}
