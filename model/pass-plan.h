/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where in memory each node's values and gradients stand, for how long, and
 * which of their rows.
 *
 * A picture streams through the network in steps of `band` rows of input.
 * After step t (1, 2, ...) a node has its rows up to t * advance - delay: a
 * convolution of radius 1 is one row behind what it reads, because it must see
 * the row below.  What later steps still need of a node is kept; no row is ever
 * computed twice.  Without bands there is one step, which computes all rows. */
#ifndef CG_PASS_PLAN_H
#define CG_PASS_PLAN_H

#include "model/network-private.h"
#include "model/pass.h"

/* A node's memory is its own (root = the node, channel 0) or a slice of
 * another's pixels. */
typedef struct
{
  int root;
  int channel;
} CgPlace;

/* The rows of a root's memory. */
typedef struct
{
  int ahead;    /* smallest delay of the nodes in it: rows up to t * advance - ahead */
  int keep;     /* of those, how many a later step reads again */
  int rows;     /* how many there is room for */
  int first;    /* layer that writes first in a step, and the last that reads: */
  int last;     /*   between steps kept rows wait in carry, unless */
  gboolean own; /*   the memory is not shared with other roots at all */
  gsize carry;  /* offset into the arena, floats */
} CgWindow;

typedef struct
{
  int n, h, w; /* pictures, rows and columns of input */
  int band;    /* rows of input a step; 0 = all rows in one step */
  int steps;

  CgPlace *places;          /* a node each */
  int *added;               /* a layer each: node that it adds while it stores, or -1 */
  gboolean *wants_gradient; /* a node each; all FALSE for inference */
  int *delay;               /* a node each, in its own rows */
  CgWindow *windows;        /* a root each */
  gsize *values;            /* a root each: offset into the arena, floats */
  gsize *gradients;
  gsize arena; /* floats */
} CgPassPlan;

/* A plan for @n pictures of @h x @w, in steps of @band rows of input (0: all
 * at once; otherwise a multiple of the network's step, and n = 1).  Free with
 * cg_pass_plan_free(). */
CgPassPlan *cg_pass_plan_new (const CgNetwork *network, CgPassMode mode, int n, int h, int w,
                              int band) G_GNUC_WARN_UNUSED_RESULT;
void cg_pass_plan_free (CgPassPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgPassPlan, cg_pass_plan_free)

/* First row of @node that does not yet exist after step @t (0: before the first). */
int cg_pass_plan_end (const CgPassPlan *plan, const CgNetwork *network, int node, int t);

/* First row that @root's memory holds during step @t. */
int cg_pass_plan_begin (const CgPassPlan *plan, const CgNetwork *network, int root, int t);

/* Floats of one row of @root's memory. */
gsize cg_pass_plan_row (const CgPassPlan *plan, const CgNetwork *network, int root);

#endif
