/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decoded from half-way between the latents of two digits, from step after step
 * between them, and from nowhere in particular. */
#include <math.h>

#include "model/random.h"
#include "training/chapter/figures.h"
#include "training/chapter/latents.h"
#include "training/chapter/score.h"

#define STEPS 6

/* Numbers of the first test digits with these labels; of any if there are none. */
static void
find_pair (const CgDigits *digits, const int *labels, int *pair)
{
  for (int side = 0; side < 2; side++)
    {
      pair[side] = side;
      for (int i = digits->n - 1; i >= 0; i--)
        if (digits->labels[i] == labels[side])
          pair[side] = i;
    }
}

static const int pairs[5][2] = { { 7, 2 }, { 1, 0 }, { 4, 9 }, { 3, 5 }, { 6, 8 } };

static void
add_digit (CgSheet *sheet, const float *picture)
{
  cg_sheet_gray (sheet, picture, CG_DIGIT_SIDE, CG_DIGIT_SIDE, NULL);
}

/* Equal blends of five pairs: between their latents, and between their pixels.
 * @grayness: mean of v (1 - v) over the values of the pictures decoded from
 * half-way, in proportion to that of pixel blends: low where a picture is black
 * or white. */
static gboolean
show_blends (const CgLatents *latents, CgPage *page, const char *id, double *grayness,
             GError **error)
{
  g_autoptr (CgSheet) sheet = cg_sheet_new (3);
  g_autoptr (GString) csv = g_string_new ("first,second,grayness-latents,grayness-pixels\n");
  g_autofree float *half = g_new (float, 5 * (gsize) latents->size);
  const CgDigits *digits = latents->digits;
  int pair[5][2];
  double sums[2] = { 0, 0 };
  for (int p = 0; p < 5; p++)
    {
      find_pair (digits, pairs[p], pair[p]);
      cg_latents_between (latents, cg_latents_mean_of (latents, pair[p][0]),
                          cg_latents_mean_of (latents, pair[p][1]), 0.5,
                          half + (gsize) p * latents->size);
    }
  g_autofree float *made = cg_latents_decode (latents, half, 5);
  g_autofree float *mixed = g_new (float, 5 * CG_DIGIT_VALUES);
  for (int p = 0; p < 5; p++)
    {
      double gray[2] = { 0, 0 };
      for (int i = 0; i < CG_DIGIT_VALUES; i++)
        {
          int at = p * CG_DIGIT_VALUES + i;
          mixed[at] = (cg_digit (digits, pair[p][0])[i] + cg_digit (digits, pair[p][1])[i]) / 2;
          gray[0] += made[at] * (1 - made[at]) / CG_DIGIT_VALUES;
          gray[1] += mixed[at] * (1 - mixed[at]) / CG_DIGIT_VALUES;
        }
      sums[0] += gray[0];
      sums[1] += gray[1];
      g_string_append_printf (csv, "%d,%d,%.5f,%.5f\n", pair[p][0], pair[p][1], gray[0], gray[1]);
    }
  static const char *const labels[] = { "one", "other", "half-way, latents", "half-way, pixels" };
  for (int row = 0; row < 4; row++)
    {
      cg_sheet_row (sheet, labels[row]);
      for (int p = 0; p < 5; p++)
        add_digit (sheet, row < 2    ? cg_digit (digits, pair[p][row])
                          : row == 2 ? made + p * CG_DIGIT_VALUES
                                     : mixed + p * CG_DIGIT_VALUES);
    }
  *grayness = sums[0] / sums[1];
  return cg_page_sheet (page, id, "equal blends of five pairs", sheet, csv, error);
}

static gboolean
show_steps (const CgLatents *latents, CgPage *page, const char *id, double *largest, GError **error)
{
  g_autoptr (CgSheet) sheet = cg_sheet_new (3);
  g_autoptr (GString) csv = g_string_new ("first,second,step,length\n");
  g_autofree float *places = g_new (float, STEPS *(gsize) latents->size);
  *largest = 0;
  for (int p = 0; p < 3; p++)
    {
      int pair[2];
      find_pair (latents->digits, pairs[p], pair);
      for (int step = 0; step < STEPS; step++)
        cg_latents_between (latents, cg_latents_mean_of (latents, pair[0]),
                            cg_latents_mean_of (latents, pair[1]), step / (STEPS - 1.),
                            places + (gsize) step * latents->size);
      g_autofree float *made = cg_latents_decode (latents, places, STEPS);
      double lengths[STEPS];
      *largest = MAX (*largest, cg_score_walk (made, STEPS, lengths));
      cg_sheet_row (sheet, NULL);
      for (int step = 0; step < STEPS; step++)
        {
          add_digit (sheet, made + step * CG_DIGIT_VALUES);
          g_string_append_printf (csv, "%d,%d,%d,%g\n", pair[0], pair[1], step + 1, lengths[step]);
        }
    }
  return cg_page_sheet (page, id, "six steps between three pairs", sheet, csv, error);
}

