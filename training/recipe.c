/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recipes: one table of keys serves reading, overriding, checking and writing. */
#include "training/recipe.h"

#include <math.h>
#include <string.h>

#include "model/error.h"
#include "model/nearest.h"
#include "model/network.h"

#define NETWORK "network"
/* Some editors begin a file with it. */
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

typedef enum
{
  KIND_TEXT,  /* char * */
  KIND_MODEL, /* char *: a name or a path */
  KIND_PATHS, /* char **, ';' between */
  KIND_INT,
  KIND_NUMBER, /* double */
  KIND_CHOICE  /* an int: place in the words of `choices` */
} Kind;

typedef struct
{
  const char *section, *name;
  Kind kind;
  gsize offset; /* in CgRecipe */
  const char *fallback;
  const char *what; /* for people */
  double min, max;
  const char *choices; /* words with blanks between */
} Key;

#define AT(field) G_STRUCT_OFFSET (CgRecipe, field)
#define NO_YES    "no yes"
#define AUTO      "auto" /* of a KIND_INT: may be this word, which is 0 */

static const Key keys[] = {
  { "data", "clean", KIND_PATHS, AT (clean), "", "clean pictures: folders or files, ; between" },
  { "data", "noisy", KIND_PATHS, AT (noisy), "",
    "the same, noisy; without data.clean: two folders of a shot each, or one" },
  { "data", "validation", KIND_PATHS, AT (validation), "",
    "clean pictures to judge by instead of held-out ones" },
  { "data", "validation-noisy", KIND_PATHS, AT (validation_noisy), "", "the same, noisy" },
  { "data", "standard", KIND_PATHS, AT (standard), "",
    "clean pictures to compare old and new weights on, besides (empty = drawn)" },
  { "data", "hold-out", KIND_INT, AT (hold_out), "20",
    "every so many-th picture is kept to judge by, at least one", 2, 1e9 },
  { "data", "limit", KIND_INT, AT (limit), "0", "train on so many pictures only (0 = all)", 0,
    1e9 },
  { "data", "skip-unreadable", KIND_CHOICE, AT (skip_unreadable), "no",
    "leave out broken files instead of stopping", .choices = NO_YES },
  { "data", "check-alignment", KIND_CHOICE, AT (check_alignment), "yes",
    "leave out pairs that do not lie on each other", .choices = NO_YES },
  { "data", "flat", KIND_NUMBER, AT (flat), "2",
    "patches of less slope (gray levels a pixel) are taken less often", 0, 255 },
  { "data", "flips", KIND_CHOICE, AT (flips), "yes", "turn and mirror patches", .choices = NO_YES },
  { "data", "shrink", KIND_NUMBER, AT (shrink), "0",
    "share of patches taken at a half, a third or a quarter of the size", 0, 1 },
  { "data", "texture", KIND_NUMBER, AT (texture), "0",
    "share of patches that a regular texture is laid over", 0, 1 },
  { "data", "exposure", KIND_NUMBER, AT (exposure), "1",
    "pairs are made brighter or darker by a factor up to this, as another exposure would", 1, 100 },
  { "noise", "model", KIND_TEXT, AT (noise), "", "noise to learn" },
  { "noise", "validation", KIND_TEXT, AT (validation_noise), "",
    "noise to judge by (empty = noise.model)" },
  { "noise", "standard", KIND_TEXT, AT (standard_noise), "gauss:25", "noise for data.standard" },
  { "training", "init", KIND_MODEL, AT (init), "", "weights to begin with: a name or a file" },
  { "training", "compare", KIND_MODEL, AT (compare), "",
    "weights to compare with (empty = training.init, else photo)" },
  { "training", "steps", KIND_INT, AT (steps), "20000", "how many", 1, 1e9 },
  { "training", "batch", KIND_INT, AT (batch), "16",
    "samples of a step; auto: 16, or as many as fit into memory", 1, 65536, AUTO },
  { "training", "chunk", KIND_INT, AT (chunk), "0",
    "samples in memory at once (0 = as many as are fastest)", 0, 65536 },
  { "training", "patch", KIND_INT, AT (patch), "96",
    "side of a patch in pixels; auto: 96, or what fits into memory", 1, 4096, AUTO },
  { "training", "loss", KIND_CHOICE, AT (loss), "auto",
    "auto is charbonnier, or mse if targets are noisy",
    .choices = "l1 charbonnier mse psnr bce auto" },
  { "training", "brightness", KIND_NUMBER, AT (brightness), "0",
    "weight of a shift of a patch's mean beside the loss: of its square, in gray levels", 0, 1e6 },
  { "training", "kl", KIND_NUMBER, AT (kl), "1",
    "weight of the KL divergence of latents that are drawn", 0, 1e6 },
  { "training", "symmetric", KIND_CHOICE, AT (symmetric), "no",
    "every filter also turned and mirrored, as one of its group of eight", .choices = NO_YES },
  { "training", "optimizer", KIND_CHOICE, AT (optimizer), "adam",
    "muon is for the large weights, with adam for the rest", .choices = "adam muon" },
  { "training", "rate", KIND_NUMBER, AT (rate), "0.001", "learning rate after the warm-up", 0, 10 },
  { "training", "final-rate", KIND_NUMBER, AT (final_rate), "1e-06",
    "learning rate at the end of its half cosine", 0, 10 },
  { "training", "warm-up", KIND_INT, AT (warm_up), "500", "steps, at most a fifth of all", 0, 1e9 },
  { "training", "weight-decay", KIND_NUMBER, AT (weight_decay), "0", "decoupled, as in AdamW", 0,
    10 },
  { "training", "clip", KIND_NUMBER, AT (clip), "1", "longest gradient (0 = any)", 0, 1e9 },
  { "training", "ema", KIND_NUMBER, AT (ema), "0.999", "how slowly the averaged weights follow", 0,
    0.999999 },
  { "training", "seed", KIND_INT, AT (seed), "1", "of everything that is drawn", 0, 2e9 },
  { "training", "validate-every", KIND_INT, AT (validate_every), "1000", "steps", 1, 1e9 },
  { "training", "validation-pictures", KIND_INT, AT (validation_pictures), "24",
    "judge by so many at most", 1, 1e6 },
  { "training", "validation-crop", KIND_INT, AT (validation_crop), "256",
    "and by so large a piece of each", 1, 4096 },
  { "training", "checkpoint-every", KIND_INT, AT (checkpoint_every), "1000", "steps", 1, 1e9 },
  { "training", "log-every", KIND_INT, AT (log_every), "100", "steps", 1, 1e9 },
  { "training", "patience", KIND_INT, AT (patience), "0",
    "stop after so many validations without gain (0 = never)", 0, 1e9 },
  { "output", "name", KIND_TEXT, AT (name), "model", "of the weights" },
  { "output", "summary", KIND_TEXT, AT (summary), "", "a line on them" },
  { "output", "data", KIND_TEXT, AT (data_note), "", "what they learnt from" },
  { "output", "licence", KIND_TEXT, AT (licence), "", "of the weights" },
};

