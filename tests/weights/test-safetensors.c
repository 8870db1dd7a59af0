/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The safetensors container: every way a header can lie gets its own message,
 * and no damaged file gets through or brings the reader down. */
#include "model/safetensors.h"

#include <string.h>

#include "model/error.h"

#define A(offsets)     "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":" offsets "}"
#define B(offsets)     "\"b\":{\"dtype\":\"F32\",\"shape\":[1,1],\"data_offsets\":" offsets "}"
#define TENSOR(fields) "{\"a\":{" fields "}}"
#define CUT            "the file is damaged or cut short"

typedef struct
{
  const char *name;
  const char *text;
  gsize data_size;
  const char *message; /* pattern with * */
} Case;

static const Case cases[] = {
  { "empty", "", 0, "the header does not begin with {" },
  { "no-object", "[1]", 0, "the header does not begin with {" },
  { "not-utf8", "{\"\xff\":1}", 0, "the header is not UTF-8 text" },
  { "open", "{\"a\":", 0, "the header is not JSON: *" },
  { "no-value", "{\"a\":}", 0, "the header is not JSON: *" },
  { "comment", "{/* \" */}", 0, "the header is not JSON at byte 1" },
  { "single-quotes", "{'a':1}", 0, "the header is not JSON at byte 1" },
  { "deep", "{\"a\":[[[[", 0, "the header is nested too deeply at byte 7" },
  { "two-objects", "{} {}", 0, "the header goes on after its end, at byte 3" },
  { "tensor-twice", "{" A ("[0,8]") "," A ("[0,8]") "}", 8, "the header has \"a\" twice" },
  { "key-twice", "{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", 0, "the header has \"k\" twice" },
  { "metadata-list", "{\"__metadata__\":[]}", 0, "__metadata__ is not an object" },
  { "metadata-number", "{\"__metadata__\":{\"k\":1}}", 0,
    "__metadata__ entry \"k\" is not a string" },
  { "no-tensor", "{\"a\":1}", 0, "tensor \"a\" is not described by dtype, shape and data_offsets" },
  { "no-dtype", TENSOR ("\"x\":1,\"shape\":[1],\"data_offsets\":[0,4]"), 4,
    "tensor \"a\" is of type none; only F32 is read" },
  { "half", TENSOR ("\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]"), 4,
    "tensor \"a\" is of type F16; only F32 is read" },
  { "dtype-number", TENSOR ("\"dtype\":32,\"shape\":[1],\"data_offsets\":[0,4]"), 4,
    "tensor \"a\" is of type none; only F32 is read" },
  { "shape-negative", TENSOR ("\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]"), 4,
    "the shape of tensor \"a\" is not a list of at most 8 whole numbers" },
  { "shape-fraction", TENSOR ("\"dtype\":\"F32\",\"shape\":[1.0],\"data_offsets\":[0,4]"), 4,
    "the shape of tensor \"a\" is not a list of at most 8 whole numbers" },
  { "shape-words", TENSOR ("\"dtype\":\"F32\",\"shape\":[\"1\"],\"data_offsets\":[0,4]"), 4,
    "the shape of tensor \"a\" is not a list of at most 8 whole numbers" },
  { "shape-long",
    TENSOR ("\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,1],"
            "\"data_offsets\":[0,4]"),
    4, "the shape of tensor \"a\" is not a list of at most 8 whole numbers" },
  { "shape-overflow",
    TENSOR ("\"dtype\":\"F32\",\"shape\":[1073741824,1073741824,4],"
            "\"data_offsets\":[0,0]"),
    0, "tensor \"a\" has 0 bytes, which its shape does not" },
  { "shape-other", TENSOR ("\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]"), 8,
    "tensor \"a\" has 8 bytes, which its shape does not" },
  { "offsets-one", TENSOR ("\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4]"), 4,
    "the data_offsets of tensor \"a\" are not two whole numbers" },
  { "offsets-missing", TENSOR ("\"dtype\":\"F32\",\"shape\":[1],\"x\":[0,4]"), 4,
    "the data_offsets of tensor \"a\" are not two whole numbers" },
  { "offsets-huge", "{" A ("[18446744073709551608,18446744073709551615]") "}", 8,
    "the data_offsets of tensor \"a\" are not two whole numbers" },
  { "offsets-reversed", "{" A ("[8,0]") "}", 8,
    "tensor \"a\" should be bytes 8 to 0 of the data, which has 8: " CUT },
  { "offsets-outside", "{" A ("[0,8]") "}", 7,
    "tensor \"a\" should be bytes 0 to 8 of the data, which has 7: " CUT },
  { "overlap", "{" A ("[0,8]") "," B ("[4,8]") "}", 8,
    "tensor \"b\" begins at byte 4 of the data, but the one before ends at 8" },
  { "hole", "{" A ("[0,8]") "," B ("[9,13]") "}", 13,
    "tensor \"b\" begins at byte 9 of the data, but the one before ends at 8" },
  { "hole-in-front", "{" A ("[4,12]") "}", 12,
    "tensor \"a\" begins at byte 4 of the data, but the one before ends at 0" },
  { "trailing", "{" A ("[0,8]") "}", 9, "the tensors end at byte 8 of the data, which has 9" },
};

