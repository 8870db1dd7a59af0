/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scores of new weights beside what they have to beat. */
#include "training/judge.h"

#include <math.h>

#include "model/error.h"
#include "model/weights.h"

/* Keeps the noise of validation apart from that of training. */
#define VALIDATION_STREAM G_GUINT64_CONSTANT (0x76616c6964)
/* Less in dB is no difference. */
#define A_TIE 0.05

/* --- the rival --- */

static gboolean
is_comparable (const CgNetwork *network)
{
  int step = cg_network_step (network);
  CgShape in = cg_network_input_shape (network, step, step);
  CgShape out = cg_network_output_shape (network, step, step);
  return cg_network_any_size (network) && in.c == 1 && out.c == 1 && in.h == out.h && in.w == out.w;
}

/* The weights to compare with.  None is no error unless the recipe names them. */
static gboolean
find_rival (const CgRecipe *recipe, const CgNetwork *network, CgModel **rival, char **name,
            GError **error)
{
  gboolean named = *recipe->compare != '\0';
  const char *wanted = named ? recipe->compare : *recipe->init ? recipe->init : CG_JUDGE_RIVAL;
  *rival = NULL;
  if (!cg_network_any_size (network) && !named)
    return TRUE;

  g_autoptr (CgModel) model = cg_weights_find (wanted, named ? error : NULL);
  if (model == NULL)
    return !named;
  if (is_comparable (model->network) && cg_network_any_size (network))
    {
      *rival = g_steal_pointer (&model);
      *name = g_strdup (wanted);
    }
  else if (named)
    g_set_error (error, CG_ERROR, CG_ERROR_MISMATCH, "%s: cannot be compared with this network",
                 wanted);
  return *rival != NULL || !named;
}

/* --- validators --- */

static int
common_divisor (int a, int b)
{
  return b == 0 ? a : common_divisor (b, a % b);
}

/* What the sides of a piece must be a multiple of for both networks; @rival may be NULL. */
static int
common_step (const CgNetwork *network, const CgModel *rival)
{
  int step = cg_network_step (network), other = rival ? cg_network_step (rival->network) : 1;
  return step * (other / common_divisor (step, other));
}

/* Side of the largest square piece that all pictures of @set hold and that is a
 * multiple of @step, at most @most; 0 if there is none. */
static int
piece_side (const CgSourceSet *set, int most, int step)
{
  int side = most;
  for (guint i = 0; i < set->pairs->len; i++)
    {
      const CgPicture *p
          = cg_pictures_at (set->targets, g_array_index (set->pairs, CgPair, i).target);
      side = MIN (side, MIN (p->width, p->height) / cg_source_factor (set->kind));
    }
  return side / step * step;
}

/* Whether all pictures that judge hold a piece; there may be no standard ones. */
static gboolean
hold_pieces (const CgSources *sources, int step)
{
  return piece_side (&sources->held, G_MAXINT, step) > 0
         && (sources->standard.pairs == NULL
             || piece_side (&sources->standard, G_MAXINT, step) > 0);
}

/* Pictures may be too small for a rival that is coarser.  Then there is none, unless it was
 * asked for. */
static gboolean
check_rival (const CgRecipe *recipe, const CgNetwork *network, const CgSources *sources,
             CgModel **rival, char **name, GError **error)
{
  int step = common_step (network, *rival);
  if (*rival == NULL || hold_pieces (sources, step))
    return TRUE;
  if (*recipe->compare)
    g_set_error (error, CG_ERROR, CG_ERROR_MISMATCH,
                 "%s: cannot be compared, as pictures to judge by are less than %d pixels wide or "
                 "high",
                 *name, step);
  g_clear_pointer (rival, cg_model_free);
  g_clear_pointer (name, g_free);
  return *recipe->compare == '\0';
}

/* Validators of both networks on @set; @rival may be NULL. */
static CgValidator *
judge_set (const CgRecipe *recipe, const CgNetwork *network, const CgSourceSet *set,
           const CgNoise *noise, const CgModel *rival, CgScore *rival_score, CgWorkers *workers,
           GError **error)
{
  int step = common_step (network, rival);
  int side = MAX (step, piece_side (set, recipe->validation_crop, step));
  CgShape shape = cg_network_input_shape (network, side, side);
  CgValidatorOptions options = {
    .network = network,
    .set = set,
    .noise = noise,
    .seed = recipe->seed ^ VALIDATION_STREAM,
    .w = shape.w,
    .h = shape.h,
    .workers = workers,
  };
  if (rival)
    {
      options.network = rival->network;
      g_autoptr (CgValidator) validator = cg_validator_new (&options, error);
      if (validator == NULL)
        return NULL;
      *rival_score = cg_validator_run (validator, rival->parameters);
      options.network = network;
    }
  return cg_validator_new (&options, error);
}

