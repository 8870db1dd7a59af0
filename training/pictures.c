/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mapped store of pictures.  Files are decoded by all workers; where a
 * picture lies in the store depends on who was first, its place in the list
 * does not. */
#include "training/pictures.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "imageio/atomic.h"
#include "model/error.h"
#include "training/files.h"

/* Big-endian magic of an idx file of bytes in three dimensions. */
#define IDX3_MAGIC 0x00000803

typedef struct
{
  GPtrArray *files;   /* CgFile */
  GArray **found;     /* CgPicture, for each file; NULL if it could not be read */
  GError **errors;    /* for each file */
  char **notes;       /* for each file; NULL if there is nothing to say */
  const char *folder; /* of the store */
  int fd;
  GMutex lock; /* guards size */
  gsize size;  /* of the store so far */
} Loader;

static gboolean
write_at (int fd, const guint8 *bytes, gsize n, gsize offset, GError **error)
{
  while (n > 0)
    {
      gssize written = pwrite (fd, bytes, n, (off_t) offset);
      if (written < 0 && errno == EINTR)
        continue;
      if (written <= 0)
        {
          g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno),
                       "cannot write the store of decoded pictures: %s", g_strerror (errno));
          return FALSE;
        }
      bytes += written;
      offset += written;
      n -= written;
    }
  return TRUE;
}

/* Append to the store; returns the place. */
static gboolean
store (Loader *loader, const guint8 *bytes, gsize n, gsize *offset, GError **error)
{
  g_mutex_lock (&loader->lock);
  *offset = loader->size;
  loader->size += (n + 3) & ~(gsize) 3; /* samples of any kind stay aligned */
  g_mutex_unlock (&loader->lock);
  if (write_at (loader->fd, bytes, n, *offset, error))
    return TRUE;
  g_prefix_error (error, "%s: ", loader->folder);
  return FALSE;
}

static guint32
big_endian (const guint8 *bytes)
{
  guint32 value;
  memcpy (&value, bytes, 4);
  return GUINT32_FROM_BE (value);
}

static gboolean
is_idx3 (const char *path)
{
  guint8 head[4] = { 0 };
  int fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0)
    return FALSE;
  gboolean is = read (fd, head, 4) == 4 && big_endian (head) == IDX3_MAGIC;
  close (fd);
  return is;
}

static gboolean
load_idx3 (Loader *loader, const CgFile *file, GArray *found, GError **error)
{
  g_autoptr (GMappedFile) mapped = g_mapped_file_new (file->path, FALSE, error);
  if (mapped == NULL)
    return FALSE;
  const guint8 *bytes = (const guint8 *) g_mapped_file_get_contents (mapped);
  gsize size = g_mapped_file_get_length (mapped);
  guint64 n = 0, h = 0, w = 0;
  if (size >= 16)
    {
      n = big_endian (bytes + 4);
      h = big_endian (bytes + 8);
      w = big_endian (bytes + 12);
    }
  if (n == 0 || h == 0 || w == 0 || h > 4096 || w > 4096 || size - 16 != n * h * w)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_FORMAT,
                   "%s: %" G_GSIZE_FORMAT " bytes do not hold the %" G_GUINT64_FORMAT
                   " pictures of %" G_GUINT64_FORMAT " x %" G_GUINT64_FORMAT " its header tells of",
                   file->path, size, n, w, h);
      return FALSE;
    }

  gsize offset;
  if (!store (loader, bytes + 16, size - 16, &offset, error))
    return FALSE;
  for (guint64 i = 0; i < n; i++)
    {
      char *name = g_strdup_printf ("%s#%" G_GUINT64_FORMAT, file->name, i);
      CgPicture picture = { name, (int) w, (int) h, 1, offset + i * h * w };
      g_array_append_val (found, picture);
    }
  return TRUE;
}

