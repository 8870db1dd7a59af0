/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cleargrain-bench [OPTION...]: plain lines "NAME VALUE UNIT",
 * behind lines of "# " that say where they were measured.  Lines with
 * "_1_thread" ran in one thread, the others in as many as there are
 * processors; "x_peak" is a multiple of the processor's multiply-add peak,
 * counting the operations of the direct sum. */
#include "tests/bench/bench.h"

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/conv/conv.h"
#include "tests/bench/peak.h"

/* The probe that fits the kernels called @name, or the fastest if they belong
 * to no family. */
static double (*peak_for (const char *name)) (void)
{
  CgConv conv = { 64, 64, 3, 1 };
  const char *kernel = cg_conv_kernel_for (&conv, name)->name;

  if (!strchr (kernel, '-'))
    kernel = cg_conv_kernel_for (&conv, NULL)->name;
#ifdef CG_CONV_AVX512
  if (g_str_has_suffix (kernel, "-avx512"))
    return cg_bench_peak_avx512;
#endif
#ifdef CG_CONV_AVX2
  if (g_str_has_suffix (kernel, "-avx2"))
    return cg_bench_peak_avx2;
#endif
  return cg_bench_peak_baseline;
}

/* The value of the first "key : value" line of a file in /proc. */
static char *
proc_value (const char *path, const char *key)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (g_file_get_contents (path, &text, NULL, NULL))
    lines = g_strsplit (text, "\n", -1);
  for (int n = 0; lines && lines[n]; n++)
    if (g_str_has_prefix (lines[n], key) && strchr (lines[n], ':'))
      return g_strstrip (g_strdup (strchr (lines[n], ':') + 1));
  return g_strdup ("unknown");
}

static void
print_machine (const BenchSettings *settings, CgWorkers *workers)
{
  g_autofree char *cpu = proc_value ("/proc/cpuinfo", "model name");
  g_autofree char *load = NULL;
  CgConv conv = { 64, 64, 3, 1 };

  g_file_get_contents ("/proc/loadavg", &load, NULL, NULL);
  printf ("# cleargrain %s, %s, %d threads\n", CG_VERSION, cpu, cg_workers_count (workers));
  printf ("# kernels %s; OPENBLAS_CORETYPE %s; load before the start %s",
          cg_conv_kernel_for (&conv, settings->kernels)->name,
          g_getenv ("OPENBLAS_CORETYPE") ? g_getenv ("OPENBLAS_CORETYPE") : "not set",
          load ? load : "unknown\n");
  bench_print (bench_peak (settings, NULL) * 1e-9, "GFLOP/s", "fma_peak_1_thread");
  bench_print (bench_peak (settings, workers) * 1e-9, "GFLOP/s", "fma_peak");
}

/* The kernels of other processors, as far as this one runs them, against their own peak. */
static void
bench_avx2 (const BenchSettings *settings, CgWorkers *workers)
{
  BenchSettings avx2 = *settings;
  CgConv conv = { 64, 64, 3, 1 };

  if (settings->kernels || !g_str_has_suffix (cg_conv_kernel_for (&conv, NULL)->name, "-avx512"))
    return;
  avx2.kernels = "avx2";
  avx2.peak = peak_for ("avx2");
  avx2.peak_flop = avx2.peak ();
  bench_conv_family (&avx2, workers, "_avx2");
}

static gboolean
wanted (const char *only, const char *part)
{
  return only == NULL || strcmp (only, part) == 0;
}

int
main (int argc, char **argv)
{
  gboolean quick = FALSE, busy = FALSE;
  g_autofree char *kernels = NULL, *source = NULL, *peers = NULL, *command = NULL, *only = NULL;
  GOptionEntry options[] = {
    { "quick", 'q', 0, G_OPTION_ARG_NONE, &quick, "End within a minute", NULL },
    { "busy", 'b', 0, G_OPTION_ARG_NONE, &busy, "Count processor time, as others use the machine",
      NULL },
    { "kernels", 'k', 0, G_OPTION_ARG_STRING, &kernels, "Kernels to time [the fastest]", "NAME" },
    { "source", 0, 0, G_OPTION_ARG_FILENAME, &source, "Where Cleargrain's sources are [.]", "DIR" },
    { "peers", 0, 0, G_OPTION_ARG_FILENAME, &peers,
      "Run networks in ONNX Runtime too, of the node_modules there", "DIR" },
    { "command", 0, 0, G_OPTION_ARG_FILENAME, &command, "Run cleargrain, too, which is FILE",
      "FILE" },
    { "only", 0, 0, G_OPTION_ARG_STRING, &only, "conv, network, training or command [all]",
      "PART" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("cleargrain-bench: %s\n", error->message);
      return 2;
    }

  g_autoptr (CgWorkers) workers = cg_workers_new (0);
  BenchSettings settings = {
    .repetitions = quick ? 11 : 41,
    .seconds = quick ? 1 : 10,
    .kernels = kernels,
    .peak = peak_for (kernels),
    .busy = busy,
  };
  settings.peak_flop = settings.peak ();
  print_machine (&settings, workers);
  if (wanted (only, "conv"))
    {
      bench_conv (&settings, workers);
      bench_avx2 (&settings, workers);
    }
  const char *tree = source ? source : ".";
  if ((wanted (only, "network") && !bench_network (&settings, workers, tree, peers, quick, &error))
      || (wanted (only, "training") && !bench_training (&settings, workers, tree, &error))
      || (wanted (only, "command") && !bench_command (&settings, workers, command, quick, &error)))
    {
      g_printerr ("cleargrain-bench: %s\n", error->message);
      return 1;
    }
  return 0;
}