/* A file of @text and @data_size zeros, claiming a header of @length bytes. */
static GByteArray *
make_file (guint64 length, const char *text, gsize text_size, gsize data_size)
{
  GByteArray *file = g_byte_array_new ();
  guint64 little = GUINT64_TO_LE (length);
  g_byte_array_append (file, (const guint8 *) &little, 8);
  g_byte_array_append (file, (const guint8 *) text, text_size);
  g_autofree guint8 *zeros = g_malloc0 (data_size + 1);
  g_byte_array_append (file, zeros, data_size);
  return file;
}

static void
assert_refused (const guint8 *bytes, gsize size, const char *pattern)
{
  const guint8 *data;
  g_autoptr (GError) error = NULL;
  g_autoptr (CgSafetensors) header = cg_safetensors_parse (bytes, size, &data, &error);
  g_assert_null (header);
  g_assert_error (error, CG_ERROR, CG_ERROR_FORMAT);
  if (!g_pattern_match_simple (pattern, error->message))
    g_error ("said \"%s\", should say \"%s\"", error->message, pattern);
}

static void
test_malformed (gconstpointer user)
{
  const Case *c = user;
  gsize size = strlen (c->text);
  g_autoptr (GByteArray) file = make_file (size, c->text, size, c->data_size);
  assert_refused (file->data, file->len, c->message);
}

static void
test_length (void)
{
  g_autoptr (GByteArray) file = make_file (3, "{}", 2, 0);
  assert_refused (file->data, 0, "0 bytes are too few for a safetensors file");
  assert_refused (file->data, 7, "7 bytes are too few for a safetensors file");
  assert_refused (file->data, file->len,
                  "the header should be 3 bytes long, but only 2 follow: not a safetensors file, "
                  "or one cut short");
  memset (file->data, 0xff, 8);
  assert_refused (file->data, file->len,
                  "the header should be 18446744073709551615 bytes long, but only 2 follow: *");
}

static void
test_large_header (void)
{
  g_autoptr (GByteArray) file = make_file (5000000, "{}", 2, 5000000 - 2);
  assert_refused (file->data, file->len, "a header of 5000000 bytes; at most 4194304 are read");
}

static void
test_nul_byte (void)
{
  g_autoptr (GByteArray) file = make_file (4, "{\0 }", 4, 0);
  assert_refused (file->data, file->len, "the header is not UTF-8 text");
}

/* Strings may hold what the header's own structure may not. */
static void
test_strings (void)
{
  const char *text = "{\"__metadata__\":{\"k\":\"[[[[[ /* ' \\\" \\\\\\n }\\u00e4\"}}  ";
  g_autoptr (GByteArray) file = make_file (strlen (text), text, strlen (text), 0);
  const guint8 *data;
  g_autoptr (GError) error = NULL;
  g_autoptr (CgSafetensors) header = cg_safetensors_parse (file->data, file->len, &data, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_hash_table_lookup (header->metadata, "k"), ==, "[[[[[ /* ' \" \\\n }\xc3\xa4");
  g_assert_cmpuint (header->tensors->len, ==, 0);
}

