/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A main for a fuzz target where there is no fuzzer: each file of a folder is
 * run once, as a test of its own.  Usage: fuzz-X CORPUS */
#include <glib.h>

int LLVMFuzzerTestOneInput (const guint8 *bytes, gsize size);

static void
replay (gconstpointer path)
{
  g_autofree char *bytes = NULL;
  gsize size;
  g_autoptr (GError) error = NULL;
  g_file_get_contents (path, &bytes, &size, &error);
  g_assert_no_error (error);
  g_autofree guint8 *exact = g_memdup2 (bytes, size); /* so that ASan sees its end */
  LLVMFuzzerTestOneInput (exact, size);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) folder = g_dir_open (argv[1], 0, &error);
  g_assert_no_error (error);
  const char *name;
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *test = g_strconcat ("/corpus/", name, NULL);
      g_test_add_data_func_full (test, g_build_filename (argv[1], name, NULL), replay, g_free);
    }
  return g_test_run ();
}
