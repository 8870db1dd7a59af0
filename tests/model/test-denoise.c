/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A picture's cuts leave no trace: bands, strips, regions and threads give the
 * bits of one piece.  And what must not change does not. */
#include <math.h>
#include <string.h>

#include "model/conv/conv.h"
#include "model/denoise.h"
#include "model/error.h"
#include "model/pass.h"
#include "model/random.h"
#include "model/tile.h"

static const char *const u_net
    = "input 1\nsave image\nunshuffle 2\nconv 16 3x3 nobias\nsave a\nconv 16 3x3 relu nobias\n"
      "conv 16 3x3 nobias\nadd a\nsave top\nconv 20 3x3 stride 2 relu nobias\nsave b\n"
      "conv 20 3x3 relu nobias\nconv 20 3x3 nobias\nadd b\nsave middle\nconv 24 3x3 stride 2 relu "
      "nobias\n"
      "conv 24 3x3 relu nobias\nconv 80 1x1 nobias\nshuffle 2\nadd middle\nconv 64 1x1 nobias\n"
      "shuffle 2\nconcat top\nconv 16 3x3 relu nobias\nconv 4 3x3 nobias\nshuffle 2\nadd image";
static const char *const pool_net
    = "input 1\nconv 16 3x3 relu\nsave a\nmaxpool 2\nconv 16 3x3 relu\nupsample 2\nconcat a\n"
      "conv 8 5x5 relu\nconv 1 3x3";
/* Sums that take the place of what they add, and one that cannot: its 7x7 looks further back. */
static const char *const residual_net
    = "input 1\nconv 16 3x3\nsave a\nconv 16 5x5 relu\nconv 16 3x3\nconv 16 3x3\nadd a\nsave a\n"
      "conv 16 7x7 relu\nconv 16 3x3\nadd a\nsave b\nconv 8 3x3 relu\nconv 16 3x3\nadd b\nsave c\n"
      "conv 64 3x3 stride 2\nshuffle 2\nadd c\nconv 1 3x3";

static CgModel *
make_model (const char *text)
{
  g_autoptr (GError) error = NULL;
  CgNetwork *network = cg_network_parse (text, &error);
  g_assert_no_error (error);
  CgModel *model = cg_model_new (network, NULL);
  cg_network_init (network, 11, model->parameters);
  return model;
}

static CgImage *
make_image (int w, int h, int channels)
{
  CgImage *image = cg_image_new (w, h, channels, CG_DEPTH_FLOAT, NULL);
  CgRandom random = cg_random (w, h, channels);
  float *v = image->samples;

  for (gsize i = 0; i < (gsize) w * h * channels; i++)
    v[i] = (float) cg_random_uniform (&random);
  return image;
}

static CgImage *
clean (const CgModel *model, const CgImage *image, CgDenoiseOptions options,
       CgDenoiseReport *report)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CgDenoiser) denoiser = cg_denoiser_new (model, &options, &error);
  g_assert_no_error (error);
  CgImage *result = cg_denoiser_run_image (denoiser, image, report, &error);
  g_assert_no_error (error);
  return result;
}

static void
assert_same (const CgImage *a, const CgImage *b)
{
  gsize bytes = cg_image_row_bytes (a) * a->height;
  g_assert_cmpmem (a->samples, bytes, b->samples, bytes);
}

/* The network as one whole pass computes it, without bands and with memory for every node. */
static void
assert_like_whole_pass (const CgModel *model, const CgImage *in, const CgImage *out,
                        const char *kernels)
{
  int step = cg_network_step (model->network);
  int w = (in->width + step - 1) / step * step, h = (in->height + step - 1) / step * step;
  g_autoptr (CgPacked) packed = cg_packed_new (model->network, CG_PASS_TRAINING, kernels);
  g_assert_true (cg_packed_allocate (packed, NULL));
  g_autoptr (CgPass) pass = cg_pass_new (packed, 1, h, w, 0, NULL, NULL);
  CgTensor input = cg_pass_input (pass, 0), output = cg_pass_output (pass, 0);
  const float *from = in->samples, *to = out->samples;

  cg_packed_update (packed, model->parameters, NULL);
  for (int y = 0; y < h; y++)
    for (int x = 0; x < w; x++)
      {
        int sy = y < in->height ? y : MAX (2 * (in->height - 1) - y, 0);
        int sx = x < in->width ? x : MAX (2 * (in->width - 1) - x, 0);
        *cg_tensor_pixel (&input, y, x) = from[sy * in->width + sx];
      }
  cg_pass_forward (pass, NULL, NULL);
  for (int y = 0; y < in->height; y++)
    for (int x = 0; x < in->width; x++)
      g_assert_cmpfloat_with_epsilon (*cg_tensor_pixel (&output, y, x), to[y * in->width + x],
                                      1e-6);
}

