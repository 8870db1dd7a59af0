/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Digits, and what autoencoders make of them. */
#include <math.h>
#include <string.h>

#include "training/chapter/figures.h"
#include "training/chapter/scenes.h"
#include "training/chapter/score.h"

/* The shown digits and, below, what each network of @names (NULL-terminated)
 * makes of them; its scores on all test digits go to @scores. */
static gboolean
reconstruct (CgChapter *chapter, CgPage *page, const char *id, const char *caption,
             const char *const *names, CgDigitScore *scores, GError **error)
{
  const CgDigits *digits = cg_chapter_digits (chapter, error);
  if (digits == NULL)
    return FALSE;
  g_autoptr (CgSheet) sheet = cg_sheet_new (3);
  g_autoptr (GString) csv = g_string_new ("network,digit,label,bce,mse,psnr\n");
  g_autofree float *made = g_new (float, (gsize) digits->n *CG_DIGIT_VALUES);
  cg_sheet_row (sheet, "input");
  for (int i = 0; i < CG_SHOWN; i++)
    cg_sheet_gray (sheet, cg_digit (digits, i), CG_DIGIT_SIDE, CG_DIGIT_SIDE, NULL);

  for (int net = 0; names[net]; net++)
    {
      const CgTrained *trained = cg_chapter_network (chapter, names[net], error);
      if (trained == NULL)
        return FALSE;
      scores[net] = cg_score_digits (trained->whole, digits->pictures, digits->pictures, digits->n,
                                     CG_APPLY_MEANS, made);
      cg_sheet_row (sheet, names[net]);
      for (int i = 0; i < CG_SHOWN; i++)
        {
          const float *out = made + (gsize) i * CG_DIGIT_VALUES;
          CgDigitScore score = cg_score_digit (cg_digit (digits, i), out);
          g_autofree char *below = g_strdup_printf ("BCE %.0f", score.bce);
          cg_sheet_gray (sheet, out, CG_DIGIT_SIDE, CG_DIGIT_SIDE, below);
          g_string_append_printf (csv, "%s,%d,%d,%.4f,%.6f,%.3f\n", names[net], i,
                                  digits->labels[i], score.bce, score.mse, score.psnr);
        }
    }
  return cg_page_sheet (page, id, caption, sheet, csv, error);
}

static gboolean
show_network (CgChapter *chapter, CgPage *page, const char *id, const char *caption,
              const char *name, GError **error)
{
  const CgTrained *net = cg_chapter_network (chapter, name, error);
  return net && cg_page_network (page, id, caption, net->model->network, error);
}

gboolean
cg_draw_shallow (CgChapter *chapter, CgPage *page, GError **error)
{
  CgDigitScore twenty, ten;
  if (!show_network (chapter, page, "18-14", "the network of two layers", "shallow-20", error)
      || !reconstruct (chapter, page, "18-15", "through 20 numbers",
                       (const char *[]){ "shallow-20", NULL }, &twenty, error)
      || !reconstruct (chapter, page, "18-16", "through 10 numbers",
                       (const char *[]){ "shallow-10", NULL }, &ten, error))
    return FALSE;
  cg_page_number (page, "bce-20", twenty.bce);
  cg_page_number (page, "bce-10", ten.bce);
  cg_page_number (page, "psnr-20", twenty.psnr);
  cg_page_number (page, "psnr-10", ten.psnr);
  cg_page_say (
      page,
      "784 values through 20 numbers and back: readable, but smudged (binary cross entropy "
      "%.1f nats a test digit, PSNR %.2f dB); through 10 numbers it is worse (%.1f nats, "
      "%.2f dB).",
      twenty.bce, twenty.psnr, ten.bce, ten.psnr);
  return TRUE;
}

gboolean
cg_draw_deep (CgChapter *chapter, CgPage *page, GError **error)
{
  CgDigitScore scores[2];
  if (!show_network (chapter, page, "18-17", "the network of six layers", "deep-20", error)
      || !reconstruct (chapter, page, "18-18", "20 numbers in the middle of six layers, and of two",
                       (const char *[]){ "deep-20", "shallow-20", NULL }, scores, error))
    return FALSE;
  cg_page_number (page, "bce-deep", scores[0].bce);
  cg_page_number (page, "bce-shallow", scores[1].bce);
  cg_page_number (page, "psnr-deep", scores[0].psnr);
  cg_page_say (page,
               "Six layers make clearly more of the same 20 numbers than two: %.1f nats a test "
               "digit instead of %.1f, %.2f dB instead of %.2f.",
               scores[0].bce, scores[1].bce, scores[0].psnr, scores[1].psnr);
  return TRUE;
}

