/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernels that conv.h's table is made of; for this folder only. */
#ifndef CG_CONV_KERNELS_H
#define CG_CONV_KERNELS_H

#include "model/conv/conv.h"

extern const CgConvKernel cg_conv_reference;
extern const CgConvKernel cg_conv_gemm;

/* From simd/, once for every family of processors. */
extern const CgConvKernel cg_conv_direct_baseline;
extern const CgConvKernel cg_conv_direct_avx2;
extern const CgConvKernel cg_conv_direct_avx512;
extern const CgConvKernel cg_conv_winograd_baseline;
extern const CgConvKernel cg_conv_winograd_avx2;
extern const CgConvKernel cg_conv_winograd_avx512;

#endif
