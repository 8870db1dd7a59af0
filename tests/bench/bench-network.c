/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The network for photographs: whole gray pictures as the command line cleans them. */
#include "tests/bench/bench.h"

#include <stdio.h>

#include "model/denoise.h"
#include "model/layers/layer.h"
#include "model/random.h"
#include "model/weights.h"
#include "tests/bench/peer.h"
#include "training/recipe.h"

/* A picture takes longer than a kernel. */
#define PATIENCE 4

typedef struct
{
  const BenchSettings *settings;
  const char *source;
  CgRecipe *recipe;
  CgModel *model;
} Photo;

static void
clear_photo (Photo *photo)
{
  cg_recipe_free (photo->recipe);
  cg_model_free (photo->model);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Photo, clear_photo)

static gboolean
open_photo (Photo *photo, GError **error)
{
  g_autofree char *path
      = g_build_filename (photo->source, "training", "recipes", "photo.ini", NULL);
  photo->recipe = cg_recipe_load (path, NULL, error);
  if (photo->recipe == NULL)
    return FALSE;
  photo->model = cg_weights_find ("photo", NULL);
  if (photo->model)
    return TRUE;
  CgNetwork *network = cg_network_parse (photo->recipe->network, error);
  if (network == NULL)
    return FALSE;
  printf ("# no weights called photo are here: those its training begins with\n");
  photo->model = cg_model_new (network, error);
  if (photo->model == NULL)
    return FALSE;
  cg_network_init (network, 1, photo->model->parameters);
  return TRUE;
}

/* --- a picture --- */

/* Cleaned again and again, with a stop-watch on its layers. */
typedef struct
{
  const Photo *photo;
  CgWorkers *workers; /* as many as the denoiser has */
  CgDenoiser *denoiser;
  CgImage *image;
  int layer;   /* done last, in a pass over the network */
  double last; /* when */
  double in_3x3;
} Picture;

static gboolean
layer_done (double done, gpointer user)
{
  Picture *picture = user;
  const CgNetwork *network = picture->photo->model->network;
  double now = bench_now (picture->photo->settings, picture->workers);

  if (cg_network_layer (network, ++picture->layer)->conv.k == 3)
    picture->in_3x3 += now - picture->last;
  if (cg_network_layer (network, picture->layer + 1) == NULL)
    picture->layer = 0;
  picture->last = now;
  return TRUE;
}

static void
open_picture (Picture *picture, int w, int h)
{
  g_autoptr (GError) error = NULL;
  CgRandom random = cg_random (1, 0, 0);
  CgDenoiseOptions options = CG_DENOISE_OPTIONS_INIT;

  options.threads = cg_workers_count (picture->workers);
  options.kernels = picture->photo->settings->kernels;
  options.progress = layer_done;
  options.progress_data = picture;
  picture->denoiser = cg_denoiser_new (picture->photo->model, &options, &error);
  g_assert_no_error (error);
  picture->image = cg_image_new (w, h, 1, CG_DEPTH_FLOAT, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < (gsize) w * h; i++)
    ((float *) picture->image->samples)[i] = cg_random_uniform (&random);
}

static void
clear_picture (Picture *picture)
{
  cg_denoiser_free (picture->denoiser);
  cg_image_free (picture->image);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Picture, clear_picture)

/* Seconds that it takes. */
static double
run_picture (Picture *picture)
{
  g_autoptr (GError) error = NULL;
  double start = bench_now (picture->photo->settings, picture->workers);

  picture->last = start;
  picture->in_3x3 = 0;
  g_autoptr (CgImage) clean
      = cg_denoiser_run_image (picture->denoiser, picture->image, NULL, &error);
  g_assert_no_error (error);
  return bench_now (picture->photo->settings, picture->workers) - start;
}

