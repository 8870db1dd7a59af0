/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* renameat2 */
#include "imageio/atomic.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

static void
free_atomic (CgAtomicFile *atomic)
{
  g_free (atomic->path);
  g_free (atomic->temporary);
  g_free (atomic);
}

static void
set_error (GError **error, const char *what, int code)
{
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code), "%s: %s", what,
               g_strerror (code));
}

/* As many links on one path as Linux follows. */
#define MOST_LINKS 40

char *
cg_atomic_target (const char *path)
{
  char *target = g_strdup (path), *link = NULL;

  for (int i = 0; i < MOST_LINKS && (link = g_file_read_link (target, NULL)); i++)
    {
      g_autofree char *folder = g_path_get_dirname (target);
      g_free (target);
      target = g_path_is_absolute (link) ? g_strdup (link) : g_build_filename (folder, link, NULL);
      g_free (link);
    }
  return target;
}

/* A rename would put a picture in the place of a device or a folder. */
static gboolean
is_replaceable (const char *path, GError **error)
{
  GStatBuf info;

  if (g_lstat (path, &info) != 0 || S_ISREG (info.st_mode))
    return TRUE;
  if (S_ISLNK (info.st_mode))
    {
      set_error (error, "cannot write", ELOOP);
      return FALSE;
    }
  g_set_error (
      error, G_FILE_ERROR, S_ISDIR (info.st_mode) ? G_FILE_ERROR_ISDIR : G_FILE_ERROR_INVAL,
      "cannot write: it is %s", S_ISDIR (info.st_mode) ? "a folder" : "not an ordinary file");
  return FALSE;
}

/* A new locked file, whose name goes to @path; -1 with errno. */
static int
open_locked (const char *folder, char **path)
{
  struct stat info;

  for (;;)
    {
      *path = g_build_filename (folder, CG_ATOMIC_PREFIX "XXXXXX", NULL);
      int fd = g_mkstemp_full (*path, O_RDWR | O_CLOEXEC, 0666);
      if (fd < 0)
        return fd;
      /* A file system without locks costs us the protection, not the work. */
      (void) flock (fd, LOCK_EX);
      /* Another run may have taken it for stale before it was locked. */
      if (fstat (fd, &info) == 0 && info.st_nlink > 0)
        return fd;
      close (fd);
      g_free (*path);
    }
}

CgAtomicFile *
cg_atomic_open (const char *path, GError **error)
{
  g_autofree char *target = cg_atomic_target (path);
  if (!is_replaceable (target, error))
    return NULL;

  CgAtomicFile *atomic = g_new0 (CgAtomicFile, 1);
  g_autofree char *folder = g_path_get_dirname (target);
  atomic->path = g_steal_pointer (&target);
  int fd = open_locked (folder, &atomic->temporary);
  if (fd < 0)
    {
      set_error (error, "cannot write", errno);
      free_atomic (atomic);
      return NULL;
    }
  atomic->file = fdopen (fd, "w+b");
  return atomic;
}

void
cg_atomic_take_after (CgAtomicFile *atomic, const char *model, gboolean times)
{
  int fd = fileno (atomic->file);
  struct stat old, like, usual;

  gboolean has_model = model && stat (model, &like) == 0;
  if (stat (atomic->path, &old) == 0)
    {
      /* Only root may give files away, but a group of one's own may be kept.  This clears bits of
       * the mode, which therefore comes after it. */
      if (fchown (fd, old.st_uid, old.st_gid) != 0)
        (void) !fchown (fd, (uid_t) -1, old.st_gid);
      (void) fchmod (fd, old.st_mode & 07777);
    }
  else if (has_model && fstat (fd, &usual) == 0)
    (void) fchmod (fd, usual.st_mode & like.st_mode & 0777);
  /* What is still to be written would touch the times again. */
  if (has_model && times && fflush (atomic->file) == 0)
    (void) futimens (fd, (struct timespec[]){ like.st_atim, like.st_mtim });
}

/* As rename(), but EEXIST if @to is there. */
static int
rename_to_new (const char *from, const char *to)
{
  struct stat info;

  if (renameat2 (AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
    return 0;
  if (errno != EINVAL && errno != ENOSYS)
    return -1;
  /* Network file systems do not know this, but hard links. */
  if (link (from, to) == 0)
    return g_unlink (from);
  if (errno == EEXIST)
    return -1;
  /* Others know neither; a look is better than nothing. */
  if (lstat (to, &info) != 0)
    return g_rename (from, to);
  errno = EEXIST;
  return -1;
}

gboolean
cg_atomic_commit (CgAtomicFile *atomic, GError **error)
{
  if (ferror (atomic->file) || fflush (atomic->file) != 0 || fsync (fileno (atomic->file)) != 0
      || (atomic->is_new ? rename_to_new : g_rename) (atomic->temporary, atomic->path) != 0)
    {
      set_error (error, "cannot write", errno);
      cg_atomic_abandon (atomic);
      return FALSE;
    }
  fclose (atomic->file);
  free_atomic (atomic);
  return TRUE;
}

void
cg_atomic_abandon (CgAtomicFile *atomic)
{
  g_unlink (atomic->temporary);
  fclose (atomic->file);
  free_atomic (atomic);
}

static gboolean
remove_if_stale (const char *path)
{
  int fd = g_open (path, O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0);

  if (fd < 0)
    return FALSE;
  gboolean removed = flock (fd, LOCK_EX | LOCK_NB) == 0 && g_unlink (path) == 0;
  close (fd);
  return removed;
}

guint
cg_atomic_remove_stale (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint removed = 0;

  while (dir && (name = g_dir_read_name (dir)))
    if (g_str_has_prefix (name, CG_ATOMIC_PREFIX))
      {
        g_autofree char *path = g_build_filename (folder, name, NULL);
        removed += remove_if_stale (path);
      }
  return removed;
}
