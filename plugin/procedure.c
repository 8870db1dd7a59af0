/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/procedure.h"

char *
cg_procedure_folder (const char *name)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *parent = program ? g_path_get_dirname (program) : NULL;
  g_autofree char *folder = parent ? g_build_filename (parent, name, NULL) : NULL;

  if (folder == NULL || !g_file_test (folder, G_FILE_TEST_IS_DIR))
    return NULL;
  return g_steal_pointer (&folder);
}
