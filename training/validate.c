/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scoring weights on held-out pictures, a picture a job. */
#include "training/validate.h"

#include <math.h>
#include <string.h>

#include "imageio/metrics.h"
#include "model/pass.h"

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
prepare_picture (CgValidator *validator, guint i, guint picture)
{
  const CgValidatorOptions *o = &validator->options;
  gsize size = (gsize) o->w * o->h;
  float *clean = validator->clean + i * size, *noisy = validator->noisy + i * size;
  const CgPicture *p = cg_pictures_at (o->clean, picture);
  int x = (p->width - o->w) / 2, y = (p->height - o->h) / 2;

  cg_pictures_read (o->clean, picture, x, y, o->w, o->h, clean);
  if (o->noisy)
    cg_pictures_read (o->noisy, picture, x, y, o->w, o->h, noisy);
  else
    {
      CgRandom random = cg_random (o->seed, i, 0);
      memcpy (noisy, clean, size * sizeof *noisy);
      cg_noise_apply (o->noise, &random, noisy, o->w, o->h);
    }
  for (gsize k = 0; k < size; k++)
    {
      clean[k] *= 255;
      noisy[k] *= 255;
    }
  validator->scores[i] = score (validator, i, noisy);
}

CgValidator *
cg_validator_new (const CgValidatorOptions *options, const guint *pictures, guint n, GError **error)
{
  gsize size = (gsize) options->w * options->h;
  g_autoptr (CgValidator) validator = g_new0 (CgValidator, 1);
  validator->options = *options;
  validator->n = n;
  validator->clean = g_new (float, size *n);
  validator->noisy = g_new (float, size *n);
  validator->scores = g_new (CgScore, n);
  for (guint i = 0; i < n; i++)
    prepare_picture (validator, i, pictures[i]);
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

static void
run_picture (int job, int worker, gpointer user)
{
  CgValidator *validator = user;
  int w = validator->options.w, h = validator->options.h;
  CgPass *pass = validator->passes[worker];
  g_autofree float *out = g_new (float, (gsize) w *h);
  const float *noisy = validator->noisy + (gsize) job * w * h;

  CgTensor input = cg_pass_input (pass, 0);
  for (int y = 0; y < h; y++)
    for (int x = 0; x < w; x++)
      *cg_tensor_pixel (&input, y, x) = noisy[(gsize) y * w + x] / 255;
  cg_pass_forward (pass, NULL, NULL);
  CgTensor output = cg_pass_output (pass, 0);
  for (int y = 0; y < h; y++)
    for (int x = 0; x < w; x++)
      out[(gsize) y * w + x] = rintf (255 * CLAMP (*cg_tensor_pixel (&output, y, x), 0, 1));
  validator->scores[job] = score (validator, job, out);
}

CgScore
cg_validator_run (CgValidator *validator, const float *parameters)
{
  cg_packed_update (validator->packed, parameters, validator->options.workers);
  cg_workers_run (validator->options.workers, (int) validator->n, run_picture, validator);
  return mean_score (validator->scores, validator->n);
}
