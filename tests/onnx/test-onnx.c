/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ONNX files read back, message by message: is the graph what the network is?
 * Field numbers are those of onnx.proto3, written out. */
#include <string.h>

#include "model/layers/layer.h"
#include "model/weights.h"
#include "tests/onnx/networks.h"
#include "tests/training/house.h"
#include "training/onnx.h"

/* --- a reader of Protocol Buffers --- */

/* A piece of a message; its bytes are those of the message. */
typedef struct
{
  const guint8 *data;
  gsize size;
} Bytes;

static guint64
take_varint (Bytes *rest)
{
  guint64 value = 0;
  for (int shift = 0;; shift += 7)
    {
      g_assert_cmpuint (rest->size, >, 0);
      g_assert_cmpint (shift, <, 64);
      guint8 byte = *rest->data++;
      rest->size--;
      value |= (guint64) (byte & 0x7f) << shift;
      if (byte < 0x80)
        return value;
    }
}

/* The next field of @rest: its value or its bytes.  FALSE at the end. */
static gboolean
take_field (Bytes *rest, int *field, guint64 *value, Bytes *bytes)
{
  if (rest->size == 0)
    return FALSE;
  guint64 tag = take_varint (rest);
  *field = tag >> 3;
  *value = take_varint (rest);
  *bytes = (Bytes){ rest->data, *value };
  g_assert_true ((tag & 7) == 0 || (tag & 7) == 2);
  if ((tag & 7) == 0)
    return TRUE;
  g_assert_cmpuint (*value, <=, rest->size);
  rest->data += *value;
  rest->size -= *value;
  return TRUE;
}

/* Occurrence @n of @field in @message, or no data. */
static Bytes
nth (Bytes message, int field, int n)
{
  int found;
  guint64 value;
  Bytes bytes;
  while (take_field (&message, &found, &value, &bytes))
    if (found == field && n-- == 0)
      return bytes;
  return (Bytes){ 0 };
}

static guint64
nth_int (Bytes message, int field, int n)
{
  int found;
  guint64 value;
  Bytes bytes;
  while (take_field (&message, &found, &value, &bytes))
    if (found == field && n-- == 0)
      return value;
  return G_MAXUINT64;
}

static char *
nth_string (Bytes message, int field, int n)
{
  Bytes bytes = nth (message, field, n);
  return bytes.data ? g_strndup ((const char *) bytes.data, bytes.size) : NULL;
}

static Bytes
whole (const GByteArray *array)
{
  return (Bytes){ array->data, array->len };
}

/* --- what a graph must be --- */

static GByteArray *
format (const CgModel *model)
{
  g_autoptr (GError) error = NULL;
  GByteArray *bytes = cg_onnx_format (model, &error);
  g_assert_no_error (error);
  return bytes;
}

/* Every node reads what is there and makes something new; the last makes "clean". */
static void
check_wires (Bytes graph)
{
  g_autoptr (GHashTable) there = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Bytes node;
  char *name = NULL;

  g_hash_table_add (there, g_strdup ("image"));
  for (int i = 0; (node = nth (graph, 5, i)).data; i++)
    g_assert_true (g_hash_table_add (there, nth_string (node, 8, 0)));
  for (int i = 0; (node = nth (graph, 1, i)).data; i++)
    {
      for (int j = 0; (name = nth_string (node, 1, j)) != NULL; j++)
        {
          g_assert_true (*name == '\0' || g_hash_table_contains (there, name));
          g_free (name);
        }
      g_assert_true (g_hash_table_add (there, nth_string (node, 2, 0)));
    }
  g_assert_true (g_hash_table_contains (there, "clean"));
}

static char *
operators (Bytes graph)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  Bytes node;
  for (int i = 0; (node = nth (graph, 1, i)).data; i++)
    g_ptr_array_add (names, nth_string (node, 4, 0));
  g_ptr_array_add (names, NULL);
  return g_strjoinv (" ", (char **) names->pdata);
}

/* The initializer called @name. */
static Bytes
initializer (Bytes graph, const char *name)
{
  Bytes tensor;
  for (int i = 0; (tensor = nth (graph, 5, i)).data; i++)
    {
      g_autofree char *found = nth_string (tensor, 8, 0);
      if (g_str_equal (found, name))
        return tensor;
    }
  g_error ("no initializer %s", name);
}

