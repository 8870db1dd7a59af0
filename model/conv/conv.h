/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two-dimensional convolution behind one small table.
 *
 *   out[y][x][o] = act (sum over i, v, u of
 *                    weight[o][i][v][u] * in[y*stride + v - p][x*stride + u - p][i]
 *                  + bias[o] + add[y][x][o]),      p = (k - 1) / 2,
 *
 * with zeros outside the input.  That is PyTorch's Conv2d (padding = p) on
 * channel-last data.  `reference` is this sum, written down; every other
 * kernel is tested against it.
 *
 * Letters in this folder: h, w output rows and columns; c_in, c_out channels;
 * k side of the kernel. */
#ifndef CG_CONV_H
#define CG_CONV_H

#include "model/activation.h"
#include "model/tensor.h"

typedef struct
{
  int c_in, c_out;
  int k;      /* odd */
  int stride; /* >= 1; an input of h rows gives ceil (h / stride) */
} CgConv;

/* What happens to the sum before it is stored: bias and add are added, then it
 * is activated; on the way back it is multiplied by the slope that an activation
 * has where it gave the values of slope_at. */
typedef struct
{
  const float *bias; /* c_out floats, or NULL */
  CgBatch add;       /* of the output's shape, perhaps the output itself; data NULL: nothing */
  CgActivation activation;
  CgBatch slope_at; /* data NULL: nothing */
  CgActivation slope;
} CgConvEpilogue;

/* Weights are packed once and read by many threads, for one of two uses. */
typedef enum
{
  CG_CONV_FORWARD,
  CG_CONV_BACKWARD /* rotated, in and out swapped: for the gradient of the input */
} CgConvUse;

/* One way to do it.  All pointers are set.  No function allocates; scratch
 * is the caller's, 64-byte aligned, one a thread, contents undefined.  What a
 * picture gives does not depend on the others of its batch. */
typedef struct
{
  const char *name;
  gboolean (*supports) (const CgConv *conv);

  gsize (*packed_size) (const CgConv *conv, CgConvUse use); /* floats */
  void (*pack) (const CgConv *conv, CgConvUse use, const float *weight, float *packed);

  /* Floats of scratch that any call below needs on an input of @w_in columns. */
  gsize (*scratch_size) (const CgConv *conv, int w_in);

  /* Output rows y0 <= y < y1 of every picture, computed in blocks of row_step rows counted from
   * y0 (the last may be short).  A pixel's value, to the last bit, depends on
   * y0 mod row_step and on nothing else of how rows are cut.  Heights are those
   * of the whole picture, but only the rows that this range needs must be in
   * memory: no other row is touched. */
  int row_step;
  /* Of columns the value depends on x mod column_step; blocks always begin at
   * column 0. */
  int column_step;
  void (*forward) (const CgConv *conv, const CgBatch *in, const float *packed,
                   const CgConvEpilogue *epilogue, const CgBatch *out, int y0, int y1,
                   float *scratch);

  /* Gradient of the input. */
  void (*backward_data) (const CgConv *conv, const CgBatch *grad_out, const float *packed,
                         const CgConvEpilogue *epilogue, const CgBatch *grad_in, float *scratch);

  /* Adds the gradient of the weights, summed over the batch, to @grad_weight
   * (c_out x c_in x k x k, as the weights).  Output channels may be computed
   * apart, as convolutions of fewer of them: bits stay the same where such
   * slices begin at multiples of channel_step. */
  int channel_step;
  void (*backward_weight) (const CgConv *conv, const CgBatch *in, const CgBatch *grad_out,
                           float *grad_weight, float *scratch);
} CgConvKernel;

/* All kernels this build and this processor have, slowest first, ended by
 * NULL; [0] is the reference. */
const CgConvKernel *const *cg_conv_kernels (void);

/* The fastest kernel for @conv, or the one called @name, or the fastest of the
 * family @name ("avx2" for those called "...-avx2").  NULL = what the variable
 * CLEARGRAIN_KERNELS says, if it is set; a name that does not exist or does not
 * support @conv gives way to the reference.  Never NULL. */
const CgConvKernel *cg_conv_kernel_for (const CgConv *conv, const char *name);

/* For programs to call first: FALSE with CG_ERROR_USAGE, listing what there is,
 * if CLEARGRAIN_KERNELS names nothing that this processor can run. */
gboolean cg_conv_check_wish (GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
