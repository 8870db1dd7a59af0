/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The convolution kernels at 256 x 256 pixels: forward with bias and ReLU, one
 * picture cut into ranges of rows; backward one picture a thread. */
#include "tests/bench/bench.h"

#include <stdio.h>
#include <string.h>

#include "model/arena.h"
#include "model/conv/conv.h"
#include "tests/bench/onednn.h"

#define SIDE        256
#define ROWS        24 /* of a range, a multiple of every kernel's row_step */
#define MAX_THREADS 64

/* A convolution with all it needs, for up to @threads workers. */
typedef struct
{
  CgConv conv;
  const CgConvKernel *kernel;
  int threads, pictures, rows;
  float *arena;
  gsize used, size;
  float *bias, *forward, *backward;
  float *scratch[MAX_THREADS], *sum[MAX_THREADS]; /* a thread each: gradient of the weights */
  CgBatch in[MAX_THREADS], out[MAX_THREADS];
} Layer;

/* @n floats, or with no arena yet the room for them; never zero, not all alike. */
static float *
take (Layer *layer, gsize n)
{
  float *block = layer->arena ? layer->arena + layer->used : NULL;

  for (gsize i = 0; block && i < n; i++)
    block[i] = (float) ((i * 2654435761u >> 8) % 2001) / 1000 - 1.0005f;
  layer->used += (n + 15) / 16 * 16;
  return block;
}

static CgBatch
take_picture (Layer *layer, int channels)
{
  float *data = take (layer, (gsize) SIDE * SIDE * channels);

  return cg_batch_of_one (cg_tensor (data, SIDE, SIDE, channels));
}

static void
take_all (Layer *layer)
{
  const CgConv *conv = &layer->conv;
  const CgConvKernel *kernel = layer->kernel;

  layer->bias = take (layer, conv->c_out);
  layer->forward = take (layer, kernel->packed_size (conv, CG_CONV_FORWARD));
  layer->backward = take (layer, kernel->packed_size (conv, CG_CONV_BACKWARD));
  for (int t = 0; t < layer->threads; t++)
    {
      layer->scratch[t] = take (layer, kernel->scratch_size (conv, SIDE));
      layer->sum[t] = take (layer, (gsize) conv->c_out * conv->c_in * conv->k * conv->k);
      layer->in[t] = take_picture (layer, conv->c_in);
      layer->out[t] = take_picture (layer, conv->c_out);
    }
}

static Layer *
layer_new (CgConv conv, const char *kernel, int threads)
{
  Layer *layer = g_new0 (Layer, 1);
  gsize n_weights = (gsize) conv.c_out * conv.c_in * conv.k * conv.k;
  g_autofree float *weight = g_new (float, n_weights);

  layer->conv = conv;
  layer->kernel = cg_conv_kernel_for (&conv, kernel);
  layer->threads = threads;
  layer->rows = SIDE;
  take_all (layer);
  layer->arena = cg_arena_new (layer->used * sizeof (float), NULL);
  g_assert_nonnull (layer->arena);
  layer->used = 0;
  take_all (layer);
  for (gsize i = 0; i < n_weights; i++)
    weight[i] = (float) (i * 2654435761u % 2001) / 1000 - 1;
  layer->kernel->pack (&conv, CG_CONV_FORWARD, weight, layer->forward);
  layer->kernel->pack (&conv, CG_CONV_BACKWARD, weight, layer->backward);
  return layer;
}

static void
layer_free (Layer *layer)
{
  cg_arena_free (layer->arena);
  g_free (layer);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Layer, layer_free)

/* Floating-point operations of a run by @workers: forward, then backward. */
static double
flop (const Layer *layer, int pictures)
{
  const CgConv *conv = &layer->conv;

  return 2.0 * pictures * layer->rows * SIDE * conv->c_in * conv->c_out * conv->k * conv->k;
}

static void
forward_job (int job, int worker, gpointer user)
{
  Layer *layer = user;
  CgConvEpilogue epilogue = { .bias = layer->bias, .activation = CG_ACTIVATION_RELU };

  layer->kernel->forward (&layer->conv, &layer->in[0], layer->forward, &epilogue, &layer->out[0],
                          job * ROWS, MIN ((job + 1) * ROWS, layer->rows), layer->scratch[worker]);
}

static void
run_forward (CgWorkers *workers, gpointer user)
{
  Layer *layer = user;

  cg_workers_run (workers, (layer->rows + ROWS - 1) / ROWS, forward_job, layer);
}

static void
backward_data_job (int job, int worker, gpointer user)
{
  Layer *layer = user;

  CgConvEpilogue epilogue = { 0 };

  layer->kernel->backward_data (&layer->conv, &layer->out[job], layer->backward, &epilogue,
                                &layer->in[job], layer->scratch[worker]);
}

static void
run_backward_data (CgWorkers *workers, gpointer user)
{
  cg_workers_run (workers, cg_workers_count (workers), backward_data_job, user);
}

static void
backward_weight_job (int job, int worker, gpointer user)
{
  Layer *layer = user;

  layer->kernel->backward_weight (&layer->conv, &layer->in[job], &layer->out[job], layer->sum[job],
                                  layer->scratch[worker]);
}

