/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/options.h"

#include <string.h>

#include "cli/parse.h"
#include "cli/settings-file.h"
#include "imageio/imageio.h"
#include "model/conv/conv.h"
#include "model/error.h"

#define MOST_THREADS 1024
#define MOST_SHARDS  1000000
#define MOST_JOBS    64

#define MOST_GRAIN_SIZE 4

/* One is read, one computed, one written. */

static const char summary[]
    = "Remove noise and grain from pictures.\n"
      "\n"
      "Examples:\n"
      "  cleargrain noisy.png                     writes noisy-clean.png\n"
      "  cleargrain -o clean.png noisy.png\n"
      "  cleargrain --strength 0.7 --colour-strength 1 -o clean.jpg noisy.jpg\n"
      "  cleargrain -r -o cleaned --skip-existing --failed-list failed.txt frames\n"
      "  cleargrain --files-from failed.txt       tries those again\n"
      "  cleargrain --preview try.png --strength 0.7 --crop 900,400,500,500 noisy.png\n"
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
      "Settings for every run can stand in ~/.config/cleargrain/cleargrain.conf, lines\n"
      "such as strength = 0.8 and skip-existing = yes.\n"
      "\n"
      "Exit status: 0 all done (skipped counts as done), 1 some failed, 2 the command\n"
      "line makes no sense, 130 or 143 interrupted (Ctrl-C, SIGTERM).\n"
      "\n"
      "Environment: CLEARGRAIN_WEIGHTS, a folder of weights to look in first;\n"
      "CLEARGRAIN_KERNELS, which convolution kernels to use (\"reference\" ...).";

/* Numbers as they were typed. */
typedef struct
{
  char *strength, *colour_strength, *grain_size, *threads, *max_memory, *jobs, *shard, *depth,
      *crop;
} Typed;

static void
clear_typed (Typed *typed)
{
  g_free (typed->strength);
  g_free (typed->colour_strength);
  g_free (typed->grain_size);
  g_free (typed->threads);
  g_free (typed->max_memory);
  g_free (typed->jobs);
  g_free (typed->shard);
  g_free (typed->depth);
  g_free (typed->crop);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Typed, clear_typed)

/* What the file of settings can set, too: how pictures are done. */
static GOptionEntry *
list_settings (CgOptions *o, Typed *typed)
{
  const GOptionEntry settings[] = {
    { "recursive", 'r', 0, G_OPTION_ARG_NONE, &o->recursive,
      "Take the pictures in folders; -o gets the same folders", NULL },
    { "suffix", 0, 0, G_OPTION_ARG_FILENAME, &o->suffix,
      "Put this behind the name of each output [\"-clean\", with -o nothing]", "TEXT" },
    { "format", 0, 0, G_OPTION_ARG_STRING, &o->format,
      "Format of outputs: png, jpg, pgm ... [as the name ends]", "NAME" },
    { "depth", 0, 0, G_OPTION_ARG_STRING, &typed->depth,
      "Bits of a sample: 8, 16 or float [the picture's own]", "BITS" },
    { "strip", 0, 0, G_OPTION_ARG_NONE, &o->strip, "Leave out all metadata", NULL },
    { "preserve", 'p', 0, G_OPTION_ARG_NONE, &o->preserve, "Outputs get the times of pictures",
      NULL },
    { "overwrite", 0, 0, G_OPTION_ARG_NONE, &o->overwrite,
      "Replace outputs that are already there [refuse]", NULL },
    { "skip-existing", 0, 0, G_OPTION_ARG_NONE, &o->skip_existing,
      "Leave out pictures whose output is already there", NULL },
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &o->model, "Weights to use [photo]", "NAME|FILE" },
    { "strength", 's', 0, G_OPTION_ARG_STRING, &typed->strength,
      "How much of the noise to take away, 0 to 2 [1]", "S" },
    { "colour-strength", 0, 0, G_OPTION_ARG_STRING, &typed->colour_strength,
      "The same for colour noise [as --strength]", "S" },
    { "grain-size", 0, 0, G_OPTION_ARG_STRING, &typed->grain_size,
      "For coarse grain: about how many pixels share it, 1 to 4 [1]", "N" },
    { "threads", 't', 0, G_OPTION_ARG_STRING, &typed->threads,
      "Threads that compute [one a processor]", "N" },
    { "max-memory", 0, 0, G_OPTION_ARG_STRING, &typed->max_memory,
      "Memory for the network [a quarter of RAM, 128M to 1G]", "SIZE" },
    { "jobs", 'j', 0, G_OPTION_ARG_STRING, &typed->jobs,
      "Pictures in memory at a time [two more than are computed]", "N" },
    { "failed-list", 0, 0, G_OPTION_ARG_FILENAME, &o->failed_list,
      "Write what failed or was not done to FILE, for --files-from", "FILE" },
    { "log-json", 0, 0, G_OPTION_ARG_FILENAME, &o->log_json,
      "Append a JSON object for each picture to FILE", "FILE" },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &o->quiet, "Say nothing but what fails", NULL },
    { "verbose", 'v', 0, G_OPTION_ARG_NONE, &o->verbose, "Say how each picture is done", NULL },
    G_OPTION_ENTRY_NULL
  };

  return g_memdup2 (settings, sizeof settings);
}