static CgSafetensors *
example (void)
{
  CgSafetensors *header = cg_safetensors_new ();
  for (const char *const *key = (const char *const[]){ "zebra", "newt", "bee", "yak", NULL }; *key;
       key++)
    g_hash_table_insert (header->metadata, g_strdup (*key), g_strdup ("x"));
  g_hash_table_insert (header->metadata, g_strdup ("ape"), g_strdup ("\"first\"\n\t\x01 \xc3\xa4"));
  cg_safetensors_add (header, "weight", 4, (int[]){ 2, 1, 3, 3 });
  cg_safetensors_add (header, "bias", 1, (int[]){ 2 });
  cg_safetensors_add (header, "scalar", 0, NULL);
  return header;
}

/* The bytes as the format's description has them. */
static void
test_format (void)
{
  static const char text[]
      = "{\"__metadata__\":{\"ape\":\"\\\"first\\\"\\n\\t\\u0001 \xc3\xa4\","
        "\"bee\":\"x\",\"newt\":\"x\",\"yak\":\"x\",\"zebra\":\"x\"},"
        "\"weight\":{\"dtype\":\"F32\",\"shape\":[2,1,3,3],"
        "\"data_offsets\":[0,72]},"
        "\"bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[72,80]},"
        "\"scalar\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[80,84]}}";
  g_autoptr (CgSafetensors) header = example ();
  g_autoptr (GByteArray) bytes = cg_safetensors_format (header);
  gsize size = strlen (text);

  g_assert_cmpuint (bytes->len % 8, ==, 0);
  g_assert_cmpuint (bytes->len - 8, <, size + 8);
  g_assert_cmpuint (bytes->data[0] + 256 * bytes->data[1], ==, bytes->len - 8);
  g_assert_cmpmem (bytes->data + 8, size, text, size);
  for (gsize i = 8 + size; i < bytes->len; i++)
    g_assert_cmpint (bytes->data[i], ==, ' ');
}

static void
test_round_trip (void)
{
  g_autoptr (CgSafetensors) header = example ();
  g_autoptr (GByteArray) bytes = cg_safetensors_format (header);
  gsize start = bytes->len;
  g_byte_array_set_size (bytes, start + 84);

  const guint8 *data;
  g_autoptr (GError) error = NULL;
  g_autoptr (CgSafetensors) again = cg_safetensors_parse (bytes->data, bytes->len, &data, &error);
  g_assert_no_error (error);
  g_assert_true (data == bytes->data + start);
  g_assert_cmpuint (g_hash_table_size (again->metadata), ==, 5);
  g_assert_cmpstr (g_hash_table_lookup (again->metadata, "ape"), ==,
                   g_hash_table_lookup (header->metadata, "ape"));
  g_assert_cmpuint (again->tensors->len, ==, 3);
  const CgSafetensor *bias = again->tensors->pdata[1];
  g_assert_cmpstr (bias->name, ==, "bias");
  g_assert_cmpint (bias->n_dims, ==, 1);
  g_assert_cmpint (bias->dims[0], ==, 2);
  g_assert_cmpuint (bias->begin, ==, 72);
  g_assert_cmpuint (bias->end, ==, 80);
}

/* Tensors may stand in the header in any order. */
static void
test_order (void)
{
  const char *text = "{" B ("[8,12]") "," A ("[0,8]") "}";
  g_autoptr (GByteArray) file = make_file (strlen (text), text, strlen (text), 12);
  const guint8 *data;
  g_autoptr (GError) error = NULL;
  g_autoptr (CgSafetensors) header = cg_safetensors_parse (file->data, file->len, &data, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (((CgSafetensor *) header->tensors->pdata[0])->name, ==, "a");
  g_assert_cmpstr (((CgSafetensor *) header->tensors->pdata[1])->name, ==, "b");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/safetensors/length", test_length);
  g_test_add_func ("/safetensors/large-header", test_large_header);
  g_test_add_func ("/safetensors/nul-byte", test_nul_byte);
  g_test_add_func ("/safetensors/strings", test_strings);
  g_test_add_func ("/safetensors/format", test_format);
  g_test_add_func ("/safetensors/round-trip", test_round_trip);
  g_test_add_func ("/safetensors/order", test_order);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/safetensors/malformed/", cases[i].name, NULL);
      g_test_add_data_func (path, &cases[i], test_malformed);
    }
  return g_test_run ();
}
