/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Digits through latents that are drawn. */
#include <math.h>
#include <string.h>

#include "model/random.h"
#include "training/chapter/figures.h"
#include "training/chapter/latents.h"
#include "training/chapter/score.h"

static void
add_row (CgSheet *sheet, const char *label, const float *pictures, int n)
{
  cg_sheet_row (sheet, label);
  for (int i = 0; i < n; i++)
    cg_sheet_gray (sheet, pictures + (gsize) i * CG_DIGIT_VALUES, CG_DIGIT_SIDE, CG_DIGIT_SIDE,
                   NULL);
}

/* --- digits and their latents --- */

/* All latents of all digits as a histogram beside the density they should have. */
static CgPlot *
histogram (const CgLatents *latents, GString *csv)
{
  enum
  {
    BINS = 80
  };
  double xy[2 * BINS], normal[2 * BINS], width = 8. / BINS;
  int n = latents->digits->n * latents->size, counts[BINS] = { 0 };
  CgPlot *plot = cg_plot_new ("Latent variables of all test digits", "value", "density");
  for (int i = 0; i < n; i++)
    {
      int bin = (int) floor ((latents->values[i] + 4) / width);
      if (bin >= 0 && bin < BINS)
        counts[bin]++;
    }
  for (int bin = 0; bin < BINS; bin++)
    {
      double x = -4 + (bin + 0.5) * width;
      xy[2 * bin] = normal[2 * bin] = x;
      xy[2 * bin + 1] = counts[bin] / (n * width);
      normal[2 * bin + 1] = exp (-x * x / 2) / sqrt (2 * G_PI);
      g_string_append_printf (csv, "%g,%g,%g\n", x, xy[2 * bin + 1], normal[2 * bin + 1]);
    }
  cg_plot_area (plot, "latents", cg_plot_colours[0], xy, BINS);
  cg_plot_line (plot, "normal", cg_plot_colours[3], normal, BINS);
  return plot;
}

/* Means over the variables of |mean| and of the standard deviation. */
static void
spread (const CgLatents *latents, double *off_centre, double *deviation)
{
  *off_centre = *deviation = 0;
  for (int k = 0; k < latents->size; k++)
    {
      double mean, own;
      cg_latents_spread (latents, k, &mean, &own);
      *off_centre += fabs (mean) / latents->size;
      *deviation += own / latents->size;
    }
}

gboolean
cg_draw_variational (CgChapter *chapter, CgPage *page, GError **error)
{
  g_autoptr (CgLatents) latents = cg_latents_new (chapter, "vae-20", NULL, error);
  g_autoptr (CgLatents) plain = latents ? cg_latents_new (chapter, "deep-20", NULL, error) : NULL;
  if (plain == NULL)
    return FALSE;
  const CgDigits *digits = latents->digits;
  g_autofree float *made = g_new (float, (gsize) digits->n *CG_DIGIT_VALUES);
  g_autoptr (CgSheet) sheet = cg_sheet_new (3);
  g_autoptr (GString) csv = g_string_new ("digit,label,bce-means,bce-drawn\n");
  g_autoptr (GString) bins = g_string_new ("value,density,normal-density\n");
  g_autoptr (CgPlot) plot = histogram (latents, bins);
  add_row (sheet, "input", digits->pictures, CG_SHOWN);
  CgDigitScore means = cg_score_digits (latents->net->whole, digits->pictures, digits->pictures,
                                        digits->n, CG_APPLY_MEANS, made);
  add_row (sheet, "of means", made, CG_SHOWN);
  double by_means[CG_SHOWN];
  for (int i = 0; i < CG_SHOWN; i++)
    by_means[i] = cg_score_digit (cg_digit (digits, i), made + i * CG_DIGIT_VALUES).bce;
  CgDigitScore drawn = cg_score_digits (latents->net->whole, digits->pictures, digits->pictures,
                                        digits->n, 1, made);
  add_row (sheet, "drawn", made, CG_SHOWN);
  for (int i = 0; i < CG_SHOWN; i++)
    g_string_append_printf (csv, "%d,%d,%.3f,%.3f\n", i, digits->labels[i], by_means[i],
                            cg_score_digit (cg_digit (digits, i), made + i * CG_DIGIT_VALUES).bce);

  double off_centre, deviation, plain_off_centre, plain_deviation;
  spread (latents, &off_centre, &deviation);
  spread (plain, &plain_off_centre, &plain_deviation);
  cg_page_number (page, "bce-means", means.bce);
  cg_page_number (page, "bce-drawn", drawn.bce);
  cg_page_number (page, "latents-off-centre", off_centre);
  cg_page_number (page, "latents-deviation", deviation);
  cg_page_number (page, "plain-deviation", plain_deviation);
  cg_page_say (page,
               "The variational network gives digits back with %.1f nats from the means of their "
               "latents, %.1f when they are drawn; over all test digits a latent variable has a "
               "mean of %.2f, sign apart, and a standard deviation of %.2f (those of the plain "
               "deep network: %.2f and %.2f).",
               means.bce, drawn.bce, off_centre, deviation, plain_off_centre, plain_deviation);
  CgNetwork *const *halves = latents->net->coder->networks;
  return cg_page_network (page, "18-45", "the variational network", latents->net->model->network,
                          error)
         && cg_page_network (page, "18-46", "its encoder", halves[0], error)
         && cg_page_sheet (page, "18-47", "digits, from the means of their latents and drawn",
                           sheet, csv, error)
         && cg_page_network (page, "18-48", "its decoder", halves[1], error)
         && cg_page_plots (page, "18-49", "how the latents are spread", &plot, 1, 1, bins, error);
}

