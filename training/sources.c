/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From folders to two sets of pairs. */
#include "training/sources.h"

#include <string.h>

#include "model/error.h"
#include "training/leaves.h"
#include "training/pairs.h"

/* Standard pictures if the recipe names none. */
#define N_DRAWN    8
#define DRAWN_SIDE 192

int
cg_source_factor (CgSourceKind kind)
{
  return kind == CG_SOURCE_SELF ? 2 : 1;
}

/* --- loading --- */

static const CgPictures *
load (CgSources *sources, const CgSourcesOptions *options, char **paths, GError **error)
{
  const CgPicturesOptions load_options
      = { options->cache_folder, options->recipe->skip_unreadable, options->workers };
  CgPictures *pictures = cg_pictures_load (paths, &load_options, error);
  if (pictures == NULL)
    return NULL;
  g_ptr_array_add (sources->owned, pictures);
  for (guint i = 0; i < pictures->skipped->len; i++)
    g_ptr_array_add (sources->notes, g_strdup (pictures->skipped->pdata[i]));
  for (guint i = 0; i < pictures->notes->len; i++)
    g_ptr_array_add (sources->notes, g_strdup (pictures->notes->pdata[i]));
  return pictures;
}

/* Every picture with itself. */
static GArray *
alone (const CgPictures *pictures)
{
  GArray *pairs = g_array_new (FALSE, FALSE, sizeof (CgPair));
  for (guint i = 0; i < pictures->items->len; i++)
    {
      CgPair pair = { i, i };
      g_array_append_val (pairs, pair);
    }
  return pairs;
}

/* Take out pictures that do not hold a patch. */
static void
drop_small (const CgSourceSet *set, const CgSourcesOptions *o, GPtrArray *notes)
{
  int w = o->w * cg_source_factor (set->kind), h = o->h * cg_source_factor (set->kind);
  guint kept = 0;
  for (guint i = 0; i < set->pairs->len; i++)
    {
      CgPair pair = g_array_index (set->pairs, CgPair, i);
      const CgPicture *p = cg_pictures_at (set->targets, pair.target);
      if (o->exact ? p->width == w && p->height == h : p->width >= w && p->height >= h)
        g_array_index (set->pairs, CgPair, kept++) = pair;
      else
        g_ptr_array_add (notes,
                         g_strdup_printf ("%s: left out, %d x %d does not hold a patch of %d x %d",
                                          p->name, p->width, p->height, w, h));
    }
  g_array_set_size (set->pairs, kept);
}

/* @targets and @inputs: paths; either may be empty, not both. */
static gboolean
load_set (CgSources *sources, CgSourceSet *set, const CgSourcesOptions *o, char **targets,
          char **inputs, GError **error)
{
  char *second[] = { NULL, NULL };
  set->kind = *inputs == NULL ? CG_SOURCE_MODEL : CG_SOURCE_PAIRS;
  if (*targets == NULL) /* noisy ones only */
    {
      set->kind = inputs[1] ? CG_SOURCE_SHOTS : CG_SOURCE_SELF;
      second[0] = inputs[1];
    }
  char *first[] = { *targets ? NULL : inputs[0], NULL };

  if (set->kind == CG_SOURCE_SHOTS && inputs[2] != NULL)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_USAGE,
                   "noisy pictures alone can be of one folder, or of two with a shot each; %u "
                   "were given",
                   g_strv_length (inputs));
      return FALSE;
    }
  if ((set->targets = load (sources, o, *targets ? targets : first, error)) == NULL)
    return FALSE;
  if (set->kind == CG_SOURCE_PAIRS || set->kind == CG_SOURCE_SHOTS)
    {
      set->inputs = load (sources, o, *targets ? inputs : second, error);
      if (set->inputs == NULL)
        return FALSE;
      set->pairs = cg_pairs_match (set->targets, set->inputs, o->recipe->check_alignment,
                                   o->workers, sources->notes);
    }
  else
    set->pairs = alone (set->targets);
  drop_small (set, o, sources->notes);
  return TRUE;
}

/* --- parting --- */

/* @n of @pairs, evenly spread over them; all if @n is 0 or more than there are. */
static GArray *
spread (const GArray *pairs, guint n)
{
  if (n == 0 || n > pairs->len)
    n = pairs->len;
  GArray *chosen = g_array_new (FALSE, FALSE, sizeof (CgPair));
  for (guint i = 0; i < n; i++)
    g_array_append_val (chosen, g_array_index (pairs, CgPair, (guint64) i * pairs->len / n));
  return chosen;
}

/* For each pair the rank of its target among all targets: noisy versions of one
 * picture have the same, and must not be parted. */
static guint *
rank_targets (const CgSourceSet *set, guint *n_ranks)
{
  g_autofree guint *rank_of = g_new0 (guint, set->targets->items->len); /* + 1; 0 = none yet */
  guint *ranks = g_new (guint, set->pairs->len);
  *n_ranks = 0;
  for (guint i = 0; i < set->pairs->len; i++)
    {
      guint target = g_array_index (set->pairs, CgPair, i).target;
      if (rank_of[target] == 0)
        rank_of[target] = ++*n_ranks;
      ranks[i] = rank_of[target] - 1;
    }
  return ranks;
}

