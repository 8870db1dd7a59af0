/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights files: what is saved is what is loaded, and a file that is no good is
 * refused with a sentence that says where. */
#include "model/weights.h"

#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "model/error.h"
#include "model/safetensors.h"

#define NETWORK "input 1\nconv 3 3x3 relu\nconv 1 3x3"

/* --- files to be refused ------------------------------------------------ */

/* A right header of NETWORK, for a test to spoil. */
static CgSafetensors *
right_header (void)
{
  CgSafetensors *header = cg_safetensors_new ();
  g_hash_table_insert (header->metadata, g_strdup ("format"), g_strdup ("cleargrain 1"));
  g_hash_table_insert (header->metadata, g_strdup ("network"), g_strdup (NETWORK));
  cg_safetensors_add (header, "1.weight", 4, (int[]){ 3, 1, 3, 3 });
  cg_safetensors_add (header, "1.bias", 1, (int[]){ 3 });
  cg_safetensors_add (header, "2.weight", 4, (int[]){ 1, 3, 3, 3 });
  cg_safetensors_add (header, "2.bias", 1, (int[]){ 1 });
  return header;
}

/* The header with data 1, 2, 3 ... behind it. */
static GByteArray *
with_data (const CgSafetensors *header)
{
  GByteArray *file = cg_safetensors_format (header);
  const CgSafetensor *last = header->tensors->pdata[header->tensors->len - 1];
  for (gsize i = 0; i < last->end / 4; i++)
    {
      union
      {
        float value;
        guint32 bits;
      } number = { .value = i + 1 };
      guint32 little = GUINT32_TO_LE (number.bits);
      g_byte_array_append (file, (const guint8 *) &little, 4);
    }
  return file;
}

static void
assert_refused (const GByteArray *file, CgError code, const char *pattern)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CgModel) model = cg_weights_parse (file->data, file->len, &error);
  g_assert_null (model);
  g_assert_error (error, CG_ERROR, (int) code);
  if (!g_pattern_match_simple (pattern, error->message))
    g_error ("said \"%s\", should say \"%s\"", error->message, pattern);
}

static void
assert_refused_header (const CgSafetensors *header, CgError code, const char *pattern)
{
  g_autoptr (GByteArray) file = with_data (header);
  assert_refused (file, code, pattern);
}

/* Metadata entry @key becomes @value, or goes away. */
static void
assert_refused_metadata (const char *key, const char *value, CgError code, const char *pattern)
{
  g_autoptr (CgSafetensors) header = right_header ();
  if (value != NULL)
    g_hash_table_insert (header->metadata, g_strdup (key), g_strdup (value));
  else
    g_hash_table_remove (header->metadata, key);
  assert_refused_header (header, code, pattern);
}

