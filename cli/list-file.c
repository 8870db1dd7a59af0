/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/list-file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <glib/gstdio.h>

#include "model/error.h"

static char *
quote (const char *name)
{
  gboolean plain = *name != '"' && *name != '\0';

  for (const char *c = name; *c; c++)
    plain = plain && !g_ascii_iscntrl (*c);
  if (plain)
    return g_strdup (name);
  /* Bytes above 127 as they are. */
  char high[129];
  for (int i = 0; i < 128; i++)
    high[i] = (char) (128 + i);
  high[128] = '\0';
  g_autofree char *escaped = g_strescape (name, high);
  return g_strdup_printf ("\"%s\"", escaped);
}

/* The name at the start of @text, which is moved behind it; NULL if its quotes
 * do not close. */
static char *
take_name (char **text)
{
  char *start = *text;

  if (*start != '"')
    {
      *text = start + strcspn (start, "\t");
      return g_strndup (start, *text - start);
    }
  for (char *c = start + 1; *c; c++)
    if (*c == '\\' && c[1])
      c++;
    else if (*c == '"')
      {
        *c = '\0';
        *text = c + 1;
        return g_strcompress (start + 1);
      }
  return NULL;
}

static gboolean
read_line (char *line, CgListFunc func, gpointer user)
{
  g_autofree char *in = take_name (&line);
  g_autofree char *out = NULL;

  if (in && *line == '\t')
    {
      line++;
      out = take_name (&line);
      if (!out || !*out)
        return FALSE;
    }
  if (!in || !*in || *line)
    return FALSE;
  func (in, out, user);
  return TRUE;
}

/* A final carriage return is of an editor on Windows. */
static gboolean
read_lines (char *text, CgListFunc func, gpointer user, GError **error)
{
  int number = 1;

  for (char *next; *text; text = next, number++)
    {
      gsize length = strcspn (text, "\n");
      next = text + length + (text[length] == '\n');
      text[length] = '\0';
      if (length > 0 && text[length - 1] == '\r')
        text[--length] = '\0';
      if (length > 0 && !read_line (text, func, user))
        {
          g_set_error (error, CG_ERROR, CG_ERROR_USAGE, "line %d is no name, nor two with a tab",
                       number);
          return FALSE;
        }
    }
  return TRUE;
}

static GByteArray *
read_all (const char *path, GError **error)
{
  gboolean is_stdin = g_str_equal (path, "-");
  FILE *file = is_stdin ? stdin : g_fopen (path, "rb");
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint8 block[65536];
  gsize n;

  while (file && (n = fread (block, 1, sizeof block, file)) > 0)
    g_byte_array_append (bytes, block, (guint) n);
  gboolean failed = !file || ferror (file);
  int code = errno;
  if (file && !is_stdin)
    fclose (file);
  if (failed)
    {
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code), "cannot read: %s",
                   g_strerror (code));
      return NULL;
    }
  return g_steal_pointer (&bytes);
}

gboolean
cg_list_read (const char *path, CgListFunc func, gpointer user, GError **error)
{
  g_autoptr (GByteArray) bytes = read_all (path, error);
  gboolean done = bytes != NULL;

  if (bytes)
    {
      gsize size = bytes->len;
      g_byte_array_append (bytes, (const guint8 *) "", 1);
      char *text = (char *) bytes->data;
      if (strlen (text) < size)
        for (gsize at = 0; at < size; at += strlen (text + at) + 1)
          func (text + at, NULL, user);
      else
        done = read_lines (text, func, user, error);
    }
  if (!done)
    g_prefix_error (error, "%s: ", path);
  return done;
}

char *
cg_list_line (const char *in, const char *out)
{
  g_autofree char *quoted_in = quote (in), *quoted_out = quote (out);

  return g_strdup_printf ("%s\t%s", quoted_in, quoted_out);
}
