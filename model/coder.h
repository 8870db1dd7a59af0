/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Networks of fixed size applied to many inputs at once, and an autoencoder's
 * two halves.  Values are floats, one picture after the other: rows, then
 * columns, then channels. */
#ifndef CG_CODER_H
#define CG_CODER_H

#include "model/model.h"
#include "model/workers.h"

/* A network with its parameters, ready to be run on any number of inputs. */
typedef struct _CgApply CgApply;

/* @network must have a fixed size; it, @parameters and @workers (NULL = the
 * calling thread alone) must outlive the result.  NULL with CG_ERROR_NETWORK or
 * CG_ERROR_TOO_LARGE.  The caller frees it with cg_apply_free(). */
CgApply *cg_apply_new (const CgNetwork *network, const float *parameters, CgWorkers *workers,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cg_apply_free (CgApply *apply);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgApply, cg_apply_free)

/* Shape of one input and of one output. */
CgShape cg_apply_input (const CgApply *apply);
CgShape cg_apply_output (const CgApply *apply);

/* Of @n inputs make @n outputs.  Latents that are drawn are drawn by @seed and
 * the number of the input; with CG_APPLY_MEANS they are their means. */
#define CG_APPLY_MEANS (-1)
void cg_apply_run (CgApply *apply, const float *in, int n, gint64 seed, float *out);

/* A network's two sides of its latents. */
typedef struct
{
  CgNetwork *networks[2];
  CgApply *encoder, *decoder;
} CgCoder;

/* @model and @workers must outlive it.  NULL with @error if the network names
 * no latents or cannot be cut there.  The caller frees it with cg_coder_free(). */
CgCoder *
cg_coder_new (const CgModel *model, CgWorkers *workers, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cg_coder_free (CgCoder *coder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgCoder, cg_coder_free)

/* Values of a shape. */
static inline gsize
cg_shape_values (CgShape s)
{
  return (gsize) s.h * s.w * s.c;
}

#endif
