/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading trusts nothing: every number is checked against the file's real
 * size before it is used, and the JSON is looked over before json-glib, which
 * forgives a lot and recurses, gets to see it. */
#include "model/safetensors.h"

#include <string.h>

#include <json-glib/json-glib.h>

#include "model/error.h"

#define MAX_DEPTH 3 /* { "name": { "shape": [ ] } } */

G_GNUC_PRINTF (2, 3)
static gboolean
fail (GError **error, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, CG_ERROR, CG_ERROR_FORMAT, message);
  return FALSE;
}

/* The JSON text behind the length, or NULL. */
static const char *
take_text (const guint8 *bytes, gsize size, gsize *text_size, GError **error)
{
  guint64 length;
  if (size < CG_SAFETENSORS_LENGTH)
    {
      fail (error, "%" G_GSIZE_FORMAT " bytes are too few for a safetensors file", size);
      return NULL;
    }
  memcpy (&length, bytes, CG_SAFETENSORS_LENGTH);
  length = GUINT64_FROM_LE (length);
  if (length > size - CG_SAFETENSORS_LENGTH)
    {
      fail (error,
            "the header should be %" G_GUINT64_FORMAT " bytes long, but only %" G_GSIZE_FORMAT
            " follow: not a safetensors file, or one cut short",
            length, size - CG_SAFETENSORS_LENGTH);
      return NULL;
    }
  if (length > CG_SAFETENSORS_MAX_HEADER)
    {
      fail (error, "a header of %" G_GUINT64_FORMAT " bytes; at most %d are read", length,
            CG_SAFETENSORS_MAX_HEADER);
      return NULL;
    }
  *text_size = length;
  return (const char *) bytes + CG_SAFETENSORS_LENGTH;
}

/* Whether the text is one object of plain JSON symbols, nested no deeper than
 * a header is.  The grammar itself is left to json-glib. */
static gboolean
check_text (const char *text, gsize size, GError **error)
{
  gboolean in_string = FALSE;
  int depth = 0;

  if (size == 0 || text[0] != '{')
    return fail (error, "the header does not begin with {");
  if (!g_utf8_validate_len (text, size, NULL))
    return fail (error, "the header is not UTF-8 text");
  for (gsize i = 0; i < size; i++)
    {
      char c = text[i];
      if (in_string)
        {
          in_string = c != '"';
          i += c == '\\';
        }
      else if (depth == 0 && i > 0 && !g_ascii_isspace (c))
        return fail (error, "the header goes on after its end, at byte %" G_GSIZE_FORMAT, i);
      else if (c == '"')
        in_string = TRUE;
      else if (c == '{' || c == '[')
        {
          if (++depth > MAX_DEPTH)
            return fail (error, "the header is nested too deeply at byte %" G_GSIZE_FORMAT, i);
        }
      else if (c == '}' || c == ']')
        depth--;
      else if (!g_ascii_isalnum (c) && strchr (" \t\r\n:,+-.", c) == NULL)
        return fail (error, "the header is not JSON at byte %" G_GSIZE_FORMAT, i);
    }
  return TRUE;
}

typedef struct
{
  GHashTable *seen; /* "object name" */
  char *twice;      /* first name that an object has twice */
} Members;

/* json-glib keeps the last of two members of one name; this notices the first. */
static void
see_member (JsonParser *parser, JsonObject *object, const char *name, gpointer user)
{
  Members *members = user;
  if (!g_hash_table_add (members->seen, g_strdup_printf ("%p %s", (void *) object, name))
      && members->twice == NULL)
    members->twice = g_strdup (name);
}

/* The header's object, owned by @parser, or NULL. */
static JsonObject *
parse_text (JsonParser *parser, const char *text, gsize size, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Members members = { seen, NULL };
  g_autoptr (GError) cause = NULL;

  gulong handler = g_signal_connect (parser, "object-member", G_CALLBACK (see_member), &members);
  gboolean parsed = json_parser_load_from_data (parser, text, size, &cause);
  g_signal_handler_disconnect (parser, handler);

  g_autofree char *twice = members.twice;
  if (!parsed)
    fail (error, "the header is not JSON: %s", cause->message);
  else if (twice != NULL)
    fail (error, "the header has \"%s\" twice", twice);
  else
    return json_node_get_object (json_parser_get_root (parser));
  return NULL;
}

static gboolean
read_metadata (GHashTable *metadata, JsonNode *node, GError **error)
{
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return fail (error, CG_SAFETENSORS_METADATA " is not an object");

  JsonObjectIter iter;
  const char *key;
  JsonNode *value;
  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &key, &value))
    {
      if (!JSON_NODE_HOLDS_VALUE (value) || json_node_get_value_type (value) != G_TYPE_STRING)
        return fail (error, CG_SAFETENSORS_METADATA " entry \"%s\" is not a string", key);
      g_hash_table_insert (metadata, g_strdup (key), json_node_dup_string (value));
    }
  return TRUE;
}

