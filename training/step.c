/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One batch forward and backward, chunk by chunk. */
#include "training/step.h"

#include <string.h>

#include "model/error.h"
#include "training/neighbours.h"

#define SUM_BLOCK 65536
/* The paper's factor for moderate noise (neighbours.h). */
#define GAMMA 2
/* Keeps the noise of latents apart from that of samples. */
#define LATENT_STREAM G_GUINT64_CONSTANT (0x6c6174656e74)

/* What a worker needs to itself. */
typedef struct
{
  CgPass *pass;
  CgPass *whole_pass; /* CG_SOURCE_SELF: the network on whole patches; otherwise NULL */
  CgSample sample;    /* its target points into targets */
  float *targets;     /* a chunk of clean ones */
  double data_seconds, all_seconds;
} Bench;

struct _CgStep
{
  CgStepOptions options;
  int n_chunks;
  gsize n_parameters;
  CgPacked *packed, *whole_packed;
  int n_benches;
  Bench *benches;
  float **gradients; /* of each chunk */
  double *losses;    /* sum over each chunk's samples */

  /* of the run that is under way */
  guint64 number;
  float *sum;
};

/* The loss is a mean over values; the divergence is shared out among them, too. */
static double
kl_scale (const CgStepOptions *o)
{
  return o->kl / ((double) o->w * o->h);
}

static gboolean
set_up_bench (CgStep *step, Bench *bench, GError **error)
{
  const CgStepOptions *o = &step->options;
  gsize n = (gsize) o->w * o->h;
  bench->sample.input = g_new (float, n);
  bench->targets = g_new (float, n * o->chunk);
  bench->pass = cg_pass_new (step->packed, o->chunk, o->h, o->w, 0, NULL, error);
  if (bench->pass == NULL)
    return FALSE;
  cg_pass_set_kl (bench->pass, kl_scale (o) / o->batch);
  if (!o->self)
    return TRUE;

  bench->sample.whole = g_new (float, 4 * n);
  bench->sample.cells = g_new (guint8, n);
  bench->whole_pass = cg_pass_new (step->whole_packed, 1, 2 * o->h, 2 * o->w, 0, NULL, error);
  return bench->whole_pass != NULL;
}

static void
clear_bench (Bench *bench)
{
  cg_pass_free (bench->pass);
  cg_pass_free (bench->whole_pass);
  g_free (bench->sample.input);
  g_free (bench->sample.whole);
  g_free (bench->sample.cells);
  g_free (bench->targets);
}

CgStep *
cg_step_new (const CgStepOptions *options, GError **error)
{
  g_autoptr (CgStep) step = g_new0 (CgStep, 1);
  step->options = *options;
  step->n_chunks = options->batch / options->chunk;
  step->n_parameters = cg_network_n_parameters (options->network);
  step->packed = cg_packed_new (options->network, CG_PASS_TRAINING, NULL);
  if (options->self)
    step->whole_packed = cg_packed_new (options->network, CG_PASS_INFERENCE, NULL);

  step->n_benches = cg_workers_count (options->workers);
  step->benches = g_new0 (Bench, step->n_benches);
  for (int i = 0; i < step->n_benches; i++)
    if (!set_up_bench (step, &step->benches[i], error))
      return NULL;

  step->losses = g_new0 (double, step->n_chunks);
  step->gradients = g_new0 (float *, step->n_chunks);
  for (int i = 0; i < step->n_chunks; i++)
    if ((step->gradients[i] = g_try_new (float, step->n_parameters)) == NULL)
      {
        g_set_error (error, CG_ERROR, CG_ERROR_TOO_LARGE,
                     "no memory for %d gradients of %" G_GSIZE_FORMAT " numbers", step->n_chunks,
                     step->n_parameters);
        return NULL;
      }
  return g_steal_pointer (&step);
}

void
cg_step_free (CgStep *step)
{
  if (step == NULL)
    return;
  for (int i = 0; i < step->n_benches; i++)
    clear_bench (&step->benches[i]);
  for (int i = 0; step->gradients && i < step->n_chunks; i++)
    g_free (step->gradients[i]);
  g_free (step->gradients);
  g_free (step->losses);
  g_free (step->benches);
  cg_packed_free (step->whole_packed);
  cg_packed_free (step->packed);
  g_free (step);
}

/* Between a plane and a pass's tensor, which may be spaced differently. */
static void
put_plane (CgTensor tensor, const float *plane)
{
  for (int y = 0; y < tensor.h; y++)
    for (int x = 0; x < tensor.w; x++)
      *cg_tensor_pixel (&tensor, y, x) = *plane++;
}

