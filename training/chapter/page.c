/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/chapter/page.h"

#include <errno.h>

#include <glib/gstdio.h>

#include "training/chapter/diagram.h"

#define SECTIONS "sections" /* folder */

struct _CgPage
{
  char *folder, *name;
  GString *sentence, *figures, *numbers; /* numbers as CSV */
};

CgPage *
cg_page_new (const char *folder, const char *name)
{
  CgPage *page = g_new0 (CgPage, 1);
  page->folder = g_strdup (folder);
  page->name = g_strdup (name);
  page->sentence = g_string_new (NULL);
  page->figures = g_string_new (NULL);
  page->numbers = g_string_new (NULL);
  return page;
}

void
cg_page_free (CgPage *page)
{
  if (page == NULL)
    return;
  g_free (page->folder);
  g_free (page->name);
  g_string_free (page->sentence, TRUE);
  g_string_free (page->figures, TRUE);
  g_string_free (page->numbers, TRUE);
  g_free (page);
}

static gboolean
add_figure (CgPage *page, const char *id, const char *caption, gboolean svg, const GString *csv,
            GError **error)
{
  g_autofree char *name = g_strconcat (id, ".csv", NULL);
  g_autofree char *path = g_build_filename (page->folder, name, NULL);
  g_string_append_printf (page->figures, "<figure><img src=\"%s.png\" alt=\"%s\">", id, caption);
  g_string_append_printf (page->figures, "<figcaption>%s: %s (<a href=\"%s.csv\">CSV</a>", id,
                          caption, id);
  if (svg)
    g_string_append_printf (page->figures, ", <a href=\"%s.svg\">SVG</a>", id);
  g_string_append (page->figures, ")</figcaption></figure>\n");
  return g_file_set_contents (path, csv->str, (gssize) csv->len, error);
}

gboolean
cg_page_sheet (CgPage *page, const char *id, const char *caption, const CgSheet *sheet,
               const GString *csv, GError **error)
{
  g_autofree char *name = g_strconcat (id, ".png", NULL);
  g_autofree char *path = g_build_filename (page->folder, name, NULL);
  return cg_sheet_save (sheet, path, error) && add_figure (page, id, caption, FALSE, csv, error);
}

gboolean
cg_page_plots (CgPage *page, const char *id, const char *caption, CgPlot *const *plots, int n,
               int columns, const GString *csv, GError **error)
{
  g_autofree char *base = g_build_filename (page->folder, id, NULL);
  return cg_plot_save (plots, n, columns, base, error)
         && add_figure (page, id, caption, TRUE, csv, error);
}

gboolean
cg_page_network (CgPage *page, const char *id, const char *caption, const CgNetwork *network,
                 GError **error)
{
  g_autofree char *base = g_build_filename (page->folder, id, NULL);
  g_autoptr (GString) csv = g_string_new (NULL);
  return cg_diagram_save (network, base, csv, error)
         && add_figure (page, id, caption, TRUE, csv, error);
}

void
cg_page_number (CgPage *page, const char *name, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  g_string_append_printf (page->numbers, "%s,%s,%s\n", page->name, name,
                          g_ascii_formatd (text, sizeof text, "%.6g", value));
}

void
cg_page_say (CgPage *page, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  if (page->sentence->len > 0)
    g_string_append_c (page->sentence, ' ');
  g_string_append_vprintf (page->sentence, format, arguments);
  va_end (arguments);
}

static char *
section_path (const char *folder, const char *name, const char *ending)
{
  g_autofree char *file = g_strconcat (name, ending, NULL);
  return g_build_filename (folder, SECTIONS, file, NULL);
}

gboolean
cg_page_save (CgPage *page, GError **error)
{
  g_autofree char *folder = g_build_filename (page->folder, SECTIONS, NULL);
  g_autofree char *html_path = section_path (page->folder, page->name, ".html");
  g_autofree char *csv_path = section_path (page->folder, page->name, ".csv");
  g_autofree char *html
      = g_strdup_printf ("<p>%s</p>\n%s", page->sentence->str, page->figures->str);
  if (g_mkdir_with_parents (folder, 0777) != 0)
    {
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno),
                   "%s: cannot make this folder: %s", folder, g_strerror (errno));
      return FALSE;
    }
  return g_file_set_contents (csv_path, page->numbers->str, (gssize) page->numbers->len, error)
         && g_file_set_contents (html_path, html, -1, error);
}

/* --- the index --- */

static const char head[]
    = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<title>Autoencoders, drawn again</title>\n<style>\n"
      "body { font: 16px/1.45 sans-serif; max-width: 1100px; margin: 2em auto; padding: 0 1em }\n"
      "figure { margin: 1em 0 } figure img { max-width: 100%; border: 1px solid #ccc }\n"
      "figcaption { color: #444 } table { border-collapse: collapse }\n"
      "td { border: 1px solid #ccc; padding: 1px 8px } h2 { margin-top: 2.2em }\n"
      "</style></head><body>\n<h1>Autoencoders, drawn again</h1>\n"
      "<p>Every system of the chapter on autoencoders in Glassner, \"Deep Learning: A Visual "
      "Approach\", trained and drawn by cleargrain-train.  The book's numbers of its figures are "
      "kept.  All numbers are in <a href=\"numbers.csv\">numbers.csv</a>.</p>\n";

static void
append_numbers (GString *html, const char *csv)
{
  g_auto (GStrv) lines = g_strsplit (csv, "\n", -1);
  g_string_append (html, "<details><summary>Numbers</summary><table>\n");
  for (char **line = lines; **line; line++)
    {
      g_auto (GStrv) words = g_strsplit (*line, ",", 3);
      g_string_append_printf (html, "<tr><td>%s</td><td>%s</td></tr>\n", words[1], words[2]);
    }
  g_string_append (html, "</table></details>\n");
}

gboolean
cg_page_index (const char *folder, const char *const *names, const char *const *titles, guint n,
               GError **error)
{
  g_autoptr (GString) html = g_string_new (head);
  g_autoptr (GString) numbers = g_string_new ("section,name,value\n");
  g_autofree char *html_path = g_build_filename (folder, "index.html", NULL);
  g_autofree char *numbers_path = g_build_filename (folder, "numbers.csv", NULL);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *section_html = section_path (folder, names[i], ".html");
      g_autofree char *section_csv = section_path (folder, names[i], ".csv");
      g_autofree char *body = NULL, *csv = NULL;
      if (!g_file_get_contents (section_html, &body, NULL, NULL)
          || !g_file_get_contents (section_csv, &csv, NULL, NULL))
        continue;
      g_string_append_printf (html, "<h2 id=\"%s\">%s</h2>\n%s", names[i], titles[i], body);
      append_numbers (html, csv);
      g_string_append (numbers, csv);
    }
  g_string_append (html, "</body></html>\n");
  return g_file_set_contents (numbers_path, numbers->str, (gssize) numbers->len, error)
         && g_file_set_contents (html_path, html->str, (gssize) html->len, error);
}
