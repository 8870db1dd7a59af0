/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report: verdict, numbers, curves, pictures, recipe. */
#include "training/report.h"

#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "imageio/atomic.h"
#include "imageio/imageio.h"
#include "model/weights.h"
#include "training/chart.h"

#define MOST_PICTURES 6
#define CROP          192 /* side, in pixels shown one to one */

static const char head[]
    = "<!DOCTYPE html>\n<html lang='en'><head><meta charset='utf-8'>\n"
      "<meta name='viewport' content='width=device-width, initial-scale=1'>\n"
      "<style>\n"
      ":root{color-scheme:light dark}\n"
      "body{font:16px/1.5 system-ui,sans-serif;max-width:54rem;margin:2rem auto;padding:0 1rem}\n"
      "h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}\n"
      ".verdict{font-size:1.15rem;border-left:.3rem solid #2a7de1;padding:.4rem .8rem}\n"
      "th{text-align:left;font-weight:normal;padding-right:1.5rem;vertical-align:top}\n"
      "td{font-variant-numeric:tabular-nums}\n"
      "svg{width:100%;height:auto;font:13px system-ui,sans-serif;margin:.5rem 0}\n"
      "svg text{fill:currentColor}.title{font-weight:bold}.middle{text-anchor:middle}"
      ".right{text-anchor:end}.grid{stroke:currentColor;opacity:.15}\n"
      "path{fill:none}.line0{stroke:#2a7de1;stroke-width:2.5}"
      ".line1{stroke:#d9822b;stroke-width:1.5;stroke-dasharray:6 4}"
      ".line2{stroke:#4f9d57;stroke-width:1.5;stroke-dasharray:2 3}\n"
      "figure{margin:1rem 0;overflow-x:auto}figure img{image-rendering:pixelated;display:block}\n"
      "pre{overflow-x:auto;font-size:.85rem}\n"
      "</style>\n";

/* --- numbers --- */

static void
    G_GNUC_PRINTF (3, 4) append_row (GString *html, const char *name, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *plain = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_autofree char *value = g_markup_escape_text (plain, -1);
  g_string_append_printf (html, "<tr><th>%s</th><td>%s</td></tr>\n", name, value);
}

static void
append_numbers (GString *html, const CgRun *run, CgScore best)
{
  static const char *const kinds[] = {
    [CG_SOURCE_MODEL] = "clean pictures, made noisy",
    [CG_SOURCE_PAIRS] = "pairs of a noisy and a clean picture",
    [CG_SOURCE_SHOTS] = "pairs of two noisy shots (their own noise is taken off the PSNR)",
    [CG_SOURCE_SELF] = "noisy pictures alone (their own noise is taken off the PSNR, roughly)",
  };
  const CgSources *sources = run->sources;
  const CgCheckpoint *state = run->state;
  const CgJudge *judge = run->judge;
  CgScore noisy = cg_validator_noisy (judge->held);
  g_autofree char *time = cg_log_duration (state->seconds);

  g_string_append (html, "<table>\n");
  append_row (html, "learnt from", "%u %s", sources->train.pairs->len, kinds[sources->train.kind]);
  append_row (html, "judged by", "%u, held out", sources->held.pairs->len);
  if (run->noise)
    append_row (html, "noise", "%s", run->recipe->noise);
  append_row (html, "noisy pictures", "PSNR %.2f dB, SSIM %.4f", noisy.psnr, noisy.ssim);
  if (judge->rival)
    append_row (html, judge->rival, "PSNR %.2f dB, SSIM %.4f", judge->rival_held.psnr,
                judge->rival_held.ssim);
  append_row (html, "these weights", "PSNR %.2f dB, SSIM %.4f (step %" G_GUINT64_FORMAT ")",
              best.psnr, best.ssim, state->best_step);
  append_row (html, "steps", "%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " in %s", state->step,
              state->steps, time);
  append_row (html, "network", "%" G_GSIZE_FORMAT " parameters, %.3f MFLOP a pixel",
              state->weights.n, cg_network_flop_per_pixel (run->model->network) * 1e-6);
  append_row (html, "seed", "%d", run->recipe->seed);
  if (sources->notes->len > 0)
    append_row (html, "left out or noted", "%u, the first: %s", sources->notes->len,
                (const char *) sources->notes->pdata[0]);
  g_string_append (html, "</table>\n");
}