static const char *const sections[] = { "data", "noise", NETWORK, "training", "output" };

static gboolean fail (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
fail (GError **error, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, CG_ERROR, CG_ERROR_USAGE, message);
  return FALSE;
}

static const Key *
find_key (const char *section, const char *name, GError **error)
{
  const char *names[G_N_ELEMENTS (keys)];
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (strcmp (keys[i].section, section) == 0)
      {
        if (strcmp (keys[i].name, name) == 0)
          return &keys[i];
        names[n++] = keys[i].name;
      }
  if (n == 0)
    fail (error, "there is no section [%s]; the nearest is [%s]", section,
          cg_nearest (section, sections, G_N_ELEMENTS (sections)));
  else
    fail (error, "there is no key \"%s\" in [%s]; the nearest is \"%s\"", name, section,
          cg_nearest (name, names, n));
  return NULL;
}

static gboolean
parse_number (const Key *key, const char *text, double *value, GError **error)
{
  char *end;
  *value = g_ascii_strtod (text, &end);
  if (end == text || *end != '\0' || !isfinite (*value)
      || (key->kind == KIND_INT && *value != floor (*value)))
    return fail (error, "%s.%s: \"%s\" is not a %snumber", key->section, key->name, text,
                 key->kind == KIND_INT ? "whole " : "");
  if (*value < key->min || *value > key->max)
    return fail (error, "%s.%s: %s is not within %.12g..%.12g", key->section, key->name, text,
                 key->min, key->max);
  return TRUE;
}

static gboolean
parse_choice (const Key *key, const char *text, int *value, GError **error)
{
  g_auto (GStrv) words = g_strsplit (key->choices, " ", -1);
  for (*value = 0; words[*value]; ++*value)
    if (strcmp (words[*value], text) == 0)
      return TRUE;
  g_autofree char *list = g_strjoinv (", ", words);
  return fail (error, "%s.%s: \"%s\" is none of %s", key->section, key->name, text, list);
}

static char **
parse_paths (const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, ";", -1);
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();
  for (char **word = words; *word; word++)
    if (*g_strstrip (*word) != '\0')
      g_strv_builder_add (paths, *word);
  return g_strv_builder_end (paths);
}

