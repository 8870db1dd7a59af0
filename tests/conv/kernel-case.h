/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the convolution kernels share: numbers with canaries around
 * all that may be written and NaN around all that may be read, random cases,
 * and the sums of conv.h in double precision to compare with. */
#ifndef CG_TESTS_KERNEL_CASE_H
#define CG_TESTS_KERNEL_CASE_H

#include "model/conv/conv.h"

#define CANARY 12345.0f
#define ROUNDS 40

/* Floats with a canary on both sides. */
typedef struct
{
  float *block, *data;
  gsize n;
} Floats;

Floats floats_new (gsize n, float value);
Floats floats_random (gsize n);
void floats_free (Floats *f); /* fails if a canary is dead */

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Floats, floats_free)

/* A tensor in memory of its own that ends with the last value; gaps between
 * pixels and rows hold @gap. */
typedef struct
{
  CgTensor t;
  float *block;
  gsize n;
  float gap;
} Picture;

/* Gaps of random widths; pixels like them, or random. */
Picture picture_new (int h, int w, int c, float gap);
Picture picture_random (int h, int w, int c, float gap);

/* The same picture in memory of its own with other gaps. */
Picture picture_copy (const Picture *from);

/* Fails if anything between the pixels was written. */
void picture_free (Picture *p);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Picture, picture_free)

/* For a call on one picture. */
CgBatch batch (const Picture *p);

/* One random case: a convolution that the kernel supports and sizes for it. */
typedef struct
{
  const CgConvKernel *kernel;
  CgConv conv;
  int h_in, w_in, h, w;
} Case;

Case random_case (const CgConvKernel *kernel);
gsize weight_size (const Case *c);
Floats pack (const Case *c, CgConvUse use, const Floats *weight);
Floats scratch (const Case *c);

/* Weight [o][i][v][u]. */
double weight_value (const Case *c, const Floats *weight, int o, int i, int v, int u);

/* Fails unless @got is @want, for sums of the @size that sum_size() or
 * rounded_size() gives. */
void check (const Case *c, const char *what, double got, double want, double size);

/* The size that sums of @n products of values in -1..1 have. */
double sum_size (double n);

/* The size for one dot product of @n such values: it is rounded n times, each
 * time at a partial sum of up to sqrt(n), so that its error grows with n
 * itself (measured: as n from 30 to 1000, in every Winograd kernel). */
double rounded_size (double n);

/* Fails unless @h rows of @w pixels from (@ay, @ax) and (@by, @bx) on have the same bits. */
void
assert_same (const CgTensor *a, int ay, int ax, const CgTensor *b, int by, int bx, int h, int w);

/* A random epilogue, with an output to write to: fresh, or the one that is added. */
typedef struct
{
  Floats bias;
  Picture add, values, out;
  CgConvEpilogue epilogue;
  gboolean adds;
} Ending;

/* In the place where it will stay: it points into itself. */
void ending_init (Ending *ending, int h, int w, int c);
void ending_clear (Ending *ending);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Ending, ending_clear)

/* A sum of conv.h from @from for channel @channel of the pixel (@y, @x). */
typedef double (*NaiveSum) (const Case *c, const CgTensor *from, const Floats *weight, int y, int x,
                            int channel);

/* Fails unless every value of the ending's output is the @sum, taken to its end. */
void ending_check (const Ending *ending, const Case *c, const char *what, NaiveSum sum,
                   const CgTensor *from, const Floats *weight, double size);

/* /conv/KERNEL/NAME for every kernel of this machine. */
void add_tests (const char *name, GTestDataFunc test);

#endif
