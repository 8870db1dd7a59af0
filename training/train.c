/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Step after step: gradient, Adam, now and then a line of log, a validation, a
 * checkpoint. */
#include "training/train.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "model/error.h"
#include "training/muon.h"

/* Under a time limit: the share of it after which the schedule is fitted to it,
 * and the share that is meant to be used. */
#define LOOK_SHARE  0.05
#define USE_OF_TIME 0.98
/* Between two progress lines when nobody watches a terminal. */
#define QUIET_SECONDS 30
/* PSNR of what is no noise at all, as autoencoders are given. */
#define NO_NOISE 99

typedef struct
{
  CgRun *run;
  const CgTrainOptions *options;
  CgAdamOptions adam;
  float *gradient;
  gint64 start;          /* of this sitting, microseconds */
  double seconds_before; /* of earlier sittings */
  guint64 steps_before;
  double gradient_length;
  CgScore score; /* of the last validation in this sitting; psnr 0 before */
  gint64 shown;  /* when progress was last shown */
} Loop;

static double
sitting_seconds (const Loop *loop)
{
  return (g_get_monotonic_time () - loop->start) * 1e-6;
}

/* --- progress --- */

/* "  PSNR 29.31 (noisy 20.17, photo 28.90, best 29.31)", "  PSNR 18.30 (best 18.30)" if
 * nothing is noisy, or nothing yet. */
static char *
describe_score (const Loop *loop)
{
  const CgJudge *judge = loop->run->judge;
  if (loop->score.psnr <= 0)
    return g_strdup ("");
  g_autofree char *rival = judge->rival
                               ? g_strdup_printf (", %s %.2f", judge->rival, judge->rival_held.psnr)
                               : g_strdup ("");
  double noisy = cg_validator_noisy (judge->held).psnr;
  g_autofree char *before
      = noisy < NO_NOISE ? g_strdup_printf ("noisy %.2f%s, ", noisy, rival) : g_strdup ("");
  return g_strdup_printf ("  PSNR %.2f (%sbest %.2f)", loop->score.psnr, before,
                          loop->run->state->best_psnr);
}

static void
show (Loop *loop, double loss)
{
  const CgCheckpoint *state = loop->run->state;
  gboolean terminal = isatty (STDERR_FILENO);
  gint64 now = g_get_monotonic_time ();
  double pause = terminal ? 0.2 : QUIET_SECONDS;
  if (loop->options->quiet || (now - loop->shown < pause * 1e6 && state->step < state->steps))
    return;
  loop->shown = now;

  double speed = (state->step - loop->steps_before) / sitting_seconds (loop);
  g_autofree char *left = cg_log_duration ((state->steps - state->step) / MAX (speed, 1e-9));
  g_autofree char *psnr = describe_score (loop);
  g_printerr ("%sstep %" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT
              "  loss %.5f%s  %.2f steps/s  %s left%s",
              terminal ? "\r\033[K" : "", state->step, state->steps, loss, psnr, speed, left,
              terminal ? "" : "\n");
}

static void
end_line (const Loop *loop)
{
  if (!loop->options->quiet && loop->shown > 0 && isatty (STDERR_FILENO))
    g_printerr ("\n");
}

/* --- one step and what follows it --- */

/* A schedule that was cut short keeps a warm-up of at most a fifth of it. */
static double
rate_at (const CgRun *run, guint64 step)
{
  const CgRecipe *recipe = run->recipe;
  guint64 steps = run->state->steps, warm_up = MIN ((guint64) recipe->warm_up, steps / 5);
  return cg_learning_rate (step, steps, warm_up, recipe->rate, recipe->final_rate);
}

static gboolean
take_step (Loop *loop, double *loss, GError **error)
{
  CgRun *run = loop->run;
  CgCheckpoint *state = run->state;
  guint64 step = state->step + 1;
  double rate = rate_at (run, step);

  cg_step_set_ramp (run->step, state->steps);
  *loss = cg_step_run (run->step, step, state->weights.parameters, loop->gradient);
  if (run->symmetry)
    cg_symmetry_tie (run->symmetry, loop->gradient, run->workers);
  loop->gradient_length = cg_adam_norm (loop->gradient, state->weights.n, run->workers);
  if (!isfinite (*loss) || !isfinite (loop->gradient_length))
    {
      g_set_error (error, CG_ERROR, CG_ERROR_UNSUPPORTED,
                   "the loss is not finite at step %" G_GUINT64_FORMAT
                   "; a lower training.rate or training.clip may help",
                   step);
      return FALSE;
    }
  if (run->recipe->optimizer == CG_RECIPE_MUON)
    cg_muon_step (&loop->adam, run->model->network, &state->weights, loop->gradient,
                  loop->gradient_length, step, rate, run->workers);
  else
    cg_adam_step (&loop->adam, &state->weights, loop->gradient, loop->gradient_length, step, rate,
                  run->workers);
  if (run->symmetry) /* rounding alone would part them in the long run */
    cg_symmetry_tie (run->symmetry, state->weights.parameters, run->workers);
  state->step = step;
  state->loss_sum += *loss;
  state->loss_count++;
  state->seconds = loop->seconds_before + sitting_seconds (loop);
  return TRUE;
}

