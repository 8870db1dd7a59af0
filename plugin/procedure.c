/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/procedure.h"

char *
cg_procedure_locale (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = program ? g_path_get_dirname (program) : NULL;
  g_autofree char *locale = folder ? g_build_filename (folder, CG_PROCEDURE_LOCALE, NULL) : NULL;

  if (locale == NULL || !g_file_test (locale, G_FILE_TEST_IS_DIR))
    return NULL;
  return g_steal_pointer (&locale);
}
