/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes and compares the pictures of the plug-in's tests.
 *
 *   picture make KIND BITS WIDTH HEIGHT OUT       KIND gray, graya, rgb or rgba; BITS 8 or 16
 *   picture compare WANT GOT TOLERANCE [only|except X Y W H]
 *   picture between ONE OTHER GOT TOLERANCE       every sample of GOT lies between theirs
 *   picture stored PRECISION WANT GOT             GOT is WANT as GIMP stores it in PRECISION (a
 * number of GIMP's); both are linear floats
 *
 * The tolerance is in steps of the pictures' depth.  Those that compare say where the largest
 * difference is and exit with 1 if it is too large. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "imageio/imageio.h"
#include "model/planes.h"
#include "model/random.h"

typedef struct
{
  int x, y, w, h;
  gboolean inside; /* compare inside the rectangle, else outside */
} Area;

static int
usage (void)
{
  g_printerr ("usage: picture make KIND BITS WIDTH HEIGHT OUT | "
              "compare WANT GOT TOLERANCE [only|except X Y W H] | "
              "between ONE OTHER GOT TOLERANCE | stored PRECISION WANT GOT WIDTH\n");
  return 2;
}

static int
channels_of (const char *kind)
{
  static const char *const kinds[] = { "gray", "graya", "rgb", "rgba" };

  for (int i = 0; i < 4; i++)
    if (g_str_equal (kind, kinds[i]))
      return i + 1;
  return 0;
}

/* Waves and blocks under noise.  Alpha is 1 on the left, falls to 0 and stays
 * there for the last eighth, over colours that mean nothing. */
static double
sample (int x, int y, int w, int c, gboolean alpha, CgRandom *random)
{
  if (alpha)
    return CLAMP (2 - 16.0 * x / (7.0 * w), 0, 1);

  const double wave = 0.25 * sin (0.11 * x + c) * cos (0.07 * y - c);
  const double block = ((x / 16 + y / 16 + c) % 2) * 0.2 - 0.1;

  return CLAMP (0.5 + wave + block + 0.08 * cg_random_normal (random), 0, 1);
}

static int
make (const char *kind, int bits, int w, int h, const char *path, GError **error)
{
  const int channels = channels_of (kind);
  g_autoptr (CgImage) image
      = cg_image_new (w, h, channels, bits == 16 ? CG_DEPTH_16 : CG_DEPTH_8, error);

  if (image == NULL)
    return 1;
  g_autofree float *row = g_new (float, (gsize) w *channels);
  CgRandom random = cg_random (channels, bits, 0);
  for (int y = 0; y < h; y++)
    {
      for (int i = 0; i < w * channels; i++)
        {
          const int c = i % channels;
          const gboolean alpha = cg_channels_have_alpha (channels) && c == channels - 1;

          row[i] = (float) sample (i / channels, y, w, c, alpha, &random);
        }
      cg_image_set (image, 0, y, w, 1, row);
    }
  return cg_image_save (image, path, error) ? 0 : 1;
}

static gboolean
is_compared (const Area *area, int x, int y)
{
  const gboolean inside
      = x >= area->x && x < area->x + area->w && y >= area->y && y < area->y + area->h;

  return inside == area->inside;
}

static int
sample_at (const CgImage *image, gsize i)
{
  return image->depth == CG_DEPTH_16 ? ((const guint16 *) image->samples)[i]
                                     : ((const guint8 *) image->samples)[i];
}

/* Largest difference of a sample, in steps; its place goes to @x and @y. */
static int
largest_difference (const CgImage *want, const CgImage *got, const Area *area, int *x, int *y)
{
  const gsize n = (gsize) want->width * want->height * want->channels;
  int largest = 0;

  for (gsize i = 0; i < n; i++)
    {
      const int px = (int) (i / want->channels % want->width);
      const int py = (int) (i / want->channels / want->width);
      const int difference = abs (sample_at (want, i) - sample_at (got, i));

      if (difference > largest && is_compared (area, px, py))
        {
          largest = difference;
          *x = px;
          *y = py;
        }
    }
  return largest;
}

static gboolean
is_alike (const CgImage *want, const CgImage *got)
{
  if (want->width == got->width && want->height == got->height && want->channels == got->channels
      && want->depth == got->depth)
    return TRUE;
  g_print ("%dx%d, %d channels, depth %d against %dx%d, %d channels, depth %d\n", want->width,
           want->height, want->channels, want->depth, got->width, got->height, got->channels,
           got->depth);
  return FALSE;
}

static int
compare (const char *want_path, const char *got_path, int tolerance, const Area *area,
         GError **error)
{
  int x = 0, y = 0;
  g_autoptr (CgImage) want = cg_image_load (want_path, error);
  g_autoptr (CgImage) got = want ? cg_image_load (got_path, error) : NULL;

  if (got == NULL || !is_alike (want, got))
    return 1;
  const int largest = largest_difference (want, got, area, &x, &y);
  g_print ("largest difference %d at %d,%d\n", largest, x, y);
  return largest <= tolerance ? 0 : 1;
}

static int
between (char **paths, int tolerance, GError **error)
{
  g_autoptr (CgImage) one = cg_image_load (paths[0], error);
  g_autoptr (CgImage) other = one ? cg_image_load (paths[1], error) : NULL;
  g_autoptr (CgImage) got = other ? cg_image_load (paths[2], error) : NULL;
  int farthest = 0;

  if (got == NULL || !is_alike (one, got) || !is_alike (other, got))
    return 1;
  const gsize n = (gsize) got->width * got->height * got->channels;
  for (gsize i = 0; i < n; i++)
    {
      const int a = sample_at (one, i), b = sample_at (other, i), v = sample_at (got, i);

      farthest = MAX (farthest, MAX (MIN (a, b) - v, v - MAX (a, b)));
    }
  g_print ("farthest outside %d\n", farthest);
  return farthest <= tolerance ? 0 : 1;
}

/* What is left to conversions beside the rounding to PRECISION. */
#define CONVERSION (0.1 / 65535)

/* Neighbours of @v in that precision of GIMP's are so far away. */
static double
step_at (int precision, double v)
{
  switch (precision / 100)
    {
    case 1:
      return 1. / 255;
    case 2:
      return 1. / 65535;
    case 5: /* half floats: 10 bits behind the first one, down to 2^-14 */
      return ldexp (1, ilogb (MAX (fabs (v), ldexp (1, -14))) - 10);
    default:
      return 0;
    }
}

/* A sample on the curve of @precision, and in its range. */
static double
as_stored (int precision, float v, gboolean is_alpha)
{
  if (precision % 100 && !is_alpha)
    v = cg_display_from_linear (v);
  return precision < 500 ? CLAMP (v, 0, 1) : v;
}

static int
stored (int precision, const char *want_path, const char *got_path, int width, GError **error)
{
  g_autoptr (CgImage) want = cg_image_load (want_path, error);
  g_autoptr (CgImage) got = want ? cg_image_load (got_path, error) : NULL;
  double most = -1;
  gsize place = 0;

  if (got == NULL || !is_alike (want, got) || want->depth != CG_DEPTH_FLOAT)
    return 1;
  const gsize n = (gsize) want->width * want->height * want->channels;
  for (gsize i = 0; i < n; i++)
    {
      const gboolean is_alpha = cg_channels_have_alpha (want->channels)
                                && i % want->channels == (gsize) want->channels - 1;
      const double w = as_stored (precision, ((float *) want->samples)[i], is_alpha);
      const double g = as_stored (precision, ((float *) got->samples)[i], is_alpha);
      const double beyond = fabs (w - g) - step_at (precision, w) / 2;

      if (beyond > most && (int) (i / want->channels % want->width) < width)
        {
          most = beyond;
          place = i / want->channels;
        }
    }
  g_print ("beyond half a step by %g of 65535 at %d,%d\n", most * 65535,
           (int) (place % want->width), (int) (place / want->width));
  return most <= CONVERSION ? 0 : 1;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int status;

  if (argc == 7 && g_str_equal (argv[1], "make") && channels_of (argv[2]))
    status = make (argv[2], atoi (argv[3]), atoi (argv[4]), atoi (argv[5]), argv[6], &error);
  else if (argc == 5 && g_str_equal (argv[1], "compare"))
    status = compare (argv[2], argv[3], atoi (argv[4]), &(Area){ .inside = FALSE }, &error);
  else if (argc == 6 && g_str_equal (argv[1], "between"))
    status = between (argv + 2, atoi (argv[5]), &error);
  else if (argc == 6 && g_str_equal (argv[1], "stored"))
    status = stored (atoi (argv[2]), argv[3], argv[4], atoi (argv[5]), &error);
  else if (argc == 10 && g_str_equal (argv[1], "compare"))
    {
      const Area area = { atoi (argv[6]), atoi (argv[7]), atoi (argv[8]), atoi (argv[9]),
                          g_str_equal (argv[5], "only") };
      status = compare (argv[2], argv[3], atoi (argv[4]), &area, &error);
    }
  else
    return usage ();
  if (error)
    g_printerr ("%s\n", error->message);
  return status;
}