/* Keep every hold-out-th picture, or at least one, from training.  A single
 * picture has to serve as both. */
static void
part (CgSources *sources, guint hold_out)
{
  guint n_ranks;
  g_autofree guint *ranks = rank_targets (&sources->train, &n_ranks);
  g_autoptr (GArray) all = g_steal_pointer (&sources->train.pairs);
  guint every = MAX (1, MIN (hold_out, n_ranks));
  sources->held = sources->train;
  sources->train.pairs = g_array_new (FALSE, FALSE, sizeof (CgPair));
  sources->held.pairs = g_array_new (FALSE, FALSE, sizeof (CgPair));
  for (guint i = 0; i < all->len; i++)
    {
      GArray *to = ranks[i] % every == every / 2 ? sources->held.pairs : sources->train.pairs;
      g_array_append_val (to, g_array_index (all, CgPair, i));
    }
  if (sources->train.pairs->len == 0)
    {
      g_array_append_vals (sources->train.pairs, all->data, all->len);
      g_ptr_array_add (sources->notes,
                       g_strdup ("one picture only: it is both trained on and judged by"));
    }
}

static void
thin_out (GArray **pairs, guint n)
{
  g_autoptr (GArray) all = *pairs;
  *pairs = spread (all, n);
}

static gboolean
check_left (const CgSources *sources, const CgSourceSet *set, GError **error)
{
  if (set->pairs->len > 0)
    return TRUE;
  const char *last = sources->notes->pdata[sources->notes->len - 1];
  g_set_error (error, CG_ERROR, CG_ERROR_MISMATCH, "no picture is left of %u: %s",
               set->targets->items->len, last);
  return FALSE;
}

static gboolean
load_standard (CgSources *sources, const CgSourcesOptions *o, GError **error)
{
  char *none[] = { NULL };
  CgSourceSet *set = &sources->standard;
  if (o->recipe->standard[0] != NULL)
    {
      if (!load_set (sources, set, o, o->recipe->standard, none, error)
          || !check_left (sources, set, error))
        return FALSE;
      thin_out (&set->pairs, o->recipe->validation_pictures);
    }
  else if (!o->exact)
    {
      sources->drawn = cg_leaves_new (N_DRAWN, DRAWN_SIDE, error);
      if (sources->drawn == NULL)
        return FALSE;
      *set = (CgSourceSet){ CG_SOURCE_MODEL, sources->drawn, NULL, alone (sources->drawn) };
    }
  return TRUE;
}

static gboolean
load_all (CgSources *sources, const CgSourcesOptions *o, GError **error)
{
  const CgRecipe *recipe = o->recipe;
  if (recipe->clean[0] == NULL && recipe->noisy[0] == NULL)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_USAGE,
                   "the recipe names no pictures; say --clean FOLDER");
      return FALSE;
    }
  if (!load_set (sources, &sources->train, o, recipe->clean, recipe->noisy, error)
      || !check_left (sources, &sources->train, error))
    return FALSE;
  if (recipe->validation[0] == NULL)
    part (sources, recipe->hold_out);
  else if (!load_set (sources, &sources->held, o, recipe->validation, recipe->validation_noisy,
                      error)
           || !check_left (sources, &sources->held, error))
    return FALSE;
  if (!load_standard (sources, o, error))
    return FALSE;
  thin_out (&sources->train.pairs, recipe->limit);
  thin_out (&sources->held.pairs, recipe->validation_pictures);
  return TRUE;
}

/* --- public --- */

CgSources *
cg_sources_new (const CgSourcesOptions *options, GError **error)
{
  g_autoptr (CgSources) sources = g_new0 (CgSources, 1);
  sources->owned = g_ptr_array_new_with_free_func ((GDestroyNotify) cg_pictures_free);
  sources->notes = g_ptr_array_new_with_free_func (g_free);
  return load_all (sources, options, error) ? g_steal_pointer (&sources) : NULL;
}

void
cg_sources_free (CgSources *sources)
{
  if (sources == NULL)
    return;
  g_clear_pointer (&sources->train.pairs, g_array_unref);
  g_clear_pointer (&sources->held.pairs, g_array_unref);
  g_clear_pointer (&sources->standard.pairs, g_array_unref);
  cg_pictures_free (sources->drawn);
  g_ptr_array_unref (sources->owned);
  g_ptr_array_unref (sources->notes);
  g_free (sources);
}

char *
cg_sources_fingerprint (const CgSources *sources)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  for (guint i = 0; i < sources->owned->len; i++)
    {
      g_autofree char *one = cg_pictures_fingerprint (sources->owned->pdata[i]);
      g_checksum_update (checksum, (const guchar *) one, -1);
    }
  return g_strdup (g_checksum_get_string (checksum));
}