static gboolean
validate (Loop *loop, GError **error)
{
  CgCheckpoint *state = loop->run->state;
  loop->score = cg_validator_run (loop->run->judge->held, state->weights.average);
  if (isnan (loop->score.psnr))
    {
      g_set_error (error, CG_ERROR, CG_ERROR_UNSUPPORTED,
                   "the results are not finite at step %" G_GUINT64_FORMAT
                   "; a lower training.rate or training.clip may help",
                   state->step);
      return FALSE;
    }
  if (state->best_psnr > 0 && loop->score.psnr <= state->best_psnr)
    return TRUE;
  state->best_psnr = loop->score.psnr;
  state->best_step = state->step;
  return cg_run_save_model (loop->run, CG_RUN_BEST, &loop->score, error);
}

static gboolean
write_log (Loop *loop, gboolean validated, GError **error)
{
  CgRun *run = loop->run;
  CgCheckpoint *state = run->state;
  const CgLogLine line = {
    .step = state->step,
    .seconds = state->seconds,
    .rate = rate_at (run, state->step),
    .loss = state->loss_sum / state->loss_count,
    .gradient = loop->gradient_length,
    .psnr = validated ? loop->score.psnr : NAN,
    .ssim = validated ? loop->score.ssim : NAN,
    .noisy_psnr = validated ? cg_validator_noisy (run->judge->held).psnr : NAN,
  };
  state->loss_sum = 0;
  state->loss_count = 0;
  return cg_log_line (run->log, &line, error);
}

/* Shrink the schedule so that it ends with the time, going by the speed so far. */
static void
fit_into_time (Loop *loop)
{
  CgCheckpoint *state = loop->run->state;
  double spent = sitting_seconds (loop);
  if (spent < loop->options->time_limit * LOOK_SHARE)
    return;
  double speed = (state->step - loop->steps_before) / spent;
  double left = MAX (0, loop->options->time_limit * USE_OF_TIME - spent);
  guint64 fitting = state->step + (guint64) (left * speed);
  state->steps = MIN ((guint64) loop->run->recipe->steps, fitting);
}

static gboolean
follow_up (Loop *loop, double loss, GError **error)
{
  const CgRecipe *recipe = loop->run->recipe;
  const CgCheckpoint *state = loop->run->state;
  if (loop->options->time_limit > 0)
    fit_into_time (loop);
  gboolean last = state->step >= state->steps;
  gboolean log = last || state->step % recipe->log_every == 0;
  gboolean check = last || state->step % recipe->validate_every == 0;

  if (check && !validate (loop, error))
    return FALSE;
  if ((log || check) && !write_log (loop, check, error))
    return FALSE;
  show (loop, loss);
  if (state->step % recipe->checkpoint_every == 0)
    return cg_run_save_state (loop->run, error);
  return TRUE;
}

/* --- the loop --- */

static gboolean
without_gain (const CgRun *run)
{
  guint64 patience = (guint64) run->recipe->patience * run->recipe->validate_every;
  return patience > 0 && run->state->step >= run->state->best_step + patience;
}

static CgTrainEnd
run_loop (Loop *loop, GError **error)
{
  const CgTrainOptions *options = loop->options;
  CgCheckpoint *state = loop->run->state;
  double loss;
  while (state->step < state->steps && !without_gain (loop->run))
    {
      if (*options->stop)
        return CG_TRAIN_STOPPED;
      if (options->time_limit > 0 && sitting_seconds (loop) >= options->time_limit)
        return CG_TRAIN_TIME_UP;
      if (!take_step (loop, &loss, error) || !follow_up (loop, loss, error))
        return CG_TRAIN_FAILED;
    }
  return CG_TRAIN_FINISHED;
}

CgTrainEnd
cg_train (CgRun *run, const CgTrainOptions *options, GError **error)
{
  const CgRecipe *recipe = run->recipe;
  CgAdamOptions adam = CG_ADAM_OPTIONS_INIT;
  adam.weight_decay = recipe->weight_decay;
  adam.clip = recipe->clip;
  adam.ema = recipe->ema;

  g_autofree float *gradient = g_new (float, run->state->weights.n);
  Loop loop = {
    .run = run,
    .options = options,
    .adam = adam,
    .gradient = gradient,
    .start = g_get_monotonic_time (),
    .seconds_before = run->state->seconds,
    .steps_before = run->state->step,
  };
  /* If training only makes them worse, the weights it began with stay the best. */
  if (run->init && run->state->step == 0 && !validate (&loop, error))
    return CG_TRAIN_FAILED;
  CgTrainEnd end = run_loop (&loop, error);
  end_line (&loop);

  if (end == CG_TRAIN_FAILED)
    return end;
  if (!cg_run_save_state (run, error))
    return CG_TRAIN_FAILED;
  if (end == CG_TRAIN_FINISHED)
    {
      CgScore score = cg_validator_run (run->judge->held, run->state->weights.average);
      if (!cg_run_save_model (run, CG_RUN_LAST, &score, error))
        return CG_TRAIN_FAILED;
    }
  return end;
}