/* --- curves --- */

/* Column @column of the log against its first, empty fields left out. */
static GArray *
read_column (char **lines, int column)
{
  GArray *points = g_array_new (FALSE, FALSE, sizeof (double));
  for (char **line = lines + 1; lines[0] && *line; line++)
    {
      g_auto (GStrv) fields = g_strsplit (*line, ",", -1);
      if ((int) g_strv_length (fields) <= column || *fields[column] == '\0')
        continue;
      double point[2] = { g_ascii_strtod (fields[0], NULL), g_ascii_strtod (fields[column], NULL) };
      g_array_append_vals (points, point, 2);
    }
  return points;
}

/* A level line beginning at step 0; empty if @value is 0. */
static GArray *
level (double value)
{
  GArray *points = g_array_new (FALSE, FALSE, sizeof (double));
  double point[2] = { 0, value };
  if (value > 0)
    g_array_append_vals (points, point, 2);
  return points;
}

static gboolean
append_curves (GString *html, const CgRun *run, GError **error)
{
  g_autofree char *path = g_build_filename (run->folder, CG_RUN_LOG, NULL);
  g_autofree char *log = NULL;
  if (!g_file_get_contents (path, &log, NULL, error))
    return FALSE;
  g_auto (GStrv) lines = g_strsplit (log, "\n", -1);
  g_autoptr (GArray) loss = read_column (lines, 3);
  g_autoptr (GArray) psnr = read_column (lines, 5);
  g_autoptr (GArray) noisy = level (cg_validator_noisy (run->judge->held).psnr);
  g_autoptr (GArray) rival = level (run->judge->rival ? run->judge->rival_held.psnr : 0);

  const CgChartLine psnr_lines[] = {
    { "these weights", psnr },
    { "noisy", noisy },
    { run->judge->rival ? run->judge->rival : "", rival },
  };
  const CgChartLine loss_lines[] = { { "training loss", loss } };
  const CgChart psnr_chart
      = { "Held-out PSNR, dB", "step", psnr_lines, run->judge->rival ? 3 : 2, FALSE };
  const CgChart loss_chart = { "Loss", "step", loss_lines, 1, TRUE };
  g_string_append (html, "<h2>Curves</h2>\n");
  if (loss->len < 2 * 2) /* two points of two numbers */
    g_string_append (html, "<p>None: the run was too short for more than one line of log.</p>\n");
  cg_chart_append (html, &psnr_chart);
  cg_chart_append (html, &loss_chart);
  return TRUE;
}

/* --- pictures --- */

/* @image as a PNG in a data: address; what a kill leaves of it the next run takes away. */
static gboolean
append_image (GString *html, const CgRun *run, const CgImage *image, const char *alt,
              GError **error)
{
  g_autofree char *path = g_build_filename (run->folder, CG_ATOMIC_PREFIX "report.png", NULL);
  g_autofree char *bytes = NULL;
  gsize size;
  gboolean ok
      = cg_image_save (image, path, error) && g_file_get_contents (path, &bytes, &size, error);
  g_unlink (path);
  if (!ok)
    return FALSE;
  g_autofree char *text = g_base64_encode ((const guchar *) bytes, size);
  g_string_append_printf (html,
                          "<img width='%d' height='%d' alt='%s' src='data:image/png;base64,%s'>",
                          image->width, image->height, alt, text);
  return TRUE;
}