/* --- one digit, eight times --- */

#define TIMES 8

/* Mean over values of |a - b| between the first and each other of TIMES runs. */
static double
differences (const float *runs)
{
  double sum = 0;
  for (int t = 1; t < TIMES; t++)
    for (int i = 0; i < CG_DIGIT_VALUES; i++)
      sum += fabsf (runs[t * CG_DIGIT_VALUES + i] - runs[i])
             / (double) ((TIMES - 1) * CG_DIGIT_VALUES);
  return sum;
}

static void
run_times (const CgTrained *net, const float *digit, float *runs)
{
  for (int t = 0; t < TIMES; t++)
    cg_apply_run (net->whole, digit, 1, 1 + t, runs + t * CG_DIGIT_VALUES);
}

gboolean
cg_draw_twice (CgChapter *chapter, CgPage *page, GError **error)
{
  const CgDigits *digits = cg_chapter_digits (chapter, error);
  const CgTrained *vae = digits ? cg_chapter_network (chapter, "vae-20", error) : NULL;
  const CgTrained *plain = vae ? cg_chapter_network (chapter, "deep-20", error) : NULL;
  if (plain == NULL)
    return FALSE;
  g_autofree float *runs = g_new (float, TIMES *CG_DIGIT_VALUES);
  g_autoptr (CgSheet) sheet = cg_sheet_new (3);
  g_autoptr (GString) csv = g_string_new ("digit,network,mean-difference\n");
  double apart = 0, plain_apart = 0;
  for (int d = 0; d < 2; d++)
    {
      run_times (plain, cg_digit (digits, d), runs);
      double plain_here = differences (runs);
      run_times (vae, cg_digit (digits, d), runs);
      double here = differences (runs);
      apart += here / 2;
      plain_apart += plain_here / 2;
      g_string_append_printf (csv, "%d,vae-20,%g\n%d,deep-20,%g\n", d, here, d, plain_here);
      add_row (sheet, "output", runs, TIMES);
      cg_sheet_row (sheet, "less input");
      for (int t = 0; t < TIMES; t++)
        {
          float map[CG_DIGIT_VALUES];
          for (int i = 0; i < CG_DIGIT_VALUES; i++)
            map[i] = runs[t * CG_DIGIT_VALUES + i] - cg_digit (digits, d)[i];
          cg_sheet_signed (sheet, map, CG_DIGIT_SIDE, CG_DIGIT_SIDE, 1, NULL);
        }
    }
  cg_page_number (page, "apart-variational", apart);
  cg_page_number (page, "apart-plain", plain_apart);
  cg_page_say (
      page,
      "The same two digits eight times through the variational network: each time another "
      "output (they are apart by %.4f a value, on the average; red is too bright, blue too "
      "dark, full colour a difference of 1), where the plain network always gives the same "
      "(%g).",
      apart, plain_apart);
  return cg_page_sheet (page, "18-50", "two digits, eight times each", sheet, csv, error);
}

/* --- latents disturbed --- */

/* Move each latent of @n digits by up to @share of the range its variable has. */
static float *
disturb (const CgLatents *latents, int n, double share)
{
  float *values = g_memdup2 (latents->means, sizeof (float) * n * latents->size);
  CgRandom random = cg_random (51, 0, 0);
  for (int k = 0; k < latents->size; k++)
    {
      double range
          = cg_latents_quantile (latents, k, 0.99) - cg_latents_quantile (latents, k, 0.01);
      for (int i = 0; i < n; i++)
        values[(gsize) i * latents->size + k]
            += (float) (share * range * (2 * cg_random_uniform (&random) - 1));
    }
  return values;
}

/* The shown digits of both networks, disturbed by @share; their mean BCE in @bce. */
static gboolean
show_disturbed (CgLatents *const *latents, CgPage *page, const char *id, double share, double *bce,
                GError **error)
{
  static const char *const labels[] = { "plain", "variational" };
  g_autoptr (CgSheet) sheet = cg_sheet_new (3);
  g_autoptr (GString) csv = g_string_new ("network,share,digit,bce\n");
  const CgDigits *digits = latents[0]->digits;
  int n = MIN (digits->n, 200);
  add_row (sheet, "input", digits->pictures, CG_SHOWN);
  for (int net = 0; net < 2; net++)
    {
      g_autofree float *values = disturb (latents[net], n, share);
      g_autofree float *made = cg_latents_decode (latents[net], values, n);
      add_row (sheet, labels[net], made, CG_SHOWN);
      bce[net] = 0;
      for (int i = 0; i < n; i++)
        {
          double one
              = cg_score_digit (cg_digit (digits, i), made + (gsize) i * CG_DIGIT_VALUES).bce;
          bce[net] += one / n;
          g_string_append_printf (csv, "%s,%g,%d,%.3f\n", labels[net], share, i, one);
        }
    }
  g_autofree char *caption = g_strdup_printf ("latents moved by up to %.0f %%", 100 * share);
  return cg_page_sheet (page, id, caption, sheet, csv, error);
}