static gboolean
load_picture (Loader *loader, const CgFile *file, GArray *found, char **note, GError **error)
{
  g_autoptr (CgImage) gray = cg_files_load_gray (file->path, note, error);
  if (gray == NULL)
    return FALSE;
  CgPicture picture = { NULL, gray->width, gray->height, (int) cg_depth_bytes (gray->depth), 0 };
  gsize n = cg_image_row_bytes (gray) * gray->height;
  if (!store (loader, gray->samples, n, &picture.offset, error))
    return FALSE;
  picture.name = g_strdup (file->name);
  g_array_append_val (found, picture);
  return TRUE;
}

static void
load_file (int job, int worker, gpointer user)
{
  Loader *loader = user;
  const CgFile *file = loader->files->pdata[job];
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (CgPicture));
  gboolean ok = is_idx3 (file->path)
                    ? load_idx3 (loader, file, found, &loader->errors[job])
                    : load_picture (loader, file, found, &loader->notes[job], &loader->errors[job]);
  if (ok)
    loader->found[job] = g_steal_pointer (&found);
}

/* A file without a name; killed before it has lost it, the next run takes it away. */
static int
open_store (const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, CG_ATOMIC_PREFIX "XXXXXX", NULL);
  int fd = g_mkstemp_full (path, O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0)
    g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno),
                 "%s: cannot make a file for decoded pictures: %s", folder, g_strerror (errno));
  else
    g_unlink (path);
  return fd;
}

/* A full disk is no fault of the picture that met it. */
static gboolean
is_fault_of_picture (const GError *error)
{
  return !g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC)
         && !g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_IO);
}

/* Move what was found to @pictures, and errors to its list of skipped ones. */
static gboolean
gather (Loader *loader, CgPictures *pictures, gboolean skip_unreadable, GError **error)
{
  const GError *first = NULL;
  for (guint i = 0; i < loader->files->len; i++)
    if (loader->found[i])
      {
        g_array_append_vals (pictures->items, loader->found[i]->data, loader->found[i]->len);
        if (loader->notes[i])
          g_ptr_array_add (pictures->notes, g_steal_pointer (&loader->notes[i]));
      }
    else
      {
        if (first == NULL || !is_fault_of_picture (loader->errors[i]))
          first = loader->errors[i];
        g_ptr_array_add (pictures->skipped, g_strdup (loader->errors[i]->message));
      }

  if (first == NULL)
    return TRUE;
  if (is_fault_of_picture (first) && skip_unreadable && pictures->items->len > 0)
    return TRUE;
  g_propagate_error (error, g_error_copy (first));
  if (pictures->skipped->len > 1)
    {
      g_autofree char *message = g_strdup ((*error)->message);
      g_free ((*error)->message);
      (*error)->message = g_strdup_printf ("%s (and %u more of %u pictures)", message,
                                           pictures->skipped->len - 1, loader->files->len);
    }
  return FALSE;
}

/* Of the file @fd for reading, or with -1 of fresh memory for writing. */
static gboolean
map_store (CgPictures *pictures, int fd, gsize size, GError **error)
{
  void *mapped = fd < 0
                     ? mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
                     : mmap (NULL, size, PROT_READ, MAP_SHARED, fd, 0);
  if (mapped == MAP_FAILED)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_TOO_LARGE,
                   "cannot map %" G_GSIZE_FORMAT " bytes of decoded pictures: %s", size,
                   g_strerror (errno));
      return FALSE;
    }
  pictures->mapped = mapped;
  pictures->size = size;
  return TRUE;
}

static gboolean
load_all (CgPictures *pictures, Loader *loader, const CgPicturesOptions *options, GError **error)
{
  guint n = loader->files->len;
  loader->found = g_new0 (GArray *, n);
  loader->errors = g_new0 (GError *, n);
  loader->notes = g_new0 (char *, n);
  g_mutex_init (&loader->lock);
  cg_workers_run (options->workers, (int) n, load_file, loader);
  gboolean ok = gather (loader, pictures, options->skip_unreadable, error)
                && map_store (pictures, loader->fd, loader->size, error);

  for (guint i = 0; i < n; i++)
    {
      g_clear_pointer (&loader->found[i], g_array_unref);
      g_clear_error (&loader->errors[i]);
      g_free (loader->notes[i]);
    }
  g_free (loader->found);
  g_free (loader->errors);
  g_free (loader->notes);
  g_mutex_clear (&loader->lock);
  return ok;
}

