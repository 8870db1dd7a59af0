/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scoring weights on held-out pictures, a picture a job. */
#include "training/validate.h"

#include <math.h>
#include <string.h>

#include "imageio/metrics.h"
#include "model/error.h"
#include "model/pass.h"
#include "training/measure.h"
#include "model/memory.h"
#include "training/neighbours.h"

struct _CgValidator
{
  CgValidatorOptions options;
  guint n;
  float *clean, *noisy; /* n pieces of h x w, 0..255 */
  double *floors;       /* n; mean square of the target's own noise, 0 if it is clean */
  CgPacked *packed;
  int n_passes;
  CgPass **passes; /* one a worker */
  CgScore noisy_score;

  CgScore *scores; /* of the run that is under way, one a picture */
};

/* Mean square of the difference behind a PSNR, and back. */
static double
squares_of (double psnr)
{
  return 255 * 255 / pow (10, psnr / 10);
}

static double
psnr_of (double squares)
{
  return 10 * log10 (255 * 255 / squares);
}

/* @plane: 0..255.  The noise of a noisy target, which is independent of @plane's, adds to the
 * mean square and is taken off; what is left is no less than a hundredth of it. */
static CgScore
score (const CgValidator *validator, guint i, const float *plane)
{
  int w = validator->options.w, h = validator->options.h;
  const float *clean = validator->clean + (gsize) i * w * h;
  double floor = validator->floors[i], psnr = cg_psnr (clean, plane, w, h, 255);
  if (floor > 0)
    psnr = psnr_of (MAX (squares_of (psnr) - floor, 0.01 * floor));
  return (CgScore){ psnr, cg_ssim (clean, plane, w, h, 255) };
}

/* Equal pictures have no finite PSNR.  What is no number stays none. */
static CgScore
mean_score (const CgScore *scores, guint n)
{
  CgScore mean = { 0, 0 };
  for (guint i = 0; i < n; i++)
    {
      mean.psnr += (scores[i].psnr > CG_PSNR_EQUAL ? CG_PSNR_EQUAL : scores[i].psnr) / n;
      mean.ssim += scores[i].ssim / n;
    }
  return mean;
}

/* Mean square of the noise in @plane, h x w, 0..1, as far as its quiet blocks tell; 0..255 units.
 */
static double
measure_noise (const float *plane, int w, int h)
{
  g_autoptr (CgMeasure) measure = cg_measure_new (FALSE);
  CgMeasureResult result;
  double mean = 0;
  cg_measure_add (measure, plane, NULL, w, h);
  if (!cg_measure_result (measure, &result))
    return 0;
  for (gsize i = 0; i < (gsize) w * h; i++)
    mean += plane[i];
  mean /= (double) w * h;
  return 255 * 255 * (result.offset + result.slope * mean);
}

/* The piece of the pair's picture in the middle, and what is known of its noise before
 * the two are compared. */
static double
cut_piece (const CgValidator *validator, CgPair pair, CgRandom *random, float *clean, float *noisy)
{
  const CgValidatorOptions *o = &validator->options;
  const CgSourceSet *set = o->set;
  gsize size = (gsize) o->w * o->h;
  const CgPicture *p = cg_pictures_at (set->targets, pair.target);
  int w = o->w * cg_source_factor (set->kind), h = o->h * cg_source_factor (set->kind);
  int x = (p->width - w) / 2, y = (p->height - h) / 2;
  double floor = 0;

  if (set->kind == CG_SOURCE_SELF)
    {
      g_autofree float *whole = g_new (float, 4 * size);
      g_autofree guint8 *cells = g_new (guint8, size);
      cg_pictures_read (set->targets, pair.target, x, y, w, h, whole);
      cg_neighbours_draw (random, cells, size);
      cg_neighbours_take (cells, whole, o->w, o->h, noisy, clean);
      floor = measure_noise (whole, w, h);
    }
  else
    cg_pictures_read (set->targets, pair.target, x, y, w, h, clean);
  if (set->inputs)
    cg_pictures_read (set->inputs, pair.input, x, y, w, h, noisy);
  if (set->kind == CG_SOURCE_MODEL)
    {
      memcpy (noisy, clean, size * sizeof *noisy);
      cg_noise_apply (o->noise, random, noisy, o->w, o->h);
    }
  return floor;
}

static void
prepare_picture (CgValidator *validator, guint i)
{
  const CgValidatorOptions *o = &validator->options;
  CgRandom random = cg_random (o->seed, i, 0);
  gsize size = (gsize) o->w * o->h;
  float *clean = validator->clean + i * size, *noisy = validator->noisy + i * size;
  CgPair pair = g_array_index (o->set->pairs, CgPair, i);
  double floor = cut_piece (validator, pair, &random, clean, noisy);
  for (gsize k = 0; k < size; k++)
    {
      clean[k] *= 255;
      noisy[k] *= 255;
    }
  /* Two shots differ by the noise of both, neighbours by what is in the picture, too. */
  double half = squares_of (cg_psnr (clean, noisy, o->w, o->h, 255)) / 2;
  if (o->set->kind == CG_SOURCE_SHOTS)
    validator->floors[i] = half;
  else if (o->set->kind == CG_SOURCE_SELF)
    validator->floors[i] = MIN (floor, half);
  validator->scores[i] = score (validator, i, noisy);
}

