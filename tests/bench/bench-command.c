/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the command line adds to the network: a process that cleans one picture and ends, and one
 * that cleans many small ones, beside the same pictures through the library in a
 * process that has been running for a while; and how time grows with a picture. */
#include "tests/bench/bench.h"

#include <math.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "imageio/imageio.h"
#include "model/denoise.h"
#include "model/random.h"
#include "model/weights.h"

/* A process takes longer than a kernel. */
#define PATIENCE 3

typedef struct
{
  const BenchSettings *settings;
  CgWorkers *workers; /* as many as the denoiser has */
  CgModel *model;
  CgDenoiser *denoiser;
  char *folder; /* a temporary one */
} House;

static void
clear_house (House *house)
{
  const char *name;
  g_autoptr (GDir) dir = house->folder ? g_dir_open (house->folder, 0, NULL) : NULL;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (house->folder, name, NULL);
      g_unlink (path);
    }
  if (house->folder)
    g_rmdir (house->folder);
  g_free (house->folder);
  cg_denoiser_free (house->denoiser);
  cg_model_free (house->model);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (House, clear_house)

static gboolean
set_up (House *house, GError **error)
{
  CgDenoiseOptions options = CG_DENOISE_OPTIONS_INIT;

  options.threads = cg_workers_count (house->workers);
  house->denoiser = cg_denoiser_new (house->model, &options, error);
  house->folder = house->denoiser ? g_dir_make_tmp ("cleargrain-bench-XXXXXX", error) : NULL;
  return house->folder != NULL;
}

/* Gray, 8 bits, smooth with noise of about sigma 20. */
static CgImage *
draw (int w, int h)
{
  g_autoptr (GError) error = NULL;
  CgImage *image = cg_image_new (w, h, 1, CG_DEPTH_8, &error);
  CgRandom random = cg_random (1, 0, 0);

  g_assert_no_error (error);
  for (int y = 0; y < h; y++)
    for (int x = 0; x < w; x++)
      {
        guint64 bits = cg_random_bits (&random);
        int noise = (int) ((bits & 63) + (bits >> 8 & 63)) - 63;
        ((guint8 *) image->samples)[(gsize) y * w + x] = (guint8) (75 + (x + y) % 100 + noise);
      }
  return image;
}

static void
clean (House *house, const CgImage *image)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CgImage) out = cg_denoiser_run_image (house->denoiser, image, NULL, &error);

  g_assert_no_error (error);
}

/* --- a process --- */

/* The clock that bench_now() would show for a process of ours that has ended. */
static double
now (const House *house)
{
  struct rusage all;

  if (!house->settings->busy)
    return g_get_monotonic_time () * 1e-6;
  getrusage (RUSAGE_CHILDREN, &all);
  return (all.ru_utime.tv_sec + all.ru_stime.tv_sec
          + (all.ru_utime.tv_usec + all.ru_stime.tv_usec) * 1e-6)
         / cg_workers_count (house->workers);
}

/* Seconds that @command takes on @path, in the house's folder, with @out for its output. */
static double
run_command (const House *house, const char *command, const char *path, const char *out)
{
  g_autoptr (GError) error = NULL;
  double start = now (house);
  g_autoptr (GSubprocess) process = g_subprocess_new (
      G_SUBPROCESS_FLAGS_NONE, &error, command, "--quiet", "--overwrite", "--model", "photo", "-o",
      out, path, g_file_test (path, G_FILE_TEST_IS_DIR) ? "-r" : NULL, NULL);

  g_assert_no_error (error);
  g_subprocess_wait_check (process, NULL, &error);
  g_assert_no_error (error);
  return now (house) - start;
}

/* --- one picture --- */

