/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cleargrain-train chapter: the textbook's figures, drawn again. */
#include "training/commands.h"

#include <string.h>

#include "model/error.h"
#include "model/interrupt.h"
#include "training/chapter/figures.h"

static void
print_list (void)
{
  for (guint i = 0; i < cg_n_figures; i++)
    g_print ("%-29s %s%s%s%s\n", cg_figures[i].ids, cg_figures[i].title,
             *cg_figures[i].networks ? " (" : "", cg_figures[i].networks,
             *cg_figures[i].networks ? ")" : "");
}

static gboolean
draw (const CgChapterOptions *options, const CgFigure *first, guint n, GError **error)
{
  g_autoptr (CgChapter) chapter = cg_chapter_new (options, error);
  if (chapter == NULL)
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      if (!options->quiet)
        g_printerr ("%s: %s\n", first[i].ids, first[i].title);
      if (!cg_figure_draw (chapter, &first[i], error))
        {
          g_prefix_error (error, "figure %s: ", first[i].name);
          return FALSE;
        }
    }
  if (!options->quiet)
    g_printerr ("%s/index.html shows them\n", options->folder);
  return TRUE;
}

static int
run (const CgChapterOptions *options, const char *figure)
{
  g_autoptr (GError) error = NULL;
  gboolean all = strcmp (figure, "all") == 0;
  const CgFigure *wanted = all ? cg_figures : cg_figure_find (figure);
  if (wanted == NULL)
    g_set_error (&error, CG_ERROR, CG_ERROR_USAGE,
                 "there is no figure \"%s\"; `chapter list` tells which there are", figure);
  else if (options->folder == NULL)
    g_set_error_literal (&error, CG_ERROR, CG_ERROR_USAGE, "chapter: --out is missing");
  else if (options->epochs < 0 || options->limit < 0)
    g_set_error (&error, CG_ERROR, CG_ERROR_USAGE,
                 "--epochs %d, --limit %d: neither can be below 0", options->epochs,
                 options->limit);
  else if (draw (options, wanted, all ? cg_n_figures : 1, &error))
    return CG_EXIT_OK;
  int status = cg_commands_fail (error);
  return g_error_matches (error, CG_ERROR, CG_ERROR_CANCELLED) ? CG_EXIT_INTERRUPTED : status;
}

int
cg_command_chapter (int argc, char **argv)
{
  g_autofree char *folder = NULL, *data = NULL;
  CgChapterOptions options = { .stop = cg_interrupt_watch () };
  const GOptionEntry entries[] = {
    { "out", 'o', 0, G_OPTION_ARG_FILENAME, &folder,
      "folder for the figures, index.html and the networks", "DIR" },
    { "data", 0, 0, G_OPTION_ARG_FILENAME, &data, "folder of the MNIST files [mnist]", "DIR" },
    { "epochs", 0, 0, G_OPTION_ARG_INT, &options.epochs,
      "train on digits for at most so many [0: as the book]", "N" },
    { "limit", 0, 0, G_OPTION_ARG_INT, &options.limit,
      "train and measure on so many digits [0: all]", "N" },
    { "threads", 't', 0, G_OPTION_ARG_INT, &options.threads, "how many [0: one a processor]", "N" },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet, "no progress", NULL },
    { NULL },
  };
  const CgCommandHelp help = {
    "FIGURE|all|list", 1,
    "Examples:\n"
    "  cleargrain-train chapter list\n"
    "  cleargrain-train chapter 18-15 --data mnist --out chapter\n"
    "  cleargrain-train chapter all --data mnist --out chapter",
    "Draws the figures of the chapter on autoencoders in Glassner, \"Deep Learning: A Visual\n"
    "Approach\", from networks that are trained when they are first needed and kept in DIR.\n"
  };
  if (!cg_commands_parse (&argc, &argv, entries, &help)
      || !cg_commands_check_threads (options.threads))
    return CG_EXIT_USAGE;
  if (g_ascii_strcasecmp (argv[1], "list") == 0)
    {
      print_list ();
      return CG_EXIT_OK;
    }
  options.folder = folder;
  options.data = data ? data : "mnist";
  return run (&options, argv[1]);
}
