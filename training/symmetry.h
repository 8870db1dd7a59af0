/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Networks that do to a turned or mirrored picture what they do to the picture:
 * group-equivariant convolutions (Cohen & Welling, ICML 2016) for the eight
 * symmetries of the square.
 *
 * A symmetric network is an ordinary one whose weights are tied: channels come
 * in groups of eight, one for each symmetry, and the filters of a group are one
 * filter, turned and mirrored.  What is learnt from a patch is learnt for all
 * eight of its copies at once. */
#ifndef CG_SYMMETRY_H
#define CG_SYMMETRY_H

#include "model/network.h"
#include "model/workers.h"

#define CG_SYMMETRY_GROUP 8

typedef struct _CgSymmetry CgSymmetry;

/* Find which parameters of @network belong together.  NULL with
 * CG_ERROR_UNSUPPORTED naming the line that cannot be symmetric: strides (an
 * `unshuffle` and a convolution can), channels that are no multiple of eight,
 * layers for fixed sizes.  The caller frees it with cg_symmetry_free(). */
CgSymmetry *cg_symmetry_new (const CgNetwork *network, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cg_symmetry_free (CgSymmetry *symmetry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgSymmetry, cg_symmetry_free)

/* Replace all @values that belong together, of the network's parameters or their
 * gradient, by their mean. */
void cg_symmetry_tie (const CgSymmetry *symmetry, float *values, CgWorkers *workers);

/* The same by the first of them, as independent random numbers lose their size in a mean. */
void cg_symmetry_copy (const CgSymmetry *symmetry, float *values);

/* The largest distance of a value from the mean of those it belongs to. */
float cg_symmetry_error (const CgSymmetry *symmetry, const float *values);

#endif
