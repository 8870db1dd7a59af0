/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the text of a network to its layers, shapes and parameters. */
#include "network.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "model/error.h"
#include "model/network-private.h"
#include "model/random.h"

#define MAX_LINES    1000
#define MAX_STEP     1024
#define MAX_SIDE     (1 << 16)
#define MAX_CHANNELS (1 << 20)
#define MAX_VALUES   (G_GINT64_CONSTANT (1) << 30) /* of one node, and of all parameters */

/* What is known half-way through a text. */
typedef struct
{
  CgNetwork *network;
  GArray *layers;    /* CgLayer */
  GHashTable *saved; /* name -> node + 1 */
  GString *text;
  int line;
} Parser;

/* --- lines --- */

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
      || s->w > MAX_SIDE || s->c > 4096)
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

/* --- scale, shapes, parameters --- */

static int
common_divisor (int a, int b)
{
  return b == 0 ? a : common_divisor (b, a % b);
}

/* The step: least common multiple of the denominators of all nodes' scales. */
static gboolean
find_step (CgNetwork *network, GError **error)
{
  g_autofree int *up = g_new (int, network->n_nodes);
  g_autofree int *down = g_new (int, network->n_nodes);

  network->step = up[0] = down[0] = 1;
  for (int i = 1; i < network->n_nodes; i++)
    {
      const CgLayer *layer = &network->layers[i];
      up[i] = up[i - 1] * (layer->kind->scale == CG_SCALE_UP ? layer->n : 1);
      down[i] = down[i - 1] * (layer->kind->scale == CG_SCALE_DOWN ? layer->n : 1);
      int common = common_divisor (up[i], down[i]);
      up[i] /= common;
      down[i] /= common;
      network->step *= down[i] / common_divisor (network->step, down[i]);
      if (up[i] > MAX_STEP || network->step > MAX_STEP)
        {
          g_set_error (error, CG_ERROR, CG_ERROR_NETWORK, "network line %d: scales by more than %d",
                       layer->line + 1, MAX_STEP);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
shape_layer (CgNetwork *network, int i, GError **error)
{
  CgLayer *layer = &network->layers[i];

  layer->in = network->layers[i - 1].out;
  if (layer->other >= 0)
    layer->other_in = network->layers[layer->other].out;
  if (!layer->kind->shape (layer, error))
    return FALSE;
  gint64 values = (gint64) layer->out.h * layer->out.w * layer->out.c;
  if (layer->out.h > MAX_SIDE || layer->out.w > MAX_SIDE || layer->out.c > MAX_CHANNELS
      || values > MAX_VALUES
      || (gint64) (network->n_parameters + layer->weight_length + layer->bias_length) > MAX_VALUES)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_NETWORK, "%dx%dx%d has more than we handle",
                   layer->out.h, layer->out.w, layer->out.c);
      return FALSE;
    }
  return TRUE;
}

static void
add_tensor (CgNetwork *network, const CgLayer *layer, const char *role, CgNetworkTensor tensor)
{
  tensor.name = g_strdup_printf ("%d.%s", layer->line, role);
  tensor.offset = network->n_parameters;
  tensor.length = 1;
  for (int d = 0; d < tensor.n_dims; d++)
    tensor.length *= (gsize) tensor.dims[d];
  g_array_append_val (network->tensors, tensor);
  network->n_parameters += tensor.length;
}

static void
add_parameters (CgNetwork *network, CgLayer *layer)
{
  int k = layer->conv.k;

  if (layer->weight_length == 0)
    return;
  layer->weight_offset = network->n_parameters;
  add_tensor (network, layer, "weight",
              k ? (CgNetworkTensor){ .n_dims = 4, .dims = { layer->out.c, layer->in.c, k, k } }
                : (CgNetworkTensor){ .n_dims = 2, .dims = { layer->out.c, layer->in.c } });
  layer->bias_offset = network->n_parameters;
  if (layer->bias)
    add_tensor (network, layer, "bias", (CgNetworkTensor){ .n_dims = 1, .dims = { layer->out.c } });
}

/* A node's pixel p stands for the input pixels of its cell, [p j, p j + j),
 * j = input pixels a pixel of the node; it depends on `left` and `right` more. */
typedef struct
{
  double left, right;
} Reach;

static int
find_halo (const CgNetwork *network)
{
  g_autofree Reach *reach = g_new0 (Reach, network->n_nodes);

  for (int i = 1; i < network->n_nodes; i++)
    {
      const CgLayer *layer = &network->layers[i];
      double j = (double) network->input.h / layer->in.h; /* of the layer's input */
      Reach r = reach[i - 1];

      if (layer->conv.k > 0)
        {
          int radius = (layer->conv.k - 1) / 2;
          r.left += radius * j;
          r.right = MAX (r.right + (radius - (layer->conv.stride - 1)) * j, 0);
        }
      else if (layer->kind->scale == CG_SCALE_UP)
        {
          r.left += j - j / layer->n;
          r.right += j - j / layer->n;
        }
      if (layer->other >= 0)
        {
          r.left = MAX (r.left, reach[layer->other].left);
          r.right = MAX (r.right, reach[layer->other].right);
        }
      reach[i] = r;
    }
  Reach last = reach[network->n_nodes - 1];
  return (int) ceil (MAX (last.left, last.right));
}

static gboolean
shape_network (CgNetwork *network, GError **error)
{
  network->step = 1;
  if (network->any_size)
    {
      if (!find_step (network, error))
        return FALSE;
      network->input.h = network->input.w = network->step;
      network->layers[0].out = network->input;
    }
  for (int i = 1; i < network->n_nodes; i++)
    {
      if (!shape_layer (network, i, error))
        {
          g_prefix_error (error, "network line %d '%s': ", network->layers[i].line + 1,
                          network->layers[i].kind->name);
          return FALSE;
        }
      add_parameters (network, &network->layers[i]);
    }
  network->halo
      = network->any_size ? find_halo (network) : MAX (network->input.h, network->input.w);
  return TRUE;
}

/* --- public --- */

CgNetwork *
cg_network_parse (const char *text, GError **error)
{
  g_autoptr (CgNetwork) network = g_new0 (CgNetwork, 1);
  g_autoptr (GHashTable) saved = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Parser parser
      = { network, g_array_new (FALSE, TRUE, sizeof (CgLayer)), saved, g_string_new (NULL), 0 };

  network->tensors = g_array_new (FALSE, FALSE, sizeof (CgNetworkTensor));
  gboolean ok = parse_lines (&parser, text, error);
  network->text = g_string_free (parser.text, FALSE);
  network->n_nodes = (int) parser.layers->len;
  network->layers = (CgLayer *) g_array_free (parser.layers, FALSE);
  if (!ok || !shape_network (network, error))
    return NULL;
  return g_steal_pointer (&network);
}

void
cg_network_free (CgNetwork *network)
{
  if (!network)
    return;
  for (int i = 0; i < network->n_nodes; i++)
    g_free (network->layers[i].name);
  for (guint i = 0; i < network->tensors->len; i++)
    g_free ((char *) cg_network_tensor (network, i)->name);
  g_array_free (network->tensors, TRUE);
  g_free (network->layers);
  g_free (network->text);
  g_free (network);
}

const char *
cg_network_text (const CgNetwork *network)
{
  return network->text;
}

gboolean
cg_network_any_size (const CgNetwork *network)
{
  return network->any_size;
}

int
cg_network_step (const CgNetwork *network)
{
  return network->step;
}

int
cg_network_halo (const CgNetwork *network)
{
  return network->halo;
}

CgShape
cg_network_node_shape (const CgNetwork *network, int node, int h, int w)
{
  CgShape s = network->layers[node].out;

  if (network->any_size)
    {
      s.h *= h / network->step;
      s.w *= w / network->step;
    }
  return s;
}

CgShape
cg_network_input_shape (const CgNetwork *network, int h, int w)
{
  return cg_network_node_shape (network, 0, h, w);
}

CgShape
cg_network_output_shape (const CgNetwork *network, int h, int w)
{
  return cg_network_node_shape (network, network->n_nodes - 1, h, w);
}

double
cg_network_flop_per_pixel (const CgNetwork *network)
{
  double flop = 0;

  for (int i = 1; i < network->n_nodes; i++)
    flop += 2.0 * network->layers[i].weight_length * network->layers[i].out.h
            * network->layers[i].out.w;
  return flop / network->input.h / network->input.w;
}

const CgLayer *
cg_network_layer (const CgNetwork *network, int i)
{
  return i < network->n_nodes ? &network->layers[i] : NULL;
}

gsize
cg_network_n_parameters (const CgNetwork *network)
{
  return network->n_parameters;
}

guint
cg_network_n_tensors (const CgNetwork *network)
{
  return network->tensors->len;
}

const CgNetworkTensor *
cg_network_tensor (const CgNetwork *network, guint i)
{
  return &g_array_index (network->tensors, CgNetworkTensor, i);
}

/* --- first values --- */

/* TRUE if what layer @i makes is, but for moving it about, added to a saved point. */
static gboolean
ends_in_add (const CgNetwork *network, int i)
{
  while (++i < network->n_nodes && network->layers[i].kind == &cg_layer_shuffle)
    ;
  return i < network->n_nodes && network->layers[i].kind == &cg_layer_add;
}

static gboolean
before_relu (const CgNetwork *network, int i)
{
  return network->layers[i].activation == CG_ACTIVATION_RELU
         || (i + 1 < network->n_nodes && network->layers[i + 1].kind == &cg_layer_relu);
}

void
cg_network_init (const CgNetwork *network, guint64 seed, float *parameters)
{
  memset (parameters, 0, sizeof (float) * network->n_parameters);
  for (int i = 1; i < network->n_nodes; i++)
    {
      const CgLayer *layer = &network->layers[i];
      if (layer->weight_length == 0)
        continue;
      CgRandom random = cg_random (seed, layer->line, 0);
      double fan_in = (double) layer->weight_length / layer->out.c;
      double sigma = sqrt ((before_relu (network, i) ? 2 : 1) / fan_in);
      if (ends_in_add (network, i))
        sigma *= 0.1;
      for (gsize p = 0; p < layer->weight_length; p++)
        parameters[layer->weight_offset + p] = (float) (sigma * cg_random_normal (&random));
    }
}
