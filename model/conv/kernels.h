/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernels that conv.h's table is made of; for this folder only. */
#ifndef CG_CONV_KERNELS_H
#define CG_CONV_KERNELS_H

#include "model/conv/conv.h"

extern const CgConvKernel cg_conv_reference;
extern const CgConvKernel cg_conv_gemm;

#endif
