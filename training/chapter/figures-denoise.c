/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Digits drowned in noise, and two networks that take it out. */
#include <math.h>
#include <string.h>

#include "training/chapter/figures.h"
#include "training/chapter/latents.h"
#include "training/chapter/score.h"
#include "training/noise.h"

/* As the recipes have it. */
#define NOISE "gauss:127.5 + clip"
#define SEED  36

/* All test digits with noise, the same every time; free with g_free(). */
static float *
drown (const CgDigits *digits)
{
  g_autoptr (CgNoise) noise = cg_noise_parse (NOISE, NULL);
  gsize bytes = sizeof (float) * digits->n * CG_DIGIT_VALUES;
  float *noisy = g_memdup2 (digits->pictures, bytes);
  for (int i = 0; i < digits->n; i++)
    {
      CgRandom random = cg_random (SEED, i, 0);
      cg_noise_apply (noise, &random, noisy + (gsize) i * CG_DIGIT_VALUES, CG_DIGIT_SIDE,
                      CG_DIGIT_SIDE);
    }
  return noisy;
}

static double
mean_psnr (const CgDigits *digits, const float *pictures)
{
  double mean = 0;
  for (int i = 0; i < digits->n; i++)
    mean += cg_score_digit (cg_digit (digits, i), pictures + (gsize) i * CG_DIGIT_VALUES).psnr
            / digits->n;
  return mean;
}

static void
add_row (CgSheet *sheet, const char *label, const float *pictures, const CgDigits *digits)
{
  cg_sheet_row (sheet, label);
  for (int i = 0; i < CG_SHOWN; i++)
    {
      const float *picture = pictures + (gsize) i * CG_DIGIT_VALUES;
      double psnr = cg_score_digit (cg_digit (digits, i), picture).psnr;
      g_autofree char *below = psnr < 90 ? g_strdup_printf ("%.1f dB", psnr) : NULL;
      cg_sheet_gray (sheet, picture, CG_DIGIT_SIDE, CG_DIGIT_SIDE, below);
    }
}

static GString *
scores_csv (const CgDigits *digits, const float *noisy, const float *made)
{
  GString *csv = g_string_new ("digit,label,psnr-noisy,psnr-cleaned\n");
  for (int i = 0; i < CG_SHOWN; i++)
    {
      gsize at = (gsize) i * CG_DIGIT_VALUES;
      g_string_append_printf (csv, "%d,%d,%.3f,%.3f\n", i, digits->labels[i],
                              cg_score_digit (cg_digit (digits, i), noisy + at).psnr,
                              cg_score_digit (cg_digit (digits, i), made + at).psnr);
    }
  return csv;
}

/* What @name makes of noisy digits, as figure @id. */
static gboolean
clean (CgChapter *chapter, CgPage *page, const char *id, const char *caption, const char *name,
       const float *noisy, CgDigitScore *score, GError **error)
{
  const CgDigits *digits = cg_chapter_digits (chapter, error);
  const CgTrained *net = cg_chapter_network (chapter, name, error);
  if (digits == NULL || net == NULL)
    return FALSE;
  g_autofree float *made = g_new (float, (gsize) digits->n *CG_DIGIT_VALUES);
  g_autoptr (CgSheet) sheet = cg_sheet_new (3);
  *score = cg_score_digits (net->whole, noisy, digits->pictures, digits->n, CG_APPLY_MEANS, made);
  g_autoptr (GString) csv = scores_csv (digits, noisy, made);
  add_row (sheet, "noisy", noisy, digits);
  add_row (sheet, "cleaned", made, digits);
  return cg_page_sheet (page, id, caption, sheet, csv, error);
}

