/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the test scripts of this folder need: pictures of known content, a
 * network whose effect is known, and a look at what came out. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "imageio/imageio.h"
#include "imageio/metadata.h"
#include "model/error.h"
#include "model/random.h"
#include "model/weights.h"

static void
fail (const char *message)
{
  fprintf (stderr, "tool: %s\n", message);
  exit (1);
}

static CgImage *
load (const char *path)
{
  g_autoptr (GError) error = NULL;
  CgImage *image = cg_image_load (path, &error);

  if (!image)
    fail (error->message);
  return image;
}

static void
save (const CgImage *image, const char *path)
{
  g_autoptr (GError) error = NULL;

  if (!cg_image_save (image, path, &error))
    fail (error->message);
}

/* weights FILE: a network that is a Gaussian of 5x5, whose noise reduction
 * needs no training. */
static void
make_weights (char **arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CgModel) model
      = cg_model_new (cg_network_parse ("input 1\nconv 1 5x5 nobias", NULL), NULL);
  double sum = 0, weight[25];

  for (int i = 0; i < 25; i++)
    sum += weight[i] = exp (-((i % 5 - 2) * (i % 5 - 2) + (i / 5 - 2) * (i / 5 - 2)) / 4.);
  for (int i = 0; i < 25; i++)
    model->parameters[i] = (float) (weight[i] / sum);
  cg_model_set_card (model, CG_CARD_NAME, "blur");
  cg_model_set_card (model, CG_CARD_SUMMARY, "a Gaussian, for tests");
  if (!cg_weights_save (model, arguments[0], &error))
    fail (error->message);
}

/* picture FILE WIDTH HEIGHT CHANNELS 8|16|float SIGMA: smooth waves, and noise
 * of SIGMA / 255 in the colours.  Alpha has all values, and a corner of zeros. */
static void
make_picture (char **a)
{
  int w = atoi (a[1]), h = atoi (a[2]), channels = atoi (a[3]);
  CgDepth depth = a[4][0] == 'f' ? CG_DEPTH_FLOAT : atoi (a[4]) == 16 ? CG_DEPTH_16 : CG_DEPTH_8;
  double sigma = atof (a[5]) / 255;
  g_autoptr (CgImage) image = cg_image_new (w, h, channels, depth, NULL);
  g_autofree float *row = g_new (float, w *channels);

  for (int y = 0; y < h; y++)
    {
      CgRandom random = cg_random (1, y, 0);
      for (int x = 0; x < w; x++)
        for (int c = 0; c < channels; c++)
          if (c % 2 == 1 && c == channels - 1)
            row[x * channels + c] = x < 5 && y < 5 ? 0 : (x * 7 + y * 3) % 256 / 255.f;
          else
            row[x * channels + c] = (float) (0.5 + 0.25 * sin (x * 0.05 + c) * cos (y * 0.04)
                                             + sigma * cg_random_normal (&random));
      cg_image_set (image, 0, y, w, 1, row);
    }
  save (image, a[0]);
}

/* kind FILE: "WIDTH x HEIGHT x CHANNELS, depth D". */
static void
print_kind (char **a)
{
  g_autoptr (CgImage) image = load (a[0]);

  printf ("%d x %d x %d, depth %d\n", image->width, image->height, image->channels, image->depth);
}

/* same A B: the same kind and samples; same-alpha A B: in the last channel. */
static void
compare (char **arguments, gboolean only_alpha)
{
  g_autoptr (CgImage) a = load (arguments[0]), b = load (arguments[1]);
  gsize bytes = cg_depth_bytes (a->depth), pixel = bytes * a->channels;
  gsize first = only_alpha ? pixel - bytes : 0;

  if (a->width != b->width || a->height != b->height || a->channels != b->channels
      || a->depth != b->depth)
    fail ("different kinds of pictures");
  for (gsize i = 0; i < (gsize) a->width * a->height; i++)
    if (memcmp ((char *) a->samples + i * pixel + first, (char *) b->samples + i * pixel + first,
                pixel - first)
        != 0)
      fail ("different samples");
}

/* same-gray A B: the same size, and samples within 3 / 255: B is a JPEG. */
static void
compare_roughly (char **arguments)
{
  g_autoptr (CgImage) a = load (arguments[0]), b = load (arguments[1]);

  if (a->channels != 1 || b->channels != 1 || a->width != b->width || a->height != b->height)
    fail ("different kinds of pictures");
  for (int i = 0; i < a->width * a->height; i++)
    if (abs (((guint8 *) a->samples)[i] - ((guint8 *) b->samples)[i]) > 3)
      fail ("different samples");
}

/* all FILE VALUE: every 8-bit sample is VALUE. */
static void
check_all (char **a)
{
  g_autoptr (CgImage) image = load (a[0]);

  for (gsize i = 0; i < image->height * cg_image_row_bytes (image); i++)
    if (((guint8 *) image->samples)[i] != atoi (a[1]))
      fail ("another value");
}

/* extras FILE: what it says besides pixels, a line each. */
static void
print_extras (char **a)
{
  g_autoptr (CgImage) image = load (a[0]);

  for (guint i = 0; image->extras && i < image->extras->len; i++)
    {
      const CgImageExtra *extra = g_ptr_array_index (image->extras, i);
      g_autofree char *sum = g_compute_checksum_for_bytes (G_CHECKSUM_MD5, extra->bytes);
      printf ("%s %s\n", extra->kind, sum);
    }
}