/* The others: what this one run does. */
static gboolean
read_command_line (CgOptions *o, Typed *typed, const GOptionEntry *settings, char ***argv,
                   GError **error)
{
  const GOptionEntry entries[]
      = { { "output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output,
            "File to write, or folder if there are several pictures [beside each picture]", "OUT" },
          { "files-from", 0, 0, G_OPTION_ARG_FILENAME, &o->files_from,
            "Read names of pictures from LIST, a line each; - is standard input", "LIST" },
          { "in-place", 0, 0, G_OPTION_ARG_NONE, &o->in_place, "Replace the pictures themselves",
            NULL },
          { "crop", 0, 0, G_OPTION_ARG_STRING, &typed->crop, "Clean and write only this part [all]",
            "X,Y,W,H" },
          { "preview", 0, 0, G_OPTION_ARG_FILENAME, &o->preview,
            "Write to FILE how it was, on the left, and how it becomes, and nothing else", "FILE" },
          { "shard", 0, 0, G_OPTION_ARG_STRING, &typed->shard,
            "Do the Kth of N equal parts of the work, for N machines [all]", "K/N" },
          { "dry-run", 'n', 0, G_OPTION_ARG_NONE, &o->dry_run,
            "Print what would be written, and do nothing", NULL },
          { "no-config", 0, 0, G_OPTION_ARG_NONE, &o->no_config,
            "Do without the file of settings, cleargrain.conf", NULL },
          { "version", 0, 0, G_OPTION_ARG_NONE, &o->version, "Print the version and exit", NULL },
          { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->inputs, NULL, "PICTURE..." },
          G_OPTION_ENTRY_NULL };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context, summary);
  g_option_context_set_description (context, description);
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_main_entries (context, settings, NULL);
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
  gint64 threads = 0, jobs = 0, grain_size = 1;

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
      || (typed->grain_size
          && !cg_parse_integer ("--grain-size", typed->grain_size, 1, MOST_GRAIN_SIZE, &grain_size,
                                error))
      || (typed->crop && !cg_parse_crop (typed->crop, G_MAXINT, G_MAXINT, &o->crop, error))
      || (typed->shard && !parse_shard (typed->shard, &o->shard, &o->shards, error))
      || (typed->depth && !parse_depth (typed->depth, &o->depth, error)))
    return FALSE;
  o->threads = (int) threads;
  o->jobs = (int) jobs;
  o->grain_size = (int) grain_size;
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
check_names (const CgOptions *o, GError **error)
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
  return TRUE;
}

