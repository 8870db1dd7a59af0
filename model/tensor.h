/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A view of one picture's activations, channel-last: the value of channel c at
 * row y, column x is data[y * row_stride + x * pixel_stride + c].
 *
 * The pixel stride may exceed the channel count, so that several tensors can
 * be slices of one buffer and concatenation costs nothing. */
#ifndef CG_TENSOR_H
#define CG_TENSOR_H

#include <string.h>

#include <glib.h>

typedef struct
{
  float *data;
  int h, w, c;
  gsize pixel_stride; /* floats from one pixel to the next, >= c */
  gsize row_stride;   /* floats from one row to the next, >= w * pixel_stride */
} CgTensor;

/* A dense tensor of @h x @w x @c over @data. */
static inline CgTensor
cg_tensor (float *data, int h, int w, int c)
{
  return (CgTensor){ data, h, w, c, (gsize) c, (gsize) w * c };
}

static inline float *
cg_tensor_row (const CgTensor *t, int y)
{
  return t->data + (gsize) y * t->row_stride;
}

static inline float *
cg_tensor_pixel (const CgTensor *t, int y, int x)
{
  return t->data + (gsize) y * t->row_stride + (gsize) x * t->pixel_stride;
}

/* The same place in each picture of a batch. */
typedef struct
{
  CgTensor first;
  int n;
  gsize picture_stride; /* floats */
} CgBatch;

static inline CgBatch
cg_batch_of_one (CgTensor t)
{
  return (CgBatch){ t, 1, 0 };
}

static inline CgTensor
cg_batch_at (const CgBatch *batch, int i)
{
  CgTensor t = batch->first;
  t.data += (gsize) i * batch->picture_stride;
  return t;
}

/* Pictures @first <= i < @first + @n; of no data no part either. */
static inline CgBatch
cg_batch_part (const CgBatch *batch, int first, int n)
{
  CgBatch part = *batch;
  if (part.first.data)
    part.first = cg_batch_at (batch, first);
  part.n = n;
  return part;
}

static inline void
cg_tensor_clear (const CgTensor *t)
{
  for (int y = 0; y < t->h; y++)
    for (int x = 0; x < t->w; x++)
      memset (cg_tensor_pixel (t, y, x), 0, t->c * sizeof (float));
}

#endif