/* A new process against reading, the warm network, and writing. */
static void
bench_cold (House *house, const char *command)
{
  const BenchSettings *settings = house->settings;
  g_autofree double *cold = g_new (double, settings->repetitions);
  g_autofree double *ratio = g_new (double, settings->repetitions);
  g_autofree char *in = g_build_filename (house->folder, "in.png", NULL);
  g_autofree char *out = g_build_filename (house->folder, "out.png", NULL);
  g_autoptr (CgImage) image = draw (1920, 1080);
  g_autoptr (GError) error = NULL;
  int n = 0;

  g_assert_true (cg_image_save (image, in, &error));
  clean (house, image);
  run_command (house, command, in, out); /* program and weights are in the page cache now */
  for (BenchUntil until = bench_until (settings); bench_goes_on (&until, n); n++)
    {
      double start = bench_now (settings, NULL);
      g_autoptr (CgImage) read = cg_image_load (in, &error);
      g_assert_no_error (error);
      double begun = bench_now (settings, NULL) - start; /* in one thread */

      start = bench_now (settings, house->workers);
      g_autoptr (CgImage) cleaned = cg_denoiser_run_image (house->denoiser, read, NULL, &error);
      g_assert_no_error (error);
      double network = bench_now (settings, house->workers) - start;

      start = bench_now (settings, NULL);
      g_assert_true (cg_image_save (cleaned, out, &error));
      double ended = bench_now (settings, NULL) - start;
      double files = begun + ended;
      if (settings->busy) /* shared out as the network's time is */
        files /= cg_workers_count (house->workers);

      cold[n] = run_command (house, command, in, out);
      ratio[n] = cold[n] / (network + files);
    }
  bench_print (bench_median (cold, n) * 1e3, "ms", "command_1080p_cold");
  bench_print (bench_median (ratio, n), "x", "command_1080p_cold_x_warm");
}

/* --- many small ones --- */

#define FRAME 256

/* @frames of them by one process against the network alone. */
static void
bench_frames (House *house, const char *command, int frames)
{
  const BenchSettings *settings = house->settings;
  g_autoptr (CgImage) image = draw (FRAME, FRAME);
  g_autofree char *frames_folder = g_build_filename (house->folder, "frames", NULL);
  g_autofree char *out = g_build_filename (house->folder, "cleaned", NULL);
  g_autofree double *ratio = g_new (double, settings->repetitions);
  g_autoptr (GError) error = NULL;
  int n = 0;

  g_mkdir (frames_folder, 0700);
  g_mkdir (out, 0700);
  for (int i = 0; i < frames; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s/%04d.png", frames_folder, i);
      g_assert_true (cg_image_save (image, name, &error));
    }
  for (BenchUntil until = bench_until (settings); bench_goes_on (&until, n); n++)
    {
      double start = bench_now (settings, house->workers);
      for (int i = 0; i < frames; i++)
        clean (house, image);
      double network = bench_now (settings, house->workers) - start;

      ratio[n] = run_command (house, command, frames_folder, out) / network;
    }
  for (int i = 0; i < frames; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s/%04d.png", frames_folder, i);
      g_autofree char *cleaned = g_strdup_printf ("%s/%04d.png", out, i);
      g_unlink (name);
      g_assert_cmpint (g_unlink (cleaned), ==, 0);
    }
  g_rmdir (frames_folder);
  g_rmdir (out);
  bench_print (bench_median (ratio, n), "x", "command_%d_frames_x_network", frames);
}

/* --- size --- */

/* A square of so many megapixels. */
static void
bench_size (House *house, int megapixels)
{
  int side = (int) (1000 * sqrt (megapixels));
  g_autoptr (CgImage) image = draw (side, side);
  double start = bench_now (house->settings, house->workers);

  clean (house, image);
  bench_print ((bench_now (house->settings, house->workers) - start) * 1e3 / megapixels, "ms/Mpx",
               "net_photo_%d_mpx", megapixels);
}

gboolean
bench_command (const BenchSettings *settings, CgWorkers *workers, const char *command,
               gboolean quick, GError **error)
{
  BenchSettings patient = *settings;
  patient.seconds *= PATIENCE;
  g_auto (House) house = { .settings = &patient, .workers = workers };

  house.model = cg_weights_find ("photo", NULL);
  if (house.model == NULL)
    {
      printf ("# no weights called photo are here: no command\n");
      return TRUE;
    }
  if (!set_up (&house, error))
    return FALSE;
  g_autoptr (CgImage) first = draw (1000, 1000);
  clean (&house, first);
  for (int megapixels = 1; megapixels <= (quick ? 10 : 100); megapixels *= 10)
    bench_size (&house, megapixels);
  if (command == NULL)
    printf ("# no command to run: --command\n");
  else
    {
      bench_cold (&house, command);
      bench_frames (&house, command, quick ? 50 : 500);
    }
  return TRUE;
}
