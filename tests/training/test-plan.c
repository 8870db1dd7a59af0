/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chunks that fit into memory. */
#include "model/error.h"
#include "training/plan.h"

static const char network_text[] = "input 1\nconv 96 3x3 relu\nconv 96 3x3 relu\nconv 1 3x3\n";

typedef struct
{
  CgNetwork *network;
  CgWorkers *workers;
  CgStepOptions options;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  f->network = cg_network_parse (network_text, &error);
  g_assert_no_error (error);
  f->workers = cg_workers_new (2);
  f->options = (CgStepOptions){
    .network = f->network, .batch = 24, .w = 64, .h = 64, .workers = f->workers
  };
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  cg_workers_free (f->workers);
  cg_network_free (f->network);
}

static gsize
memory_of (Fixture *f, int chunk)
{
  CgStepOptions options = f->options;
  options.chunk = chunk;
  return cg_plan_memory (&options);
}

/* Halves for two teams, if they fit, or as many samples as one team has room for. */
static void
test_chunk (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_assert_cmpint (cg_plan_chunk (&f->options, G_MAXSIZE, &error), ==, 12);
  g_assert_cmpint (cg_plan_chunk (&f->options, memory_of (f, 12), &error), ==, 12);
  g_assert_cmpint (cg_plan_chunk (&f->options, memory_of (f, 12) - 1, &error), ==, 8);
  g_assert_cmpint (cg_plan_chunk (&f->options, memory_of (f, 6) - 1, &error), ==, 4);
  g_assert_cmpint (cg_plan_chunk (&f->options, memory_of (f, 1), &error), ==, 1);
  f->options.chunk = 24;
  g_assert_cmpint (cg_plan_chunk (&f->options, G_MAXSIZE, &error), ==, 24);
  g_assert_cmpint (cg_plan_chunk (&f->options, memory_of (f, 8), &error), ==, 8);
  f->options.chunk = 0;
  f->options.batch = 5;
  g_assert_cmpint (cg_plan_chunk (&f->options, G_MAXSIZE, &error), ==, 5);
  g_assert_no_error (error);
}

/* Of a small network each thread takes chunks of its own, which are small. */
static void
test_small (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CgNetwork) network = cg_network_parse ("input 1\nconv 8 3x3\nconv 1 3x3", &error);
  f->options.network = network;
  g_assert_cmpint (cg_plan_chunk (&f->options, G_MAXSIZE, &error), ==, 8);
  f->options.batch = 10;
  g_assert_cmpint (cg_plan_chunk (&f->options, G_MAXSIZE, &error), ==, 5);
  gsize of_two = memory_of (f, 5);
  f->options.workers = NULL;
  g_assert_cmpuint (of_two, >, 1.5 * memory_of (f, 5));
  f->options.chunk = 10;
  g_assert_cmpint (cg_plan_chunk (&f->options, G_MAXSIZE, &error), ==, 10);
  g_assert_no_error (error);
}

static void
test_refused (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_assert_cmpint (cg_plan_chunk (&f->options, memory_of (f, 1) - 1, &error), ==, 0);
  g_assert_error (error, CG_ERROR, CG_ERROR_TOO_LARGE);
  g_assert_nonnull (strstr (error->message, "training.patch=32 would fit"));

  g_clear_error (&error);
  g_assert_cmpint (cg_plan_chunk (&f->options, 1000, &error), ==, 0);
  g_assert_nonnull (strstr (error->message, "choose a smaller training.batch or network"));

  g_clear_error (&error);
  f->options.chunk = 7;
  g_assert_cmpint (cg_plan_chunk (&f->options, G_MAXSIZE, &error), ==, 0);
  g_assert_error (error, CG_ERROR, CG_ERROR_USAGE);
}

/* Sizes that are left to memory: 16 of 96 x 96, or what fits. */
static void
test_auto (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  static const struct
  {
    int w, batch;     /* given */
    int room_w, room; /* memory is that of so many samples of this patch */
    int want_w, want_batch;
  } cases[] = {
    { 0, 0, 96, 16, 96, 16 }, { 0, 0, 96, 30, 96, 16 }, { 0, 0, 96, 5, 96, 5 },
    { 0, 0, 37, 1, 37, 1 },   { 64, 0, 64, 3, 64, 3 },  { 0, 8, 96, 2, 96, 8 },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      f->options.w = f->options.h = cases[i].room_w;
      gsize memory = memory_of (f, cases[i].room);
      CgStepOptions o = f->options;
      o.w = o.h = cases[i].w;
      o.batch = cases[i].batch;
      g_assert_true (cg_plan_auto (&o, memory, &error));
      g_assert_no_error (error);
      g_assert_cmpint (o.w, ==, cases[i].want_w);
      g_assert_cmpint (o.h, ==, cases[i].want_w);
      g_assert_cmpint (o.batch, ==, cases[i].want_batch);
    }
  CgStepOptions o = f->options;
  o.w = o.h = o.batch = 0;
  g_assert_false (cg_plan_auto (&o, 1000, &error));
  g_assert_error (error, CG_ERROR, CG_ERROR_TOO_LARGE);
}

/* Activations of 6 samples, 193 planes of floats each, forward and backward: the plan is not
 * below what is known to be needed, and not far above. */
static void
test_memory (Fixture *f, gconstpointer data)
{
  gsize planes = (gsize) 6 * 193 * 64 * 64 * sizeof (float);
  g_assert_cmpuint (memory_of (f, 6), >, planes);
  g_assert_cmpuint (memory_of (f, 6), <, 8 * planes);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/plan/chunk", Fixture, NULL, set_up, test_chunk, tear_down);
  g_test_add ("/plan/small", Fixture, NULL, set_up, test_small, tear_down);
  g_test_add ("/plan/refused", Fixture, NULL, set_up, test_refused, tear_down);
  g_test_add ("/plan/auto", Fixture, NULL, set_up, test_auto, tear_down);
  g_test_add ("/plan/memory", Fixture, NULL, set_up, test_memory, tear_down);
  return g_test_run ();
}