static void
check_parameters (Bytes graph, const CgModel *model)
{
  for (guint i = 0; i < cg_network_n_tensors (model->network); i++)
    {
      const CgNetworkTensor *t = cg_network_tensor (model->network, i);
      Bytes tensor = initializer (graph, t->name), raw = nth (tensor, 9, 0);
      gsize length = 1;
      for (int d = 0; nth_int (tensor, 1, d) != G_MAXUINT64; d++)
        length *= nth_int (tensor, 1, d);
      for (int d = 0; d < t->n_dims; d++)
        g_assert_cmpuint (nth_int (tensor, 1, d), ==, t->dims[d]);
      g_assert_cmpuint (length, ==, t->length);
      g_assert_cmpuint (nth_int (tensor, 2, 0), ==, 1);
      if (G_BYTE_ORDER == G_LITTLE_ENDIAN)
        g_assert_cmpmem (raw.data, raw.size, model->parameters + t->offset, t->length * 4);
    }
}

static void
test_network (gconstpointer data)
{
  const NetworkCase *c = data;
  g_autoptr (CgModel) model = network_model (c->text);
  g_autoptr (GByteArray) bytes = format (model);
  g_autoptr (GByteArray) again = format (model);
  Bytes graph = nth (whole (bytes), 7, 0);
  g_autofree char *names = operators (graph);

  g_assert_cmpmem (bytes->data, bytes->len, again->data, again->len);
  g_assert_cmpuint (nth_int (whole (bytes), 1, 0), ==, 8);
  g_assert_cmpuint (nth_int (nth (whole (bytes), 8, 0), 2, 0), ==, 13);
  g_assert_cmpstr (names, ==, c->operators);
  check_wires (graph);
  check_parameters (graph, model);
}

/* Dimension @d of a graph's input (11) or output (12), as a number or a name. */
static char *
dimension (Bytes graph, int field, int d)
{
  Bytes shape = nth (nth (nth (nth (graph, field, 0), 2, 0), 1, 0), 2, 0);
  Bytes dim = nth (shape, 1, d);
  char *name = nth_string (dim, 2, 0);
  g_assert_nonnull (dim.data);
  return name ? name : g_strdup_printf ("%d", (int) nth_int (dim, 1, 0));
}

static void
check_ends (const char *text, const char *wanted)
{
  g_autoptr (CgModel) model = network_model (text);
  g_autoptr (GByteArray) bytes = format (model);
  g_autoptr (GString) found = g_string_new (NULL);
  for (int field = 11; field <= 12; field++)
    {
      Bytes graph = nth (whole (bytes), 7, 0);
      g_autofree char *name = nth_string (nth (graph, field, 0), 1, 0);
      g_string_append_printf (found, " %s", name);
      for (int d = 0; d < 4; d++)
        {
          g_autofree char *size = dimension (graph, field, d);
          g_string_append_printf (found, " %s", size);
        }
      g_assert_null (nth (graph, field, 1).data);
    }
  g_assert_cmpstr (found->str + 1, ==, wanted);
}

static void
test_ends (void)
{
  check_ends ("input 1\nconv 1 3x3", "image 1 1 height width clean 1 1 height width");
  check_ends ("input 2\nconv 3 3x3 stride 2",
              "image 1 2 height width clean 1 3 clean_height clean_width");
  check_ends ("input 4x6x2\nupsample 2", "image 1 2 4 6 clean 1 2 8 12");
}

static void
check_ints (Bytes node, int n, const char *name, const char *wanted)
{
  Bytes attribute = nth (node, 5, n);
  g_autofree char *found = nth_string (attribute, 1, 0);
  g_autoptr (GString) values = g_string_new (NULL);
  for (int i = 0; nth_int (attribute, 8, i) != G_MAXUINT64; i++)
    g_string_append_printf (values, " %d", (int) nth_int (attribute, 8, i));
  g_assert_cmpstr (found, ==, name);
  g_assert_cmpuint (nth_int (attribute, 20, 0), ==, 7);
  g_assert_cmpstr (values->str + 1, ==, wanted);
}

