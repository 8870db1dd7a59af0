/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "imageio/exr-job.h"

#include <errno.h>
#include <string.h>

#include "imageio/format.h"
#include "model/error.h"

static int64_t
read_bytes (exr_const_context_t exr, void *user, void *bytes, uint64_t size, uint64_t offset,
            exr_stream_error_func_ptr_t on_error)
{
  FILE *file = ((CgExrJob *) user)->file;

  if (offset > G_MAXINT64 || fseeko (file, (off_t) offset, SEEK_SET) != 0)
    return -1;
  return (int64_t) fread (bytes, 1, size, file);
}

static int64_t
write_bytes (exr_const_context_t exr, void *user, const void *bytes, uint64_t size, uint64_t offset,
             exr_stream_error_func_ptr_t on_error)
{
  FILE *file = ((CgExrJob *) user)->file;

  if (fseeko (file, (off_t) offset, SEEK_SET) == 0 && fwrite (bytes, 1, size, file) == size)
    return (int64_t) size;
  on_error (exr, EXR_ERR_WRITE_IO, "%s", g_strerror (errno));
  return -1;
}

static int64_t
size_of (exr_const_context_t exr, void *user)
{
  return (int64_t) cg_file_size (((CgExrJob *) user)->file);
}

static void
on_error (exr_const_context_t exr, exr_result_t code, const char *message)
{
  void *user = NULL;

  if (exr_get_user_data (exr, &user) != EXR_ERR_SUCCESS || !user)
    return;
  CgExrJob *job = user;
  if (!job->message)
    job->message = g_strdup (message);
}

static exr_context_initializer_t
initializer (CgExrJob *job)
{
  exr_context_initializer_t init = EXR_DEFAULT_CONTEXT_INITIALIZER;

  init.error_handler_fn = on_error;
  init.user_data = job;
  /* A file whose table of chunks is missing was not finished. */
  init.flags = EXR_CONTEXT_FLAG_DISABLE_CHUNK_RECONSTRUCTION;
  return init;
}

gboolean
cg_exr_start_read (CgExrJob *job)
{
  exr_context_initializer_t init = initializer (job);

  init.read_fn = read_bytes;
  init.size_fn = size_of;
  return exr_start_read (&job->exr, "picture", &init) == EXR_ERR_SUCCESS;
}

gboolean
cg_exr_start_write (CgExrJob *job)
{
  exr_context_initializer_t init = initializer (job);

  init.write_fn = write_bytes;
  return exr_start_write (&job->exr, "picture", EXR_WRITE_FILE_DIRECTLY, &init) == EXR_ERR_SUCCESS;
}

gboolean
cg_exr_finish (CgExrJob *job)
{
  return exr_finish (&job->exr) == EXR_ERR_SUCCESS;
}

void
cg_exr_job_clear (CgExrJob *job)
{
  if (job->exr)
    exr_finish (&job->exr);
  g_clear_pointer (&job->message, g_free);
}

void
cg_exr_set_error (const CgExrJob *job, GError **error)
{
  g_set_error (error, CG_ERROR, CG_ERROR_FORMAT, "broken OpenEXR: %s",
               job->message ? job->message : "it cannot be read");
}
