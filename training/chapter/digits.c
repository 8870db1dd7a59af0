/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/chapter/digits.h"

#include <string.h>

#include "model/error.h"
#include "training/pictures.h"

static CgPictures *
load_pictures (const char *folder, const char *name, const char *scratch, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  const CgPicturesOptions options = { .cache_folder = scratch };
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, CG_ERROR, CG_ERROR_USAGE,
                   "%s: the MNIST digits are not there; `training/fetch-mnist DIR` fetches them, "
                   "--data DIR names the folder",
                   path);
      return NULL;
    }
  g_autoptr (CgPictures) pictures = cg_pictures_load ((char *[]){ path, NULL }, &options, error);
  if (pictures == NULL)
    return NULL;
  const CgPicture *first = cg_pictures_at (pictures, 0);
  if (first->width == CG_DIGIT_SIDE && first->height == CG_DIGIT_SIDE)
    return g_steal_pointer (&pictures);
  g_set_error (error, CG_ERROR, CG_ERROR_MISMATCH, "%s: digits are %d x %d, not %d x %d", path,
               CG_DIGIT_SIDE, CG_DIGIT_SIDE, first->width, first->height);
  return NULL;
}

/* Labels are bytes behind a header of two big-endian numbers. */
static guint8 *
load_labels (const char *folder, guint n, GError **error)
{
  static const guint8 magic[4] = { 0, 0, 8, 1 };
  g_autofree char *path = g_build_filename (folder, CG_DIGITS_LABELS, NULL);
  g_autofree char *bytes = NULL;
  gsize size;
  if (!g_file_get_contents (path, &bytes, &size, error))
    return NULL;
  gboolean ok = size == 8 + (gsize) n && memcmp (bytes, magic, 4) == 0;
  for (gsize i = 8; ok && i < size; i++)
    ok = bytes[i] >= 0 && bytes[i] <= 9;
  if (ok)
    return g_memdup2 (bytes + 8, n);
  g_set_error (error, CG_ERROR, CG_ERROR_FORMAT, "%s: these are not the labels of %u digits", path,
               n);
  return NULL;
}

CgDigits *
cg_digits_load (const char *folder, int limit, const char *scratch, GError **error)
{
  g_autoptr (CgDigits) digits = g_new0 (CgDigits, 1);
  g_autoptr (CgPictures) train = load_pictures (folder, CG_DIGITS_TRAIN, scratch, error);
  if (train == NULL)
    return NULL;
  g_autoptr (CgPictures) test = load_pictures (folder, CG_DIGITS_TEST, scratch, error);
  if (test == NULL || (digits->labels = load_labels (folder, test->items->len, error)) == NULL)
    return NULL;
  digits->n_train = (int) train->items->len;
  digits->n = (int) test->items->len;
  if (limit > 0)
    {
      digits->n_train = MIN (digits->n_train, limit);
      digits->n = MIN (digits->n, limit);
    }
  digits->pictures = g_new (float, (gsize) digits->n *CG_DIGIT_VALUES);
  for (int i = 0; i < digits->n; i++)
    cg_pictures_read (test, i, 0, 0, CG_DIGIT_SIDE, CG_DIGIT_SIDE,
                      digits->pictures + (gsize) i * CG_DIGIT_VALUES);
  return g_steal_pointer (&digits);
}

void
cg_digits_free (CgDigits *digits)
{
  if (digits == NULL)
    return;
  g_free (digits->pictures);
  g_free (digits->labels);
  g_free (digits);
}
