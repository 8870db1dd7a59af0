/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scoring weights on held-out pictures, a picture a job. */
#include "training/validate.h"

#include <math.h>
#include <string.h>

#include "imageio/metrics.h"
#include "model/pass.h"
#include "training/neighbours.h"

struct _CgValidator
{
  CgValidatorOptions options;
  guint n;
  float *clean, *noisy; /* n pieces of h x w, 0..255 */
  CgPacked *packed;
  int n_passes;
  CgPass **passes; /* one a worker */
  CgScore noisy_score;

  CgScore *scores; /* of the run that is under way, one a picture */
};

/* @plane: 0..255. */
static CgScore
score (const CgValidator *validator, guint i, const float *plane)
{
  int w = validator->options.w, h = validator->options.h;
  const float *clean = validator->clean + (gsize) i * w * h;
  return (CgScore){ cg_psnr (clean, plane, w, h, 255), cg_ssim (clean, plane, w, h, 255) };
}

/* Equal pictures have no finite PSNR; they count as what 16 bits could show. */
static CgScore
mean_score (const CgScore *scores, guint n)
{
  CgScore mean = { 0, 0 };
  for (guint i = 0; i < n; i++)
    {
      mean.psnr += MIN (scores[i].psnr, 100) / n;
      mean.ssim += scores[i].ssim / n;
    }
  return mean;
}

static void
prepare_picture (CgValidator *validator, guint i)
{
  const CgValidatorOptions *o = &validator->options;
  const CgSourceSet *set = o->set;
  CgPair pair = g_array_index (set->pairs, CgPair, i);
  CgRandom random = cg_random (o->seed, i, 0);
  gsize size = (gsize) o->w * o->h;
  float *clean = validator->clean + i * size, *noisy = validator->noisy + i * size;
  const CgPicture *p = cg_pictures_at (set->targets, pair.target);
  int w = o->w * cg_source_factor (set->kind), h = o->h * cg_source_factor (set->kind);
  int x = (p->width - w) / 2, y = (p->height - h) / 2;

  if (set->kind == CG_SOURCE_SELF)
    {
      g_autofree float *whole = g_new (float, 4 * size);
      g_autofree guint8 *cells = g_new (guint8, size);
      cg_pictures_read (set->targets, pair.target, x, y, w, h, whole);
      cg_neighbours_draw (&random, cells, size);
      cg_neighbours_take (cells, whole, o->w, o->h, noisy, clean);
    }
  else
    cg_pictures_read (set->targets, pair.target, x, y, w, h, clean);
  if (set->inputs)
    cg_pictures_read (set->inputs, pair.input, x, y, w, h, noisy);
  if (set->kind == CG_SOURCE_MODEL)
    {
      memcpy (noisy, clean, size * sizeof *noisy);
      cg_noise_apply (o->noise, &random, noisy, w, h);
    }
  for (gsize k = 0; k < size; k++)
    {
      clean[k] *= 255;
      noisy[k] *= 255;
    }
  validator->scores[i] = score (validator, i, noisy);
}

CgValidator *
cg_validator_new (const CgValidatorOptions *options, GError **error)
{
  gsize size = (gsize) options->w * options->h;
  guint n = options->set->pairs->len;
  g_autoptr (CgValidator) validator = g_new0 (CgValidator, 1);
  validator->options = *options;
  validator->n = n;
  validator->clean = g_new (float, size *n);
  validator->noisy = g_new (float, size *n);
  validator->scores = g_new (CgScore, n);
  for (guint i = 0; i < n; i++)
    prepare_picture (validator, i);
  validator->noisy_score = mean_score (validator->scores, n);

  validator->packed = cg_packed_new (options->network, CG_PASS_INFERENCE, NULL);
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
