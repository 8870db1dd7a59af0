/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The chapter's figures: a table in figures.c, each row of it drawn by one
 * function in a file of its theme. */
#ifndef CG_FIGURES_H
#define CG_FIGURES_H

#include "training/chapter/chapter.h"
#include "training/chapter/page.h"

typedef struct
{
  const char *name; /* of the section: its first figure */
  const char *ids;  /* all figures of the section, with blanks between */
  const char *title;
  const char *networks; /* the ones it needs, for people */
  gboolean (*draw) (CgChapter *chapter, CgPage *page, GError **error);
} CgFigure;

extern const CgFigure cg_figures[];
extern const guint cg_n_figures;

/* The section that has figure @id, or NULL. */
const CgFigure *cg_figure_find (const char *id);

/* Draw a section, keep it and make the index again. */
gboolean cg_figure_draw (CgChapter *chapter, const CgFigure *figure,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

#define CG_FIGURE(name) gboolean name (CgChapter *chapter, CgPage *page, GError **error)

/* figures-blend.c */
CG_FIGURE (cg_draw_blends);
/* figures-memorise.c */
CG_FIGURE (cg_draw_memorised);
CG_FIGURE (cg_draw_not_memorised);
/* figures-digits.c */
CG_FIGURE (cg_draw_shallow);
CG_FIGURE (cg_draw_deep);
CG_FIGURE (cg_draw_convolutional);
CG_FIGURE (cg_draw_strangers);
/* figures-latents.c */
CG_FIGURE (cg_draw_latent_bars);
CG_FIGURE (cg_draw_latent_map);
CG_FIGURE (cg_draw_latent_grid);
CG_FIGURE (cg_draw_latent_arrows);
CG_FIGURE (cg_draw_variational_map);
/* figures-between.c */
CG_FIGURE (cg_draw_deep_between);
CG_FIGURE (cg_draw_convolutional_between);
CG_FIGURE (cg_draw_variational_between);
/* figures-denoise.c */
CG_FIGURE (cg_draw_denoised);
CG_FIGURE (cg_draw_denoisers);
CG_FIGURE (cg_draw_denoised_by_two);
/* figures-gaussian.c */
CG_FIGURE (cg_draw_gaussians);
/* figures-variational.c */
CG_FIGURE (cg_draw_variational);
CG_FIGURE (cg_draw_twice);
CG_FIGURE (cg_draw_disturbed);
CG_FIGURE (cg_draw_made_up);

#endif
