/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every kernel on several pictures in one call, and on slices of the output
 * channels: the bits are those of one call for each. */
#include "tests/conv/kernel-case.h"

#define PICTURES 3

/* Pictures one below the other in a single one. */
typedef struct
{
  Picture all;
  CgBatch batch;
} Pictures;

static Pictures
pictures_new (int h, int w, int c)
{
  Pictures p = { picture_random (PICTURES * h, w, c, CANARY), { .n = PICTURES } };

  p.batch.first = p.all.t;
  p.batch.first.h = h;
  p.batch.picture_stride = h * p.all.t.row_stride;
  return p;
}

static void
pictures_free (Pictures *p)
{
  picture_free (&p->all);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pictures, pictures_free)

/* Picture by picture the bits are those of the batch, forward and backward. */
static void
test_batch (gconstpointer kernel)
{
  for (int round = 0; round < ROUNDS / 4; round++)
    {
      Case c = random_case (kernel);
      g_auto (Floats) weight = floats_random (weight_size (&c));
      g_auto (Floats) forward = pack (&c, CG_CONV_FORWARD, &weight);
      g_auto (Floats) backward = pack (&c, CG_CONV_BACKWARD, &weight);
      g_auto (Floats) room = scratch (&c);
      g_auto (Pictures) in = pictures_new (c.h_in, c.w_in, c.conv.c_in);
      g_auto (Pictures) out = pictures_new (c.h, c.w, c.conv.c_out);
      g_auto (Pictures) add = pictures_new (c.h, c.w, c.conv.c_out);
      g_auto (Pictures) grad_in = pictures_new (c.h_in, c.w_in, c.conv.c_in);
      CgConvEpilogue epilogue = { .add = add.batch };
      CgConvEpilogue undo = { .slope_at = in.batch, .slope = CG_ACTIVATION_RELU };

      c.kernel->forward (&c.conv, &in.batch, forward.data, &epilogue, &out.batch, 0, c.h,
                         room.data);
      c.kernel->backward_data (&c.conv, &add.batch, backward.data, &undo, &grad_in.batch,
                               room.data);
      for (int i = 0; i < PICTURES; i++)
        {
          g_auto (Picture) one = picture_new (c.h, c.w, c.conv.c_out, CANARY);
          g_auto (Picture) grad_one = picture_new (c.h_in, c.w_in, c.conv.c_in, CANARY);
          CgBatch in_one = cg_batch_part (&in.batch, i, 1), to = batch (&one);
          CgBatch add_one = cg_batch_part (&add.batch, i, 1), grad_to = batch (&grad_one);
          CgTensor want = cg_batch_at (&out.batch, i), grad_want = cg_batch_at (&grad_in.batch, i);

          epilogue.add = add_one;
          undo.slope_at = in_one;
          c.kernel->forward (&c.conv, &in_one, forward.data, &epilogue, &to, 0, c.h, room.data);
          c.kernel->backward_data (&c.conv, &add_one, backward.data, &undo, &grad_to, room.data);
          assert_same (&one.t, 0, 0, &want, 0, 0, c.h, c.w);
          assert_same (&grad_one.t, 0, 0, &grad_want, 0, 0, c.h_in, c.w_in);
        }
    }
}

/* The gradient of the weights over a batch is the sum of its pictures', and
 * slices of the output channels have the same bits. */
static void
test_slices (gconstpointer kernel)
{
  for (int round = 0; round < ROUNDS / 4; round++)
    {
      Case c = random_case (kernel);
      gsize of_one = (gsize) c.conv.c_in * c.conv.k * c.conv.k; /* output channel */
      g_auto (Floats) room = scratch (&c);
      g_auto (Floats) whole = floats_new (weight_size (&c), 0);
      g_auto (Floats) sum = floats_new (weight_size (&c), 0);
      g_auto (Floats) sliced = floats_new (weight_size (&c), 0);
      g_auto (Pictures) in = pictures_new (c.h_in, c.w_in, c.conv.c_in);
      g_auto (Pictures) out = pictures_new (c.h, c.w, c.conv.c_out);
      int step = c.kernel->channel_step;

      c.kernel->backward_weight (&c.conv, &in.batch, &out.batch, whole.data, room.data);
      for (int i = 0; i < PICTURES; i++)
        {
          CgBatch in_one = cg_batch_part (&in.batch, i, 1);
          CgBatch out_one = cg_batch_part (&out.batch, i, 1);

          c.kernel->backward_weight (&c.conv, &in_one, &out_one, sum.data, room.data);
        }
      for (gsize n = 0; n < sum.n; n++)
        check (&c, "backward_weight of a batch", whole.data[n], sum.data[n],
               sum_size (PICTURES * c.h * c.w));
      for (int first = 0, n; first < c.conv.c_out; first += n)
        {
          CgConv slice = c.conv;
          CgBatch part = out.batch;

          n = g_test_rand_int_range (1, 4);
          n = (int) MIN (c.conv.c_out - first, (gint64) step * n);
          slice.c_out = part.first.c = n;
          part.first.data += first;
          c.kernel->backward_weight (&slice, &in.batch, &part, sliced.data + first * of_one,
                                     room.data);
        }
      g_assert_cmpmem (sliced.data, sliced.n * sizeof (float), whole.data,
                       whole.n * sizeof (float));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_tests ("batch", test_batch);
  add_tests ("slices", test_slices);
  return g_test_run ();
}
