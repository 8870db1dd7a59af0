/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/batch.h"

#include <glib/gstdio.h>

#include "cli/exit-status.h"
#include "cli/interrupt.h"
#include "cli/jobs.h"
#include "cli/progress.h"
#include "imageio/imageio.h"
#include "model/conv/conv.h"
#include "model/denoise.h"
#include "model/error.h"
#include "model/weights.h"

typedef enum
{
  OUTCOME_DONE,
  OUTCOME_SKIPPED,
  OUTCOME_FAILED,
  N_OUTCOMES
} Outcome;

typedef struct
{
  const CgOptions *options;
  CgConsole *console;
  CgDenoiser *denoiser;
  CgProgress progress;
  guint counts[N_OUTCOMES];
} Batch;

/* The denoiser's callback. */
static gboolean
on_progress (double done, gpointer user)
{
  Batch *batch = user;

  cg_progress_update (&batch->progress, done);
  return cg_interrupt_signal () == 0;
}

static gboolean
is_cancelled (GError **error)
{
  if (cg_interrupt_signal () == 0)
    return FALSE;
  g_set_error_literal (error, CG_ERROR, CG_ERROR_CANCELLED, "interrupted");
  return TRUE;
}

static void
tell (const Batch *batch, const CgJob *job, const CgImage *image, const CgDenoiseReport *report,
      gint64 started)
{
  static const char *const kinds[] = { "gray", "gray + alpha", "RGB", "RGB + alpha" };
  static const char *const depths[] = { "8 bit", "16 bit", "float" };
  const CgConvKernel *kernel
      = cg_conv_kernel_for (&(CgConv){ 32, 32, 3, 1 }, batch->options->kernels);

  cg_console_tell (batch->console,
                   "%s -> %s: %d x %d %s %s; %d tiles of %d x %d, %.1f MB of buffers, kernels %s; "
                   "%.2f s",
                   job->in, job->out, image->width, image->height, kinds[image->channels - 1],
                   depths[image->depth], report->tiles, report->tile_width, report->tile_height,
                   report->memory / 1e6, kernel->name, (g_get_monotonic_time () - started) / 1e6);
  if (report->not_finite)
    cg_console_say (batch->console,
                    "%s: %" G_GUINT64_FORMAT " samples were no finite numbers; they were taken "
                    "from their neighbours",
                    job->in, report->not_finite);
}

/* The folder named by -o is made when its first picture needs it; a missing
 * one in the name of a single output is more likely a slip. */
static gboolean
make_folder (const CgOptions *options, const CgJob *job, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (job->out);

  if (!options->output || g_str_equal (job->out, options->output))
    return TRUE;
  if (g_mkdir_with_parents (folder, 0777) == 0)
    return TRUE;
  g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: cannot make this folder", folder);
  return FALSE;
}

static gboolean
clean (Batch *batch, const CgJob *job, GError **error)
{
  gint64 started = g_get_monotonic_time ();
  CgDenoiseReport report;

  g_autoptr (CgImage) image = cg_image_load (job->in, error);
  if (!image || is_cancelled (error) || !make_folder (batch->options, job, error)
      || !cg_image_check_save (image, job->out, error))
    return FALSE;
  g_autoptr (CgImage) result = cg_denoiser_run_image (batch->denoiser, image, &report, error);
  if (!result)
    {
      g_prefix_error (error, "%s: ", job->in);
      return FALSE;
    }
  if (!cg_image_save (result, job->out, error))
    return FALSE;
  tell (batch, job, image, &report, started);
  return TRUE;
}

static Outcome
run_job (Batch *batch, const CgJob *job, GError **error)
{
  const CgOptions *options = batch->options;
  gboolean exists = g_file_test (job->out, G_FILE_TEST_EXISTS);

  if (exists && options->skip_existing)
    return OUTCOME_SKIPPED;
  if (exists && !options->overwrite && !options->in_place)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_USAGE,
                   "%s: already there; --overwrite replaces it, --skip-existing leaves it be",
                   job->out);
      return OUTCOME_FAILED;
    }
  return clean (batch, job, error) ? OUTCOME_DONE : OUTCOME_FAILED;
}

static void
run_all (Batch *batch, const GPtrArray *jobs)
{
  cg_progress_init (&batch->progress, batch->console, jobs->len);
  for (guint i = 0; i < jobs->len && cg_interrupt_signal () == 0; i++)
    {
      g_autoptr (GError) error = NULL;
      Outcome outcome = run_job (batch, g_ptr_array_index (jobs, i), &error);

      if (g_error_matches (error, CG_ERROR, CG_ERROR_CANCELLED))
        break;
      if (error)
        cg_console_fail (batch->console, "%s", error->message);
      batch->counts[outcome]++;
      cg_progress_next (&batch->progress);
    }
  cg_progress_finish (&batch->progress);
}

static int
conclude (const Batch *batch, guint n_jobs)
{
  const guint *counts = batch->counts;
  int signal = cg_interrupt_signal ();

  if (n_jobs > 1 || signal)
    cg_console_say (batch->console, "%s%u done, %u skipped, %u failed, of %u",
                    signal ? "interrupted: " : "", counts[OUTCOME_DONE], counts[OUTCOME_SKIPPED],
                    counts[OUTCOME_FAILED], n_jobs);
  if (signal)
    return CG_EXIT_SIGNAL + signal;
  return counts[OUTCOME_FAILED] ? CG_EXIT_FAILED : CG_EXIT_DONE;
}

int
cg_batch_run (const CgOptions *options, const GPtrArray *jobs, CgConsole *console)
{
  g_autoptr (GError) error = NULL;
  Batch batch = { .options = options, .console = console };
  CgDenoiseOptions denoise = CG_DENOISE_OPTIONS_INIT;

  denoise.strength = options->strength;
  denoise.colour_strength = options->colour_strength;
  denoise.max_memory = options->max_memory;
  denoise.threads = options->threads;
  denoise.kernels = options->kernels;
  denoise.progress = on_progress;
  denoise.progress_data = &batch;
  g_autoptr (CgModel) model = cg_weights_find (options->model, &error);
  if (model && (batch.denoiser = cg_denoiser_new (model, &denoise, &error)))
    {
      run_all (&batch, jobs);
      cg_denoiser_free (batch.denoiser);
      return conclude (&batch, jobs->len);
    }
  cg_console_fail (console, "%s", error->message);
  return CG_EXIT_FAILED;
}