static void
run_backward_weight (CgWorkers *workers, gpointer user)
{
  cg_workers_run (workers, cg_workers_count (workers), backward_weight_job, user);
}

/* All passes of 3x3 with @channels in and out on @workers; @suffix goes into
 * the lines' names. */
static void
bench_3x3 (const BenchSettings *settings, CgWorkers *workers, int channels, const char *suffix)
{
  int threads = MIN (cg_workers_count (workers), MAX_THREADS);
  g_autoptr (Layer) layer
      = layer_new ((CgConv){ channels, channels, 3, 1 }, settings->kernels, threads);

  bench_print (bench_x_peak (settings, workers, run_forward, layer, flop (layer, 1)), "x",
               "conv3x3_fwd_c%d%s_x_peak", channels, suffix);
  bench_print (bench_x_peak (settings, workers, run_backward_data, layer, flop (layer, threads)),
               "x", "conv3x3_dgrad_c%d%s_x_peak", channels, suffix);
  bench_print (bench_x_peak (settings, workers, run_backward_weight, layer, flop (layer, threads)),
               "x", "conv3x3_wgrad_c%d%s_x_peak", channels, suffix);
}

/* The first and the last layer of a network, in time a pixel. */
static void
bench_ends (const BenchSettings *settings, CgWorkers *workers, int few, int many)
{
  int threads = MIN (cg_workers_count (workers), MAX_THREADS);
  g_autoptr (Layer) first = layer_new ((CgConv){ few, many, 3, 1 }, settings->kernels, threads);
  g_autoptr (Layer) last = layer_new ((CgConv){ many, few, 3, 1 }, settings->kernels, threads);

  bench_print (bench_seconds (settings, workers, run_forward, first) * 1e9 / (SIDE * SIDE),
               "ns/pixel", "conv3x3_fwd_%d_to_%d", few, many);
  bench_print (bench_seconds (settings, workers, run_forward, last) * 1e9 / (SIDE * SIDE),
               "ns/pixel", "conv3x3_fwd_%d_to_%d", many, few);
}

/* How many times faster than other kernels, in one thread on a few rows. */
static void
bench_against (const BenchSettings *settings, int channels)
{
  CgConv conv = { channels, channels, 3, 1 };
  static const char *const others[] = { "reference", "gemm" };
  g_autoptr (Layer) layer = layer_new (conv, settings->kernels, 1);

  for (gsize n = 0; n < G_N_ELEMENTS (others); n++)
    {
      g_autoptr (Layer) other = layer_new (conv, others[n], 1);
      BenchSettings few = *settings;

      other->rows = ROWS;
      few.repetitions = 3;
      bench_print (bench_seconds (&few, NULL, run_forward, other) / ROWS
                       / (bench_seconds (settings, NULL, run_forward, layer) / SIDE),
                   "x", "conv3x3_fwd_c%d_x_%s", channels, others[n]);
    }
}

/* Its threads look for more work for a while before they sleep. */
#define SETTLE_MICROSECONDS 50000

/* In turns forward by ours and by oneDNN, each the second time. */
static void
bench_beside_onednn (const BenchSettings *settings, CgWorkers *workers, int channels)
{
  int threads = MIN (cg_workers_count (workers), MAX_THREADS);
  g_autoptr (Layer) layer
      = layer_new ((CgConv){ channels, channels, 3, 1 }, settings->kernels, threads);
  g_autoptr (BenchOneDnn) peer = bench_onednn_new (SIDE, channels);
  g_autofree double *ratio = g_new (double, settings->repetitions);
  int n = 0;

  for (BenchUntil until = bench_until (settings); bench_goes_on (&until, n); n++)
    {
      g_usleep (SETTLE_MICROSECONDS);
      run_forward (workers, layer);
      double start = bench_now (settings, workers);
      run_forward (workers, layer);
      double ours = bench_now (settings, workers) - start;

      bench_onednn_run (peer);
      start = bench_now (settings, workers);
      bench_onednn_run (peer);
      ratio[n] = (bench_now (settings, workers) - start) / ours;
    }
  bench_print (bench_median (ratio, n), "x", "conv3x3_fwd_c%d_x_onednn", channels);
}

void
bench_conv (const BenchSettings *settings, CgWorkers *workers)
{
  static const int channels[] = { 32, 64, 96 };

  for (gsize n = 0; n < G_N_ELEMENTS (channels); n++)
    {
      bench_3x3 (settings, workers, channels[n], "");
      bench_3x3 (settings, NULL, channels[n], "_1_thread");
    }
  bench_ends (settings, workers, 1, 64);
  bench_ends (settings, workers, 4, 64);
  bench_against (settings, 64);
  if (bench_onednn_version () == NULL)
    {
      printf ("# no oneDNN to compare with: libdnnl-dev 2 was not there to build with\n");
      return;
    }
  printf ("# oneDNN %s\n", bench_onednn_version ());
  for (gsize n = 0; n < G_N_ELEMENTS (channels); n++)
    bench_beside_onednn (settings, workers, channels[n]);
}

void
bench_conv_family (const BenchSettings *settings, CgWorkers *workers, const char *suffix)
{
  bench_3x3 (settings, workers, 64, suffix);
}