static gboolean
check_combinations (const CgOptions *o, GError **error)
{
  return exclude (o->overwrite, "--overwrite", o->skip_existing, "--skip-existing", error)
         && exclude (o->in_place, "--in-place", o->output != NULL, "--output", error)
         && exclude (o->in_place, "--in-place", o->format != NULL, "--format", error)
         && exclude (o->in_place, "--in-place", o->suffix != NULL, "--suffix", error)
         && exclude (o->in_place, "--in-place", o->skip_existing, "--skip-existing", error)
         && exclude (o->in_place, "--in-place", o->crop.w > 0, "--crop", error)
         && exclude (o->preview != NULL, "--preview", o->in_place, "--in-place", error)
         && exclude (o->preview != NULL, "--preview", o->output != NULL, "--output", error)
         && exclude (o->quiet, "--quiet", o->verbose, "--verbose", error);
}

/* --- the file of settings --- */

typedef struct
{
  CgOptions options;
  Typed typed;
} Settings;

static void
clear_settings (Settings *settings)
{
  cg_options_clear (&settings->options);
  clear_typed (&settings->typed);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Settings, clear_settings)

static gboolean
check_setting (gpointer user, GError **error)
{
  Settings *settings = user;

  return check_numbers (&settings->options, &settings->typed, error)
         && check_names (&settings->options, error);
}

/* What contradicts the command line is not meant for this run. */
static void
drop_contradictions (CgOptions *settings, const CgOptions *o)
{
  if (o->overwrite || o->skip_existing || o->in_place)
    settings->overwrite = settings->skip_existing = FALSE;
  if (o->quiet || o->verbose)
    settings->quiet = settings->verbose = FALSE;
  if (o->in_place)
    {
      g_clear_pointer (&settings->suffix, g_free);
      g_clear_pointer (&settings->format, g_free);
    }
}

/* Give every option that was not typed the value from the files. */
static gboolean
read_settings (CgOptions *o, const GOptionEntry *entries, GError **error)
{
  g_auto (Settings) settings = { 0 };
  g_autofree GOptionEntry *from = list_settings (&settings.options, &settings.typed);

  o->settings_files = g_ptr_array_new_with_free_func (g_free);
  if (!cg_settings_read (from, check_setting, &settings, o->settings_files, error))
    return FALSE;
  drop_contradictions (&settings.options, o);
  for (int i = 0; from[i].long_name; i++)
    if (from[i].arg == G_OPTION_ARG_NONE)
      *(gboolean *) entries[i].arg_data |= *(gboolean *) from[i].arg_data;
    else if (!*(char **) entries[i].arg_data)
      *(char **) entries[i].arg_data = g_steal_pointer ((char **) from[i].arg_data);
  return TRUE;
}

gboolean
cg_options_parse (CgOptions *options, char ***argv, GError **error)
{
  g_auto (Typed) typed = { 0 };
  g_autofree GOptionEntry *settings = list_settings (options, &typed);

  *options = (CgOptions){ .strength = 1, .colour_strength = -1, .depth = -1 };
  if (!read_command_line (options, &typed, settings, argv, error))
    return FALSE;
  options->typed_recursive = options->recursive;
  options->typed_format = options->format != NULL;
  if (!options->no_config && !options->version && !read_settings (options, settings, error))
    return FALSE;
  if (!options->model)
    options->model = g_strdup ("photo");
  if (!check_numbers (options, &typed, error) || !check_names (options, error)
      || !check_combinations (options, error) || !cg_conv_check_wish (error))
    return FALSE;
  if (options->preview)
    options->output = g_strdup (options->preview);
  return TRUE;
}

void
cg_options_clear (CgOptions *options)
{
  g_strfreev (options->inputs);
  g_free (options->output);
  g_free (options->preview);
  g_free (options->suffix);
  g_free (options->format);
  g_free (options->files_from);
  g_free (options->failed_list);
  g_free (options->log_json);
  g_free (options->model);
  g_clear_pointer (&options->settings_files, g_ptr_array_unref);
}
