/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cleargrain-train export: weights for programs that do not know ours. */
#include "training/commands.h"

#include "model/error.h"
#include "model/weights.h"
#include "training/onnx.h"

static gboolean export(const char *path, const char *name, gboolean overwrite, GError **error)
{
  if (!cg_commands_may_write (path, overwrite, error))
    return FALSE;
  g_autoptr (CgModel) model = cg_weights_find (name, error);
  if (model == NULL)
    return FALSE;
  g_autoptr (GByteArray) bytes = cg_onnx_format (model, error);
  if (bytes == NULL)
    {
      g_prefix_error (error, "%s: ", name);
      return FALSE;
    }
  if (!g_file_set_contents (path, (const char *) bytes->data, bytes->len, error))
    {
      g_prefix_error (error, "%s: ", path);
      return FALSE;
    }
  return TRUE;
}

int
cg_command_export (int argc, char **argv)
{
  g_autofree char *onnx = NULL;
  g_autoptr (GError) error = NULL;
  gboolean overwrite = FALSE;
  const GOptionEntry entries[] = {
    { "onnx", 0, 0, G_OPTION_ARG_FILENAME, &onnx, "write an ONNX model there", "FILE" },
    { "overwrite", 0, 0, G_OPTION_ARG_NONE, &overwrite, "replace FILE if it is there", NULL },
    { NULL },
  };
  const CgCommandHelp help = {
    "MODEL", 1, "Example:\n  cleargrain-train export photo --onnx photo.onnx",
    "MODEL is a file of weights or a name.  The ONNX model maps \"image\", 1 x 1 x height x width\n"
    "floats from 0 to 1, to \"clean\"; colours, borders and large pictures are the caller's "
    "business.\n"
  };

  if (!cg_commands_parse (&argc, &argv, entries, &help))
    return CG_EXIT_USAGE;
  if (onnx == NULL)
    {
      g_printerr ("cleargrain-train: export: --onnx is missing\n"
                  "Try 'cleargrain-train export --help'\n");
      return CG_EXIT_USAGE;
    }
  return export(onnx, argv[1], overwrite, &error) ? CG_EXIT_OK : cg_commands_fail (error);
}