gboolean
cg_draw_disturbed (CgChapter *chapter, CgPage *page, GError **error)
{
  g_autoptr (CgLatents) plain = cg_latents_new (chapter, "deep-20", NULL, error);
  g_autoptr (CgLatents) vae = plain ? cg_latents_new (chapter, "vae-20", NULL, error) : NULL;
  if (vae == NULL)
    return FALSE;
  CgLatents *const both[] = { plain, vae };
  double none[2], ten[2], thirty[2];
  for (int net = 0; net < 2; net++)
    none[net]
        = cg_score_digits (both[net]->net->whole, plain->digits->pictures, plain->digits->pictures,
                           MIN (plain->digits->n, 200), CG_APPLY_MEANS, NULL)
              .bce;
  if (!show_disturbed (both, page, "18-51", 0.1, ten, error)
      || !show_disturbed (both, page, "18-52", 0.3, thirty, error))
    return FALSE;
  cg_page_number (page, "bce-plain-0", none[0]);
  cg_page_number (page, "bce-plain-10", ten[0]);
  cg_page_number (page, "bce-plain-30", thirty[0]);
  cg_page_number (page, "bce-variational-0", none[1]);
  cg_page_number (page, "bce-variational-10", ten[1]);
  cg_page_number (page, "bce-variational-30", thirty[1]);
  cg_page_say (page,
               "Each latent moved by up to a tenth of its range, digits of the variational network "
               "change a little (%.0f nats instead of %.0f; the plain network: %.0f instead of "
               "%.0f), by up to three tenths they become others (%.0f; %.0f).",
               ten[1], none[1], ten[0], none[0], thirty[1], thirty[0]);
  return TRUE;
}

/* --- digits that nobody wrote --- */

#define ROWS    8
#define COLUMNS 10
#define MADE_UP (ROWS * COLUMNS)

/* Mean squared error of each picture to the nearest of @digits but the one of
 * its own number, if @own; mean over the pictures. */
static double
nearest_error (const CgDigits *digits, const float *pictures, int n, gboolean own)
{
  double mean = 0;
  for (int i = 0; i < n; i++)
    {
      double nearest = INFINITY;
      for (int k = 0; k < MIN (digits->n, 2000); k++)
        if (!own || k != i)
          nearest = MIN (
              nearest,
              cg_score_digit (cg_digit (digits, k), pictures + (gsize) i * CG_DIGIT_VALUES).mse);
      mean += nearest / n;
    }
  return mean;
}

gboolean
cg_draw_made_up (CgChapter *chapter, CgPage *page, GError **error)
{
  g_autoptr (CgLatents) latents = cg_latents_new (chapter, "vae-50", NULL, error);
  if (latents == NULL)
    return FALSE;
  const CgDigits *digits = latents->digits;
  g_autofree float *values = g_new (float, MADE_UP * latents->size);
  g_autoptr (CgSheet) sheet = cg_sheet_new (2);
  g_autoptr (GString) csv = g_string_new ("picture,variable,value\n");
  CgRandom random = cg_random (62, 0, 0);
  for (int i = 0; i < MADE_UP * latents->size; i++)
    {
      values[i] = (float) cg_random_normal (&random);
      g_string_append_printf (csv, "%d,%d,%g\n", i / latents->size + 1, i % latents->size + 1,
                              values[i]);
    }
  g_autofree float *made = cg_latents_decode (latents, values, MADE_UP);
  for (int row = 0; row < ROWS; row++)
    add_row (sheet, NULL, made + row * COLUMNS * CG_DIGIT_VALUES, COLUMNS);

  double made_up = nearest_error (digits, made, MADE_UP, FALSE);
  double written = nearest_error (digits, digits->pictures, MIN (digits->n, MADE_UP), TRUE);
  cg_page_number (page, "nearest-made-up", made_up);
  cg_page_number (page, "nearest-written", written);
  cg_page_number (page, "parameters", cg_network_n_parameters (latents->net->model->network));
  cg_page_say (page,
               "Fifty numbers drawn at random, decoded: most could be handwriting.  The nearest of "
               "%d written digits is off by a mean squared error of %.4f; between written digits "
               "it is %.4f.",
               MIN (digits->n, 2000), made_up, written);
  CgNetwork *const *halves = latents->net->coder->networks;
  return cg_page_network (page, "18-60", "the encoder of the deeper network", halves[0], error)
         && cg_page_network (page, "18-61", "its decoder", halves[1], error)
         && cg_page_sheet (page, "18-62", "80 digits that nobody wrote", sheet, csv, error);
}
