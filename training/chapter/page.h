/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One section of index.html: figures, the numbers measured on them, and a
 * sentence on what is to be seen.  A figure ID is ID.png (plots and networks also
 * ID.svg) with what it shows in ID.csv. */
#ifndef CG_PAGE_H
#define CG_PAGE_H

#include "model/network.h"
#include "training/chapter/plot.h"
#include "training/chapter/sheet.h"

typedef struct _CgPage CgPage;

/* An empty section called @name, which makes the names of its files. */
CgPage *cg_page_new (const char *folder, const char *name) G_GNUC_WARN_UNUSED_RESULT;
void cg_page_free (CgPage *page);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgPage, cg_page_free)

/* Write a figure and its @csv (header line first). */
gboolean cg_page_sheet (CgPage *page, const char *id, const char *caption, const CgSheet *sheet,
                        const GString *csv, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean
cg_page_plots (CgPage *page, const char *id, const char *caption, CgPlot *const *plots, int n,
               int columns, const GString *csv, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Write a network as a figure, a box a layer. */
gboolean cg_page_network (CgPage *page, const char *id, const char *caption,
                          const CgNetwork *network, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A number that was measured; @name is of small letters, digits and hyphens. */
void cg_page_number (CgPage *page, const char *name, double value);

/* What is to be seen. */
void cg_page_say (CgPage *page, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Keep the section in the folder, under its name, until the index is made. */
gboolean cg_page_save (CgPage *page, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* index.html and numbers.csv (section,name,value) of the sections that are there
 * out of the @n in @names and @titles. */
gboolean cg_page_index (const char *folder, const char *const *names, const char *const *titles,
                        guint n, GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
