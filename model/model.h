/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A network, its numbers and its card: what a weights file holds (weights.h)
 * and what denoising needs (denoise.h). */
#ifndef CG_MODEL_H
#define CG_MODEL_H

#include "model/network.h"

/* Read-only once loaded, so that threads may share one. */
typedef struct
{
  CgNetwork *network;
  float *parameters; /* cg_network_n_parameters() floats */
  GHashTable *card;  /* char * -> char *: everything else the file says of itself */
} CgModel;

/* Keys of the card that programs read; others are free text for people. */
#define CG_CARD_NAME     "name"     /* "photo" */
#define CG_CARD_SUMMARY  "summary"  /* one line, shown in lists */
#define CG_CARD_NOISE    "noise"    /* what noise it knows, in the trainer's grammar */
#define CG_CARD_TRANSFER "transfer" /* "display" (sRGB-like curve) or "linear" */
#define CG_CARD_DATA     "data"     /* what it was trained on */
#define CG_CARD_LICENCE  "licence"
#define CG_CARD_RECIPE   "recipe" /* the whole recipe file */
#define CG_CARD_SEED     "seed"
#define CG_CARD_SCORES   "scores"

/* A model around @network, which it takes over in any case, with zero parameters and an
 * empty card.  The caller frees it with cg_model_free().  Errors: CG_ERROR_TOO_LARGE. */
CgModel *cg_model_new (CgNetwork *network, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cg_model_free (CgModel *model);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgModel, cg_model_free)

/* A card's entry, or NULL. */
const char *cg_model_card (const CgModel *model, const char *key);
void cg_model_set_card (CgModel *model, const char *key, const char *value);

#endif
