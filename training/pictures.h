/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many gray pictures at hand in little memory: decoded once into an unlinked
 * file that is mapped, so that the kernel keeps what is being used. */
#ifndef CG_PICTURES_H
#define CG_PICTURES_H

#include "model/workers.h"

typedef struct
{
  char *name; /* as CgFile; for a picture of an MNIST file "file#number" */
  int width, height;
  int bytes;    /* of a sample: 1 or 2 (integers), 4 (floats) */
  gsize offset; /* in the mapped file */
} CgPicture;

typedef struct
{
  GArray *items; /* CgPicture, in the order of the files */
  const guint8 *mapped;
  gsize size;         /* bytes mapped */
  GPtrArray *skipped; /* char *: one message for each picture that could not be read */
  GPtrArray *notes;   /* char *: what else is to be said of pictures */
} CgPictures;

typedef struct
{
  const char *cache_folder; /* where the unlinked file is made */
  gboolean skip_unreadable; /* go on without pictures that cannot be read */
  CgWorkers *workers;
} CgPicturesOptions;

/* Load everything in @paths (cg_files_list(); a file that begins like an MNIST
 * idx3 file holds many pictures).  NULL with @error; if pictures are broken
 * it names the first and says how many.  The caller frees it with cg_pictures_free(). */
CgPictures *cg_pictures_load (char **paths, const CgPicturesOptions *options,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @n pictures of @side x @side, 8 bits, named "drawn picture 1" ..., in memory alone; the
 * caller fills @samples, one picture after the other.  NULL with @error if there is no
 * memory. */
CgPictures *cg_pictures_new_blank (guint n, int side, guint8 **samples,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

void cg_pictures_free (CgPictures *pictures);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgPictures, cg_pictures_free)

static inline const CgPicture *
cg_pictures_at (const CgPictures *pictures, guint i)
{
  return &g_array_index (pictures->items, CgPicture, i);
}

/* A rectangle inside picture @i as floats, @h x @w, 0..1 for
 * integers. */
void cg_pictures_read (const CgPictures *pictures, guint i, int x, int y, int w, int h, float *out);

/* SHA-256 over names, sizes and samples, in hex: the same for the same pictures.
 * Free with g_free(). */
char *cg_pictures_fingerprint (const CgPictures *pictures) G_GNUC_WARN_UNUSED_RESULT;

#endif
