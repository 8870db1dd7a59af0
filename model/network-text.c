/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the text of a network to its layers, line by line. */
#include <stdio.h>
#include <string.h>

#include "model/error.h"
#include "model/network-private.h"

#define MAX_LINES          1000
#define MAX_SIDE           (1 << 16) /* of an input */
#define MAX_INPUT_CHANNELS 4096      /* channels */

/* What is known half-way through a text. */
typedef struct
{
  CgNetwork *network;
  GArray *layers;    /* CgLayer */
  GHashTable *saved; /* name -> node + 1 */
  GString *text;
  int line;
} Parser;

static gboolean
parse_input (Parser *parser, char **words, GError **error)
{
  CgShape *s = &parser->network->input;
  int end = 0;

  if (g_strv_length (words) == 2)
    {
      if (sscanf (words[1], "%5d%n", &s->c, &end) == 1 && words[1][end] == '\0')
        {
          parser->network->any_size = TRUE;
          s->h = s->w = 1;
        }
      else if (sscanf (words[1], "%5dx%5dx%5d%n", &s->h, &s->w, &s->c, &end) != 3)
        end = 0;
    }
  if (end == 0 || words[1][end] != '\0' || s->h < 1 || s->w < 1 || s->c < 1 || s->h > MAX_SIDE
      || s->w > MAX_SIDE || s->c > MAX_INPUT_CHANNELS)
    {
      g_set_error_literal (error, CG_ERROR, CG_ERROR_NETWORK,
                           "the first line must be 'input CHANNELS' or 'input HxWxC'");
      return FALSE;
    }

  CgLayer input = { .other = -1, .out = *s };
  g_array_append_val (parser->layers, input);
  return TRUE;
}

static gboolean
parse_save (Parser *parser, char **words, GError **error)
{
  if (g_strv_length (words) != 2)
    {
      g_set_error_literal (error, CG_ERROR, CG_ERROR_NETWORK, "save takes one name");
      return FALSE;
    }
  g_hash_table_insert (parser->saved, g_strdup (words[1]), GINT_TO_POINTER (parser->layers->len));
  return TRUE;
}

/* The last node there is so far makes the latents. */
static gboolean
name_latents (Parser *parser, gboolean mark, GError **error)
{
  CgNetwork *network = parser->network;

  if (network->latent > 0)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_NETWORK, "the latents are already those of line %d",
                   network->latent_line + 1);
      return FALSE;
    }
  network->latent = (int) parser->layers->len - 1;
  network->latent_line = parser->line;
  network->latent_mark = mark;
  if (network->latent > 0)
    return TRUE;
  g_set_error_literal (error, CG_ERROR, CG_ERROR_NETWORK, "the input is no latents");
  return FALSE;
}

static gboolean
parse_latent (Parser *parser, char **words, GError **error)
{
  if (g_strv_length (words) == 1)
    return name_latents (parser, TRUE, error);
  g_set_error (error, CG_ERROR, CG_ERROR_NETWORK, "latent stands alone, '%s' is too much",
               words[1]);
  return FALSE;
}

static gboolean
find_saved (Parser *parser, CgLayer *layer, GError **error)
{
  layer->other = GPOINTER_TO_INT (g_hash_table_lookup (parser->saved, layer->name)) - 1;
  if (layer->other >= 0)
    return TRUE;
  g_set_error (error, CG_ERROR, CG_ERROR_NETWORK, "nothing was saved as '%s'", layer->name);
  return FALSE;
}

static gboolean
parse_layer (Parser *parser, char **words, GError **error)
{
  const CgLayerKind *kind = cg_layer_kind (words[0]);

  if (!kind)
    {
      g_autofree char *list = cg_layer_kind_list ();
      g_set_error (error, CG_ERROR, CG_ERROR_NETWORK, "'%s' is no kind of layer (%s)", words[0],
                   list);
      return FALSE;
    }
  if (kind->fixed_size && parser->network->any_size)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_NETWORK,
                   "%s needs an input of fixed size, as in 'input 28x28x1'", kind->name);
      return FALSE;
    }

  CgLayer layer = { .kind = kind, .line = parser->line, .other = -1 };
  gboolean ok;
  if (kind->parse)
    ok = kind->parse (&layer, words + 1, error);
  else if (!(ok = words[1] == NULL))
    g_set_error (error, CG_ERROR, CG_ERROR_NETWORK, "%s stands alone, '%s' is too much", kind->name,
                 words[1]);
  if (ok && layer.name)
    ok = find_saved (parser, &layer, error);
  g_array_append_val (parser->layers, layer);
  if (ok && kind == &cg_layer_gaussian)
    ok = name_latents (parser, FALSE, error);
  return ok;
}

static gboolean
parse_line (Parser *parser, const char *line, GError **error)
{
  g_autofree char *code = g_strndup (line, strcspn (line, "#"));
  g_auto (GStrv) all = g_strsplit_set (code, " \t\r", -1);
  g_autoptr (GPtrArray) words = g_ptr_array_new ();

  for (char **word = all; *word; word++)
    if (**word)
      g_ptr_array_add (words, *word);
  if (words->len == 0)
    return TRUE;
  g_ptr_array_add (words, NULL);

  char **w = (char **) words->pdata;
  g_autofree char *plain = g_strjoinv (" ", w);
  gboolean ok;
  if (parser->layers->len == 0)
    ok = strcmp (w[0], "input") == 0 ? parse_input (parser, w, error)
                                     : parse_input (parser, (char *[]){ NULL }, error);
  else if (strcmp (w[0], "save") == 0)
    ok = parse_save (parser, w, error);
  else if (strcmp (w[0], "latent") == 0)
    ok = parse_latent (parser, w, error);
  else
    ok = parse_layer (parser, w, error);
  if (!ok)
    {
      g_prefix_error (error, "network line %d '%s': ", parser->line + 1, plain);
      return FALSE;
    }
  if (parser->line++ > 0)
    g_string_append_c (parser->text, '\n');
  g_string_append (parser->text, plain);
  return TRUE;
}

static gboolean
parse_lines (Parser *parser, const char *text, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  if (!g_utf8_validate (text, -1, NULL))
    {
      g_set_error_literal (error, CG_ERROR, CG_ERROR_NETWORK, "network text is not UTF-8");
      return FALSE;
    }
  for (char **line = lines; *line; line++)
    {
      if (parser->line >= MAX_LINES)
        {
          g_set_error (error, CG_ERROR, CG_ERROR_NETWORK, "network has more than %d lines",
                       MAX_LINES);
          return FALSE;
        }
      if (!parse_line (parser, *line, error))
        return FALSE;
    }
  if (parser->layers->len < 2)
    {
      g_set_error_literal (error, CG_ERROR, CG_ERROR_NETWORK, "network has no layers");
      return FALSE;
    }
  return TRUE;
}

gboolean
cg_network_read (CgNetwork *network, const char *text, GError **error)
{
  g_autoptr (GHashTable) saved = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Parser parser
      = { network, g_array_new (FALSE, TRUE, sizeof (CgLayer)), saved, g_string_new (NULL), 0 };
  gboolean ok = parse_lines (&parser, text, error);

  network->text = g_string_free (parser.text, FALSE);
  network->n_nodes = (int) parser.layers->len;
  network->layers = (CgLayer *) g_array_free (parser.layers, FALSE);
  return ok;
}
