/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A network laid out in memory for one batch size and one picture size, to be
 * run forward and, if wanted, backward, any number of times without another
 * allocation.  One pass is used by one thread at a time; packed parameters
 * are read-only and shared. */
#ifndef CG_PASS_H
#define CG_PASS_H

#include "model/network.h"
#include "model/progress.h"
#include "model/random.h"
#include "model/tensor.h"
#include "model/workers.h"

/* Parameters in the form the kernels want them. */
typedef struct _CgPacked CgPacked;

typedef enum
{
  CG_PASS_INFERENCE, /* activations share memory as soon as they can */
  CG_PASS_TRAINING   /* everything backward needs is kept */
} CgPassMode;

/* How the parameters of @network, which must outlive it, are to be packed.
 * @kernels: their name (conv/conv.h), or NULL. */
CgPacked *cg_packed_new (const CgNetwork *network, CgPassMode mode,
                         const char *kernels) G_GNUC_WARN_UNUSED_RESULT;
void cg_packed_free (CgPacked *packed);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgPacked, cg_packed_free)

/* Room for them, once, before the first pass over them.  Errors: CG_ERROR_TOO_LARGE. */
gboolean cg_packed_allocate (CgPacked *packed, GError **error);

/* Pack @parameters, which must stay as they are until the next update. */
void cg_packed_update (CgPacked *packed, const float *parameters, CgWorkers *workers);

/* Bytes that packed parameters take, allocated or not. */
gsize cg_packed_memory (const CgPacked *packed);

const CgNetwork *cg_packed_network (const CgPacked *packed);

/* Rows of input that a band must be a multiple of. */
int cg_packed_row_step (const CgPacked *packed);

/* Columns of input that a cut must be a multiple of to leave the last bits as they are. */
int cg_packed_column_step (const CgPacked *packed);

/* Steps that a pass over @h rows in bands of @band takes. */
int cg_packed_n_steps (const CgPacked *packed, int h, int band);

typedef struct _CgPass CgPass;

/* A pass over @n pictures of @h x @w (multiples of the network's step), run by
 * @workers (NULL = the calling thread alone; not owned).
 *
 * With @band > 0 (a multiple of cg_packed_row_step(); inference, n = 1) the
 * picture streams through in steps of that many rows of input, and memory
 * grows with the width and the band only; a band that is too large means one
 * step.  The output is the same to the last bit for every band.
 *
 * Fails with CG_ERROR_TOO_LARGE if the memory cannot be had. */
CgPass *cg_pass_new (const CgPacked *packed, int n, int h, int w, int band, CgWorkers *workers,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cg_pass_free (CgPass *pass);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgPass, cg_pass_free)

/* Bytes that such a pass takes with @threads workers. */
gsize cg_pass_memory (const CgPacked *packed, int n, int h, int w, int band, int threads);

/* Where to put picture @i before, and to find it after, a forward run.  In a
 * streaming pass only the rows of the present step are there, at their place
 * in the picture:
 *
 *   do
 *     fill rows cg_pass_input_rows() of cg_pass_input(), cg_pass_forward(),
 *     take rows cg_pass_output_rows() of cg_pass_output()
 *   while (cg_pass_next (pass));
 *
 * The input keeps its contents until the next step, the output until the next
 * forward run. */
CgTensor cg_pass_input (CgPass *pass, int i);
CgTensor cg_pass_output (CgPass *pass, int i);
void cg_pass_input_rows (const CgPass *pass, int *y0, int *y1);
void cg_pass_output_rows (const CgPass *pass, int *y0, int *y1);

/* Go on to the next step; FALSE, and back to the first, if there is none. */
gboolean cg_pass_next (CgPass *pass);

/* Run forward.  FALSE if @progress (may be NULL) asked to stop: the output is
 * then undefined. */
gboolean cg_pass_forward (CgPass *pass, CgProgressFunc progress, gpointer progress_data);

/* For a network with a `gaussian` layer: from now on picture @i's latents are
 * drawn with a copy of @random, or are their means again if it is NULL. */
void cg_pass_set_noise (CgPass *pass, int i, const CgRandom *random);

/* Training only: the KL divergence of picture @i's latents after a forward run,
 * in nats; 0 without a gaussian layer.  Backward adds @scale times its
 * gradient (0 unless set). */
double cg_pass_kl (CgPass *pass, int i);
void cg_pass_set_kl (CgPass *pass, double scale);

/* Training only.  Put the loss's gradient here after a forward run ... */
CgTensor cg_pass_output_gradient (CgPass *pass, int i);
/* ... and run backward, once for each forward run: adds the parameters' gradient, summed over
 * the batch, to @gradient, which is laid out as they are. */
void cg_pass_backward (CgPass *pass, float *gradient);

#endif