gboolean
cg_draw_denoised (CgChapter *chapter, CgPage *page, GError **error)
{
  const CgDigits *digits = cg_chapter_digits (chapter, error);
  if (digits == NULL)
    return FALSE;
  g_autofree float *noisy = drown (digits);
  g_autoptr (CgSheet) sheet = cg_sheet_new (3);
  g_autoptr (GString) csv = scores_csv (digits, noisy, digits->pictures);
  CgDigitScore score;
  add_row (sheet, "clean", digits->pictures, digits);
  add_row (sheet, "noisy", noisy, digits);
  const CgTrained *net = cg_chapter_network (chapter, "denoise-pool", error);
  if (net == NULL
      || !cg_page_sheet (page, "18-35", "digits, and the same with noise", sheet, csv, error)
      || !cg_page_network (page, "18-36", "the network with pooling", net->model->network, error)
      || !clean (chapter, page, "18-37", "noisy digits and what is made of them", "denoise-pool",
                 noisy, &score, error))
    return FALSE;
  double before = mean_psnr (digits, noisy);
  cg_page_number (page, "psnr-noisy", before);
  cg_page_number (page, "psnr-cleaned", score.psnr);
  cg_page_number (page, "bce", score.bce);
  cg_page_number (page, "epochs", net->epochs);
  cg_page_number (page, "seconds-an-epoch", net->seconds_an_epoch);
  cg_page_say (page,
               "Digits that one can hardly make out (%.2f dB) come back nearly whole (%.2f dB) "
               "after %.0f epochs of %.0f seconds (the book: 100 of about 300).",
               before, score.psnr, net->epochs, net->seconds_an_epoch);
  return TRUE;
}

/* --- two ways, several seeds --- */

#define SEEDS 3

typedef struct
{
  const char *name;
  double psnr[SEEDS], bce[SEEDS], mean_psnr, mean_bce, seconds, epochs;
} Way;

static gboolean
measure (CgChapter *chapter, const float *noisy, Way *way, GString *csv, GError **error)
{
  const CgDigits *digits = cg_chapter_digits (chapter, error);
  for (int seed = 0; seed < SEEDS; seed++)
    {
      g_autofree char *name = g_strdup_printf ("%s-seed-%d", way->name, seed + 1);
      const CgTrained *net = cg_chapter_network (chapter, name, error);
      if (net == NULL)
        return FALSE;
      CgDigitScore score
          = cg_score_digits (net->whole, noisy, digits->pictures, digits->n, CG_APPLY_MEANS, NULL);
      way->psnr[seed] = score.psnr;
      way->bce[seed] = score.bce;
      way->mean_psnr += score.psnr / SEEDS;
      way->mean_bce += score.bce / SEEDS;
      way->seconds += net->seconds_an_epoch / SEEDS;
      way->epochs = net->epochs;
      g_string_append_printf (csv, "%s,%d,%.4f,%.4f,%.2f\n", way->name, seed + 1, score.psnr,
                              score.bce, net->seconds_an_epoch);
    }
  return TRUE;
}

/* Both ways side by side, a point a seed and a line for their mean. */
static CgPlot *
compare (const char *y_label, const Way *ways, gsize offset)
{
  CgPlot *plot = cg_plot_new ("Two denoisers, three seeds", "seed", y_label);
  double low = INFINITY, high = -INFINITY;
  cg_plot_size (plot, 520, 340);
  for (int way = 0; way < 2; way++)
    {
      double xy[2 * SEEDS], mean = 0;
      const double *values = G_STRUCT_MEMBER_P (&ways[way], offset);
      for (int seed = 0; seed < SEEDS; seed++)
        {
          xy[2 * seed] = seed + 1;
          xy[2 * seed + 1] = values[seed];
          mean += values[seed] / SEEDS;
          low = MIN (low, values[seed]);
          high = MAX (high, values[seed]);
        }
      cg_plot_points (plot, way ? "strides" : "pooling", cg_plot_colours[way], 5, xy, SEEDS);
      cg_plot_line (plot, way ? "their mean" : "its mean", cg_plot_colours[way],
                    (double[]){ 0.5, mean, SEEDS + 0.5, mean }, 2);
    }
  double margin = 0.1 * MAX (high - low, 1e-3);
  cg_plot_range (plot, 0.5, SEEDS + 0.5, low - margin, high + margin);
  return plot;
}