static const int sizes[][2] = { { 1, 1 },   { 999, 1 }, { 1, 999 },   { 53, 37 },
                                { 48, 48 }, { 49, 97 }, { 211, 107 }, { 640, 427 } };

static void
check_cuts (const char *text, const char *kernels, int w, int h)
{
  g_autoptr (CgModel) model = make_model (text);
  g_autoptr (CgImage) image = make_image (w, h, 1);
  CgDenoiseOptions options = CG_DENOISE_OPTIONS_INIT;
  CgDenoiseReport whole, cut;

  options.kernels = kernels;
  options.threads = 1;
  g_autoptr (CgImage) want = clean (model, image, options, &whole);
  assert_like_whole_pass (model, image, want, kernels);
  for (int threads = 1; threads <= 3; threads += 2)
    for (gsize divide = 1; divide <= 16; divide *= 4)
      {
        options.threads = threads;
        options.max_memory = whole.memory / divide + ((gsize) 12 << 20);
        g_autoptr (CgImage) got = clean (model, image, options, &cut);
        g_test_message ("%s %dx%d, %d threads: tiles of %dx%d", kernels, w, h, threads,
                        cut.tile_width, cut.tile_height);
        assert_same (want, got);
        g_assert_cmpuint (cut.memory, <=, options.max_memory);
      }
}

/* The largest size only with the kernels that people get. */
static void
test_cuts (gconstpointer kernels)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sizes) - (kernels ? 1 : 0); i++)
    {
      check_cuts (u_net, kernels, sizes[i][0], sizes[i][1]);
      check_cuts (pool_net, kernels, sizes[i][0], sizes[i][1]);
      check_cuts (residual_net, kernels, sizes[i][0], sizes[i][1]);
    }
}

/* A picture so wide that it must be cut into strips. */
static void
test_strips (void)
{
  g_autoptr (CgModel) model = make_model (u_net);
  g_autoptr (CgImage) image = make_image (3001, 60, 1);
  CgDenoiseOptions options = CG_DENOISE_OPTIONS_INIT;
  CgDenoiseReport report;

  g_autoptr (CgImage) want = clean (model, image, options, &report);
  g_assert_cmpint (report.tile_width, ==, 3001);
  options.max_memory = 6 << 20;
  g_autoptr (CgImage) got = clean (model, image, options, &report);
  g_assert_cmpint (report.tile_width, <, 3001);
  g_assert_cmpuint (report.memory, <=, options.max_memory);
  assert_same (want, got);
}

static void
test_too_little_memory (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CgModel) model = make_model (u_net);
  g_autoptr (CgImage) image = make_image (300, 200, 1);
  CgDenoiseOptions options = CG_DENOISE_OPTIONS_INIT;

  options.max_memory = 1000;
  g_autoptr (CgDenoiser) denoiser = cg_denoiser_new (model, &options, &error);
  g_assert_null (cg_denoiser_run_image (denoiser, image, NULL, &error));
  g_assert_error (error, CG_ERROR, CG_ERROR_TOO_LARGE);
  g_assert_nonnull (strstr (error->message, "MiB would do"));
}

/* One denoiser for many pictures of many sizes and kinds. */
static void
test_again (void)
{
  g_autoptr (CgModel) model = make_model (u_net);
  CgDenoiseOptions options = CG_DENOISE_OPTIONS_INIT;
  g_autoptr (CgDenoiser) denoiser = cg_denoiser_new (model, &options, NULL);

  for (int round = 0; round < 2; round++)
    for (int i = 0; i < 4; i++)
      {
        g_autoptr (CgImage) image = make_image (100 + 7 * i, 90, 1 + i);
        g_autoptr (CgImage) want = clean (model, image, options, NULL);
        g_autoptr (CgImage) got = cg_denoiser_run_image (denoiser, image, NULL, NULL);
        assert_same (want, got);
      }
}

typedef struct
{
  const CgImage *image;
  CgRect region;
  int outside, written;
  float *out;
} Region;

static gboolean
read_region (int x, int y, int w, int h, float *pixels, gpointer user, GError **error)
{
  const Region *r = user;
  g_assert_true (x >= 0 && y >= 0 && x + w <= r->image->width && y + h <= r->image->height);
  cg_image_get (r->image, x, y, w, h, pixels);
  return TRUE;
}

