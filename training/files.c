/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Folders of pictures, in an order that does not depend on the file system. */
#include "training/files.h"

#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "imageio/format.h"
#include "imageio/imageio.h"
#include "model/error.h"
#include "model/planes.h"

static void
file_free (gpointer data)
{
  CgFile *file = data;
  g_free (file->path);
  g_free (file->name);
  g_free (file);
}

static void
add_file (GPtrArray *files, const char *path, const char *name)
{
  CgFile *file = g_new (CgFile, 1);
  file->path = g_strdup (path);
  file->name = g_strdup (name);
  g_ptr_array_add (files, file);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Names in the folder @path, sorted; NULL with @error. */
static GPtrArray *
read_folder (const char *path, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, error);
  if (dir == NULL)
    return NULL;
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  const char *name;
  while ((name = g_dir_read_name (dir)) != NULL)
    if (name[0] != '.')
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  return names;
}

/* A folder that is being read, in the one that is. */
typedef struct Folder Folder;
struct Folder
{
  const Folder *above;
  GStatBuf status;
};

/* Whether a link has led back to where the way came from. */
static gboolean
is_round (const Folder *folder)
{
  for (const Folder *f = folder->above; f; f = f->above)
    if (f->status.st_dev == folder->status.st_dev && f->status.st_ino == folder->status.st_ino)
      return TRUE;
  return FALSE;
}

/* @below: path from the folder that was given to @path, "" at first. */
static gboolean
add_folder (GPtrArray *files, const char *path, const char *below, const Folder *above,
            GError **error)
{
  Folder folder = { .above = above };
  if (g_stat (path, &folder.status) == 0 && is_round (&folder))
    return TRUE;
  g_autoptr (GPtrArray) names = read_folder (path, error);
  if (names == NULL)
    return FALSE;
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *full = g_build_filename (path, names->pdata[i], NULL);
      g_autofree char *name = g_build_filename (below, names->pdata[i], NULL);
      if (g_file_test (full, G_FILE_TEST_IS_DIR))
        {
          if (!add_folder (files, full, name, &folder, error))
            return FALSE;
        }
      else if (cg_format_for_path (full) != NULL)
        add_file (files, full, name);
    }
  return TRUE;
}

GPtrArray *
cg_files_list (char **paths, GError **error)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (file_free);
  for (; *paths; paths++)
    {
      guint before = files->len;
      if (!g_file_test (*paths, G_FILE_TEST_EXISTS))
        {
          g_set_error (error, CG_ERROR, CG_ERROR_NOT_FOUND, "%s: there is no such file or folder",
                       *paths);
          return NULL;
        }
      if (!g_file_test (*paths, G_FILE_TEST_IS_DIR))
        {
          g_autofree char *name = g_path_get_basename (*paths);
          add_file (files, *paths, name);
        }
      else if (!add_folder (files, *paths, "", NULL, error))
        return NULL;
      if (files->len == before)
        {
          g_set_error (error, CG_ERROR, CG_ERROR_NOT_FOUND,
                       "%s: there are no pictures in this folder", *paths);
          return NULL;
        }
    }
  return g_steal_pointer (&files);
}

char *
cg_files_stem (const char *name)
{
  const char *dot = strrchr (name, '.'), *slash = strrchr (name, '/');
  const char *number = strrchr (name, '#'); /* of a picture in a file of many */
  if (dot == NULL || dot < (slash ? slash : name))
    return g_strdup (name);
  g_autofree char *stem = g_strndup (name, dot - name);
  return g_strconcat (stem, number && number > dot ? number : "", NULL);
}

/* From a stem to its CgFile; NULL if two have the same. */
static GHashTable *
index_stems (const GPtrArray *files, GError **error)
{
  g_autoptr (GHashTable) index = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < files->len; i++)
    {
      CgFile *file = files->pdata[i];
      char *stem = cg_files_stem (file->name);
      const CgFile *other = g_hash_table_lookup (index, stem);
      g_hash_table_insert (index, stem, file);
      if (other)
        {
          g_set_error (error, CG_ERROR, CG_ERROR_MISMATCH,
                       "%s and %s have the same name, by which noisy pictures are matched",
                       other->path, file->path);
          return NULL;
        }
    }
  return g_steal_pointer (&index);
}