/* The middle of the three planes of @piece side by side. */
static CgImage *
draw_row (const CgPiece *piece, GError **error)
{
  int w = MIN (CROP, piece->w), h = MIN (CROP, piece->h), gap = 4;
  const float *planes[] = { piece->noisy, piece->result, piece->clean };
  CgImage *image = cg_image_new (3 * w + 2 * gap, h, 1, CG_DEPTH_8, error);
  g_autofree float *row = g_new (float, w);
  for (int p = 0; image && p < 3; p++)
    for (int y = 0; y < h; y++)
      {
        const float *from
            = planes[p] + (gsize) (y + (piece->h - h) / 2) * piece->w + (piece->w - w) / 2;
        for (int x = 0; x < w; x++)
          row[x] = from[x] / 255;
        cg_image_set (image, p * (w + gap), y, w, 1, row);
      }
  return image;
}

static gboolean
append_picture (GString *html, CgRun *run, const float *parameters, guint i, GError **error)
{
  const CgSourceSet *held = &run->sources->held;
  guint target = g_array_index (held->pairs, CgPair, i).target;
  g_autofree char *name = g_markup_escape_text (cg_pictures_at (held->targets, target)->name, -1);
  CgPiece piece = cg_validator_show (run->judge->held, parameters, i);
  g_autoptr (CgImage) image = draw_row (&piece, error);
  g_string_append (html, "<figure>");
  gboolean ok = image && append_image (html, run, image, "noisy, result and target", error);
  g_string_append_printf (
      html, "<figcaption>%s: noisy %.2f dB, result %.2f dB, target</figcaption></figure>\n", name,
      piece.noisy_score.psnr, piece.score.psnr);
  g_free (piece.result);
  return ok;
}

static gboolean
append_pictures (GString *html, CgRun *run, const float *parameters, GError **error)
{
  guint n = run->sources->held.pairs->len, shown = MIN (n, MOST_PICTURES);
  g_string_append (html, "<h2>Held-out pictures, one to one</h2>\n"
                         "<p>Left noisy, in the middle the result, right what it should be.</p>\n");
  for (guint i = 0; i < shown; i++)
    if (!append_picture (html, run, parameters, i * n / shown, error))
      return FALSE;
  return TRUE;
}

/* --- all of it --- */

gboolean
cg_report_write (CgRun *run, const char *verdict, GError **error)
{
  g_autofree char *best_path = g_build_filename (run->folder, CG_RUN_BEST, NULL);
  g_autofree char *path = g_build_filename (run->folder, CG_RUN_REPORT, NULL);
  g_autoptr (CgModel) best = cg_weights_load (best_path, error);
  if (best == NULL)
    return FALSE;
  g_autofree char *plain_recipe = cg_recipe_text (run->recipe, FALSE);
  g_autofree char *recipe = g_markup_escape_text (plain_recipe, -1);
  g_autofree char *name = g_markup_escape_text (run->recipe->name, -1);
  g_autofree char *says = g_markup_escape_text (verdict, -1);
  g_autofree char *weights = g_markup_escape_text (best_path, -1);

  g_autoptr (GString) html = g_string_new (head);
  g_string_append_printf (html,
                          "<title>%s - training report</title></head><body>\n<h1>%s</h1>\n"
                          "<p class='verdict'>%s</p>\n",
                          name, name, says);
  append_numbers (html, run, cg_validator_run (run->judge->held, best->parameters));
  g_string_append_printf (
      html, "<p>To use them: <code>cleargrain --model %s -o OUT IN</code></p>\n", weights);
  if (!append_curves (html, run, error) || !append_pictures (html, run, best->parameters, error))
    return FALSE;
  g_string_append_printf (html,
                          "<h2>Recipe</h2>\n<details><summary>every key</summary><pre>%s</pre>"
                          "</details>\n</body></html>\n",
                          recipe);
  return g_file_set_contents (path, html->str, (gssize) html->len, error);
}