static gboolean
write_region (int x, int y, int w, int h, const float *pixels, gpointer user, GError **error)
{
  Region *r = user;
  for (int v = 0; v < h; v++)
    for (int u = 0; u < w; u++)
      {
        int at_x = x + u - r->region.x, at_y = y + v - r->region.y;
        g_assert_true (at_x >= 0 && at_y >= 0 && at_x < r->region.w && at_y < r->region.h);
        r->out[at_y * r->region.w + at_x] = pixels[v * w + u];
        r->written++;
      }
  return TRUE;
}

static void
test_region (void)
{
  static const CgRect regions[] = { { 0, 0, 30, 20 },
                                    { 200, 150, 100, 80 },
                                    { 399, 299, 1, 1 },
                                    { 13, 0, 387, 300 },
                                    { 0, 290, 400, 10 } };
  g_autoptr (CgModel) model = make_model (u_net);
  g_autoptr (CgImage) image = make_image (400, 300, 1);
  CgDenoiseOptions options = CG_DENOISE_OPTIONS_INIT;
  g_autoptr (CgDenoiser) denoiser = cg_denoiser_new (model, &options, NULL);
  g_autoptr (CgImage) whole = clean (model, image, options, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (regions); i++)
    {
      CgRect at = regions[i];
      g_autofree float *out = g_new (float, at.w *at.h);
      Region r = { image, at, 0, 0, out };
      CgDenoiseStream stream = { .width = 400,
                                 .height = 300,
                                 .x = at.x,
                                 .y = at.y,
                                 .w = at.w,
                                 .h = at.h,
                                 .channels = 1,
                                 .read = read_region,
                                 .write = write_region,
                                 .user = &r };
      g_assert_true (cg_denoiser_run (denoiser, &stream, NULL, NULL));
      g_assert_cmpint (r.written, ==, at.w * at.h);
      for (int y = 0; y < at.h; y++)
        for (int x = 0; x < at.w; x++)
          g_assert_cmpfloat_with_epsilon (
              out[y * at.w + x], ((float *) whole->samples)[(at.y + y) * 400 + at.x + x], 4e-6);
    }
}

static void
test_strength (void)
{
  g_autoptr (CgModel) model = make_model (u_net);
  CgDenoiseOptions options = CG_DENOISE_OPTIONS_INIT;

  for (int channels = 1; channels <= 4; channels++)
    {
      g_autoptr (CgImage) image = make_image (61, 47, channels);
      ((float *) image->samples)[5] = 3.5f; /* out of range is kept too */
      options.strength = 0;
      g_autoptr (CgImage) none = clean (model, image, options, NULL);
      assert_same (image, none);

      options.strength = 1;
      g_autoptr (CgImage) all = clean (model, image, options, NULL);
      options.strength = 0.25;
      g_autoptr (CgImage) some = clean (model, image, options, NULL);
      const float *a = image->samples, *b = all->samples, *s = some->samples;
      for (int i = 0; i < 61 * 47 * channels; i++)
        g_assert_cmpfloat_with_epsilon (s[i], a[i] + 0.25 * (b[i] - a[i]), 1e-5);
    }
}

/* Luma alone moves all channels by the same; colour alone keeps R + G + B. */
static void
test_colour_strength (void)
{
  g_autoptr (CgModel) model = make_model (u_net);
  g_autoptr (CgImage) image = make_image (50, 40, 3);
  CgDenoiseOptions options = CG_DENOISE_OPTIONS_INIT;
  const float *in = image->samples;
  double moved = 0;

  options.colour_strength = 0;
  g_autoptr (CgImage) luma = clean (model, image, options, NULL);
  options = (CgDenoiseOptions){ .strength = 0, .colour_strength = 1 };
  g_autoptr (CgImage) colour = clean (model, image, options, NULL);
  for (int i = 0; i < 50 * 40 * 3; i += 3)
    {
      const float *l = (float *) luma->samples + i, *c = (float *) colour->samples + i;
      g_assert_cmpfloat_with_epsilon (l[0] - in[i], l[1] - in[i + 1], 1e-5);
      g_assert_cmpfloat_with_epsilon (l[0] - in[i], l[2] - in[i + 2], 1e-5);
      g_assert_cmpfloat_with_epsilon (c[0] + c[1] + c[2], in[i] + in[i + 1] + in[i + 2], 1e-5);
      moved += fabs (l[0] - in[i]) + fabs (c[0] - in[i]);
    }
  g_assert_cmpfloat (moved, >, 1);
}

