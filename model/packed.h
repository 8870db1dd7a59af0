/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of packed parameters, for the pass that uses them. */
#ifndef CG_PACKED_H
#define CG_PACKED_H

#include "model/network-private.h"
#include "model/pass.h"

#define CG_ALIGNMENT 16 /* floats; a cache line */

static inline gsize
cg_aligned (gsize floats)
{
  return (floats + CG_ALIGNMENT - 1) / CG_ALIGNMENT * CG_ALIGNMENT;
}

struct _CgPacked
{
  const CgNetwork *network;
  CgPassMode mode;
  const CgConvKernel **kernels; /* a layer each; NULL where it is no convolution */
  gsize *offsets;               /* a layer each, into data */
  float *data;                  /* NULL until cg_packed_allocate() */
  gsize size;                   /* floats */
  const float *parameters;      /* of the last update */
};

#endif
