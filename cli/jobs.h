/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the command line to a list of pictures, each with the name of its
 * output; all that can be found wrong before work starts is found here. */
#ifndef CG_JOBS_H
#define CG_JOBS_H

#include "cli/options.h"

/* What is put behind the names of outputs beside their pictures, unless told otherwise. */
#define CG_SUFFIX_BESIDE_INPUT "-clean"

typedef struct
{
  char *in;
  char *out;
  gboolean named; /* the output is called just so, by -o, --preview or a list */
  char *below;    /* path of the output below the folder of -o */
  char *problem;  /* why it cannot be done, found while looking for pictures; usually NULL */
  guint64 pixels; /* of cg_jobs_measure(); 0 = not known */
} CgJob;

/* CgJob * in the order of the command line, folders sorted by name; @left_out becomes the number
 * of files in them that are outputs of earlier runs.  Fails with CG_ERROR_USAGE if two
 * outputs are one file or an output is one of the inputs. */
GPtrArray *
cg_jobs_plan (const CgOptions *options, guint *left_out, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Look into every file for its number of pixels. */
void cg_jobs_measure (GPtrArray *jobs);

/* How much work it is, against that of others: its pixels, 1 if they are not known. */
double cg_job_work (const CgJob *job);

/* Keep the share of --shard.  The same list gives the same shares on every
 * machine, of about the same number of pixels. */
void cg_jobs_keep_shard (GPtrArray *jobs, int shard, int shards);

#endif
