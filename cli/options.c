/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/options.h"

#include <string.h>

#include "cli/parse.h"
#include "model/conv/conv.h"
#include "model/error.h"

#define MOST_THREADS 1024

static const char summary[]
    = "Remove noise and grain from pictures.\n"
      "\n"
      "Examples:\n"
      "  cleargrain noisy.png                     writes noisy-clean.png\n"
      "  cleargrain -o clean.png noisy.png\n"
      "  cleargrain -o cleaned/ --skip-existing frames/*.png\n"
      "  cleargrain --strength 0.7 --colour-strength 1 -o clean.jpg noisy.jpg\n"
      "  cleargrain models                        which weights there are, and where\n"
      "  cleargrain compare clean.png other.png   PSNR and SSIM";

static const char description[]
    = "A picture keeps its size, depth, transparency and metadata.  PNG, JPEG, PGM,\n"
      "PPM, PAM, PFM, BMP, TGA and Radiance HDR are read and written; the end of the\n"
      "output's name tells the format.\n"
      "\n"
      "Exit status: 0 all done (skipped counts as done), 1 some failed, 2 the command\n"
      "line makes no sense, 130 or 143 interrupted (Ctrl-C, SIGTERM).\n"
      "\n"
      "Environment: CLEARGRAIN_WEIGHTS, a folder of weights to look in first;\n"
      "CLEARGRAIN_KERNELS, which convolution kernels to use (\"reference\" ...).";

/* Numbers as they were typed. */
typedef struct
{
  char *strength, *colour_strength, *threads, *max_memory;
} Typed;

static void
clear_typed (Typed *typed)
{
  g_free (typed->strength);
  g_free (typed->colour_strength);
  g_free (typed->threads);
  g_free (typed->max_memory);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Typed, clear_typed)

static gboolean
read_options (CgOptions *o, Typed *typed, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output,
      "File to write, or folder if there are several pictures [beside each picture]", "OUT" },
    { "suffix", 0, 0, G_OPTION_ARG_FILENAME, &o->suffix,
      "Put this behind the name of each output [\"-clean\", with -o nothing]", "TEXT" },
    { "in-place", 0, 0, G_OPTION_ARG_NONE, &o->in_place, "Replace the pictures themselves", NULL },
    { "overwrite", 0, 0, G_OPTION_ARG_NONE, &o->overwrite,
      "Replace outputs that are already there [refuse]", NULL },
    { "skip-existing", 0, 0, G_OPTION_ARG_NONE, &o->skip_existing,
      "Leave out pictures whose output is already there", NULL },
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &o->model, "Weights to use [photo]", "NAME|FILE" },
    { "strength", 's', 0, G_OPTION_ARG_STRING, &typed->strength,
      "How much of the noise to take away, 0 to 2 [1]", "S" },
    { "colour-strength", 0, 0, G_OPTION_ARG_STRING, &typed->colour_strength,
      "The same for colour noise [as --strength]", "S" },
    { "threads", 't', 0, G_OPTION_ARG_STRING, &typed->threads,
      "Threads that compute [one a processor]", "N" },
    { "max-memory", 0, 0, G_OPTION_ARG_STRING, &typed->max_memory,
      "Memory for the network [a quarter of RAM, at most 1G]", "SIZE" },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &o->quiet, "Say nothing but what fails", NULL },
    { "verbose", 'v', 0, G_OPTION_ARG_NONE, &o->verbose, "Say how each picture is done", NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &o->version, "Print the version and exit", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->inputs, NULL, "PICTURE..." },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context, summary);
  g_option_context_set_description (context, description);
  g_option_context_add_main_entries (context, entries, NULL);
  return g_option_context_parse_strv (context, argv, error);
}

static gboolean
check_numbers (CgOptions *o, const Typed *typed, GError **error)
{
  gint64 threads = 0;

  if ((typed->strength
       && !cg_parse_number ("--strength", typed->strength, 0, 2, &o->strength, error))
      || (typed->colour_strength
          && !cg_parse_number ("--colour-strength", typed->colour_strength, 0, 2,
                               &o->colour_strength, error))
      || (typed->threads
          && !cg_parse_integer ("--threads", typed->threads, 1, MOST_THREADS, &threads, error))
      || (typed->max_memory
          && !cg_parse_bytes ("--max-memory", typed->max_memory, &o->max_memory, error)))
    return FALSE;
  o->threads = (int) threads;
  return TRUE;
}

static gboolean
exclude (gboolean a, const char *a_name, gboolean b, const char *b_name, GError **error)
{
  if (!a || !b)
    return TRUE;
  g_set_error (error, CG_ERROR, CG_ERROR_USAGE, "%s and %s exclude each other", a_name, b_name);
  return FALSE;
}

static gboolean
check_combinations (const CgOptions *o, GError **error)
{
  if (o->suffix && strchr (o->suffix, '/'))
    {
      g_set_error (error, CG_ERROR, CG_ERROR_USAGE, "--suffix \"%s\" has a / in it", o->suffix);
      return FALSE;
    }
  return exclude (o->overwrite, "--overwrite", o->skip_existing, "--skip-existing", error)
         && exclude (o->in_place, "--in-place", o->output != NULL, "--output", error)
         && exclude (o->in_place, "--in-place", o->suffix != NULL, "--suffix", error)
         && exclude (o->in_place, "--in-place", o->skip_existing, "--skip-existing", error)
         && exclude (o->quiet, "--quiet", o->verbose, "--verbose", error);
}

/* The library falls back to the reference without a word; whoever asks for
 * kernels by name wants to know. */
static gboolean
check_kernels (const char *wanted, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (const CgConvKernel *const *k = cg_conv_kernels (); wanted && *k; k++)
    {
      const char *family = strrchr ((*k)->name, '-');
      if (g_str_equal ((*k)->name, wanted) || (family && g_str_equal (family + 1, wanted)))
        return TRUE;
      g_string_append_printf (names, "%s%s", names->len ? ", " : "", (*k)->name);
    }
  if (!wanted)
    return TRUE;
  g_set_error (error, CG_ERROR, CG_ERROR_USAGE,
               "CLEARGRAIN_KERNELS is \"%s\", but what there is here is %s", wanted, names->str);
  return FALSE;
}

gboolean
cg_options_parse (CgOptions *options, char ***argv, GError **error)
{
  g_auto (Typed) typed = { 0 };

  *options = (CgOptions){ .strength = 1, .colour_strength = -1 };
  if (!read_options (options, &typed, argv, error))
    return FALSE;
  if (!options->model)
    options->model = g_strdup ("photo");
  options->kernels = g_getenv ("CLEARGRAIN_KERNELS");
  return check_numbers (options, &typed, error) && check_combinations (options, error)
         && check_kernels (options->kernels, error);
}

void
cg_options_clear (CgOptions *options)
{
  g_strfreev (options->inputs);
  g_free (options->output);
  g_free (options->suffix);
  g_free (options->model);
}