/* Gray and RGB of equal channels come out the same. */
static void
test_gray_is_gray (void)
{
  g_autoptr (CgModel) model = make_model (u_net);
  g_autoptr (CgImage) gray = make_image (50, 40, 1);
  g_autoptr (CgImage) rgb = cg_image_new (50, 40, 3, CG_DEPTH_FLOAT, NULL);
  CgDenoiseOptions options = CG_DENOISE_OPTIONS_INIT;

  options.colour_strength = 0;
  for (int i = 0; i < 50 * 40 * 3; i++)
    ((float *) rgb->samples)[i] = ((float *) gray->samples)[i / 3];
  g_autoptr (CgImage) a = clean (model, gray, options, NULL), b = clean (model, rgb, options, NULL);
  for (int i = 0; i < 50 * 40 * 3; i++)
    g_assert_cmpfloat_with_epsilon (((float *) b->samples)[i], ((float *) a->samples)[i / 3], 1e-5);
}

static void
test_alpha (void)
{
  g_autoptr (CgModel) model = make_model (u_net);
  CgDenoiseOptions options = CG_DENOISE_OPTIONS_INIT;

  for (int channels = 2; channels <= 4; channels += 2)
    {
      g_autoptr (CgImage) image = make_image (90, 70, channels);
      float *v = image->samples;
      for (int i = 0; i < 90 * 70; i++)
        if (i % 90 > 60)
          v[i * channels + channels - 1] = 0;
      g_autoptr (CgImage) want = clean (model, image, options, NULL);
      for (int i = 0; i < 90 * 70; i++)
        if (i % 90 > 60)
          for (int c = 0; c < channels - 1; c++)
            v[i * channels + c] = 1000; /* junk nobody sees */
      g_autoptr (CgImage) got = clean (model, image, options, NULL);
      const float *a = want->samples, *b = got->samples;
      for (int i = 0; i < 90 * 70; i++)
        {
          g_assert_cmpfloat (b[i * channels + channels - 1], ==, v[i * channels + channels - 1]);
          for (int c = 0; c < channels - 1; c++)
            g_assert_cmpfloat (b[i * channels + c], ==, i % 90 > 60 ? 1000 : a[i * channels + c]);
        }
    }
}

static void
test_not_finite (void)
{
  g_autoptr (CgModel) model = make_model (u_net);
  g_autoptr (CgImage) image = make_image (80, 120, 3);
  CgDenoiseOptions options = CG_DENOISE_OPTIONS_INIT;
  CgDenoiseReport report;
  float *v = image->samples;

  v[0] = NAN;
  v[3 * 80 * 47 + 30] = INFINITY;
  for (int i = 0; i < 12; i++)
    v[3 * 80 * 60 + 90 + i] = -INFINITY;
  g_autoptr (CgImage) want = clean (model, image, options, &report);
  g_assert_cmpuint (report.not_finite, ==, 14);
  for (int i = 0; i < 80 * 120 * 3; i++)
    g_assert_true (isfinite (((float *) want->samples)[i]));
  options.max_memory = 9 << 20;
  g_autoptr (CgImage) got = clean (model, image, options, &report);
  g_assert_cmpuint (report.not_finite, ==, 14);
  assert_same (want, got);
}

/* Linear light goes through the curve and back. */
static void
test_linear (void)
{
  g_autoptr (CgModel) model = make_model ("input 1\nsave i\nconv 1 1x1 nobias\nadd i");
  g_autoptr (CgImage) image = make_image (20, 20, 1);
  CgDenoiseOptions options = CG_DENOISE_OPTIONS_INIT;
  const float *in = image->samples;

  image->transfer = CG_TRANSFER_LINEAR;
  model->parameters[0] = -0.5f; /* halves what is displayed */
  g_autoptr (CgImage) out = clean (model, image, options, NULL);
  g_assert_cmpint (out->transfer, ==, CG_TRANSFER_LINEAR);
  for (int i = 0; i < 400; i++)
    {
      double shown = in[i] <= 0.0031308 ? 12.92 * in[i] : 1.055 * pow (in[i], 1 / 2.4) - 0.055;
      double half = shown / 2;
      double want = half <= 0.04045 ? half / 12.92 : pow ((half + 0.055) / 1.055, 2.4);
      g_assert_cmpfloat_with_epsilon (((float *) out->samples)[i], want, 1e-5);
    }
}

static gboolean
stop_half_way (double done, gpointer user)
{
  double *last = user;
  g_assert_cmpfloat (done, >=, *last);
  g_assert_cmpfloat (done, <=, 1 + 1e-9);
  *last = done;
  return done < 0.5;
}