/* Whether there is room for a pass of each worker. */
static gboolean
check_memory (const CgValidatorOptions *o, const CgPacked *packed, GError **error)
{
  gsize pass = cg_pass_memory (packed, 1, o->h, o->w, 0, 1);
  gsize planes = 2 * sizeof (float) * o->w * o->h * o->set->pairs->len;
  gsize needed = pass * cg_workers_count (o->workers) + planes, there = cg_memory_available ("");
  if (needed <= there)
    return TRUE;
  g_autofree char *needed_text = g_format_size (needed);
  g_autofree char *there_text = g_format_size (there);
  g_set_error (error, CG_ERROR, CG_ERROR_TOO_LARGE,
               "to judge by %u pieces of %d x %d takes %s, but %s are available; choose a smaller "
               "training.validation-crop",
               o->set->pairs->len, o->w, o->h, needed_text, there_text);
  return FALSE;
}

CgValidator *
cg_validator_new (const CgValidatorOptions *options, GError **error)
{
  gsize size = (gsize) options->w * options->h;
  guint n = options->set->pairs->len;
  g_autoptr (CgValidator) validator = g_new0 (CgValidator, 1);
  validator->options = *options;
  validator->n = n;
  validator->packed = cg_packed_new (options->network, CG_PASS_INFERENCE, NULL);
  if (!check_memory (options, validator->packed, error)
      || !cg_packed_allocate (validator->packed, error))
    return NULL;
  validator->clean = g_new (float, size *n);
  validator->noisy = g_new (float, size *n);
  validator->floors = g_new0 (double, n);
  validator->scores = g_new (CgScore, n);
  for (guint i = 0; i < n; i++)
    prepare_picture (validator, i);
  validator->noisy_score = mean_score (validator->scores, n);

  validator->n_passes = cg_workers_count (options->workers);
  validator->passes = g_new0 (CgPass *, validator->n_passes);
  for (int i = 0; i < validator->n_passes; i++)
    {
      validator->passes[i]
          = cg_pass_new (validator->packed, 1, options->h, options->w, 0, NULL, error);
      if (validator->passes[i] == NULL)
        return NULL;
    }
  return g_steal_pointer (&validator);
}

void
cg_validator_free (CgValidator *validator)
{
  if (validator == NULL)
    return;
  for (int i = 0; i < validator->n_passes; i++)
    cg_pass_free (validator->passes[i]);
  g_free (validator->passes);
  cg_packed_free (validator->packed);
  g_free (validator->clean);
  g_free (validator->noisy);
  g_free (validator->floors);
  g_free (validator->scores);
  g_free (validator);
}

CgScore
cg_validator_noisy (const CgValidator *validator)
{
  return validator->noisy_score;
}

/* Run @pass on piece @i; the result is rounded, 0..255. */
static void
clean_piece (const CgValidator *validator, CgPass *pass, guint i, float *out)
{
  int w = validator->options.w, h = validator->options.h;
  const float *noisy = validator->noisy + (gsize) i * w * h;
  CgTensor input = cg_pass_input (pass, 0);
  for (int y = 0; y < h; y++)
    for (int x = 0; x < w; x++)
      *cg_tensor_pixel (&input, y, x) = noisy[(gsize) y * w + x] / 255;
  cg_pass_forward (pass, NULL, NULL);
  CgTensor output = cg_pass_output (pass, 0);
  for (int y = 0; y < h; y++)
    for (int x = 0; x < w; x++)
      out[(gsize) y * w + x] = rintf (255 * CLAMP (*cg_tensor_pixel (&output, y, x), 0, 1));
}

static void
run_picture (int job, int worker, gpointer user)
{
  CgValidator *validator = user;
  g_autofree float *out = g_new (float, (gsize) validator->options.w * validator->options.h);
  clean_piece (validator, validator->passes[worker], job, out);
  validator->scores[job] = score (validator, job, out);
}

CgScore
cg_validator_run (CgValidator *validator, const float *parameters)
{
  cg_packed_update (validator->packed, parameters, validator->options.workers);
  cg_workers_run (validator->options.workers, (int) validator->n, run_picture, validator);
  return mean_score (validator->scores, validator->n);
}

CgPiece
cg_validator_show (CgValidator *validator, const float *parameters, guint i)
{
  gsize size = (gsize) validator->options.w * validator->options.h;
  CgPiece piece = {
    .w = validator->options.w,
    .h = validator->options.h,
    .clean = validator->clean + i * size,
    .noisy = validator->noisy + i * size,
    .result = g_new (float, size),
  };
  cg_packed_update (validator->packed, parameters, validator->options.workers);
  clean_piece (validator, validator->passes[0], i, piece.result);
  piece.noisy_score = score (validator, i, piece.noisy);
  piece.score = score (validator, i, piece.result);
  return piece;
}