gboolean
cg_draw_denoisers (CgChapter *chapter, CgPage *page, GError **error)
{
  const CgDigits *digits = cg_chapter_digits (chapter, error);
  if (digits == NULL)
    return FALSE;
  g_autofree float *noisy = drown (digits);
  g_autoptr (GString) csv = g_string_new ("network,seed,psnr,bce,seconds-an-epoch\n");
  Way ways[2] = { { .name = "denoise-pool" }, { .name = "denoise-stride" } };
  CgDigitScore score;
  const CgTrained *net = cg_chapter_network (chapter, "denoise-stride", error);
  if (net == NULL
      || !cg_page_network (page, "18-38", "the network with strides", net->model->network, error)
      || !clean (chapter, page, "18-39",
                 "noisy digits and what the network with strides makes of them", "denoise-stride",
                 noisy, &score, error)
      || !measure (chapter, noisy, &ways[0], csv, error)
      || !measure (chapter, noisy, &ways[1], csv, error))
    return FALSE;
  CgPlot *plots[] = { compare ("PSNR, dB", ways, G_STRUCT_OFFSET (Way, psnr)),
                      compare ("BCE, nats a digit", ways, G_STRUCT_OFFSET (Way, bce)) };
  gboolean ok = cg_page_plots (page, "18-39-seeds", "the two denoisers after equal epochs", plots,
                               2, 2, csv, error);
  cg_plot_free (plots[0]);
  cg_plot_free (plots[1]);

  double spread = 0;
  for (int way = 0; way < 2; way++)
    for (int seed = 0; seed < SEEDS; seed++)
      spread = MAX (spread, fabs (ways[way].psnr[seed] - ways[way].mean_psnr));
  const CgTrained *pool = cg_chapter_network (chapter, "denoise-pool-seed-1", error);
  const CgTrained *stride = cg_chapter_network (chapter, "denoise-stride-seed-1", error);
  double work = cg_network_flop_per_pixel (stride->model->network)
                / cg_network_flop_per_pixel (pool->model->network);
  cg_page_number (page, "psnr-noisy", mean_psnr (digits, noisy));
  cg_page_number (page, "psnr-cleaned", score.psnr);
  cg_page_number (page, "psnr-pool-mean", ways[0].mean_psnr);
  cg_page_number (page, "psnr-stride-mean", ways[1].mean_psnr);
  cg_page_number (page, "psnr-largest-deviation", spread);
  cg_page_number (page, "bce-pool-mean", ways[0].mean_bce);
  cg_page_number (page, "bce-stride-mean", ways[1].mean_bce);
  cg_page_number (page, "seconds-pool", ways[0].seconds);
  cg_page_number (page, "seconds-stride", ways[1].seconds);
  cg_page_number (page, "work-stride-to-pool", work);
  cg_page_say (
      page,
      "With the same noise, after %.0f epochs each and over %d seeds, pooling gets %.2f dB "
      "(%.1f nats), strides %.2f dB (%.1f nats), no seed being off its mean by more than "
      "%.2f dB; an epoch takes %.0f seconds with pooling and %.0f with strides, for %.2f "
      "of the arithmetic (the book: 300 and 200 seconds).",
      ways[0].epochs, SEEDS, ways[0].mean_psnr, ways[0].mean_bce, ways[1].mean_psnr,
      ways[1].mean_bce, spread, ways[0].seconds, ways[1].seconds, work);
  return ok;
}

/* --- through two numbers --- */

#define CELLS  16 /* the plane is counted in so many squares, across and up */
#define CHOSEN 5

typedef struct
{
  double x0, y0, dx, dy; /* first corner and size of a square */
  int count[CELLS][CELLS];
} Density;

static void
count (const CgLatents *latents, Density *d)
{
  memset (d->count, 0, sizeof d->count);
  d->x0 = cg_latents_quantile (latents, 0, 0.01);
  d->y0 = cg_latents_quantile (latents, 1, 0.01);
  d->dx = (cg_latents_quantile (latents, 0, 0.99) - d->x0) / CELLS;
  d->dy = (cg_latents_quantile (latents, 1, 0.99) - d->y0) / CELLS;
  for (int i = 0; i < latents->digits->n; i++)
    {
      int x = (int) floor ((latents->values[2 * i] - d->x0) / d->dx);
      int y = (int) floor ((latents->values[2 * i + 1] - d->y0) / d->dy);
      if (x >= 0 && y >= 0 && x < CELLS && y < CELLS)
        d->count[y][x]++;
    }
}

/* The middles of the fullest squares, or of the emptiest, none near another. */
static void
choose (const Density *d, gboolean full, float (*places)[2])
{
  gboolean taken[CELLS][CELLS] = { { FALSE } };
  int near = full ? 2 : 4; /* there are many empty ones, side by side */
  for (int p = 0; p < CHOSEN; p++)
    {
      int best_x = -1, best_y = -1;
      for (int y = 0; y < CELLS; y++)
        for (int x = 0; x < CELLS; x++)
          if (!taken[y][x]
              && (best_x < 0
                  || (full ? d->count[y][x] > d->count[best_y][best_x]
                           : d->count[y][x] < d->count[best_y][best_x])))
            {
              best_x = x;
              best_y = y;
            }
      for (int y = MAX (0, best_y - near); y <= MIN (CELLS - 1, best_y + near); y++)
        for (int x = MAX (0, best_x - near); x <= MIN (CELLS - 1, best_x + near); x++)
          taken[y][x] = TRUE;
      places[p][0] = (float) (d->x0 + (best_x + 0.5) * d->dx);
      places[p][1] = (float) (d->y0 + (best_y + 0.5) * d->dy);
    }
}