/* add-extras IN OUT */
static void
add_extras (char **a)
{
  g_autoptr (CgImage) image = load (a[0]);

  cg_image_add_extra (image, "exif", "II*\0\x08\0\0\0\0\0\0\0\0\0", 14);
  cg_image_add_extra (image, "xmp", "<xmp/>", 6);
  cg_image_add_extra (image, "density", "\0\0\x2e\x23\0\0\x2e\x23\1", 9);
  cg_image_add_extra (image, "text:Comment", "what it shows", 13);
  save (image, a[1]);
}

/* hidden A B: the colour of A where its alpha is 0 is the same in B. */
static void
compare_hidden (char **arguments)
{
  g_autoptr (CgImage) a = load (arguments[0]), b = load (arguments[1]);
  gsize pixel = cg_depth_bytes (a->depth) * a->channels;
  float values[4];
  int hidden = 0;

  for (int i = 0; i < a->width * a->height; i++)
    {
      cg_image_get (a, i % a->width, i / a->width, 1, 1, values);
      if (values[a->channels - 1] != 0)
        continue;
      hidden++;
      if (memcmp ((char *) a->samples + i * pixel, (char *) b->samples + i * pixel, pixel) != 0)
        fail ("the colour of transparent pixels has changed");
    }
  if (hidden == 0)
    fail ("there are no transparent pixels");
}

/* same-part A B X Y AT W: W columns of B from AT on are those of A from (X, Y) on. */
static void
compare_part (char **a)
{
  g_autoptr (CgImage) whole = load (a[0]), part = load (a[1]);
  int x0 = atoi (a[2]), y0 = atoi (a[3]), at = atoi (a[4]), w = atoi (a[5]);
  float want[4], got[4];

  if (whole->channels != part->channels || whole->depth != part->depth || at + w > part->width)
    fail ("different kinds of pictures");
  for (int y = 0; y < part->height; y++)
    for (int x = 0; x < w; x++)
      {
        cg_image_get (whole, x0 + x, y0 + y, 1, 1, want);
        cg_image_get (part, at + x, y, 1, 1, got);
        if (memcmp (want, got, part->channels * sizeof *got) != 0)
          fail ("different samples");
      }
}

/* four-times IN OUT: every pixel becomes a square of four. */
static void
enlarge (char **a)
{
  g_autoptr (CgImage) image = load (a[0]);
  g_autoptr (CgImage) large
      = cg_image_new (2 * image->width, 2 * image->height, image->channels, image->depth, NULL);
  float pixel[4];

  for (int y = 0; y < large->height; y++)
    for (int x = 0; x < large->width; x++)
      {
        cg_image_get (image, x / 2, y / 2, 1, 1, pixel);
        cg_image_set (large, x, y, 1, 1, pixel);
      }
  save (large, a[1]);
}

/* peak-memory COMMAND...: run it and print the KiB it had in memory at most. */
static void
print_peak_memory (char **command)
{
  struct rusage usage;
  int status;
  pid_t child = fork ();

  if (child == 0)
    {
      execvp (command[0], command);
      _exit (127);
    }
  if (child < 0 || wait4 (child, &status, 0, &usage) != child || status != 0)
    fail ("the command failed");
  printf ("%ld\n", usage.ru_maxrss);
}

/* spoil FILE: three of its samples, floats, are no numbers any more. */
static void
spoil (char **arguments)
{
  g_autoptr (CgImage) image = load (arguments[0]);
  float *samples = image->samples;

  if (image->depth != CG_DEPTH_FLOAT)
    fail ("these are no floats");
  samples[5] = NAN;
  samples[400] = INFINITY;
  samples[403] = -INFINITY;
  save (image, arguments[0]);
}

/* finite FILE: all of its samples, floats, are numbers. */
static void
check_finite (char **arguments)
{
  g_autoptr (CgImage) image = load (arguments[0]);
  gsize n = (gsize) image->width * image->height * image->channels;

  if (image->depth != CG_DEPTH_FLOAT)
    fail ("these are no floats");
  for (gsize i = 0; i < n; i++)
    if (!isfinite (((float *) image->samples)[i]))
      fail ("not all of them are finite");
}

int
main (int argc, char **argv)
{
  const char *what = argc > 2 ? argv[1] : "";

  if (g_str_equal (what, "weights"))
    make_weights (argv + 2);
  else if (g_str_equal (what, "picture") && argc == 8)
    make_picture (argv + 2);
  else if (g_str_equal (what, "kind"))
    print_kind (argv + 2);
  else if (g_str_equal (what, "same") && argc == 4)
    compare (argv + 2, FALSE);
  else if (g_str_equal (what, "same-alpha") && argc == 4)
    compare (argv + 2, TRUE);
  else if (g_str_equal (what, "same-gray") && argc == 4)
    compare_roughly (argv + 2);
  else if (g_str_equal (what, "all") && argc == 4)
    check_all (argv + 2);
  else if (g_str_equal (what, "spoil") && argc == 3)
    spoil (argv + 2);
  else if (g_str_equal (what, "finite") && argc == 3)
    check_finite (argv + 2);
  else if (g_str_equal (what, "hidden") && argc == 4)
    compare_hidden (argv + 2);
  else if (g_str_equal (what, "extras"))
    print_extras (argv + 2);
  else if (g_str_equal (what, "add-extras") && argc == 4)
    add_extras (argv + 2);
  else if (g_str_equal (what, "same-part") && argc == 8)
    compare_part (argv + 2);
  else if (g_str_equal (what, "four-times") && argc == 4)
    enlarge (argv + 2);
  else if (g_str_equal (what, "peak-memory"))
    print_peak_memory (argv + 2);
  else
    fail ("wrong arguments");
  return 0;
}