/* Blends and steps of the network called @name, and what is to be said of them. */
static gboolean
draw_between (const CgLatents *latents, CgPage *page, const char *blends, const char *steps,
              const char *remark, GError **error)
{
  double grayness, largest;
  if (!show_blends (latents, page, blends, &grayness, error)
      || !show_steps (latents, page, steps, &largest, error))
    return FALSE;
  cg_page_number (page, "grayness", grayness);
  cg_page_number (page, "largest-step", largest);
  cg_page_say (page,
               "Half-way between two digits' latents %s (%.2f of the grayness of a blend of "
               "pixels); in six steps one becomes the other, none of them more than %.0f %% of "
               "the way.",
               remark, grayness, 100 * largest);
  return TRUE;
}

gboolean
cg_draw_deep_between (CgChapter *chapter, CgPage *page, GError **error)
{
  g_autoptr (CgLatents) latents = cg_latents_new (chapter, "deep-20", NULL, error);
  return latents
         && draw_between (latents, page, "18-26", "18-27",
                          "stands one shape with something of both, not the two on top of each "
                          "other",
                          error);
}

gboolean
cg_draw_variational_between (CgChapter *chapter, CgPage *page, GError **error)
{
  g_autoptr (CgLatents) latents = cg_latents_new (chapter, "vae-20", NULL, error);
  return latents
         && draw_between (latents, page, "18-53", "18-54",
                          "the variational network makes soft shapes between the two", error);
}

/* Latents drawn value by value, each with the mean and spread it has over digits. */
static gboolean
show_random (const CgLatents *latents, CgPage *page, const char *id, double *error_random,
             GError **error)
{
  enum
  {
    ROWS = 4,
    COLUMNS = 10,
    N = ROWS * COLUMNS
  };
  g_autoptr (CgSheet) sheet = cg_sheet_new (2);
  g_autoptr (GString) csv = g_string_new ("picture,mean-brightness,nearest-digit-mse\n");
  g_autofree float *values = g_new (float, N *(gsize) latents->size);
  CgRandom random = cg_random (31, 0, 0);
  for (int k = 0; k < latents->size; k++)
    {
      double mean, deviation;
      cg_latents_spread (latents, k, &mean, &deviation);
      for (int i = 0; i < N; i++)
        values[(gsize) i * latents->size + k]
            = (float) (mean + deviation * cg_random_normal (&random));
    }
  g_autofree float *made = cg_latents_decode (latents, values, N);
  *error_random = 0;
  for (int i = 0; i < N; i++)
    {
      const float *picture = made + i * CG_DIGIT_VALUES;
      double nearest = INFINITY, ink = 0;
      for (int d = 0; d < MIN (latents->digits->n, 1000); d++)
        nearest = MIN (nearest, cg_score_digit (cg_digit (latents->digits, d), picture).mse);
      for (int p = 0; p < CG_DIGIT_VALUES; p++)
        ink += picture[p] / CG_DIGIT_VALUES;
      *error_random += nearest / N;
      g_string_append_printf (csv, "%d,%.4f,%.5f\n", i, ink, nearest);
      if (i % COLUMNS == 0)
        cg_sheet_row (sheet, NULL);
      add_digit (sheet, picture);
    }
  return cg_page_sheet (page, id, "random latents, decoded", sheet, csv, error);
}

gboolean
cg_draw_convolutional_between (CgChapter *chapter, CgPage *page, GError **error)
{
  double nearest;
  g_autoptr (CgLatents) latents = cg_latents_new (chapter, "conv", NULL, error);
  if (latents == NULL || !show_random (latents, page, "18-31", &nearest, error))
    return FALSE;
  double own = cg_score_digits (latents->net->whole, latents->digits->pictures,
                                latents->digits->pictures, latents->digits->n, CG_APPLY_MEANS, NULL)
                   .mse;
  cg_page_number (page, "random-nearest-mse", nearest);
  cg_page_number (page, "reconstruction-mse", own);
  cg_page_say (page,
               "Random latents decode to strokes that form no digits (mean squared error to the "
               "nearest of a thousand digits %.3f; digits come back with %.4f).",
               nearest, own);
  return draw_between (latents, page, "18-32", "18-33",
                       "lie both of them on top of each other, as the latents keep their places in "
                       "the picture",
                       error);
}
