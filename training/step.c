/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One batch forward and backward, chunk by chunk. */
#include "training/step.h"

#include <string.h>

#include "training/neighbours.h"

/* The paper's factor for moderate noise (neighbours.h). */
#define GAMMA 2
/* Keeps the noise of latents apart from that of samples. */
#define LATENT_STREAM G_GUINT64_CONSTANT (0x6c6174656e74)

/* The most parameters of a small network: adding up as many for every chunk is nothing
 * beside the work of the chunk. */
#define SMALL_NETWORK 65536
/* Samples that stay in a processor's own cache and are enough for its kernels (measured on
 * the textbook's denoisers: 4 to 16 do equally well, 128 take a quarter longer). */
#define SMALL_CHUNK 8
/* Enough for any number of threads. */
#define SUM_RANGES 64

/* What a worker needs to itself to draw samples. */
typedef struct
{
  CgPass *whole_pass; /* CG_SOURCE_SELF: the network on whole patches; otherwise NULL */
  CgSample sample;    /* its target points into targets */
} Bench;

/* Those who work on one chunk together. */
typedef struct
{
  const CgStep *step;
  CgWorkers *workers; /* NULL: one alone */
  CgWorkers *own;     /* the same, unless they are the step's */
  CgPass *pass;       /* of a chunk */
  Bench *benches;     /* one a worker */
  float *targets;     /* clean patches of a chunk */
  double *losses;     /* of its samples */
  int first;          /* sample of the chunk under way */
  double data_seconds, all_seconds;
} Team;

struct _CgStep
{
  CgStepOptions options;
  CgPacked *packed, *whole_packed;
  int n_benches, n_teams, n_chunks;
  Bench *benches;
  Team *teams;
  gsize n;          /* parameters */
  float *gradients; /* a chunk each, if chunks are shared out */
  double *losses;   /* a chunk each */
  guint64 ramp;     /* of cg_step_set_ramp() */
  guint64 number;   /* of the run that is under way */
  float *sum;       /* its result */
};

static gboolean
is_small (const CgStepOptions *o)
{
  return cg_network_n_parameters (o->network) <= SMALL_NETWORK;
}

/* Whether teams may work on several chunks at a time. */
static gboolean
shares_chunks (const CgStepOptions *o)
{
  return o->chunk < o->batch && (is_small (o) || 2 * o->chunk == o->batch);
}

int
cg_step_teams (const CgStepOptions *o)
{
  int threads = cg_workers_count (o->workers), chunks = o->batch / o->chunk;

  if (!shares_chunks (o) || (threads > chunks && threads % chunks != 0))
    return 1;
  return MIN (threads, chunks);
}

int
cg_step_team_threads (const CgStepOptions *options)
{
  return cg_workers_count (options->workers) / cg_step_teams (options);
}

gsize
cg_step_gradients (const CgStepOptions *o)
{
  return shares_chunks (o) ? (gsize) o->batch / o->chunk * cg_network_n_parameters (o->network) : 0;
}

int
cg_step_best_chunk (const CgStepOptions *options)
{
  int batch = options->batch, chunk = MIN (batch, SMALL_CHUNK);

  if (!is_small (options))
    return batch % 2 == 0 ? batch / 2 : batch;
  while (batch % chunk != 0)
    chunk--;
  return chunk;
}

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

static gboolean
set_up_team (CgStep *step, int i, GError **error)
{
  const CgStepOptions *o = &step->options;
  Team *team = &step->teams[i];

  team->step = step;
  int threads = cg_step_team_threads (o);
  team->own = step->n_teams > 1 && threads > 1 ? cg_workers_new (threads) : NULL;
  team->workers = step->n_teams == 1 ? o->workers : team->own;
  team->benches = &step->benches[i * threads];
  team->targets = g_new (float, (gsize) o->w * o->h * o->chunk);
  team->losses = g_new0 (double, o->chunk);
  team->pass = cg_pass_new (step->packed, o->chunk, o->h, o->w, 0, team->workers, error);
  if (team->pass == NULL)
    return FALSE;
  cg_pass_set_kl (team->pass, kl_scale (o) / o->batch);
  return TRUE;
}

static void
clear_team (Team *team)
{
  cg_pass_free (team->pass);
  cg_workers_free (team->own);
  g_free (team->targets);
  g_free (team->losses);
}

CgStep *
cg_step_new (const CgStepOptions *options, GError **error)
{
  g_autoptr (CgStep) step = g_new0 (CgStep, 1);
  step->options = *options;
  step->n = cg_network_n_parameters (options->network);
  step->packed = cg_packed_new (options->network, CG_PASS_TRAINING, NULL);
  if (!cg_packed_allocate (step->packed, error))
    return NULL;
  if (options->self)
    {
      step->whole_packed = cg_packed_new (options->network, CG_PASS_INFERENCE, NULL);
      if (!cg_packed_allocate (step->whole_packed, error))
        return NULL;
    }

  step->n_benches = cg_workers_count (options->workers);
  step->benches = g_new0 (Bench, step->n_benches);
  for (int i = 0; i < step->n_benches; i++)
    if (!set_up_bench (step, &step->benches[i], error))
      return NULL;
  step->n_chunks = options->batch / options->chunk;
  step->n_teams = cg_step_teams (options);
  step->teams = g_new0 (Team, step->n_teams);
  for (int i = 0; i < step->n_teams; i++)
    if (!set_up_team (step, i, error))
      return NULL;
  step->gradients = g_new (float, cg_step_gradients (options));
  step->losses = g_new0 (double, step->n_chunks);
  return g_steal_pointer (&step);
}