static gboolean
note (double done, gpointer user)
{
  stop_half_way (done, user);
  return TRUE;
}

static void
test_progress (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CgModel) model = make_model (u_net);
  g_autoptr (CgImage) image = make_image (100, 500, 3);
  double last = 0;
  CgDenoiseOptions options = { .strength = 1,
                               .colour_strength = -1,
                               .max_memory = 9 << 20,
                               .progress = note,
                               .progress_data = &last };
  g_autoptr (CgImage) all = clean (model, image, options, NULL);
  g_assert_cmpfloat_with_epsilon (last, 1, 1e-9);

  last = 0;
  options.progress = stop_half_way;
  g_autoptr (CgDenoiser) denoiser = cg_denoiser_new (model, &options, NULL);
  g_assert_null (cg_denoiser_run_image (denoiser, image, NULL, &error));
  g_assert_error (error, CG_ERROR, CG_ERROR_CANCELLED);
}

static void
test_wrong_model (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CgModel) model = make_model ("input 1\nconv 4 3x3 stride 2");
  CgDenoiseOptions options = CG_DENOISE_OPTIONS_INIT;

  g_assert_null (cg_denoiser_new (model, &options, &error));
  g_assert_error (error, CG_ERROR, CG_ERROR_UNSUPPORTED);
}

/* A picture again and again in a thread of its own. */
typedef struct
{
  CgDenoiser *denoiser;
  const CgImage *image, *wanted;
} Beside;

static gpointer
run_beside (gpointer user)
{
  const Beside *beside = user;

  for (int i = 0; i < 8; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (CgImage) result
          = cg_denoiser_run_image (beside->denoiser, beside->image, NULL, &error);
      g_assert_no_error (error);
      assert_same (result, beside->wanted);
    }
  return NULL;
}

/* Denoisers that share weights, at the same time on pictures of several sizes, coarse grain too. */
static void
test_beside (void)
{
  enum
  {
    N = 3
  };
  g_autoptr (CgModel) model = make_model (u_net);
  CgDenoiseOptions options = CG_DENOISE_OPTIONS_INIT;
  Beside besides[N];
  GThread *threads[N];

  options.threads = 1;
  for (int i = 0; i < N; i++)
    {
      CgImage *image = make_image (50 + 30 * i, 90, 1);
      options.grain_size = 1 + i;
      besides[i] = (Beside){ NULL, image, clean (model, image, options, NULL) };
      besides[i].denoiser = i == 0 ? cg_denoiser_new (model, &options, NULL)
                                   : cg_denoiser_new_beside (besides[0].denoiser, &options);
      g_assert_nonnull (besides[i].denoiser);
    }
  for (int i = 0; i < N; i++)
    threads[i] = g_thread_new ("beside", run_beside, &besides[i]);
  for (int i = 0; i < N; i++)
    g_thread_join (threads[i]);
  for (int i = N - 1; i >= 0; i--)
    {
      cg_denoiser_free (besides[i].denoiser);
      cg_image_free ((CgImage *) besides[i].image);
      cg_image_free ((CgImage *) besides[i].wanted);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (const CgConvKernel *const *k = cg_conv_kernels (); *k; k++)
    {
      g_autofree char *path = g_strdup_printf ("/denoise/cuts-by/%s", (*k)->name);
      if (strcmp ((*k)->name, "reference") != 0 || g_test_slow ())
        g_test_add_data_func (path, (*k)->name, test_cuts);
    }
  g_test_add_data_func ("/denoise/cuts", NULL, test_cuts);
  g_test_add_func ("/denoise/strips", test_strips);
  g_test_add_func ("/denoise/too-little-memory", test_too_little_memory);
  g_test_add_func ("/denoise/again", test_again);
  g_test_add_func ("/denoise/beside", test_beside);
  g_test_add_func ("/denoise/region", test_region);
  g_test_add_func ("/denoise/strength", test_strength);
  g_test_add_func ("/denoise/colour-strength", test_colour_strength);
  g_test_add_func ("/denoise/gray-is-gray", test_gray_is_gray);
  g_test_add_func ("/denoise/alpha", test_alpha);
  g_test_add_func ("/denoise/not-finite", test_not_finite);
  g_test_add_func ("/denoise/linear", test_linear);
  g_test_add_func ("/denoise/progress", test_progress);
  g_test_add_func ("/denoise/wrong-model", test_wrong_model);
  return g_test_run ();
}
