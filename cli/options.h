/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line of `cleargrain`, checked. */
#ifndef CG_OPTIONS_H
#define CG_OPTIONS_H

#include <glib.h>

#include "cli/parse.h"

typedef struct
{
  char **inputs;    /* NULL-terminated; NULL if none */
  char *files_from; /* list of further ones; NULL = none */
  gboolean recursive;

  char *output;     /* file or folder; NULL = beside the input */
  char *preview;    /* the output shall show before and after; NULL = it is the picture */
  CgRectangle crop; /* w = 0: all */
  char *suffix;     /* NULL = as output demands */
  char *format;     /* "png"; NULL = what the name tells */
  int depth;        /* CgDepth; -1 = the picture's own */
  gboolean strip, preserve;
  gboolean overwrite, skip_existing, in_place;

  gboolean typed_recursive, typed_format; /* not from the file of settings */

  char *model;
  double strength, colour_strength;
  int grain_size;
  int threads;
  gsize max_memory;
  int jobs;          /* pictures under way at a time; 0 = as few as keep all busy */
  int shard, shards; /* counted from 0; shards = 0: all */

  char *failed_list, *log_json; /* NULL = none */
  gboolean no_config;
  GPtrArray *settings_files; /* char *: those that were read */
  gboolean dry_run, quiet, verbose, version;
} CgOptions;

/* Read @argv, taking out what is an option.  FALSE with an error for the user,
 * who typed something wrong.  --help prints and exits. */
gboolean
cg_options_parse (CgOptions *options, char ***argv, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cg_options_clear (CgOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CgOptions, cg_options_clear)

#endif
