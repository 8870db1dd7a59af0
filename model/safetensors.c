/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A safetensors header in memory, and its way into a file; safetensors-parse.c
 * is the way back. */
#include "model/safetensors.h"

#include <string.h>

#include <json-glib/json-glib.h>

static void
tensor_free (gpointer data)
{
  CgSafetensor *tensor = data;
  g_free (tensor->name);
  g_free (tensor);
}

CgSafetensors *
cg_safetensors_new (void)
{
  CgSafetensors *header = g_new0 (CgSafetensors, 1);
  header->metadata = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  header->tensors = g_ptr_array_new_with_free_func (tensor_free);
  return header;
}

void
cg_safetensors_free (CgSafetensors *header)
{
  if (header == NULL)
    return;
  g_hash_table_unref (header->metadata);
  g_ptr_array_unref (header->tensors);
  g_free (header);
}

gsize
cg_safetensor_bytes (const CgSafetensor *tensor)
{
  gsize bytes = sizeof (float);
  for (int i = 0; i < tensor->n_dims; i++)
    if (!g_size_checked_mul (&bytes, bytes, tensor->dims[i]))
      return G_MAXSIZE;
  return bytes;
}

void
cg_safetensors_add (CgSafetensors *header, const char *name, int n_dims, const int *dims)
{
  g_return_if_fail (n_dims >= 0 && n_dims <= CG_SAFETENSORS_MAX_DIMS);

  GPtrArray *tensors = header->tensors;
  const CgSafetensor *last = tensors->len ? tensors->pdata[tensors->len - 1] : NULL;
  CgSafetensor *tensor = g_new0 (CgSafetensor, 1);
  tensor->name = g_strdup (name);
  tensor->n_dims = n_dims;
  for (int i = 0; i < n_dims; i++)
    tensor->dims[i] = dims[i];
  tensor->begin = last ? last->end : 0;
  tensor->end = tensor->begin + cg_safetensor_bytes (tensor);
  g_ptr_array_add (tensors, tensor);
}

static void
build_metadata (JsonBuilder *builder, GHashTable *metadata)
{
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (metadata), (GCompareFunc) strcmp);
  json_builder_set_member_name (builder, CG_SAFETENSORS_METADATA);
  json_builder_begin_object (builder);
  for (GList *key = keys; key != NULL; key = key->next)
    {
      json_builder_set_member_name (builder, key->data);
      json_builder_add_string_value (builder, g_hash_table_lookup (metadata, key->data));
    }
  json_builder_end_object (builder);
}

static void
build_tensor (JsonBuilder *builder, const CgSafetensor *tensor)
{
  json_builder_set_member_name (builder, tensor->name);
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "dtype");
  json_builder_add_string_value (builder, "F32");
  json_builder_set_member_name (builder, "shape");
  json_builder_begin_array (builder);
  for (int i = 0; i < tensor->n_dims; i++)
    json_builder_add_int_value (builder, tensor->dims[i]);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "data_offsets");
  json_builder_begin_array (builder);
  json_builder_add_int_value (builder, tensor->begin);
  json_builder_add_int_value (builder, tensor->end);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

GByteArray *
cg_safetensors_format (const CgSafetensors *header)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  json_builder_begin_object (builder);
  build_metadata (builder, header->metadata);
  for (guint i = 0; i < header->tensors->len; i++)
    build_tensor (builder, g_ptr_array_index (header->tensors, i));
  json_builder_end_object (builder);

  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = json_to_string (root, FALSE);
  gsize text_size = strlen (text);
  gsize padded = (text_size + 7) / 8 * 8;
  guint64 length = GUINT64_TO_LE ((guint64) padded);

  GByteArray *bytes = g_byte_array_new ();
  g_byte_array_append (bytes, (const guint8 *) &length, CG_SAFETENSORS_LENGTH);
  g_byte_array_append (bytes, (const guint8 *) text, text_size);
  g_byte_array_append (bytes, (const guint8 *) "       ", padded - text_size);
  return bytes;
}
