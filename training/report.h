/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report.html: what a run did, for people, in one file without scripts. */
#ifndef CG_REPORT_H
#define CG_REPORT_H

#include "training/run.h"

#define CG_RUN_REPORT "report.html"

/* Write it into the run's folder, about the weights saved there as CG_RUN_BEST. */
gboolean
cg_report_write (CgRun *run, const char *verdict, GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