/* Mean over @n pictures of the highest correlation that any test digit has with it. */
static double
likeness (const CgDigits *digits, const float *made, int n)
{
  double mean = 0;
  for (int i = 0; i < n; i++)
    {
      double best = -1;
      for (int k = 0; k < MIN (digits->n, 2000); k++)
        best = MAX (best, cg_score_correlation (cg_digit (digits, k), made + i * CG_DIGIT_VALUES,
                                                CG_DIGIT_VALUES));
      mean += best / n;
    }
  return mean;
}

static CgPlot *
density_plot (const CgLatents *latents, const Density *d, float (*full)[2], float (*empty)[2])
{
  CgPlot *plot = cg_plot_new ("Noisy digits in the plane of two latent variables",
                              "first latent variable", "second latent variable");
  g_autofree double *xy = g_new (double, 2 * (gsize) latents->digits->n);
  double marks[2][2 * CHOSEN];
  cg_plot_size (plot, 820, 600);
  cg_plot_range (plot, d->x0, d->x0 + CELLS * d->dx, d->y0, d->y0 + CELLS * d->dy);
  for (int i = 0; i < 2 * latents->digits->n; i++)
    xy[i] = latents->values[i];
  for (int i = 0; i < 2 * CHOSEN; i++)
    {
      marks[0][i] = full[i / 2][i % 2];
      marks[1][i] = empty[i / 2][i % 2];
    }
  cg_plot_points (plot, "digits", 0xa8b8c8, 1.5, xy, latents->digits->n);
  cg_plot_points (plot, "dense", cg_plot_colours[3], 6, marks[0], CHOSEN);
  cg_plot_points (plot, "sparse", cg_plot_colours[0], 6, marks[1], CHOSEN);
  return plot;
}

gboolean
cg_draw_denoised_by_two (CgChapter *chapter, CgPage *page, GError **error)
{
  const CgDigits *digits = cg_chapter_digits (chapter, error);
  if (digits == NULL)
    return FALSE;
  g_autofree float *noisy = drown (digits);
  g_autoptr (CgLatents) latents = cg_latents_new (chapter, "denoise-2", noisy, error);
  if (latents == NULL)
    return FALSE;
  Density density;
  float places[2][CHOSEN][2];
  g_autoptr (CgSheet) sheet = cg_sheet_new (3);
  g_autoptr (GString) csv = g_string_new ("region,first,second\n");
  double like[2];
  count (latents, &density);
  for (int region = 0; region < 2; region++)
    {
      choose (&density, region == 0, places[region]);
      g_autofree float *made = cg_latents_decode (latents, &places[region][0][0], CHOSEN);
      like[region] = likeness (digits, made, CHOSEN);
      cg_sheet_row (sheet, region ? "sparse" : "dense");
      for (int p = 0; p < CHOSEN; p++)
        {
          cg_sheet_gray (sheet, made + p * CG_DIGIT_VALUES, CG_DIGIT_SIDE, CG_DIGIT_SIDE, NULL);
          g_string_append_printf (csv, "%s,%g,%g\n", region ? "sparse" : "dense",
                                  places[region][p][0], places[region][p][1]);
        }
    }
  g_autoptr (CgPlot) plot = density_plot (latents, &density, places[0], places[1]);
  double alike = cg_latents_neighbours (latents);
  cg_page_number (page, "likeness-dense", like[0]);
  cg_page_number (page, "likeness-sparse", like[1]);
  cg_page_number (page, "neighbours-alike", alike);
  cg_page_say (
      page,
      "Pictures decoded where many noisy digits lie in the plane, and where few lie: with "
      "the most alike of %d test digits the former correlate by %.3f, the latter by %.3f; "
      "two numbers keep %.0f %% of nearest neighbours alike, where chance would keep 10 %%.",
      MIN (digits->n, 2000), like[0], like[1], 100 * alike);
  return cg_page_plots (page, "18-40", "where noisy digits lie, and ten places", &plot, 1, 1, csv,
                        error)
         && cg_page_sheet (page, "18-40-pictures", "decoded from the ten places", sheet, csv,
                           error);
}