static void
get_plane (CgTensor tensor, float *plane)
{
  for (int y = 0; y < tensor.h; y++)
    for (int x = 0; x < tensor.w; x++)
      *plane++ = *cg_tensor_pixel (&tensor, y, x);
}

/* Move the target by what the network itself sees between the two pictures
 * that a noisy one was cut into (neighbours.h). */
static void
correct_target (const CgStep *step, Bench *bench)
{
  const CgStepOptions *o = &step->options;
  CgSample *sample = &bench->sample;
  gsize n = (gsize) o->w * o->h;
  double gamma = GAMMA * MIN (1, (double) step->number / o->ramp);
  float share = gamma / (1 + gamma);

  put_plane (cg_pass_input (bench->whole_pass, 0), sample->whole);
  cg_pass_forward (bench->whole_pass, NULL, NULL);
  get_plane (cg_pass_output (bench->whole_pass, 0), sample->whole);
  g_autofree float *first = g_new (float, n);
  g_autofree float *second = g_new (float, n);
  cg_neighbours_take (sample->cells, sample->whole, o->w, o->h, first, second);
  for (gsize i = 0; i < n; i++)
    sample->target[i] += share * (first[i] - second[i]);
}

static void
draw_latents (const CgStep *step, Bench *bench, int job, int i)
{
  const CgStepOptions *o = &step->options;
  CgRandom random = cg_random (o->seed ^ LATENT_STREAM, step->number, job * o->chunk + i);

  cg_pass_set_noise (bench->pass, i, &random);
}

static void
run_chunk (int job, int worker, gpointer user)
{
  CgStep *step = user;
  const CgStepOptions *o = &step->options;
  Bench *bench = &step->benches[worker];
  gsize patch = (gsize) o->w * o->h;
  gint64 start = g_get_monotonic_time ();

  for (int i = 0; i < o->chunk; i++)
    {
      gint64 before = g_get_monotonic_time ();
      bench->sample.target = bench->targets + i * patch;
      cg_sampler_draw (o->sampler, step->number, job * o->chunk + i, &bench->sample);
      put_plane (cg_pass_input (bench->pass, i), bench->sample.input);
      draw_latents (step, bench, job, i);
      bench->data_seconds += (g_get_monotonic_time () - before) * 1e-6;
      if (o->self)
        correct_target (step, bench);
    }

  cg_pass_forward (bench->pass, NULL, NULL);
  step->losses[job] = 0;
  for (int i = 0; i < o->chunk; i++)
    {
      CgTensor output = cg_pass_output (bench->pass, i);
      CgTensor target = cg_tensor (bench->targets + i * patch, o->h, o->w, 1);
      CgTensor slope = cg_pass_output_gradient (bench->pass, i);
      step->losses[job] += cg_loss (o->loss, &output, &target, 1. / o->batch, &slope)
                           + kl_scale (o) * cg_pass_kl (bench->pass, i);
    }
  cg_pass_backward (bench->pass);
  memset (step->gradients[job], 0, sizeof (float) * step->n_parameters);
  cg_pass_collect_gradient (bench->pass, step->gradients[job]);
  bench->all_seconds += (g_get_monotonic_time () - start) * 1e-6;
}

static void
sum_block (int job, int worker, gpointer user)
{
  CgStep *step = user;
  gsize start = (gsize) job * SUM_BLOCK, end = MIN (step->n_parameters, start + SUM_BLOCK);
  memcpy (step->sum + start, step->gradients[0] + start, sizeof (float) * (end - start));
  for (int c = 1; c < step->n_chunks; c++)
    for (gsize i = start; i < end; i++)
      step->sum[i] += step->gradients[c][i];
}

double
cg_step_run (CgStep *step, guint64 number, const float *parameters, float *gradient)
{
  CgWorkers *workers = step->options.workers;
  cg_packed_update (step->packed, parameters, workers);
  if (step->whole_packed)
    cg_packed_update (step->whole_packed, parameters, workers);
  step->number = number;
  step->sum = gradient;
  cg_workers_run (workers, step->n_chunks, run_chunk, step);
  cg_workers_run (workers, (int) ((step->n_parameters + SUM_BLOCK - 1) / SUM_BLOCK), sum_block,
                  step);

  double loss = 0;
  for (int i = 0; i < step->n_chunks; i++)
    loss += step->losses[i];
  return loss / step->options.batch;
}

double
cg_step_data_share (const CgStep *step)
{
  double data = 0, all = 0;
  for (int i = 0; i < step->n_benches; i++)
    {
      data += step->benches[i].data_seconds;
      all += step->benches[i].all_seconds;
    }
  return all > 0 ? data / all : 0;
}
