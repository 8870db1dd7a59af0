/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A drawable's pixels through the network, by GEGL and babl alone: nothing here
 * knows which GIMP is outside, or whether there is one. */
#ifndef CG_WORKER_H
#define CG_WORKER_H

#include <gegl.h>

#include "model/progress.h"

/* Before anything in a process of the filter's own starts babl, as libgimp does.  babl 0.1.100 and
 * later would first try out tables of 256 MiB, for 2 seconds, that save less in a process that ends
 * soon. */
void cg_worker_prepare_babl (void);

/* Start GEGL in a process of the filter's own.  The pixels are GIMP's: as the picture is
 * streamed, next to none of them are kept here, where GEGL would keep as many as GIMP may. */
void cg_worker_start_gegl (void);

/* A model made ready for the pixels of any number of buffers.  One thread at a time. */
typedef struct _CgWorker CgWorker;

/* Load the weights @model names (a name or a path; NULL or "" for the default,
 * CG_SETTINGS_MODEL), for grain of @grain_size pixels (see CgSettings).  The error of a name not
 * found tells every place looked at.  Uses as many threads as GEGL is set to, and the convolution
 * kernels of $CLEARGRAIN_KERNELS if that is set.  The caller frees it with cg_worker_free(). */
CgWorker *
cg_worker_new (const char *model, int grain_size, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cg_worker_free (CgWorker *worker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgWorker, cg_worker_free)

/* How many pixels on each side a pixel's result can depend on, also where there is
 * nothing but transparency. */
int cg_worker_halo (const CgWorker *worker);

/* The format in which pixels of @stored are cleaned: floats, gray or RGB, with
 * alpha or without, display-referred, in the colour space of @stored.  babl
 * converts on the way in and out, so that every precision and linear light
 * are welcome.  NULL with CG_ERROR_UNSUPPORTED for indexed colours. */
const Babl *cg_worker_format (const Babl *stored, GError **error);

/* What to clean and where to put it. */
typedef struct
{
  GeglBuffer *in;       /* only read */
  GeglBuffer *out;      /* not @in; only @region of it is written */
  const Babl *format;   /* of cg_worker_format() */
  GeglRectangle extent; /* the whole drawable: beyond it the picture is mirrored */
  GeglRectangle region; /* the part to clean, inside @extent; @in must hold this and the
                           halo around it as far as @extent goes */
} CgWorkerJob;

/* Clean @job with luma strength @strength and colour strength @colour_strength,
 * both 0..1.  The picture is streamed tile by tile, never held.  @progress may be NULL; if
 * it returns FALSE the result is CG_ERROR_CANCELLED and @job->out is unfinished. */
gboolean cg_worker_run (CgWorker *worker, const CgWorkerJob *job, double strength,
                        double colour_strength, CgProgressFunc progress, gpointer progress_data,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
