/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One batch forward and backward, chunk by chunk; all threads work on the same chunk. */
#include "training/step.h"

#include <string.h>

#include "training/neighbours.h"

/* The paper's factor for moderate noise (neighbours.h). */
#define GAMMA 2
/* Keeps the noise of latents apart from that of samples. */
#define LATENT_STREAM G_GUINT64_CONSTANT (0x6c6174656e74)

/* What a worker needs to itself to draw samples. */
typedef struct
{
  CgPass *whole_pass; /* CG_SOURCE_SELF: the network on whole patches; otherwise NULL */
  CgSample sample;    /* its target points into targets */
} Bench;

struct _CgStep
{
  CgStepOptions options;
  CgPacked *packed, *whole_packed;
  CgPass *pass; /* of a chunk */
  int n_benches;
  Bench *benches;
  float *targets; /* clean patches of a chunk */
  double *losses; /* of its samples */
  double data_seconds, all_seconds;

  /* of the run that is under way */
  guint64 number;
  int first; /* sample of the chunk */
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
  cg_pass_free (bench->whole_pass);
  g_free (bench->sample.input);
  g_free (bench->sample.whole);
  g_free (bench->sample.cells);
}

CgStep *
cg_step_new (const CgStepOptions *options, GError **error)
{
  g_autoptr (CgStep) step = g_new0 (CgStep, 1);
  step->options = *options;
  step->packed = cg_packed_new (options->network, CG_PASS_TRAINING, NULL);
  if (options->self)
    step->whole_packed = cg_packed_new (options->network, CG_PASS_INFERENCE, NULL);
  step->pass = cg_pass_new (step->packed, options->chunk, options->h, options->w, 0,
                            options->workers, error);
  if (step->pass == NULL)
    return NULL;
  cg_pass_set_kl (step->pass, kl_scale (options) / options->batch);

  step->n_benches = cg_workers_count (options->workers);
  step->benches = g_new0 (Bench, step->n_benches);
  for (int i = 0; i < step->n_benches; i++)
    if (!set_up_bench (step, &step->benches[i], error))
      return NULL;
  step->targets = g_new (float, (gsize) options->w * options->h * options->chunk);
  step->losses = g_new0 (double, options->chunk);
  return g_steal_pointer (&step);
}

void
cg_step_free (CgStep *step)
{
  if (step == NULL)
    return;
  for (int i = 0; i < step->n_benches; i++)
    clear_bench (&step->benches[i]);
  cg_pass_free (step->pass);
  g_free (step->targets);
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
draw_latents (const CgStep *step, int i)
{
  CgRandom random = cg_random (step->options.seed ^ LATENT_STREAM, step->number, step->first + i);

  cg_pass_set_noise (step->pass, i, &random);
}

static void
draw (int i, int worker, gpointer user)
{
  CgStep *step = user;
  const CgStepOptions *o = &step->options;
  Bench *bench = &step->benches[worker];

  bench->sample.target = step->targets + (gsize) i * o->w * o->h;
  cg_sampler_draw (o->sampler, step->number, step->first + i, &bench->sample);
  put_plane (cg_pass_input (step->pass, i), bench->sample.input);
  draw_latents (step, i);
  if (o->self)
    correct_target (step, bench);
}

static void
judge (int i, int worker, gpointer user)
{
  CgStep *step = user;
  const CgStepOptions *o = &step->options;
  CgTensor output = cg_pass_output (step->pass, i);
  CgTensor target = cg_tensor (step->targets + (gsize) i * o->w * o->h, o->h, o->w, 1);
  CgTensor slope = cg_pass_output_gradient (step->pass, i);

  step->losses[i] = cg_loss (o->loss, &output, &target, 1. / o->batch, &slope)
                    + kl_scale (o) * cg_pass_kl (step->pass, i);
}

/* Sum of the losses of samples step->first and on; adds to @gradient. */
static double
run_chunk (CgStep *step, float *gradient)
{
  const CgStepOptions *o = &step->options;
  gint64 start = g_get_monotonic_time ();
  double loss = 0;

  cg_workers_run (o->workers, o->chunk, draw, step);
  step->data_seconds += (g_get_monotonic_time () - start) * 1e-6;
  cg_pass_forward (step->pass, NULL, NULL);
  cg_workers_run (o->workers, o->chunk, judge, step);
  cg_pass_backward (step->pass, gradient);
  step->all_seconds += (g_get_monotonic_time () - start) * 1e-6;
  for (int i = 0; i < o->chunk; i++)
    loss += step->losses[i];
  return loss;
}

double
cg_step_run (CgStep *step, guint64 number, const float *parameters, float *gradient)
{
  const CgStepOptions *o = &step->options;
  double loss = 0;

  cg_packed_update (step->packed, parameters, o->workers);
  if (step->whole_packed)
    cg_packed_update (step->whole_packed, parameters, o->workers);
  memset (gradient, 0, sizeof (float) * cg_network_n_parameters (o->network));
  step->number = number;
  for (step->first = 0; step->first < o->batch; step->first += o->chunk)
    loss += run_chunk (step, gradient);
  return loss / o->batch;
}

double
cg_step_data_share (const CgStep *step)
{
  return step->all_seconds > 0 ? step->data_seconds / step->all_seconds : 0;
}
