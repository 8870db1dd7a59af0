/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A network is a text, one line a layer; this reads it.
 *
 *   input 1                      one channel, any size
 *   input 28x28x1                a fixed size: height x width x channels
 *   conv 32 3x3 [stride 2] [relu|sigmoid] [nobias]
 *   dense 512 [relu|sigmoid] [nobias]          fixed sizes only
 *   upconv 32 3x3 stride 2 [relu|sigmoid] [nobias]   fixed sizes only; scales up
 *   relu | sigmoid
 *   maxpool 2 | upsample 2       upsample repeats pixels
 *   unshuffle 2 | shuffle 2      2x2 pixels <-> channels
 *   flatten | reshape 7x7x3      fixed sizes only
 *   gaussian                     2 n values, means and log-variances, to n latents
 *   latent                       what is here is the network's latents
 *   save NAME                    remember this point
 *   concat NAME                  join it again: its channels behind these
 *   add NAME [relu|sigmoid]      or added up
 *
 * Empty lines are ignored and # begins a comment.  The kinds of layer live in layers/, a
 * file each.  A network holds no numbers: parameters are one flat array that
 * the caller owns, laid out as cg_network_tensor() tells. */
#ifndef CG_NETWORK_H
#define CG_NETWORK_H

#include <glib.h>

typedef struct _CgNetwork CgNetwork;
typedef struct _CgLayer CgLayer; /* layers/layer.h */

typedef struct
{
  int h, w, c;
} CgShape;

/* One named piece of the parameter array, as it stands in a weights file. */
typedef struct
{
  const char *name; /* "3.weight": line of the layer (input is 0), then its role */
  int n_dims;
  int dims[4];  /* conv weight: c_out, c_in, k, k; upconv: c_in, c_out, k, k; dense: out, in; bias:
                 * c_out */
  gsize offset; /* floats from the start of the parameter array */
  gsize length; /* floats */
} CgNetworkTensor;

/* Read @text.  Returns NULL with CG_ERROR_NETWORK naming the line and the
 * shapes that do not fit.  The caller frees it with cg_network_free(). */
CgNetwork *cg_network_parse (const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cg_network_free (CgNetwork *network);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgNetwork, cg_network_free)

/* The text in its plain form: one space between words, no comments. */
const char *cg_network_text (const CgNetwork *network);

/* Whether the input line left height and width open. */
gboolean cg_network_any_size (const CgNetwork *network);

/* Height and width of an input must be multiples of this (1 for a fixed size). */
int cg_network_step (const CgNetwork *network);

/* How many pixels of input, on each side, an output pixel can depend on. */
int cg_network_halo (const CgNetwork *network);

/* Shapes for an input of @h x @w, multiples of the step (a fixed-size network
 * ignores them). */
CgShape cg_network_input_shape (const CgNetwork *network, int h, int w);
CgShape cg_network_output_shape (const CgNetwork *network, int h, int w);

/* Multiply-adds times two that a forward run takes on a pixel of input. */
double cg_network_flop_per_pixel (const CgNetwork *network);

/* Whether a line `latent` or `gaussian` tells where the latents are. */
gboolean cg_network_has_latents (const CgNetwork *network);

/* Cut the network at its latents.  The parameters of @encoder, which makes the
 * latents of the input, are the first of the network's, those of @decoder the
 * rest.  FALSE with CG_ERROR_NETWORK if there are no latents, or if a part is
 * no network of its own.  The caller frees both with cg_network_free(). */
gboolean cg_network_split (const CgNetwork *network, CgNetwork **encoder, CgNetwork **decoder,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* For who writes a network down in another form: layer @i, counted from 1, or
 * NULL behind the last; 0 is the input line, which has no kind. */
const CgLayer *cg_network_layer (const CgNetwork *network, int i);

gsize cg_network_n_parameters (const CgNetwork *network);
guint cg_network_n_tensors (const CgNetwork *network);
const CgNetworkTensor *cg_network_tensor (const CgNetwork *network, guint i);

/* Fill @parameters (cg_network_n_parameters() floats) as He et al. (ICCV 2015)
 * propose: normal, variance 2 / fan-in before a ReLU, 1 / fan-in otherwise;
 * biases 0.  The same @seed gives the same numbers. */
void cg_network_init (const CgNetwork *network, guint64 seed, float *parameters);

#endif