void
cg_step_free (CgStep *step)
{
  if (step == NULL)
    return;
  for (int i = 0; i < step->n_teams; i++)
    clear_team (&step->teams[i]);
  for (int i = 0; i < step->n_benches; i++)
    clear_bench (&step->benches[i]);
  g_free (step->teams);
  g_free (step->benches);
  g_free (step->gradients);
  g_free (step->losses);
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
  double gamma = GAMMA * MIN (1, (double) step->number / MAX (step->ramp, 1));
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
draw_latents (const Team *team, int i)
{
  const CgStep *step = team->step;
  CgRandom random = cg_random (step->options.seed ^ LATENT_STREAM, step->number, team->first + i);

  cg_pass_set_noise (team->pass, i, &random);
}

static void
draw (int i, int worker, gpointer user)
{
  Team *team = user;
  const CgStepOptions *o = &team->step->options;
  Bench *bench = &team->benches[worker];

  bench->sample.target = team->targets + (gsize) i * o->w * o->h;
  cg_sampler_draw (o->sampler, team->step->number, team->first + i, &bench->sample);
  put_plane (cg_pass_input (team->pass, i), bench->sample.input);
  draw_latents (team, i);
  if (o->self)
    correct_target (team->step, bench);
}

static void
judge (int i, int worker, gpointer user)
{
  Team *team = user;
  const CgStepOptions *o = &team->step->options;
  CgTensor output = cg_pass_output (team->pass, i);
  CgTensor target = cg_tensor (team->targets + (gsize) i * o->w * o->h, o->h, o->w, 1);
  CgTensor slope = cg_pass_output_gradient (team->pass, i);

  team->losses[i] = cg_loss (o->loss, &output, &target, 1. / o->batch, &slope)
                    + kl_scale (o) * cg_pass_kl (team->pass, i);
  if (o->brightness > 0)
    team->losses[i] += cg_loss_brightness (o->brightness, &output, &target, 1. / o->batch, &slope);
}

/* Sum of the losses of chunk @number; adds to @gradient. */
static double
run_chunk (Team *team, int number, float *gradient)
{
  int chunk = team->step->options.chunk;
  gint64 start = g_get_monotonic_time ();
  double loss = 0;

  team->first = number * chunk;
  cg_workers_run (team->workers, chunk, draw, team);
  team->data_seconds += (g_get_monotonic_time () - start) * 1e-6;
  cg_pass_forward (team->pass, NULL, NULL);
  cg_workers_run (team->workers, chunk, judge, team);
  cg_pass_backward (team->pass, gradient);
  team->all_seconds += (g_get_monotonic_time () - start) * 1e-6;
  for (int i = 0; i < chunk; i++)
    loss += team->losses[i];
  return loss;
}

/* As many teams as chunks: a team each.  As many as workers: each worker is one. */
static void
run_own_chunk (int number, int worker, gpointer user)
{
  CgStep *step = user;
  float *gradient = step->gradients + number * step->n;
  int team = step->n_teams == step->n_chunks ? number : worker;

  memset (gradient, 0, step->n * sizeof *gradient);
  step->losses[number] = run_chunk (&step->teams[team], number, gradient);
}

/* One of SUM_RANGES parts of the parameters: the chunks' gradients added up, in their order. */
static void
sum_range (int range, int worker, gpointer user)
{
  const CgStep *step = user;
  gsize from = step->n * range / SUM_RANGES, to = step->n * (range + 1) / SUM_RANGES;
  float *restrict sum = step->sum;

  memcpy (sum + from, step->gradients + from, (to - from) * sizeof *sum);
  for (int i = 1; i < step->n_chunks; i++)
    {
      const float *restrict gradient = step->gradients + i * step->n;
      for (gsize p = from; p < to; p++)
        sum[p] += gradient[p];
    }
}

void
cg_step_set_ramp (CgStep *step, guint64 ramp)
{
  step->ramp = ramp;
}

double
cg_step_run (CgStep *step, guint64 number, const float *parameters, float *gradient)
{
  const CgStepOptions *o = &step->options;
  double loss = 0;

  cg_packed_update (step->packed, parameters, o->workers);
  if (step->whole_packed)
    cg_packed_update (step->whole_packed, parameters, o->workers);
  step->number = number;
  step->sum = gradient;
  if (shares_chunks (o))
    {
      cg_workers_run (step->n_teams > 1 ? o->workers : NULL, step->n_chunks, run_own_chunk, step);
      cg_workers_run (o->workers, SUM_RANGES, sum_range, step);
    }
  else
    {
      memset (gradient, 0, step->n * sizeof *gradient);
      for (int i = 0; i < step->n_chunks; i++)
        step->losses[i] = run_chunk (&step->teams[0], i, gradient);
    }

  for (int i = 0; i < step->n_chunks; i++)
    loss += step->losses[i];
  return loss / o->batch;
}

double
cg_step_data_share (const CgStep *step)
{
  double data = 0, all = 0;

  for (int i = 0; i < step->n_teams; i++)
    {
      data += step->teams[i].data_seconds;
      all += step->teams[i].all_seconds;
    }
  return all > 0 ? data / all : 0;
}
