/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures on their way: one thread reads, one writes, and between them each of
 * several lanes cleans a picture.  Many pictures are done sooner with as many lanes as
 * there are processors than with all processors on one picture at a time; a
 * few have one lane with all threads. */
#ifndef CG_PIPELINE_H
#define CG_PIPELINE_H

#include "cli/picture.h"
#include "model/model.h"

typedef struct _CgPipeline CgPipeline;

/* For @jobs (CgJob *), in their order.  All arguments must outlive the pipeline.
 * NULL with @error if @model is none for pictures. */
CgPipeline *cg_pipeline_new (const CgOptions *options, const GPtrArray *jobs, const CgModel *model,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Once. */
void cg_pipeline_start (CgPipeline *pipeline);

/* Waits for the threads, which end after the last picture. */
void cg_pipeline_free (CgPipeline *pipeline);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgPipeline, cg_pipeline_free)

/* The next picture that has come to its end, in whatever order they do: CG_PICTURE_DONE,
 * _SKIPPED or _FAILED, or _READ if an interruption left it undone.  It goes back with
 * cg_pipeline_return(), as only so many are under way at a time.  NULL if there is none
 * within @microseconds (< 0: however long it takes), or no more: then *@ended. */
CgPicture *cg_pipeline_next (CgPipeline *pipeline, gint64 microseconds, gboolean *ended);
void cg_pipeline_return (CgPipeline *pipeline, CgPicture *picture);

/* What has been done of the pictures that are being cleaned now, on the scale of
 * cg_job_work(). */
double cg_pipeline_under_way (const CgPipeline *pipeline);

#endif
