/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An autoencoder cut at its latents into two networks of their own. */
#include "model/error.h"
#include "model/network-private.h"

gboolean
cg_network_has_latents (const CgNetwork *network)
{
  return network->latent > 0;
}

/* The lines of @lines from @from up to, not with, @to. */
static char *
join_lines (char **lines, int from, int to)
{
  GString *text = g_string_new (NULL);

  for (int i = from; i < to && lines[i]; i++)
    g_string_append_printf (text, "%s\n", lines[i]);
  return g_string_free (text, FALSE);
}

static char *
input_line (const CgNetwork *network)
{
  CgShape s = network->layers[network->latent].out;

  return network->any_size ? g_strdup_printf ("input %d\n", s.c)
                           : g_strdup_printf ("input %dx%dx%d\n", s.h, s.w, s.c);
}

gboolean
cg_network_split (const CgNetwork *network, CgNetwork **encoder, CgNetwork **decoder,
                  GError **error)
{
  if (network->latent == 0)
    {
      g_set_error_literal (error, CG_ERROR, CG_ERROR_NETWORK,
                           "the network names no latents, by a line 'latent' or 'gaussian'");
      return FALSE;
    }
  g_auto (GStrv) lines = g_strsplit (network->text, "\n", -1);
  int cut = network->latent_line;
  g_autofree char *front = join_lines (lines, 0, network->latent_mark ? cut : cut + 1);
  g_autofree char *back = join_lines (lines, cut + 1, G_MAXINT);
  g_autofree char *input = input_line (network);
  g_autofree char *text = g_strconcat (input, back, NULL);

  g_autoptr (CgNetwork) first = cg_network_parse (front, error);
  if (!first)
    {
      g_prefix_error (error, "before the latents: ");
      return FALSE;
    }
  *decoder = cg_network_parse (text, error);
  if (!*decoder)
    {
      g_prefix_error (error, "behind the latents: ");
      return FALSE;
    }
  *encoder = g_steal_pointer (&first);
  return TRUE;
}
