/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a noise model, and drawing from it. */
#include "training/noise.h"

#include <math.h>
#include <string.h>

#include "model/error.h"
#include "model/nearest.h"
#include "training/noise-kinds.h"

typedef struct
{
  double low, high;
} Range;

typedef struct
{
  const CgNoiseKind *kind;
  Range values[CG_NOISE_MAX_VALUES];
} Step;

typedef struct
{
  double share; /* of all alternatives; < 0 while not known */
  GArray *steps;
} Alternative;

struct _CgNoise
{
  GPtrArray *alternatives;
};

static void
alternative_free (gpointer data)
{
  Alternative *alternative = data;
  g_array_unref (alternative->steps);
  g_free (alternative);
}

/* Read a number at *@cursor and move behind it and the blanks that follow. */
static gboolean
take_number (const char **cursor, double *value)
{
  char *end;
  *value = g_ascii_strtod (*cursor, &end);
  if (end == *cursor || !isfinite (*value) || *value < 0)
    return FALSE;
  while (g_ascii_isspace (*end))
    end++;
  *cursor = end;
  return TRUE;
}

static gboolean
parse_range (Range *range, const char *text, const CgNoiseKind *kind, const CgNoiseValue *value,
             GError **error)
{
  const char *cursor = text;
  gboolean ok = take_number (&cursor, &range->low);
  range->high = range->low;
  if (ok && *cursor == '-')
    {
      cursor++;
      ok = take_number (&cursor, &range->high);
    }
  if (!ok || *cursor != '\0' || range->low > range->high)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_USAGE,
                   "noise %s: \"%s\" is neither a number nor a range LOW-HIGH", kind->name, text);
      return FALSE;
    }
  if (range->low < value->min || range->high > value->max)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_USAGE, "noise %s: %s \"%s\" is not within %g-%g",
                   kind->name, value->name, text, value->min, value->max);
      return FALSE;
    }
  return TRUE;
}

static gboolean
parse_values (Step *step, const char *text, GError **error)
{
  const CgNoiseKind *kind = step->kind;
  g_auto (GStrv) words = g_strsplit (text ? text : "", ",", -1);
  guint given = g_strv_length (words), n = cg_noise_kind_n_values (kind);

  if (given > n)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_USAGE, "noise %s takes %u values, not %u", kind->name,
                   n, given);
      return FALSE;
    }
  for (guint i = 0; i < n; i++)
    {
      const CgNoiseValue *value = &kind->values[i];
      step->values[i] = (Range){ value->fallback, value->fallback };
      if (i < given && !parse_range (&step->values[i], g_strstrip (words[i]), kind, value, error))
        return FALSE;
      if (isnan (step->values[i].low))
        {
          g_set_error (error, CG_ERROR, CG_ERROR_USAGE, "noise %s needs its %s, as in %s:%g",
                       kind->name, value->name, kind->name, (value->min + value->max) / 10);
          return FALSE;
        }
    }
  return TRUE;
}

static const CgNoiseKind *
find_kind (const char *name, GError **error)
{
  const char **names = g_newa (const char *, cg_n_noise_kinds);
  for (guint i = 0; i < cg_n_noise_kinds; i++)
    {
      names[i] = cg_noise_kinds[i].name;
      if (strcmp (name, names[i]) == 0)
        return &cg_noise_kinds[i];
    }
  g_set_error (error, CG_ERROR, CG_ERROR_USAGE,
               "there is no noise called \"%s\"; the nearest is \"%s\"", name,
               cg_nearest (name, names, cg_n_noise_kinds));
  return NULL;
}

static gboolean
parse_step (Step *step, char *text, GError **error)
{
  char *values = strchr (text, ':');
  if (values)
    *values++ = '\0';
  step->kind = find_kind (g_strstrip (text), error);
  return step->kind && parse_values (step, values, error);
}