/* An array of at most @max whole numbers, 0 to @largest; returns how many, or -1. */
static int
read_numbers (JsonNode *node, gint64 *numbers, int max, gint64 largest)
{
  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return -1;
  JsonArray *array = json_node_get_array (node);
  guint n = json_array_get_length (array);
  if (n > (guint) max)
    return -1;
  for (guint i = 0; i < n; i++)
    {
      JsonNode *item = json_array_get_element (array, i);
      if (!JSON_NODE_HOLDS_VALUE (item) || json_node_get_value_type (item) != G_TYPE_INT64)
        return -1;
      numbers[i] = json_node_get_int (item);
      if (numbers[i] < 0 || numbers[i] > largest)
        return -1;
    }
  return n;
}

static gboolean
read_tensor (CgSafetensor *tensor, JsonNode *node, gsize data_size, GError **error)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  if (object == NULL || json_object_get_size (object) != 3)
    return fail (error, "tensor \"%s\" is not described by dtype, shape and data_offsets",
                 tensor->name);

  JsonNode *dtype = json_object_get_member (object, "dtype");
  const char *type = dtype && JSON_NODE_HOLDS_VALUE (dtype) ? json_node_get_string (dtype) : NULL;
  if (g_strcmp0 (type, "F32") != 0)
    return fail (error, "tensor \"%s\" is of type %s; only F32 is read", tensor->name,
                 type ? type : "none");

  gint64 dims[CG_SAFETENSORS_MAX_DIMS];
  tensor->n_dims = read_numbers (json_object_get_member (object, "shape"), dims,
                                 CG_SAFETENSORS_MAX_DIMS, G_MAXINT);
  if (tensor->n_dims < 0)
    return fail (error, "the shape of tensor \"%s\" is not a list of at most %d whole numbers",
                 tensor->name, CG_SAFETENSORS_MAX_DIMS);
  for (int i = 0; i < tensor->n_dims; i++)
    tensor->dims[i] = dims[i];

  gint64 offsets[2];
  if (read_numbers (json_object_get_member (object, "data_offsets"), offsets, 2, G_MAXINT64) != 2)
    return fail (error, "the data_offsets of tensor \"%s\" are not two whole numbers",
                 tensor->name);
  if (offsets[0] > offsets[1] || (guint64) offsets[1] > data_size)
    return fail (error,
                 "tensor \"%s\" should be bytes %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
                 " of the data, which has %" G_GSIZE_FORMAT ": the file is damaged or cut short",
                 tensor->name, offsets[0], offsets[1], data_size);
  tensor->begin = offsets[0];
  tensor->end = offsets[1];
  if (cg_safetensor_bytes (tensor) != tensor->end - tensor->begin)
    return fail (error, "tensor \"%s\" has %" G_GSIZE_FORMAT " bytes, which its shape does not",
                 tensor->name, tensor->end - tensor->begin);
  return TRUE;
}

static int
by_place (gconstpointer a, gconstpointer b)
{
  const CgSafetensor *s = *(CgSafetensor *const *) a, *t = *(CgSafetensor *const *) b;
  if (s->begin != t->begin)
    return s->begin < t->begin ? -1 : 1;
  return s->end < t->end ? -1 : s->end > t->end;
}

/* Sort the tensors by their place and see that they follow each other. */
static gboolean
check_cover (GPtrArray *tensors, gsize data_size, GError **error)
{
  gsize end = 0;
  g_ptr_array_sort (tensors, by_place);
  for (guint i = 0; i < tensors->len; i++)
    {
      const CgSafetensor *tensor = g_ptr_array_index (tensors, i);
      if (tensor->begin != end)
        return fail (error,
                     "tensor \"%s\" begins at byte %" G_GSIZE_FORMAT
                     " of the data, but the one before ends at %" G_GSIZE_FORMAT,
                     tensor->name, tensor->begin, end);
      end = tensor->end;
    }
  if (end != data_size)
    return fail (error,
                 "the tensors end at byte %" G_GSIZE_FORMAT
                 " of the data, which has %" G_GSIZE_FORMAT,
                 end, data_size);
  return TRUE;
}

CgSafetensors *
cg_safetensors_parse (const guint8 *bytes, gsize size, const guint8 **data, GError **error)
{
  gsize text_size;
  const char *text = take_text (bytes, size, &text_size, error);
  if (text == NULL || !check_text (text, text_size, error))
    return NULL;

  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *object = parse_text (parser, text, text_size, error);
  if (object == NULL)
    return NULL;

  g_autoptr (CgSafetensors) header = cg_safetensors_new ();
  gsize data_size = size - CG_SAFETENSORS_LENGTH - text_size;
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &node))
    if (g_str_equal (name, CG_SAFETENSORS_METADATA))
      {
        if (!read_metadata (header->metadata, node, error))
          return NULL;
      }
    else
      {
        CgSafetensor *tensor = g_new0 (CgSafetensor, 1);
        tensor->name = g_strdup (name);
        g_ptr_array_add (header->tensors, tensor);
        if (!read_tensor (tensor, node, data_size, error))
          return NULL;
      }

  if (!check_cover (header->tensors, data_size, error))
    return NULL;
  *data = bytes + CG_SAFETENSORS_LENGTH + text_size;
  return g_steal_pointer (&header);
}