gboolean
cg_draw_convolutional (CgChapter *chapter, CgPage *page, GError **error)
{
  CgDigitScore score;
  if (!show_network (chapter, page, "18-29", "the convolutional network", "conv", error)
      || !reconstruct (chapter, page, "18-30", "through 7x7x3 numbers",
                       (const char *[]){ "conv", NULL }, &score, error))
    return FALSE;
  const CgTrained *net = cg_chapter_network (chapter, "conv", error);
  gsize parameters = cg_network_n_parameters (net->model->network);
  cg_page_number (page, "bce", score.bce);
  cg_page_number (page, "psnr", score.psnr);
  cg_page_number (page, "parameters", parameters);
  cg_page_number (page, "seconds-an-epoch", net->seconds_an_epoch);
  cg_page_say (page,
               "With %" G_GSIZE_FORMAT " parameters in all, convolutions give digits back through "
               "147 numbers with %.1f nats and %.2f dB.",
               parameters, score.bce, score.psnr);
  return TRUE;
}

/* --- what is no digit --- */

/* The first landscape, taken down to the size of a digit. */
static void
small_scene (float *out)
{
  g_autofree float *scene = cg_scene (0, 0);
  for (int y = 0; y < CG_DIGIT_SIDE; y++)
    for (int x = 0; x < CG_DIGIT_SIDE; x++)
      {
        int y0 = y * CG_SCENE_SIDE / CG_DIGIT_SIDE, y1 = (y + 1) * CG_SCENE_SIDE / CG_DIGIT_SIDE;
        int x0 = x * CG_SCENE_SIDE / CG_DIGIT_SIDE, x1 = (x + 1) * CG_SCENE_SIDE / CG_DIGIT_SIDE;
        double sum = 0;
        for (int v = y0; v < y1; v++)
          for (int u = x0; u < x1; u++)
            sum += scene[v * CG_SCENE_SIDE + u];
        out[y * CG_DIGIT_SIDE + x] = (float) (sum / ((y1 - y0) * (x1 - x0)));
      }
}

static gboolean
show_stranger (CgChapter *chapter, CgPage *page, const char *id, const char *name,
               const float *stranger, CgDigitScore *score, GError **error)
{
  const CgTrained *net = cg_chapter_network (chapter, name, error);
  if (net == NULL)
    return FALSE;
  float made[CG_DIGIT_VALUES];
  g_autoptr (CgSheet) sheet = cg_sheet_new (5);
  g_autoptr (GString) csv = g_string_new ("network,bce,mse,psnr\n");
  cg_apply_run (net->whole, stranger, 1, CG_APPLY_MEANS, made);
  *score = cg_score_digit (stranger, made);
  cg_sheet_row (sheet, NULL);
  cg_sheet_gray (sheet, stranger, CG_DIGIT_SIDE, CG_DIGIT_SIDE, "input");
  cg_sheet_gray (sheet, made, CG_DIGIT_SIDE, CG_DIGIT_SIDE, "output");
  g_string_append_printf (csv, "%s,%.4f,%.6f,%.3f\n", name, score->bce, score->mse, score->psnr);
  g_autofree char *caption = g_strdup_printf ("a landscape through %s", name);
  return cg_page_sheet (page, id, caption, sheet, csv, error);
}

gboolean
cg_draw_strangers (CgChapter *chapter, CgPage *page, GError **error)
{
  float stranger[CG_DIGIT_VALUES];
  CgDigitScore deep, conv, vae, usual;
  const CgDigits *digits = cg_chapter_digits (chapter, error);
  small_scene (stranger);
  if (digits == NULL || !show_stranger (chapter, page, "18-28", "deep-20", stranger, &deep, error)
      || !show_stranger (chapter, page, "18-34", "conv", stranger, &conv, error)
      || !show_stranger (chapter, page, "18-55", "vae-20", stranger, &vae, error))
    return FALSE;
  usual = cg_score_digits (cg_chapter_network (chapter, "deep-20", error)->whole, digits->pictures,
                           digits->pictures, digits->n, CG_APPLY_MEANS, NULL);
  cg_page_number (page, "psnr-deep", deep.psnr);
  cg_page_number (page, "psnr-conv", conv.psnr);
  cg_page_number (page, "psnr-vae", vae.psnr);
  cg_page_number (page, "psnr-digits-deep", usual.psnr);
  cg_page_say (page,
               "A picture that is no digit comes back as a smear of digits from the dense networks "
               "(%.1f dB deep, %.1f dB variational; digits have %.1f dB); the convolutional one, "
               "which sees small pieces only, keeps rough light and dark (%.1f dB).",
               deep.psnr, vae.psnr, usual.psnr, conv.psnr);
  return TRUE;
}