GPtrArray *
cg_files_match (const GPtrArray *clean, const GPtrArray *noisy, GError **error)
{
  g_autoptr (GHashTable) index = index_stems (clean, error);
  g_autoptr (GPtrArray) matches = g_ptr_array_new ();
  gboolean alone = clean->len == 1 && noisy->len == 1;

  if (index == NULL)
    return NULL;
  for (guint i = 0; i < noisy->len; i++)
    {
      const CgFile *file = noisy->pdata[i];
      g_autofree char *stem = cg_files_stem (file->name);
      CgFile *match = alone ? clean->pdata[0] : g_hash_table_lookup (index, stem);
      if (match == NULL)
        {
          g_set_error (error, CG_ERROR, CG_ERROR_MISMATCH,
                       "%s: there is no clean picture of that name", file->path);
          return NULL;
        }
      g_ptr_array_add (matches, match);
    }
  return g_steal_pointer (&matches);
}

static float
luma (const float *pixel, int channels)
{
  if (channels < 3)
    return pixel[0];
  return 0.299f * pixel[0] + 0.587f * pixel[1] + 0.114f * pixel[2];
}

/* 65504, the largest half float, on the display's curve. */
#define BRIGHTEST 107.f
/* Share of a picture's pixels that may be filled. */
#define MOST_FILLED 0.01

/* One row of @image, turned gray in place; linear light gets the display's curve.
 * What is no light becomes NaN, counted. */
static guint64
to_gray (const CgImage *image, float *row)
{
  gsize n = (gsize) image->width * image->channels;
  guint64 bad = 0;
  for (gsize i = 0; i < n && image->transfer == CG_TRANSFER_LINEAR; i++)
    row[i] = cg_display_from_linear (row[i]);
  for (int x = 0; x < image->width; x++)
    {
      float gray = luma (row + (gsize) x * image->channels, image->channels);
      gboolean good = fabsf (gray) <= BRIGHTEST; /* not so for NaN */
      row[x] = good ? gray : NAN;
      bad += !good;
    }
  return bad;
}

/* One bad pixel would spoil all weights that learn from it. */
static gboolean
fill (CgImage *gray, guint64 bad, const char *path, char **note, GError **error)
{
  int w = gray->width, h = gray->height;
  gsize n = (gsize) w * h;
  g_autofree char *which = g_strdup_printf ("%s: %" G_GUINT64_FORMAT " of %" G_GSIZE_FORMAT
                                            " pixels are NaN, infinite or beyond 65504",
                                            path, bad, n);
  if (bad > MOST_FILLED * n)
    {
      g_set_error_literal (error, CG_ERROR, CG_ERROR_FORMAT, which);
      return FALSE;
    }
  g_autofree float *plane = g_new (float, n);
  cg_image_get (gray, 0, 0, w, h, plane);
  cg_planes_fill (plane, h, w, 1, 0, h);
  cg_image_set (gray, 0, 0, w, h, plane);
  *note = g_strconcat (which, "; filled from those around them", NULL);
  return TRUE;
}

CgImage *
cg_files_load_gray (const char *path, char **note, GError **error)
{
  g_autoptr (CgImage) image = cg_image_load (path, error);
  *note = NULL;
  if (image == NULL)
    return NULL;
  g_autoptr (CgImage) gray = cg_image_new (image->width, image->height, 1, image->depth, error);
  if (gray == NULL)
    {
      g_prefix_error (error, "%s: ", path);
      return NULL;
    }

  g_autofree float *row = g_new (float, (gsize) image->width * image->channels);
  guint64 bad = 0;
  for (int y = 0; y < image->height; y++)
    {
      cg_image_get (image, 0, y, image->width, 1, row);
      bad += to_gray (image, row);
      cg_image_set (gray, 0, y, image->width, 1, row);
    }
  if (bad > 0 && !fill (gray, bad, path, note, error))
    return NULL;
  return g_steal_pointer (&gray);
}