static gboolean
parse_noises (CgJudge *judge, const CgRecipe *recipe, const CgSources *sources, GError **error)
{
  const char *held = *recipe->validation_noise ? recipe->validation_noise : recipe->noise;
  if (sources->held.kind == CG_SOURCE_MODEL
      && (judge->held_noise = cg_noise_parse (held, error)) == NULL)
    return FALSE;
  if (sources->standard.pairs
      && (judge->standard_noise = cg_noise_parse (recipe->standard_noise, error)) == NULL)
    return FALSE;
  return TRUE;
}

CgJudge *
cg_judge_new (const CgRecipe *recipe, const CgNetwork *network, const CgSources *sources,
              CgWorkers *workers, GError **error)
{
  g_autoptr (CgJudge) judge = g_new0 (CgJudge, 1);
  g_autoptr (CgModel) rival = NULL;
  if (!parse_noises (judge, recipe, sources, error)
      || !find_rival (recipe, network, &rival, &judge->rival, error)
      || !check_rival (recipe, network, sources, &rival, &judge->rival, error))
    return NULL;
  judge->held = judge_set (recipe, network, &sources->held, judge->held_noise, rival,
                           &judge->rival_held, workers, error);
  if (judge->held == NULL)
    return NULL;
  if (sources->standard.pairs && rival)
    {
      judge->standard_words = g_strdup_printf ("%s on %s pictures", recipe->standard_noise,
                                               sources->drawn ? "drawn" : "standard");
      judge->standard = judge_set (recipe, network, &sources->standard, judge->standard_noise,
                                   rival, &judge->rival_standard, workers, error);
      if (judge->standard == NULL)
        return NULL;
    }
  return g_steal_pointer (&judge);
}

void
cg_judge_free (CgJudge *judge)
{
  if (judge == NULL)
    return;
  cg_validator_free (judge->held);
  cg_validator_free (judge->standard);
  cg_noise_free (judge->held_noise);
  cg_noise_free (judge->standard_noise);
  g_free (judge->rival);
  g_free (judge->standard_words);
  g_free (judge);
}

/* --- the verdict --- */

/* "better on WHERE by 1.8 dB" */
static char *
compare (const char *where, double gain)
{
  if (fabs (gain) < A_TIE)
    return g_strdup_printf ("as good on %s", where);
  return g_strdup_printf ("%s on %s by %.1f dB", gain > 0 ? "better" : "worse", where, fabs (gain));
}

/* ", worse on ordinary noise by 0.2 dB (...)", or nothing. */
static char *
compare_standard (const CgJudge *judge, CgScore standard)
{
  if (judge->standard == NULL)
    return g_strdup ("");
  double rival = judge->rival_standard.psnr;
  g_autofree char *gain = compare ("ordinary noise", standard.psnr - rival);
  return g_strdup_printf (", %s (%s: %.2f against %.2f)", gain, judge->standard_words,
                          standard.psnr, rival);
}

char *
cg_judge_verdict (const CgJudge *judge, CgScore held, CgScore standard)
{
  double noisy = cg_validator_noisy (judge->held).psnr;
  if (judge->rival == NULL)
    {
      double gain = held.psnr - noisy;
      g_autofree char *on_yours = compare ("your pictures", gain);
      if (noisy >= CG_PSNR_EQUAL)
        return g_strdup_printf ("PSNR %.2f on your pictures", held.psnr);
      return g_strdup_printf ("%s %s the noisy ones (PSNR %.2f against %.2f)", on_yours,
                              fabs (gain) < A_TIE ? "as" : "than", held.psnr, noisy);
    }
  g_autofree char *on_yours = compare ("your pictures", held.psnr - judge->rival_held.psnr);
  g_autofree char *on_standard = compare_standard (judge, standard);
  return g_strdup_printf ("beside %s: %s (PSNR %.2f against %.2f, noisy %.2f)%s", judge->rival,
                          on_yours, held.psnr, judge->rival_held.psnr, noisy, on_standard);
}