static void
test_right (void)
{
  g_autoptr (CgSafetensors) header = right_header ();
  g_hash_table_insert (header->metadata, g_strdup ("name"), g_strdup ("tiny"));
  g_autoptr (GByteArray) file = with_data (header);
  g_autoptr (GError) error = NULL;
  g_autoptr (CgModel) model = cg_weights_parse (file->data, file->len, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (cg_network_text (model->network), ==, NETWORK);
  g_assert_cmpuint (g_hash_table_size (model->card), ==, 1);
  g_assert_cmpstr (cg_model_card (model, CG_CARD_NAME), ==, "tiny");
  g_assert_cmpuint (cg_network_n_parameters (model->network), ==, 27 + 3 + 27 + 1);

  float expected = 1; /* the network's order is the file's */
  for (guint i = 0; i < cg_network_n_tensors (model->network); i++)
    {
      const CgNetworkTensor *tensor = cg_network_tensor (model->network, i);
      for (gsize j = 0; j < tensor->length; j++)
        g_assert_cmpfloat (model->parameters[tensor->offset + j], ==, expected++);
    }
  g_assert_cmpfloat (expected, ==, 27 + 3 + 27 + 1 + 1);
}

static void
test_format (void)
{
  assert_refused_metadata ("format", NULL, CG_ERROR_FORMAT,
                           "not weights of Cleargrain: the metadata's format is \"\", "
                           "not \"cleargrain 1\"");
  assert_refused_metadata ("format", "pt", CG_ERROR_FORMAT,
                           "not weights of Cleargrain: the metadata's format is \"pt\", *");
  assert_refused_metadata ("format", "cleargrain 1x", CG_ERROR_FORMAT, "not weights of *");
  assert_refused_metadata ("format", "cleargrain 0", CG_ERROR_FORMAT, "not weights of *");
  assert_refused_metadata ("format", "cleargrain 2", CG_ERROR_UNSUPPORTED,
                           "weights of format 2, made for a later Cleargrain; "
                           "this one reads up to 1");
}

static void
test_network (void)
{
  assert_refused_metadata ("network", NULL, CG_ERROR_FORMAT, "the metadata has no network");
  assert_refused_metadata ("network", "", CG_ERROR_NETWORK, "*");
  assert_refused_metadata ("network", "input 1\nconvolve 3", CG_ERROR_NETWORK,
                           "network line 2 *convolve*");
}

static void
test_missing (void)
{
  g_autoptr (CgSafetensors) header = right_header ();
  g_ptr_array_set_size (header->tensors, 3);
  assert_refused_header (header, CG_ERROR_MISMATCH,
                         "tensor \"2.bias\" is missing: the network has 4 tensors, the file 3");
}

static void
test_renamed (void)
{
  g_autoptr (CgSafetensors) header = right_header ();
  CgSafetensor *tensor = header->tensors->pdata[1];
  tensor->name[0] = '7';
  assert_refused_header (header, CG_ERROR_MISMATCH,
                         "tensor \"1.bias\" is missing: the network has 4 tensors, the file 4");
}

static void
test_surplus (void)
{
  g_autoptr (CgSafetensors) header = right_header ();
  cg_safetensors_add (header, "3.weight", 1, (int[]){ 5 });
  assert_refused_header (header, CG_ERROR_MISMATCH,
                         "tensor \"3.weight\" is none of the network's: it has 4 tensors, "
                         "the file 5");
}

static void
test_shape (void)
{
  g_autoptr (CgSafetensors) header = right_header ();
  CgSafetensor *tensor = header->tensors->pdata[2];
  tensor->dims[0] = 3; /* as many values, in another shape */
  tensor->dims[1] = 1;
  assert_refused_header (header, CG_ERROR_MISMATCH,
                         "tensor \"2.weight\" is 3x1x3x3, but the network needs 1x3x3x3");
  tensor->n_dims = 2;
  tensor->dims[1] = 9;
  assert_refused_header (header, CG_ERROR_MISMATCH,
                         "tensor \"2.weight\" is 3x9, but the network needs 1x3x3x3");
}

static void
test_not_finite (void)
{
  g_autoptr (CgSafetensors) header = right_header ();
  g_autoptr (GByteArray) file = with_data (header);
  guint8 *last_but_one = file->data + file->len - 8; /* value 26 of 2.weight */
  memcpy (last_but_one, "\0\0\xc0\x7f", 4);
  assert_refused (file, CG_ERROR_FORMAT, "value 26 of 27 in tensor \"2.weight\" is nan");
  memcpy (last_but_one, "\0\0\x80\xff", 4);
  assert_refused (file, CG_ERROR_FORMAT, "value 26 of 27 in tensor \"2.weight\" is -inf");
}

/* --- damage ------------------------------------------------------------- */

static void
test_every_length (void)
{
  g_autoptr (CgSafetensors) header = right_header ();
  g_autoptr (GByteArray) file = with_data (header);
  for (gsize size = 0; size < file->len; size++)
    {
      g_autofree guint8 *cut = g_memdup2 (file->data, size); /* so that ASan sees its end */
      g_autoptr (GError) error = NULL;
      g_autoptr (CgModel) model = cg_weights_parse (cut, size, &error);
      g_assert_null (model);
      g_assert_error (error, CG_ERROR, CG_ERROR_FORMAT);
    }
  g_byte_array_append (file, (const guint8 *) "", 1);
  assert_refused (file, CG_ERROR_FORMAT, "the tensors end at byte 232 of the data, which has 233");
}

/* One bit wrong anywhere gives a model or an error, and never anything else. */
static void
test_every_bit (void)
{
  g_autoptr (CgSafetensors) header = right_header ();
  g_autoptr (GByteArray) file = with_data (header);
  guint refused = 0;
  for (gsize bit = 0; bit < 8 * (gsize) file->len; bit++)
    {
      file->data[bit / 8] ^= 1 << bit % 8;
      g_autoptr (GError) error = NULL;
      g_autoptr (CgModel) model = cg_weights_parse (file->data, file->len, &error);
      g_assert_true ((model == NULL) == (error != NULL));
      g_assert_true (error == NULL || *error->message != '\0');
      refused += model == NULL;
      file->data[bit / 8] ^= 1 << bit % 8;
    }
  /* Nearly every bit of the header matters. */
  g_assert_cmpuint (refused, >, 8 * (file->len - 232) * 9 / 10);
}

/* --- files -------------------------------------------------------------- */

static char *
temporary_folder (void)
{
  GError *error = NULL;
  char *folder = g_dir_make_tmp ("cleargrain-test-XXXXXX", &error);
  g_assert_no_error (error);
  return folder;
}

static CgModel *
example (void)
{
  g_autoptr (GError) error = NULL;
  CgNetwork *network = cg_network_parse (NETWORK, &error);
  g_assert_no_error (error);
  CgModel *model = cg_model_new (network, NULL);
  cg_network_init (network, 5, model->parameters);
  cg_model_set_card (model, CG_CARD_NAME, "example");
  cg_model_set_card (model, CG_CARD_RECIPE, "[data]\n# \"quoted\"\nclean=/a\\b\n");
  return model;
}

static void
assert_contents (const char *path, const guint8 *bytes, gsize size)
{
  g_autofree char *contents = NULL;
  gsize length;
  g_assert_true (g_file_get_contents (path, &contents, &length, NULL));
  g_assert_cmpmem (contents, length, bytes, size);
}

static void
test_round_trip (void)
{
  g_autofree char *folder = temporary_folder ();
  g_autofree char *path = g_build_filename (folder, "m\xc3\xa4.safetensors", NULL);
  g_autoptr (CgModel) model = example ();
  g_autoptr (GError) error = NULL;
  g_assert_true (cg_weights_save (model, path, &error));
  g_autoptr (CgModel) again = cg_weights_load (path, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (cg_network_text (again->network), ==, NETWORK);
  gsize size = cg_network_n_parameters (model->network) * sizeof (float);
  g_assert_cmpmem (again->parameters, size, model->parameters, size);
  g_assert_cmpuint (g_hash_table_size (again->card), ==, 2);
  g_assert_cmpstr (cg_model_card (again, CG_CARD_RECIPE), ==,
                   cg_model_card (model, CG_CARD_RECIPE));

  /* The same model is the same file. */
  g_autofree char *bytes = NULL;
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  g_assert_true (cg_weights_save (again, path, &error));
  assert_contents (path, (const guint8 *) bytes, size);

  /* Nothing temporary stays. */
  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* A card may hold anything that was in a recipe. */
static void
test_not_utf8 (void)
{
  g_autofree char *folder = temporary_folder ();
  g_autofree char *path = g_build_filename (folder, "m.safetensors", NULL);
  g_autoptr (CgModel) model = example ();
  g_autoptr (GError) error = NULL;
  cg_model_set_card (model, CG_CARD_DATA, "na\xefve");
  g_assert_true (cg_weights_save (model, path, &error));
  g_autoptr (CgModel) again = cg_weights_load (path, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (cg_model_card (again, CG_CARD_DATA), ==, "na\xef\xbf\xbdve");
  g_remove (path);
  g_rmdir (folder);
}

static void
test_save_fails (void)
{
  g_autofree char *folder = temporary_folder ();
  g_autofree char *path = g_build_filename (folder, "m.safetensors", NULL);
  g_autofree char *nowhere = g_build_filename (folder, "no", "m.safetensors", NULL);
  g_autoptr (CgModel) model = example ();
  g_autoptr (GError) error = NULL;
  g_assert_true (g_file_set_contents (path, "old", 3, NULL));

  g_assert_false (cg_weights_save (model, nowhere, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_assert_true (g_str_has_prefix (error->message, nowhere));
  g_clear_error (&error);

  model->parameters[27] = NAN;
  g_assert_false (cg_weights_save (model, path, &error));
  g_assert_error (error, CG_ERROR, CG_ERROR_FORMAT);
  g_autofree char *pattern = g_strconcat (path,
                                          ": not written: value 0 of 3 in tensor "
                                          "\"1.bias\" is nan",
                                          NULL);
  g_assert_cmpstr (error->message, ==, pattern);
  assert_contents (path, (const guint8 *) "old", 3);
  g_remove (path);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
assert_load_fails (const char *path, GQuark domain, int code, const char *after_path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CgModel) model = cg_weights_load (path, &error);
  g_autofree char *pattern = g_strconcat (path, ": ", after_path, NULL);
  g_assert_null (model);
  g_assert_error (error, domain, code);
  if (!g_pattern_match_simple (pattern, error->message))
    g_error ("said \"%s\", should say \"%s\"", error->message, pattern);
}

static void
test_load_fails (void)
{
  g_autofree char *folder = temporary_folder ();
  g_autofree char *path = g_build_filename (folder, "m.safetensors", NULL);
  assert_load_fails (path, G_FILE_ERROR, G_FILE_ERROR_NOENT, "No such file or directory");
  assert_load_fails (folder, CG_ERROR, CG_ERROR_FORMAT, "not a file");
  assert_load_fails ("/dev/zero", CG_ERROR, CG_ERROR_FORMAT, "not a file");
  g_assert_true (g_file_set_contents (path, "short", 5, NULL));
  assert_load_fails (path, CG_ERROR, CG_ERROR_FORMAT, "5 bytes are too few*");
  g_remove (path);
  g_rmdir (folder);
}

/* Cuts the file in two and makes it whole again, for ever. */
static gpointer
cut_and_mend (gpointer path)
{
  g_autofree char *bytes = NULL;
  gsize size;
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  int fd = g_open (path, O_WRONLY, 0);
  for (;;)
    {
      g_assert_cmpint (ftruncate (fd, (off_t) size / 2), ==, 0);
      g_assert_cmpint (pwrite (fd, bytes + size / 2, size - size / 2, (off_t) size / 2), >, 0);
    }
  return NULL;
}

/* Who reads while somebody writes gets the weights or an error. */
static void
test_cut_meanwhile (void)
{
  if (g_test_subprocess ())
    {
      g_autofree char *folder = temporary_folder ();
      g_autofree char *path = g_build_filename (folder, "m.safetensors", NULL);
      g_autoptr (CgModel) model = cg_model_new (
          cg_network_parse ("input 1\nconv 256 3x3 relu\nconv 256 3x3 relu\nconv 1 3x3", NULL), NULL);
      g_assert_true (cg_weights_save (model, path, NULL));
      g_thread_unref (g_thread_new ("writer", cut_and_mend, path));
      for (int i = 0; i < 300; i++)
        cg_model_free (cg_weights_load (path, NULL));
      g_remove (path);
      g_rmdir (folder);
      _exit (0);
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
}

/* --- places ------------------------------------------------------------- */

static void
test_find (void)
{
  g_autofree char *folder = temporary_folder ();
  g_autofree char *path = g_build_filename (folder, "example.safetensors", NULL);
  g_autoptr (CgModel) model = example ();
  g_autoptr (GError) error = NULL;
  g_assert_true (cg_weights_save (model, path, &error));

  g_autoptr (CgModel) missing = cg_weights_find ("example", &error);
  g_assert_null (missing);
  g_assert_error (error, CG_ERROR, CG_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, g_get_user_data_dir ()));
  g_clear_error (&error);

  g_autoptr (CgModel) by_path = cg_weights_find (path, &error);
  g_assert_no_error (error);
  g_assert_nonnull (by_path);

  g_setenv ("CLEARGRAIN_WEIGHTS", folder, TRUE);
  g_autoptr (CgModel) by_name = cg_weights_find ("example", &error);
  g_unsetenv ("CLEARGRAIN_WEIGHTS");
  g_assert_no_error (error);
  g_assert_cmpstr (cg_model_card (by_name, CG_CARD_NAME), ==, "example");
  g_remove (path);
  g_rmdir (folder);
}

/* The user's own weights come before the installed; no folder is named twice. */
static void
test_folders (void)
{
  g_autofree char *users = g_build_filename (g_get_user_data_dir (), "cleargrain/weights", NULL);
  g_setenv ("CLEARGRAIN_WEIGHTS", users, TRUE);
  g_auto (GStrv) folders = cg_weights_folders ();
  g_unsetenv ("CLEARGRAIN_WEIGHTS");
  g_assert_cmpstr (folders[0], ==, users);
  for (char **folder = folders; *folder != NULL; folder++)
    {
      g_assert_true (g_path_is_absolute (*folder));
      g_assert_false (g_strv_contains ((const char *const *) folder + 1, *folder));
    }
  g_assert_cmpuint (g_strv_length (folders), >=, 3);
}

int
main (int argc, char **argv)
{
  g_setenv ("XDG_DATA_HOME", "/nonexistent", TRUE); /* no weights of the user's */
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weights/right", test_right);
  g_test_add_func ("/weights/refused/format", test_format);
  g_test_add_func ("/weights/refused/network", test_network);
  g_test_add_func ("/weights/refused/missing", test_missing);
  g_test_add_func ("/weights/refused/renamed", test_renamed);
  g_test_add_func ("/weights/refused/surplus", test_surplus);
  g_test_add_func ("/weights/refused/shape", test_shape);
  g_test_add_func ("/weights/refused/not-finite", test_not_finite);
  g_test_add_func ("/weights/every-length", test_every_length);
  g_test_add_func ("/weights/every-bit", test_every_bit);
  g_test_add_func ("/weights/round-trip", test_round_trip);
  g_test_add_func ("/weights/not-utf8", test_not_utf8);
  g_test_add_func ("/weights/save-fails", test_save_fails);
  g_test_add_func ("/weights/load-fails", test_load_fails);
  g_test_add_func ("/weights/cut-meanwhile", test_cut_meanwhile);
  g_test_add_func ("/weights/find", test_find);
  g_test_add_func ("/weights/folders", test_folders);
  return g_test_run ();
}
