/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/parse.h"

#include <string.h>

#include "model/error.h"

gboolean
cg_parse_number (const char *option, const char *text, double least, double most, double *number,
                 GError **error)
{
  char *end;
  double value = g_ascii_strtod (text, &end);

  if (end != text && !*end && value >= least && value <= most)
    {
      *number = value;
      return TRUE;
    }
  g_set_error (error, CG_ERROR, CG_ERROR_USAGE, "%s takes a number from %g to %g, not \"%s\"",
               option, least, most, text);
  return FALSE;
}

gboolean
cg_parse_integer (const char *option, const char *text, gint64 least, gint64 most, gint64 *number,
                  GError **error)
{
  if (g_ascii_string_to_signed (text, 10, least, most, number, NULL))
    return TRUE;
  g_set_error (error, CG_ERROR, CG_ERROR_USAGE,
               "%s takes a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
               ", not \"%s\"",
               option, least, most, text);
  return FALSE;
}

gboolean
cg_parse_bytes (const char *option, const char *text, gsize *bytes, GError **error)
{
  static const char units[] = "KMG";
  gsize length = strlen (text);
  const char *unit = length ? strchr (units, g_ascii_toupper (text[length - 1])) : NULL;
  g_autofree char *digits = g_strndup (text, unit ? length - 1 : length);
  guint64 number;
  gsize size = 1;

  for (const char *u = units; unit && u <= unit; u++)
    size *= 1024;
  if (g_ascii_string_to_unsigned (digits, 10, 1, G_MAXSIZE / size, &number, NULL))
    {
      *bytes = (gsize) number * size;
      return TRUE;
    }
  g_set_error (error, CG_ERROR, CG_ERROR_USAGE, "%s takes a size such as 64M or 1G, not \"%s\"",
               option, text);
  return FALSE;
}

gboolean
cg_parse_crop (const char *text, int width, int height, CgRectangle *crop, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", 5);
  gint64 v[4];
  gboolean good = g_strv_length (parts) == 4;

  for (int i = 0; good && i < 4; i++)
    good = g_ascii_string_to_signed (parts[i], 10, i < 2 ? 0 : 1, G_MAXINT, &v[i], NULL);
  if (good && v[0] + v[2] <= width && v[1] + v[3] <= height)
    {
      *crop = (CgRectangle){ (int) v[0], (int) v[1], (int) v[2], (int) v[3] };
      return TRUE;
    }
  g_autofree char *inside = width == G_MAXINT
                                ? g_strdup ("")
                                : g_strdup_printf (" inside the %d x %d pixels", width, height);
  g_set_error (error, CG_ERROR, CG_ERROR_USAGE, "--crop takes x,y,width,height%s, not \"%s\"",
               inside, text);
  return FALSE;
}