/* Put @text into @recipe, where an older value may stand. */
static gboolean
set_key (CgRecipe *recipe, const Key *key, const char *text, GError **error)
{
  gpointer field = G_STRUCT_MEMBER_P (recipe, key->offset);
  double number;
  switch (key->kind)
    {
    case KIND_TEXT:
    case KIND_MODEL:
      g_free (*(char **) field);
      *(char **) field = g_strdup (text);
      return TRUE;
    case KIND_PATHS:
      g_strfreev (*(char ***) field);
      *(char ***) field = parse_paths (text);
      return TRUE;
    case KIND_INT:
      if (key->choices && strcmp (text, key->choices) == 0)
        {
          *(int *) field = 0;
          return TRUE;
        }
      if (!parse_number (key, text, &number, error))
        return FALSE;
      *(int *) field = (int) number;
      return TRUE;
    case KIND_NUMBER:
      return parse_number (key, text, field, error);
    case KIND_CHOICE:
      return parse_choice (key, text, field, error);
    }
  g_assert_not_reached ();
}

static gboolean
set_fallbacks (CgRecipe *recipe, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (!set_key (recipe, &keys[i], keys[i].fallback, error))
      return FALSE;
  return TRUE;
}

/* One "key = value" line of @section. */
static gboolean
parse_line (CgRecipe *recipe, const char *section, char *line, GError **error)
{
  char *value = strchr (line, '=');
  if (value == NULL)
    return fail (error, "\"%s\" is neither a section nor key = value", line);
  *value++ = '\0';
  const Key *key = find_key (section, g_strstrip (line), error);
  return key && set_key (recipe, key, g_strstrip (value), error);
}

/* The name inside a "[...]" line, cut out in place, or NULL. */
static char *
section_name (char *line)
{
  gsize n = strlen (line);
  if (n < 2 || line[0] != '[' || line[n - 1] != ']')
    return NULL;
  line[n - 1] = '\0';
  return g_strstrip (line + 1);
}

static gboolean
check_section (const char *section, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (sections); i++)
    if (strcmp (section, sections[i]) == 0)
      return TRUE;
  return find_key (section, "", error) != NULL;
}

static gboolean
parse_text (CgRecipe *recipe, const char *text, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GString) network = g_string_new (NULL);
  g_autofree char *section = g_strdup ("");

  for (guint i = 0; lines[i]; i++)
    {
      char *line = g_strstrip (lines[i]);
      char *name;
      gboolean ok = TRUE;
      if ((name = section_name (line)) != NULL)
        {
          ok = check_section (name, error);
          g_free (section);
          section = g_strdup (name);
        }
      else if (strcmp (section, NETWORK) == 0)
        g_string_append_printf (network, "%s\n", line);
      else if (*line != '\0' && *line != '#')
        ok = parse_line (recipe, section, line, error);
      if (!ok)
        {
          g_prefix_error (error, "line %u: ", i + 1);
          return FALSE;
        }
    }
  recipe->network = g_strstrip (g_string_free (g_steal_pointer (&network), FALSE));
  return TRUE;
}

/* "LINE; LINE" as a recipe's file would have them. */
static char *
lines_of (const char *text)
{
  g_auto (GStrv) lines = g_strsplit_set (text, ";\n", -1);
  for (char **line = lines; *line; line++)
    g_strstrip (*line);
  g_autofree char *joined = g_strjoinv ("\n", lines);
  return g_strdup (g_strstrip (joined));
}

/* "section.key=value", or "network=LINE; LINE". */
static gboolean
override (CgRecipe *recipe, const char *text, GError **error)
{
  if (!g_utf8_validate (text, -1, NULL))
    {
      g_autofree char *readable = g_filename_display_name (text);
      return fail (error, "\"%s\" is not UTF-8 text", readable);
    }
  if (g_str_has_prefix (text, NETWORK "="))
    {
      g_free (recipe->network);
      recipe->network = lines_of (text + strlen (NETWORK "="));
      return TRUE;
    }
  const char *dot = strchr (text, '.'), *equals = strchr (text, '=');
  if (dot == NULL || equals == NULL || dot > equals)
    return fail (error, "\"%s\" is not section.key=value", text);
  if (strchr (text, '\n')) /* the run's recipe file would not say the same */
    return fail (error, "%.*s: a value is one line", (int) (equals - text), text);
  g_autofree char *section = g_strndup (text, dot - text);
  g_autofree char *line = g_strdup (dot + 1);
  return parse_line (recipe, section, line, error);
}

static gboolean
check_network (const CgRecipe *recipe, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (CgNetwork) network
      = *recipe->network ? cg_network_parse (recipe->network, &cause) : NULL;
  return cause == NULL || fail (error, "%s", cause->message);
}

