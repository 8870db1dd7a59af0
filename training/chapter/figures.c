/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/chapter/figures.h"

#include <string.h>

const CgFigure cg_figures[] = {
  { "18-1", "18-1 18-3", "Blending contents, blending parameters", "", cg_draw_blends },
  { "18-6", "18-6 18-8 18-9 18-10", "One picture, learnt by heart", "memorise", cg_draw_memorised },
  { "18-11", "18-11 18-12", "Too many pictures to learn by heart", "memorise-104",
    cg_draw_not_memorised },
  { "18-14", "18-14 18-15 18-16", "Digits through two layers", "shallow-20 shallow-10",
    cg_draw_shallow },
  { "18-17", "18-17 18-18", "Digits through six layers", "deep-20 shallow-20", cg_draw_deep },
  { "18-19", "18-19", "Twenty latent variables", "deep-20", cg_draw_latent_bars },
  { "18-20", "18-20 18-21", "Two latent variables: where the digits lie", "deep-2",
    cg_draw_latent_map },
  { "18-22", "18-22 18-23", "Two latent variables: what lies where", "deep-2",
    cg_draw_latent_grid },
  { "18-24", "18-24 18-25", "Walks through the latent plane", "deep-2", cg_draw_latent_arrows },
  { "18-26", "18-26 18-27", "Between digits, deep", "deep-20", cg_draw_deep_between },
  { "18-28", "18-28 18-34 18-55", "What is no digit", "deep-20 conv vae-20", cg_draw_strangers },
  { "18-29", "18-29 18-30", "Digits through convolutions", "conv", cg_draw_convolutional },
  { "18-31", "18-31 18-32 18-33", "Between digits, convolutional", "conv",
    cg_draw_convolutional_between },
  { "18-35", "18-35 18-36 18-37", "Taking noise out of digits", "denoise-pool", cg_draw_denoised },
  { "18-38", "18-38 18-39", "Taking noise out with strides",
    "denoise-stride denoise-pool, and both with seeds 1 to 3", cg_draw_denoisers },
  { "18-40", "18-40", "Taking noise out through two numbers", "denoise-2",
    cg_draw_denoised_by_two },
  { "18-41", "18-41 18-42 18-43", "The normal distribution", "", cg_draw_gaussians },
  { "18-45", "18-45 18-46 18-47 18-48 18-49", "Variational digits", "vae-20 deep-20",
    cg_draw_variational },
  { "18-50", "18-50", "The same digit eight times", "vae-20 deep-20", cg_draw_twice },
  { "18-51", "18-51 18-52", "Latent variables disturbed", "vae-20 deep-20", cg_draw_disturbed },
  { "18-53", "18-53 18-54", "Between digits, variational", "vae-20", cg_draw_variational_between },
  { "18-56", "18-56 18-57 18-59", "Two variational latent variables", "vae-2",
    cg_draw_variational_map },
  { "18-60", "18-60 18-61 18-62", "Digits that nobody wrote", "vae-50", cg_draw_made_up },
};
const guint cg_n_figures = G_N_ELEMENTS (cg_figures);

const CgFigure *
cg_figure_find (const char *id)
{
  for (guint i = 0; i < cg_n_figures; i++)
    {
      g_auto (GStrv) ids = g_strsplit (cg_figures[i].ids, " ", -1);
      if (g_strv_contains ((const char *const *) ids, id))
        return &cg_figures[i];
    }
  return NULL;
}

static gboolean
make_index (const char *folder, GError **error)
{
  const char *names[G_N_ELEMENTS (cg_figures)], *titles[G_N_ELEMENTS (cg_figures)];
  for (guint i = 0; i < cg_n_figures; i++)
    {
      names[i] = cg_figures[i].name;
      titles[i] = cg_figures[i].title;
    }
  return cg_page_index (folder, names, titles, cg_n_figures, error);
}

/* How long the networks that @figure asked for have learnt from digits. */
static void
tell_training (const CgChapter *chapter, const CgFigure *figure, CgPage *page)
{
  g_auto (GStrv) names = g_strsplit_set (figure->networks, " ,", -1);
  for (char **name = names; *name; name++)
    {
      const CgTrained *net = g_hash_table_lookup (chapter->trained, *name);
      if (net == NULL || net->epochs == 0)
        continue;
      g_autofree char *number = g_strconcat ("steps-", *name, NULL);
      cg_page_number (page, number, net->steps);
      cg_page_say (page, "(%s: %.0f epochs of %d digits.)", *name, net->epochs,
                   chapter->digits->n_train);
    }
}

gboolean
cg_figure_draw (CgChapter *chapter, const CgFigure *figure, GError **error)
{
  const char *folder = chapter->options.folder;
  g_autoptr (CgPage) page = cg_page_new (folder, figure->name);
  if (!figure->draw (chapter, page, error))
    return FALSE;
  tell_training (chapter, figure, page);
  return cg_page_save (page, error) && make_index (folder, error);
}
