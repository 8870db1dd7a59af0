/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checkpoints: what was written is read, and nothing else. */
#include "training/checkpoint.h"

#include <string.h>

#include <glib/gstdio.h>

#include "model/error.h"

#define N 1000

static CgCheckpoint *
sample (void)
{
  CgCheckpoint *c = cg_checkpoint_new (N);
  c->recipe = g_strdup ("[training]\nsteps = 5\n");
  c->data = g_strdup ("0123456789abcdef");
  c->steps = 50;
  c->step = 20;
  c->seconds = 1.5;
  c->best_psnr = 30.25;
  c->best_step = 10;
  c->log_size = 77;
  c->loss_sum = 0.125;
  c->loss_count = 3;
  for (int i = 0; i < N; i++)
    {
      c->weights.parameters[i] = i;
      c->weights.mean[i] = -i;
      c->weights.square[i] = i * i;
      c->weights.average[i] = i + 0.5f;
    }
  return c;
}

static void
test_round_trip (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("checkpoint-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "checkpoint", NULL);
  g_autoptr (CgCheckpoint) a = sample ();
  g_assert_true (cg_checkpoint_save (a, path, &error));
  g_assert_no_error (error);
  g_autoptr (CgCheckpoint) b = cg_checkpoint_load (path, &error);
  g_assert_no_error (error);

  gsize bytes = N * sizeof (float);
  g_assert_cmpstr (a->recipe, ==, b->recipe);
  g_assert_cmpstr (a->data, ==, b->data);
  g_assert_cmpuint (b->steps, ==, 50);
  g_assert_cmpuint (b->step, ==, 20);
  g_assert_cmpfloat (b->seconds, ==, 1.5);
  g_assert_cmpfloat (b->best_psnr, ==, 30.25);
  g_assert_cmpuint (b->best_step, ==, 10);
  g_assert_cmpuint (b->log_size, ==, 77);
  g_assert_cmpfloat (b->loss_sum, ==, 0.125);
  g_assert_cmpuint (b->loss_count, ==, 3);
  g_assert_cmpmem (a->weights.parameters, bytes, b->weights.parameters, bytes);
  g_assert_cmpmem (a->weights.mean, bytes, b->weights.mean, bytes);
  g_assert_cmpmem (a->weights.square, bytes, b->weights.square, bytes);
  g_assert_cmpmem (a->weights.average, bytes, b->weights.average, bytes);
  g_unlink (path);
  g_rmdir (folder);
}

/* Every cut and a flip in every region is noticed. */
static void
test_damage (void)
{
  g_autofree char *folder = g_dir_make_tmp ("checkpoint-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "checkpoint", NULL);
  g_autofree char *bytes = NULL;
  gsize size;
  g_autoptr (CgCheckpoint) a = sample ();
  g_assert_true (cg_checkpoint_save (a, path, NULL));
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));

  for (gsize at = 0; at < size; at += 97)
    for (int flip = 0; flip < 2; flip++)
      {
        g_autoptr (GError) error = NULL;
        bytes[at] ^= flip;
        g_assert_true (g_file_set_contents (path, bytes, flip ? (gssize) size : (gssize) at, NULL));
        bytes[at] ^= flip;
        g_assert_null (cg_checkpoint_load (path, &error));
        g_assert_error (error, CG_ERROR, CG_ERROR_FORMAT);
        g_assert_true (g_str_has_prefix (error->message, path));
      }
  g_unlink (path);
  g_rmdir (folder);
}

#define HEADER 96 /* bytes, about */
#define DIGEST 32

/* A file whose sum is right, but whose numbers are not: read or refused, never believed. */
static void
test_contradiction (void)
{
  static const guint64 wrong[] = {
    0,          1, 999, 1001, 1 << 20, G_GUINT64_CONSTANT (1) << 40, G_GUINT64_CONSTANT (1) << 62,
    G_MAXUINT64
  };
  g_autofree char *folder = g_dir_make_tmp ("checkpoint-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "checkpoint", NULL);
  g_autofree char *bytes = NULL;
  gsize size, digest_size = DIGEST, refused = 0;
  g_autoptr (CgCheckpoint) a = sample ();
  g_assert_true (cg_checkpoint_save (a, path, NULL));
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));

  for (gsize at = 0; at < HEADER; at += 8)
    for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
      {
        g_autoptr (GError) error = NULL;
        g_autofree char *forged = g_memdup2 (bytes, size);
        g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
        memcpy (forged + at, &wrong[i], sizeof wrong[i]);
        g_checksum_update (sum, (guchar *) forged, (gssize) (size - DIGEST));
        g_checksum_get_digest (sum, (guint8 *) forged + size - DIGEST, &digest_size);
        g_assert_true (g_file_set_contents (path, forged, (gssize) size, NULL));
        g_autoptr (CgCheckpoint) read = cg_checkpoint_load (path, &error);
        if (read)
          g_assert_cmpuint (read->weights.n, ==, N);
        else
          g_assert_error (error, CG_ERROR, CG_ERROR_FORMAT);
        refused += read == NULL;
      }
  g_assert_cmpuint (refused, >=, 3 * G_N_ELEMENTS (wrong)); /* three of the numbers are lengths */
  g_unlink (path);
  g_rmdir (folder);
}

/* An unwritable place is an error that names it, and leaves nothing. */
static void
test_unwritable (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CgCheckpoint) a = sample ();
  g_assert_false (cg_checkpoint_save (a, "/proc/no-such-folder/checkpoint", &error));
  g_assert_nonnull (strstr (error->message, "/proc/no-such-folder/checkpoint"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/checkpoint/round-trip", test_round_trip);
  g_test_add_func ("/checkpoint/damage", test_damage);
  g_test_add_func ("/checkpoint/contradiction", test_contradiction);
  g_test_add_func ("/checkpoint/unwritable", test_unwritable);
  return g_test_run ();
}
