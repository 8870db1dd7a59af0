/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One dense layer down, one up, and pictures of 10,000 values. */
#include <math.h>
#include <string.h>

#include "training/chapter/figures.h"
#include "training/chapter/scenes.h"
#include "training/chapter/score.h"

#define N CG_SCENE_VALUES

/* @picture with its values spread over all of black to white. */
static void
add_stretched (CgSheet *sheet, const float *picture)
{
  float stretched[N], low = picture[0], high = picture[0];
  for (int i = 0; i < N; i++)
    {
      low = MIN (low, picture[i]);
      high = MAX (high, picture[i]);
    }
  for (int i = 0; i < N; i++)
    stretched[i] = (picture[i] - low) / MAX (high - low, 1e-6f);
  g_autofree char *caption = g_strdup_printf ("output, %.2f..%.2f stretched", low, high);
  cg_sheet_gray (sheet, stretched, CG_SCENE_SIDE, CG_SCENE_SIDE, caption);
}

/* A row: input, output, and their difference with its scale below. */
static double
add_row (CgSheet *sheet, GString *csv, const char *label, const float *in, const float *out)
{
  float difference[N];
  double most = 0, sum = 0;
  for (int i = 0; i < N; i++)
    {
      difference[i] = out[i] - in[i];
      most = MAX (most, fabsf (difference[i]));
      sum += fabsf (difference[i]) / N;
    }
  g_autofree char *scale = g_strdup_printf ("difference, blue -%.2f to red %.2f", most, most);
  cg_sheet_row (sheet, label);
  cg_sheet_gray (sheet, in, CG_SCENE_SIDE, CG_SCENE_SIDE, "input");
  cg_sheet_gray (sheet, out, CG_SCENE_SIDE, CG_SCENE_SIDE, "output");
  cg_sheet_signed (sheet, difference, CG_SCENE_SIDE, CG_SCENE_SIDE, MAX (most, 1e-6), scale);
  g_string_append_printf (csv, "%s,%g,%g\n", label, most, sum);
  return most;
}

static void
append_levels (GString *csv, const float *picture)
{
  double mean = 0, least = picture[0], most = picture[0];
  for (int i = 0; i < N; i++)
    {
      mean += picture[i] / N;
      least = MIN (least, picture[i]);
      most = MAX (most, picture[i]);
    }
  g_string_append_printf (csv, "%g,%g,%g\n", mean, least, most);
}

gboolean
cg_draw_memorised (CgChapter *chapter, CgPage *page, GError **error)
{
  const CgTrained *net = cg_chapter_network (chapter, "memorise", error);
  if (net == NULL)
    return FALSE;
  g_autofree float *first = cg_scene (0, 0), *other = cg_scene (1, 0), *black = g_new0 (float, N);
  g_autofree float *out = g_new (float, N);
  g_autoptr (CgSheet) sheet = cg_sheet_new (2), others = cg_sheet_new (2);
  g_autoptr (GString) csv = g_string_new ("input,largest-difference,mean-difference\n");
  g_autoptr (GString) others_csv = g_string_new ("input,largest-difference,mean-difference\n");

  cg_apply_run (net->whole, first, 1, CG_APPLY_MEANS, out);
  double most = add_row (sheet, csv, "learnt", first, out);
  cg_apply_run (net->whole, other, 1, CG_APPLY_MEANS, out);
  add_row (others, others_csv, "another", other, out);
  double as_first = cg_score_correlation (out, first, N);
  double as_itself = cg_score_correlation (out, other, N);
  cg_apply_run (net->whole, black, 1, CG_APPLY_MEANS, out);
  add_row (others, others_csv, "black", black, out);
  double black_as_first = cg_score_correlation (out, first, N);

  cg_page_number (page, "largest-error", most);
  cg_page_number (page, "other-like-first", as_first);
  cg_page_number (page, "other-like-itself", as_itself);
  cg_page_number (page, "black-like-first", black_as_first);
  cg_page_say (page,
               "The picture comes back with no value off by more than %.4f; but so it does for "
               "another picture (the output correlates with the learnt one by %.3f, with its own "
               "input by %.3f) and for a black one (%.3f): the network has learnt it by heart.",
               most, as_first, as_itself, black_as_first);
  g_autoptr (CgSheet) picture = cg_sheet_new (3);
  g_autoptr (GString) picture_csv = g_string_new ("mean,smallest,largest\n");
  append_levels (picture_csv, first);
  cg_sheet_row (picture, NULL);
  cg_sheet_gray (picture, first, CG_SCENE_SIDE, CG_SCENE_SIDE, NULL);
  return cg_page_network (page, "18-6", "two dense layers", net->model->network, error)
         && cg_page_sheet (page, "18-8", "the only picture it is shown", picture, picture_csv,
                           error)
         && cg_page_sheet (page, "18-9", "the picture learnt", sheet, csv, error)
         && cg_page_sheet (page, "18-10", "inputs never seen", others, others_csv, error);
}

