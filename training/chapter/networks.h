/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The chapter's networks. */
#ifndef CG_NETWORKS_H
#define CG_NETWORKS_H

#include "training/chapter/chapter.h"

/* Train the network called @name, or go on with it, in the chapter's folder
 * networks/@name, and fill @trained.  What was filled in before a failure is
 * left for the caller to free. */
gboolean cg_networks_train (CgChapter *chapter, const char *name, CgTrained *trained,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