static gboolean
override_all (CgRecipe *recipe, const char *const *overrides, GError **error)
{
  for (; overrides && *overrides; overrides++)
    if (!override (recipe, *overrides, error))
      return FALSE;
  return check_network (recipe, error);
}

CgRecipe *
cg_recipe_parse (const char *text, const char *const *overrides, GError **error)
{
  g_autoptr (CgRecipe) recipe = g_new0 (CgRecipe, 1);
  if (!g_utf8_validate (text, -1, NULL))
    {
      fail (error, "is not UTF-8 text");
      return NULL;
    }
  if (g_str_has_prefix (text, BYTE_ORDER_MARK))
    text += strlen (BYTE_ORDER_MARK);
  if (!set_fallbacks (recipe, error) || !parse_text (recipe, text, error)
      || !override_all (recipe, overrides, error))
    return NULL;
  return g_steal_pointer (&recipe);
}

CgRecipe *
cg_recipe_load (const char *path, const char *const *overrides, GError **error)
{
  g_autofree char *text = NULL;
  if (!g_file_get_contents (path, &text, NULL, error))
    return NULL;
  g_autoptr (CgRecipe) recipe = cg_recipe_parse (text, NULL, error);
  if (recipe == NULL)
    g_prefix_error (error, "%s: ", path);
  if (recipe == NULL || !override_all (recipe, overrides, error))
    return NULL;
  return g_steal_pointer (&recipe);
}

void
cg_recipe_free (CgRecipe *recipe)
{
  if (recipe == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      gpointer field = G_STRUCT_MEMBER_P (recipe, keys[i].offset);
      if (keys[i].kind == KIND_TEXT || keys[i].kind == KIND_MODEL)
        g_free (*(char **) field);
      else if (keys[i].kind == KIND_PATHS)
        g_strfreev (*(char ***) field);
    }
  g_free (recipe->network);
  g_free (recipe);
}

static void
append_path (GString *text, const char *path, gboolean portable)
{
  g_autofree char *base = *path ? g_path_get_basename (path) : g_strdup ("");
  g_string_append (text, portable ? base : path);
}

static void
append_paths (GString *text, char **paths, gboolean portable)
{
  for (char **path = paths; *path; path++)
    {
      g_string_append (text, path > paths ? "; " : "");
      append_path (text, *path, portable);
    }
}

static void
append_value (GString *text, const CgRecipe *recipe, const Key *key, gboolean portable)
{
  gconstpointer field = G_STRUCT_MEMBER_P (recipe, key->offset);
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  g_auto (GStrv) words = NULL;
  switch (key->kind)
    {
    case KIND_TEXT:
      g_string_append (text, *(char *const *) field);
      break;
    case KIND_MODEL:
      append_path (text, *(char *const *) field, portable);
      break;
    case KIND_PATHS:
      append_paths (text, *(char **const *) field, portable);
      break;
    case KIND_INT:
      if (key->choices && *(const int *) field == 0)
        g_string_append (text, key->choices);
      else
        g_string_append_printf (text, "%d", *(const int *) field);
      break;
    case KIND_NUMBER:
      g_string_append (text,
                       g_ascii_formatd (number, sizeof number, "%.12g", *(const double *) field));
      break;
    case KIND_CHOICE:
      words = g_strsplit (key->choices, " ", -1);
      g_string_append (text, words[*(const int *) field]);
      break;
    }
}

static void
append_section (GString *text, const CgRecipe *recipe, const char *section, gboolean portable)
{
  g_string_append_printf (text, "%s[%s]\n", text->len > 0 ? "\n" : "", section);
  if (strcmp (section, NETWORK) == 0)
    g_string_append_printf (text, "%s\n", recipe->network);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (strcmp (keys[i].section, section) == 0)
      {
        g_string_append_printf (text, "%s = ", keys[i].name);
        append_value (text, recipe, &keys[i], portable);
        g_string_append_c (text, '\n');
      }
}

char *
cg_recipe_text (const CgRecipe *recipe, gboolean portable)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (sections); i++)
    append_section (text, recipe, sections[i], portable);
  return g_string_free (text, FALSE);
}

char *
cg_recipe_help (void)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autofree char *name = g_strdup_printf ("%s.%s", keys[i].section, keys[i].name);
      g_string_append_printf (text, "  %-29s %s", name, keys[i].what);
      if (keys[i].kind == KIND_CHOICE)
        {
          g_auto (GStrv) words = g_strsplit (keys[i].choices, " ", -1);
          g_autofree char *list = g_strjoinv (", ", words);
          g_string_append_printf (text, ": %s", list);
        }
      if (*keys[i].fallback)
        g_string_append_printf (text, " [%s]", keys[i].fallback);
      g_string_append_c (text, '\n');
    }
  return g_string_free (text, FALSE);
}