/* In turns the peak, our network and, if not NULL, @peer. */
static void
bench_picture (const Photo *photo, CgWorkers *workers, BenchPeer *peer, const char *name, int w,
               int h)
{
  const BenchSettings *settings = photo->settings;
  double flop = cg_network_flop_per_pixel (photo->model->network) * w * h;
  g_autofree double *seconds = g_new (double, settings->repetitions);
  g_autofree double *x_peak = g_new (double, settings->repetitions);
  g_autofree double *outside = g_new (double, settings->repetitions);
  g_autofree double *others = g_new (double, settings->repetitions);
  g_auto (Picture) picture = { .photo = photo, .workers = workers };
  int n = 0;

  open_picture (&picture, w, h);
  run_picture (&picture);
  if (peer)
    bench_peer_run (peer, w, h);
  for (BenchUntil until = bench_until (settings); bench_goes_on (&until, n); n++)
    {
      double peak = bench_peak (settings, workers);
      seconds[n] = run_picture (&picture);
      x_peak[n] = flop / seconds[n] / peak;
      outside[n] = 100 * (1 - picture.in_3x3 / seconds[n]);
      if (peer)
        others[n] = bench_peer_run (peer, w, h);
    }

  bench_print (bench_median (seconds, n) * 1e3, "ms", "net_photo_%s_ms", name);
  bench_print (bench_median (x_peak, n), "x", "net_photo_%s_x_peak", name);
  bench_print (bench_median (outside, n), "%", "net_photo_%s_outside_3x3", name);
  if (peer)
    {
      bench_print (bench_median (others, n) * 1e3, "ms", "net_photo_%s_onnxruntime_ms", name);
      bench_print (bench_median (others, n) / bench_median (seconds, n), "x",
                   "net_photo_%s_x_onnxruntime", name);
    }
}

/* In turns our network and a DnCNN in ONNX Runtime, on a picture. */
static gboolean
bench_beside_dncnn (const Photo *photo, CgWorkers *workers, const char *peers, GError **error)
{
  const BenchSettings *settings = photo->settings;
  g_autofree char *text = bench_dncnn ();
  CgNetwork *network = cg_network_parse (text, error);
  if (network == NULL)
    return FALSE;
  g_autoptr (CgModel) dncnn = cg_model_new (network, error);
  if (dncnn == NULL)
    return FALSE;
  cg_network_init (network, 1, dncnn->parameters);
  g_autoptr (BenchPeer) peer
      = bench_peer_new (photo->source, peers, dncnn, cg_workers_count (workers), settings->busy);
  if (peer == NULL)
    return TRUE;

  g_autofree double *seconds = g_new (double, settings->repetitions);
  g_autofree double *ratio = g_new (double, settings->repetitions);
  g_auto (Picture) picture = { .photo = photo, .workers = workers };
  int n = 0;

  open_picture (&picture, 1920, 1080);
  run_picture (&picture);
  bench_peer_run (peer, 1920, 1080);
  for (BenchUntil until = bench_until (settings); bench_goes_on (&until, n); n++)
    {
      double ours = run_picture (&picture);
      seconds[n] = bench_peer_run (peer, 1920, 1080);
      ratio[n] = seconds[n] / ours;
    }
  bench_print (bench_median (seconds, n) * 1e3, "ms", "net_dncnn_1080p_onnxruntime_ms");
  bench_print (bench_median (ratio, n), "x", "net_photo_1080p_x_dncnn_onnxruntime");
  return TRUE;
}

gboolean
bench_network (const BenchSettings *settings, CgWorkers *workers, const char *source,
               const char *peers, gboolean quick, GError **error)
{
  BenchSettings patient = *settings;
  patient.seconds *= PATIENCE;
  g_auto (Photo) photo = { .settings = &patient, .source = source };
  if (!open_photo (&photo, error))
    return FALSE;
  g_autoptr (BenchPeer) peer = peers ? bench_peer_new (source, peers, photo.model,
                                                       cg_workers_count (workers), settings->busy)
                                     : NULL;

  bench_picture (&photo, workers, peer, "1080p", 1920, 1080);
  bench_picture (&photo, workers, peer, "512", 512, 512);
  gboolean beside_dncnn = peer && !quick;
  g_clear_pointer (&peer, bench_peer_free);
  if (beside_dncnn && !bench_beside_dncnn (&photo, workers, peers, error))
    return FALSE;
  bench_picture (&photo, NULL, NULL, "1080p_1_thread", 1920, 1080);
  bench_picture (&photo, NULL, NULL, "512_1_thread", 512, 512);
  return TRUE;
}
