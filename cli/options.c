/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/options.h"

#include <string.h>

#include "cli/parse.h"
#include "imageio/imageio.h"
#include "model/conv/conv.h"
#include "model/error.h"

#define MOST_THREADS 1024
#define MOST_SHARDS  1000000
#define MOST_JOBS    64

/* One is read, one computed, one written. */
#define DEFAULT_JOBS 3

static const char summary[]
    = "Remove noise and grain from pictures.\n"
      "\n"
      "Examples:\n"
      "  cleargrain noisy.png                     writes noisy-clean.png\n"
      "  cleargrain -o clean.png noisy.png\n"
      "  cleargrain --strength 0.7 --colour-strength 1 -o clean.jpg noisy.jpg\n"
      "  cleargrain -r -o cleaned --skip-existing --failed-list failed.txt frames\n"
      "  cleargrain --files-from failed.txt       tries those again\n"
      "  render | cleargrain - | view             through pipes\n"
      "  cleargrain models                        which weights there are, and where\n"
      "  cleargrain compare clean.png other.png   PSNR and SSIM";

static const char description[]
    = "A picture keeps its size, depth, transparency and metadata.  PNG, JPEG, TIFF,\n"
      "OpenEXR, PGM, PPM, PAM, PFM, BMP, TGA and Radiance HDR are read and written; the\n"
      "end of the output's name tells the format.  - is standard input or output.\n"
      "\n"
      "A LIST has a line for each picture: its name, or its name, a tab and the name\n"
      "of its output.  --dry-run and --failed-list write such lists.\n"
      "\n"
      "Exit status: 0 all done (skipped counts as done), 1 some failed, 2 the command\n"
      "line makes no sense, 130 or 143 interrupted (Ctrl-C, SIGTERM).\n"
      "\n"
      "Environment: CLEARGRAIN_WEIGHTS, a folder of weights to look in first;\n"
      "CLEARGRAIN_KERNELS, which convolution kernels to use (\"reference\" ...).";

/* Numbers as they were typed. */
typedef struct
{
  char *strength, *colour_strength, *threads, *max_memory, *jobs, *shard, *depth;
} Typed;

static void
clear_typed (Typed *typed)
{
  g_free (typed->strength);
  g_free (typed->colour_strength);
  g_free (typed->threads);
  g_free (typed->max_memory);
  g_free (typed->jobs);
  g_free (typed->shard);
  g_free (typed->depth);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Typed, clear_typed)

static gboolean
read_options (CgOptions *o, Typed *typed, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output,
      "File to write, or folder if there are several pictures [beside each picture]", "OUT" },
    { "recursive", 'r', 0, G_OPTION_ARG_NONE, &o->recursive,
      "Take the pictures in folders; -o gets the same folders", NULL },
    { "files-from", 0, 0, G_OPTION_ARG_FILENAME, &o->files_from,
      "Read names of pictures from LIST, a line each; - is standard input", "LIST" },
    { "suffix", 0, 0, G_OPTION_ARG_FILENAME, &o->suffix,
      "Put this behind the name of each output [\"-clean\", with -o nothing]", "TEXT" },
    { "format", 0, 0, G_OPTION_ARG_STRING, &o->format,
      "Format of outputs: png, jpg, pgm ... [as the name ends]", "NAME" },
    { "depth", 0, 0, G_OPTION_ARG_STRING, &typed->depth,
      "Bits of a sample: 8, 16 or float [the picture's own]", "BITS" },
    { "strip", 0, 0, G_OPTION_ARG_NONE, &o->strip, "Leave out all metadata", NULL },
    { "preserve", 'p', 0, G_OPTION_ARG_NONE, &o->preserve, "Outputs get the times of pictures",
      NULL },
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
    { "jobs", 'j', 0, G_OPTION_ARG_STRING, &typed->jobs,
      "Pictures under way at a time: read, computed, written [3]", "N" },
    { "shard", 0, 0, G_OPTION_ARG_STRING, &typed->shard,
      "Do the Kth of N equal parts of the work, for N machines [all]", "K/N" },
    { "failed-list", 0, 0, G_OPTION_ARG_FILENAME, &o->failed_list,
      "Write what failed to FILE, for --files-from", "FILE" },
    { "log-json", 0, 0, G_OPTION_ARG_FILENAME, &o->log_json,
      "Append a JSON object for each picture to FILE", "FILE" },
    { "dry-run", 'n', 0, G_OPTION_ARG_NONE, &o->dry_run,
      "Print what would be written, and do nothing", NULL },
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
parse_depth (const char *text, int *depth, GError **error)
{
  static const char *const names[] = { "8", "16", "float", NULL };
  static const CgDepth depths[] = { CG_DEPTH_8, CG_DEPTH_16, CG_DEPTH_FLOAT };

  for (int i = 0; names[i]; i++)
    if (g_str_equal (text, names[i]))
      {
        *depth = depths[i];
        return TRUE;
      }
  g_set_error (error, CG_ERROR, CG_ERROR_USAGE, "--depth takes 8, 16 or float, not \"%s\"", text);
  return FALSE;
}

/* "3/8" is the third of eight. */
static gboolean
parse_shard (const char *text, int *shard, int *shards, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, "/", 2);
  gint64 k, n;

  if (g_strv_length (parts) == 2
      && g_ascii_string_to_signed (parts[1], 10, 1, MOST_SHARDS, &n, NULL)
      && g_ascii_string_to_signed (parts[0], 10, 1, n, &k, NULL))
    {
      *shard = (int) k - 1;
      *shards = (int) n;
      return TRUE;
    }
  g_set_error (error, CG_ERROR, CG_ERROR_USAGE,
               "--shard takes K/N with K from 1 to N, such as 3/8, not \"%s\"", text);
  return FALSE;
}

static gboolean
check_numbers (CgOptions *o, const Typed *typed, GError **error)
{
  gint64 threads = 0, jobs = DEFAULT_JOBS;

  if ((typed->strength
       && !cg_parse_number ("--strength", typed->strength, 0, 2, &o->strength, error))
      || (typed->colour_strength
          && !cg_parse_number ("--colour-strength", typed->colour_strength, 0, 2,
                               &o->colour_strength, error))
      || (typed->threads
          && !cg_parse_integer ("--threads", typed->threads, 1, MOST_THREADS, &threads, error))
      || (typed->max_memory
          && !cg_parse_bytes ("--max-memory", typed->max_memory, &o->max_memory, error))
      || (typed->jobs && !cg_parse_integer ("--jobs", typed->jobs, 1, MOST_JOBS, &jobs, error))
      || (typed->shard && !parse_shard (typed->shard, &o->shard, &o->shards, error))
      || (typed->depth && !parse_depth (typed->depth, &o->depth, error)))
    return FALSE;
  o->threads = (int) threads;
  o->jobs = (int) jobs;
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
  if (o->format && !cg_image_can_save_format (o->format))
    {
      g_set_error (error, CG_ERROR, CG_ERROR_USAGE, "--format \"%s\" is none that is written",
                   o->format);
      return FALSE;
    }
  return exclude (o->overwrite, "--overwrite", o->skip_existing, "--skip-existing", error)
         && exclude (o->in_place, "--in-place", o->output != NULL, "--output", error)
         && exclude (o->in_place, "--in-place", o->format != NULL, "--format", error)
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

  *options = (CgOptions){ .strength = 1, .colour_strength = -1, .depth = -1 };
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
  g_free (options->format);
  g_free (options->files_from);
  g_free (options->failed_list);
  g_free (options->log_json);
  g_free (options->model);
}
