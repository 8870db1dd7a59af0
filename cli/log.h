/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What machines read of a batch: a JSON object a line for each picture, and the
 * list of what failed or was not done.  Lines are written whole as soon as they are known. */
#ifndef CG_CLI_LOG_H
#define CG_CLI_LOG_H

#include <stdio.h>

#include "cli/picture.h"
#include "model/model.h"

typedef struct
{
  FILE *json, *failed; /* NULL = not wanted */
  char *model;         /* its part of a JSON object */
} CgLog;

/* Open what @options want: the JSON is appended to, the list starts empty. */
gboolean cg_log_open (CgLog *log, const CgOptions *options, const CgModel *model,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A picture that is done, skipped or failed. */
void cg_log_picture (CgLog *log, const CgPicture *picture);

/* A picture that an interruption left undone: a line of the list. */
void cg_log_undone (CgLog *log, const CgJob *job);

/* FALSE if not all could be written; closes in any case. */
gboolean cg_log_close (CgLog *log);

#endif
