/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A network drawn from its text: a box a layer, as wide as it gives values. */
#ifndef CG_DIAGRAM_H
#define CG_DIAGRAM_H

#include "model/network.h"

/* Write @base.png and @base.svg, and append a line a layer to @csv: its text, the
 * shape of what it gives, and its parameters. */
gboolean cg_diagram_save (const CgNetwork *network, const char *base, GString *csv,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
