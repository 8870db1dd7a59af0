/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Muon (Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural
 * networks"): the momentum of a weight matrix is replaced by the nearest matrix
 * whose singular values are all about 1, so that no direction is left behind.
 *
 * A convolution's weights are a matrix of c_out rows.  Steps are as long as
 * Adam's usually are (Liu et al. 2025, "Muon is scalable for LLM training":
 * 0.2 x sqrt (longer side)), so both share one learning rate. */
#ifndef CG_MUON_H
#define CG_MUON_H

#include "model/network.h"
#include "training/adam.h"

/* As cg_adam_step() for the parameters of @network, with Muon for every weight
 * of at least 16 rows and 16 columns and Adam for all others.  Clipping does
 * not touch Muon, for which a gradient's length means nothing; of the state's
 * squares it uses none.  Each matrix is one job, so nothing depends on threads. */
void
cg_muon_step (const CgAdamOptions *options, const CgNetwork *network, CgAdamState *state,
              const float *gradient, double norm, guint64 step, double rate, CgWorkers *workers);

/* Bring the singular values of @matrix, @rows x @columns, close to 1 (within
 * 0.6..1.3), in place, by five Newton-Schulz steps.  A matrix of zeros stays. */
void cg_muon_orthogonalise (float *matrix, int rows, int columns);

#endif
