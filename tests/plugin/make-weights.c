/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights for the shell tests.
 *
 *   make-weights OUT [CHANNELS]      more channels make it slower [8] */
#include <stdlib.h>

#include "small-model.h"

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  if (argc != 2 && argc != 3)
    {
      g_printerr ("usage: make-weights OUT [CHANNELS]\n");
      return 2;
    }
  if (!small_model_save (argv[1], argc == 3 ? atoi (argv[2]) : 8, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  return 0;
}