static void
test_conv (void)
{
  g_autoptr (CgModel) model = network_model ("input 1\nconv 2 5x5 stride 3");
  g_autoptr (GByteArray) bytes = format (model);
  Bytes node = nth (nth (whole (bytes), 7, 0), 1, 0);
  check_ints (node, 0, "kernel_shape", "5 5");
  check_ints (node, 1, "strides", "3 3");
  check_ints (node, 2, "pads", "2 2 2 2");
}

/* A new kind of layer wants its operators, and its place in networks.c. */
static void
test_all_kinds (void)
{
  g_autofree char *list = cg_layer_kind_list ();
  g_auto (GStrv) kinds = g_strsplit (list, ", ", -1);
  for (char **kind = kinds; *kind; kind++)
    {
      gboolean found = FALSE;
      for (const NetworkCase *c = network_cases; c->name && !found; c++)
        found = strstr (c->text, *kind) != NULL;
      if (!found)
        g_error ("no network in networks.c has the layer '%s'", *kind);
    }
}

static void
test_card (void)
{
  g_autoptr (CgModel) model = network_model ("input 1\nconv 1 3x3 # comment");
  cg_model_set_card (model, "licence", "CC0-1.0");
  cg_model_set_card (model, "data", "dots");
  g_autoptr (GByteArray) bytes = format (model);
  static const char *const wanted[][2]
      = { { "data", "dots" }, { "licence", "CC0-1.0" }, { "network", "input 1\nconv 1 3x3" } };
  for (int i = 0; i < 3; i++)
    {
      Bytes entry = nth (whole (bytes), 14, i);
      g_autofree char *key = nth_string (entry, 1, 0), *value = nth_string (entry, 2, 0);
      g_assert_cmpstr (key, ==, wanted[i][0]);
      g_assert_cmpstr (value, ==, wanted[i][1]);
    }
}

static void
test_command (void)
{
  g_auto (House) house = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (CgModel) model = network_model ("input 1\nconv 1 3x3");
  g_autofree char *err = NULL, *written = NULL;
  gsize size;
  house_open (&house);
  g_assert_true (cg_weights_save (model, house_path (&house, "m.safetensors"), &error));
  g_assert_cmpint (
      house_run (&house, NULL, NULL, "export", "--onnx", "m.onnx", "m.safetensors", NULL), ==, 0);
  g_assert_true (g_file_get_contents (house_path (&house, "m.onnx"), &written, &size, &error));
  g_autoptr (GByteArray) bytes = format (model);
  g_assert_cmpmem (written, size, bytes->data, bytes->len);

  g_assert_cmpint (
      house_run (&house, NULL, &err, "export", "--onnx", "m.onnx", "m.safetensors", NULL), ==, 1);
  g_assert_nonnull (strstr (err, "m.onnx: is there already"));
  g_assert_cmpint (house_run (&house, NULL, NULL, "export", "--overwrite", "--onnx", "m.onnx",
                              "m.safetensors", NULL),
                   ==, 0);
  g_clear_pointer (&err, g_free);
  g_assert_cmpint (house_run (&house, NULL, &err, "export", "m.safetensors", NULL), ==, 2);
  g_assert_nonnull (strstr (err, "--onnx is missing"));
  g_assert_cmpint (house_run (&house, NULL, NULL, "export", "--onnx", "n.onnx", NULL), ==, 2);
  g_assert_cmpint (
      house_run (&house, NULL, NULL, "export", "--onnx", "n.onnx", "no.safetensors", NULL), ==, 1);
  g_assert_false (g_file_test (house_path (&house, "n.onnx"), G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (const NetworkCase *c = network_cases; c->name; c++)
    {
      g_autofree char *path = g_strdup_printf ("/onnx/network/%s", c->name);
      g_test_add_data_func (path, c, test_network);
    }
  g_test_add_func ("/onnx/ends", test_ends);
  g_test_add_func ("/onnx/conv", test_conv);
  g_test_add_func ("/onnx/all-kinds", test_all_kinds);
  g_test_add_func ("/onnx/card", test_card);
  g_test_add_func ("/onnx/command", test_command);
  return g_test_run ();
}