/* How much a square picture looks like itself a quarter of a turn on. */
static double
fourfold (const float *picture)
{
  float turned[N];
  for (int y = 0; y < CG_SCENE_SIDE; y++)
    for (int x = 0; x < CG_SCENE_SIDE; x++)
      turned[y * CG_SCENE_SIDE + x] = picture[x * CG_SCENE_SIDE + CG_SCENE_SIDE - 1 - y];
  return cg_score_correlation (picture, turned, N);
}

/* All pictures in all positions, at half their size. */
static gboolean
show_scenes (CgPage *page, GError **error)
{
  enum
  {
    SIDE = CG_SCENE_SIDE / 2
  };
  static const char *const labels[] = { "upright", "one turn", "two", "three" };
  g_autoptr (CgSheet) sheet = cg_sheet_new (1);
  g_autoptr (GString) csv = g_string_new ("picture,quarters,mean,smallest,largest\n");
  for (int quarters = 0; quarters < 4; quarters++)
    {
      cg_sheet_row (sheet, labels[quarters]);
      for (int i = 0; i < CG_SCENE_COUNT; i++)
        {
          g_autofree float *scene = cg_scene (i, quarters);
          float small[SIDE * SIDE];
          for (int at = 0; at < SIDE * SIDE; at++)
            {
              const float *four = scene + 2 * (at / SIDE) * CG_SCENE_SIDE + 2 * (at % SIDE);
              small[at] = (four[0] + four[1] + four[CG_SCENE_SIDE] + four[CG_SCENE_SIDE + 1]) / 4;
            }
          cg_sheet_gray (sheet, small, SIDE, SIDE, NULL);
          g_string_append_printf (csv, "%d,%d,", i + 1, quarters);
          append_levels (csv, scene);
        }
    }
  return cg_page_sheet (page, "18-11", "26 pictures in four positions", sheet, csv, error);
}

gboolean
cg_draw_not_memorised (CgChapter *chapter, CgPage *page, GError **error)
{
  const CgTrained *net = cg_chapter_network (chapter, "memorise-104", error);
  if (net == NULL)
    return FALSE;
  g_autoptr (CgSheet) sheet = cg_sheet_new (2);
  g_autoptr (GString) csv = g_string_new ("input,largest-difference,mean-difference\n");
  g_autofree float *out = g_new (float, N);
  double most = 0, input_fourfold = 0, output_fourfold = 0;
  for (int i = 0; i < 3; i++)
    {
      g_autofree float *in = cg_scene (i, 0);
      g_autofree char *label = g_strdup_printf ("picture %d", i + 1);
      cg_apply_run (net->whole, in, 1, CG_APPLY_MEANS, out);
      double error_here = add_row (sheet, csv, label, in, out);
      add_stretched (sheet, out);
      if (i > 0)
        continue;
      most = error_here;
      input_fourfold = fourfold (in);
      output_fourfold = fourfold (out);
    }
  cg_page_number (page, "largest-error", most);
  cg_page_number (page, "input-fourfold", input_fourfold);
  cg_page_number (page, "output-fourfold", output_fourfold);
  cg_page_say (page,
               "Trained on 26 pictures in four positions each, twenty numbers no longer do: the "
               "first picture comes back with errors up to %.2f, and with a shadow of all four "
               "positions (turned by a quarter the output correlates with itself by %.2f, the "
               "picture by %.2f), which shows when its contrast is stretched.",
               most, output_fourfold, input_fourfold);
  return show_scenes (page, error)
         && cg_page_sheet (page, "18-12", "three of 104 pictures learnt together", sheet, csv,
                           error);
}