static gboolean
parse_alternative (Alternative *alternative, const char *text, GError **error)
{
  const char *cursor = text;
  while (g_ascii_isspace (*cursor))
    cursor++;
  double percent;
  const char *behind = cursor;
  if (take_number (&behind, &percent) && *behind == '%')
    {
      alternative->share = percent / 100;
      cursor = behind + 1;
    }

  g_auto (GStrv) words = g_strsplit (cursor, "+", -1);
  for (char **word = words; *word; word++)
    {
      Step step;
      if (!parse_step (&step, *word, error))
        return FALSE;
      g_array_append_val (alternative->steps, step);
    }
  return TRUE;
}

/* What the given shares leave goes to the alternatives without one. */
static gboolean
settle_shares (CgNoise *noise, GError **error)
{
  double given = 0;
  guint open = 0;
  for (guint i = 0; i < noise->alternatives->len; i++)
    {
      const Alternative *alternative = noise->alternatives->pdata[i];
      if (alternative->share < 0)
        open++;
      else
        given += alternative->share;
    }
  if (given > 1 + 1e-9 || (open == 0 && given < 1 - 1e-9))
    {
      g_set_error (error, CG_ERROR, CG_ERROR_USAGE, "the noise's alternatives sum to %g %%",
                   given * 100);
      return FALSE;
    }
  for (guint i = 0; i < noise->alternatives->len; i++)
    {
      Alternative *alternative = noise->alternatives->pdata[i];
      if (alternative->share < 0)
        alternative->share = MAX (0, 1 - given) / open;
    }
  return TRUE;
}

CgNoise *
cg_noise_parse (const char *text, GError **error)
{
  g_autoptr (CgNoise) noise = g_new0 (CgNoise, 1);
  noise->alternatives = g_ptr_array_new_with_free_func (alternative_free);

  g_auto (GStrv) words = g_strsplit (text, "|", -1);
  for (char **word = words; *word; word++)
    {
      Alternative *alternative = g_new (Alternative, 1);
      alternative->share = -1;
      alternative->steps = g_array_new (FALSE, TRUE, sizeof (Step));
      g_ptr_array_add (noise->alternatives, alternative);
      if (!parse_alternative (alternative, *word, error))
        return NULL;
    }
  if (noise->alternatives->len == 0)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_USAGE, "no noise is given, as in gauss:0-55");
      return NULL;
    }
  if (!settle_shares (noise, error))
    return NULL;
  return g_steal_pointer (&noise);
}

void
cg_noise_free (CgNoise *noise)
{
  if (noise == NULL)
    return;
  g_ptr_array_unref (noise->alternatives);
  g_free (noise);
}

static const Alternative *
draw_alternative (const CgNoise *noise, CgRandom *random)
{
  double u = cg_random_uniform (random);
  for (guint i = 0; i + 1 < noise->alternatives->len; i++)
    {
      const Alternative *alternative = noise->alternatives->pdata[i];
      if (u < alternative->share)
        return alternative;
      u -= alternative->share;
    }
  return noise->alternatives->pdata[noise->alternatives->len - 1];
}

static double
draw_value (const Range *range, gboolean geometric, CgRandom *random)
{
  double u = cg_random_uniform (random);
  if (geometric)
    return range->low * pow (range->high / range->low, u);
  return range->low + (range->high - range->low) * u;
}

void
cg_noise_apply (const CgNoise *noise, CgRandom *random, float *plane, int w, int h)
{
  const Alternative *alternative = draw_alternative (noise, random);
  for (guint s = 0; s < alternative->steps->len; s++)
    {
      const Step *step = &g_array_index (alternative->steps, Step, s);
      double v[CG_NOISE_MAX_VALUES] = { 0 };
      for (guint i = 0; i < cg_noise_kind_n_values (step->kind); i++)
        v[i] = draw_value (&step->values[i], step->kind->values[i].geometric, random);
      step->kind->apply (v, random, plane, w, h);
    }
}
