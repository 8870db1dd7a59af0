/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One OpenEXR file being read or written: OpenEXRCore on a FILE, with its
 * complaints kept instead of printed. */
#ifndef CG_EXR_JOB_H
#define CG_EXR_JOB_H

#include <stdio.h>

#include <glib.h>
#include <openexr.h>

typedef struct
{
  FILE *file;
  exr_context_t exr;
  char *message; /* what OpenEXRCore said first */
} CgExrJob;

/* Begin to read or to write job->file, which stays open; FALSE as
 * cg_exr_set_error() then tells.  Clear the job in any case. */
gboolean cg_exr_start_read (CgExrJob *job);
gboolean cg_exr_start_write (CgExrJob *job);

/* Ends what was started; a written file is whole after it.  FALSE if it is not. */
gboolean cg_exr_finish (CgExrJob *job);
void cg_exr_job_clear (CgExrJob *job);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CgExrJob, cg_exr_job_clear)

/* That the file is broken, in OpenEXRCore's words. */
void cg_exr_set_error (const CgExrJob *job, GError **error);

#endif
