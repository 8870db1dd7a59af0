/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The checkpoint file: a magic line, a header of fixed size, the texts, the
 * arrays, and a SHA-256 over all of it.  In the machine's own byte order: a
 * checkpoint is not meant to travel. */
#include "training/checkpoint.h"

#include <errno.h>
#include <string.h>

#include "imageio/atomic.h"
#include "model/error.h"

#define MAGIC        "cleargrain checkpoint 1\n"
#define N_ARRAYS     4
#define DIGEST_BYTES 32

typedef struct
{
  char magic[sizeof MAGIC - 1];
  guint64 recipe_bytes, data_bytes, n;
  guint64 steps, step, best_step, log_size, loss_count;
  double seconds, best_psnr, loss_sum;
} Header;

static float **
array_of (CgCheckpoint *checkpoint, int i)
{
  CgAdamState *w = &checkpoint->weights;
  float **const arrays[N_ARRAYS] = { &w->parameters, &w->mean, &w->square, &w->average };
  return arrays[i];
}

CgCheckpoint *
cg_checkpoint_new (gsize n)
{
  CgCheckpoint *checkpoint = g_new0 (CgCheckpoint, 1);
  checkpoint->weights.n = n;
  for (int i = 0; i < N_ARRAYS; i++)
    *array_of (checkpoint, i) = g_new0 (float, n);
  return checkpoint;
}

void
cg_checkpoint_free (CgCheckpoint *checkpoint)
{
  if (checkpoint == NULL)
    return;
  for (int i = 0; i < N_ARRAYS; i++)
    g_free (*array_of (checkpoint, i));
  g_free (checkpoint->recipe);
  g_free (checkpoint->data);
  g_free (checkpoint);
}

/* --- writing --- */

typedef struct
{
  FILE *file;
  GChecksum *checksum;
  gboolean ok;
} Writer;

static void
put (Writer *writer, gconstpointer bytes, gsize n)
{
  writer->ok = writer->ok && fwrite (bytes, 1, n, writer->file) == n;
  g_checksum_update (writer->checksum, bytes, (gssize) n);
}

static gboolean
write_all (const CgCheckpoint *c, FILE *file)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  Writer writer = { file, checksum, TRUE };
  Header header = {
    .recipe_bytes = strlen (c->recipe),
    .data_bytes = strlen (c->data),
    .n = c->weights.n,
    .steps = c->steps,
    .step = c->step,
    .best_step = c->best_step,
    .log_size = c->log_size,
    .loss_count = c->loss_count,
    .seconds = c->seconds,
    .best_psnr = c->best_psnr,
    .loss_sum = c->loss_sum,
  };
  memcpy (header.magic, MAGIC, sizeof header.magic);

  put (&writer, &header, sizeof header);
  put (&writer, c->recipe, header.recipe_bytes);
  put (&writer, c->data, header.data_bytes);
  for (int i = 0; i < N_ARRAYS; i++)
    put (&writer, *array_of ((CgCheckpoint *) c, i), c->weights.n * sizeof (float));

  guint8 digest[DIGEST_BYTES];
  gsize digest_size = sizeof digest;
  g_checksum_get_digest (checksum, digest, &digest_size);
  return writer.ok && fwrite (digest, 1, sizeof digest, file) == sizeof digest;
}

gboolean
cg_checkpoint_save (const CgCheckpoint *checkpoint, const char *path, GError **error)
{
  CgAtomicFile *atomic = cg_atomic_open (path, error);
  gboolean ok = atomic != NULL;
  if (ok && !write_all (checkpoint, atomic->file))
    {
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "cannot write: %s",
                   g_strerror (errno));
      cg_atomic_abandon (atomic);
      ok = FALSE;
    }
  else if (ok)
    ok = cg_atomic_commit (atomic, error);
  if (!ok)
    g_prefix_error (error, "%s: ", path);
  return ok;
}

/* --- reading --- */

/* Whether the parts that @header tells of are what @size has room for. */
static gboolean
fits (const Header *header, gsize size)
{
  guint64 rest = size - sizeof *header - DIGEST_BYTES, floats = N_ARRAYS * sizeof (float);

  if (header->recipe_bytes > rest || header->data_bytes > rest - header->recipe_bytes)
    return FALSE;
  rest -= header->recipe_bytes + header->data_bytes;
  return rest % floats == 0 && header->n == rest / floats;
}

static gboolean
check (const char *bytes, gsize size, Header *header, GError **error)
{
  if (size < sizeof *header + DIGEST_BYTES || memcmp (bytes, MAGIC, sizeof header->magic) != 0)
    {
      g_set_error_literal (error, CG_ERROR, CG_ERROR_FORMAT, "this is not a checkpoint");
      return FALSE;
    }
  memcpy (header, bytes, sizeof *header);

  gsize n = size - DIGEST_BYTES, digest_size = DIGEST_BYTES;
  guint8 digest[DIGEST_BYTES];
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_checksum_update (checksum, (const guchar *) bytes, (gssize) n);
  g_checksum_get_digest (checksum, digest, &digest_size);
  if (memcmp (digest, bytes + n, DIGEST_BYTES) != 0)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_FORMAT,
                   "this checkpoint of %" G_GSIZE_FORMAT " bytes is damaged", size);
      return FALSE;
    }
  if (!fits (header, size))
    {
      g_set_error_literal (error, CG_ERROR, CG_ERROR_FORMAT, "this checkpoint contradicts itself");
      return FALSE;
    }
  return TRUE;
}

CgCheckpoint *
cg_checkpoint_load (const char *path, GError **error)
{
  g_autoptr (GMappedFile) mapped = g_mapped_file_new (path, FALSE, error);
  if (mapped == NULL)
    return NULL;
  const char *bytes = g_mapped_file_get_contents (mapped);
  Header header;
  if (!check (bytes, g_mapped_file_get_length (mapped), &header, error))
    {
      g_prefix_error (error, "%s: ", path);
      return NULL;
    }

  CgCheckpoint *c = cg_checkpoint_new (header.n);
  c->steps = header.steps;
  c->step = header.step;
  c->best_step = header.best_step;
  c->log_size = header.log_size;
  c->loss_count = header.loss_count;
  c->seconds = header.seconds;
  c->best_psnr = header.best_psnr;
  c->loss_sum = header.loss_sum;
  bytes += sizeof header;
  c->recipe = g_strndup (bytes, header.recipe_bytes);
  bytes += header.recipe_bytes;
  c->data = g_strndup (bytes, header.data_bytes);
  bytes += header.data_bytes;
  for (int i = 0; i < N_ARRAYS; i++)
    {
      memcpy (*array_of (c, i), bytes, header.n * sizeof (float));
      bytes += header.n * sizeof (float);
    }
  return c;
}