static void
clear_picture (gpointer data)
{
  g_free (((CgPicture *) data)->name);
}

static CgPictures *
new_empty (void)
{
  CgPictures *pictures = g_new0 (CgPictures, 1);
  pictures->items = g_array_new (FALSE, FALSE, sizeof (CgPicture));
  g_array_set_clear_func (pictures->items, clear_picture);
  pictures->skipped = g_ptr_array_new_with_free_func (g_free);
  pictures->notes = g_ptr_array_new_with_free_func (g_free);
  return pictures;
}

CgPictures *
cg_pictures_new_blank (guint n, int side, guint8 **samples, GError **error)
{
  gsize size = (gsize) side * side;
  g_autoptr (CgPictures) pictures = new_empty ();
  if (!map_store (pictures, -1, n * size, error))
    return NULL;
  for (guint i = 0; i < n; i++)
    {
      CgPicture picture = { g_strdup_printf ("drawn picture %u", i + 1), side, side, 1, i * size };
      g_array_append_val (pictures->items, picture);
    }
  *samples = (guint8 *) pictures->mapped;
  return g_steal_pointer (&pictures);
}

CgPictures *
cg_pictures_load (char **paths, const CgPicturesOptions *options, GError **error)
{
  g_autoptr (GPtrArray) files = cg_files_list (paths, error);
  if (files == NULL)
    return NULL;
  Loader loader = {
    .files = files,
    .folder = options->cache_folder,
    .fd = open_store (options->cache_folder, error),
  };
  if (loader.fd < 0)
    return NULL;

  g_autoptr (CgPictures) pictures = new_empty ();
  gboolean ok = load_all (pictures, &loader, options, error);
  close (loader.fd);
  return ok ? g_steal_pointer (&pictures) : NULL;
}

void
cg_pictures_free (CgPictures *pictures)
{
  if (pictures == NULL)
    return;
  if (pictures->mapped)
    munmap ((void *) pictures->mapped, pictures->size);
  g_array_unref (pictures->items);
  g_ptr_array_unref (pictures->skipped);
  g_ptr_array_unref (pictures->notes);
  g_free (pictures);
}

static void
read_row (const CgPicture *picture, const guint8 *bytes, int w, float *out)
{
  switch (picture->bytes)
    {
    case 1:
      for (int x = 0; x < w; x++)
        out[x] = bytes[x] / 255.f;
      break;
    case 2:
      for (int x = 0; x < w; x++)
        out[x] = ((const guint16 *) bytes)[x] / 65535.f;
      break;
    default:
      memcpy (out, bytes, w * sizeof *out);
    }
}

void
cg_pictures_read (const CgPictures *pictures, guint i, int x, int y, int w, int h, float *out)
{
  const CgPicture *picture = cg_pictures_at (pictures, i);
  g_assert (x >= 0 && y >= 0 && x + w <= picture->width && y + h <= picture->height);

  for (int row = 0; row < h; row++)
    {
      gsize first = (gsize) (y + row) * picture->width + x;
      const guint8 *bytes = pictures->mapped + picture->offset + first * picture->bytes;
      read_row (picture, bytes, w, out + (gsize) row * w);
    }
}

char *
cg_pictures_fingerprint (const CgPictures *pictures)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  for (guint i = 0; i < pictures->items->len; i++)
    {
      const CgPicture *picture = cg_pictures_at (pictures, i);
      int shape[3] = { picture->width, picture->height, picture->bytes };
      gsize n = (gsize) picture->width * picture->height * picture->bytes;
      g_checksum_update (checksum, (const guchar *) picture->name, -1);
      g_checksum_update (checksum, (const guchar *) shape, sizeof shape);
      g_checksum_update (checksum, pictures->mapped + picture->offset, (gssize) n);
    }
  return g_strdup (g_checksum_get_string (checksum));
}
