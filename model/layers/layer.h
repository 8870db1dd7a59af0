/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a kind of layer has to know: to read its line, to shape its output, to
 * run forward and to run backward.  One file a family of kinds; adding a layer
 * is adding a file and its line to registry.c.
 *
 * Letters in this folder: n pictures of a batch, h rows, w columns, c channels,
 * y, x, i, o indices of row, column, input and output channel. */
#ifndef CG_LAYER_H
#define CG_LAYER_H

#include "model/activation.h"
#include "model/conv/conv.h"
#include "model/network.h"
#include "model/random.h"
#include "model/tensor.h"
#include "model/workers.h"

typedef struct _CgLayerRun CgLayerRun;

typedef struct
{
  const char *name;
  gboolean fixed_size; /* makes no sense on an input of any size */
  enum
  {
    CG_SCALE_SAME,
    CG_SCALE_DOWN,
    CG_SCALE_UP
  } scale; /* by layer->n */

  /* Read the words after the name into @layer.  NULL: no words are taken. */
  gboolean (*parse) (CgLayer *layer, char **words, GError **error);

  /* layer->out from layer->in (and layer->other_in for a join), and the
   * lengths of weight and bias.  The error tells the shapes. */
  gboolean (*shape) (CgLayer *layer, GError **error);

  void (*forward) (const CgLayer *layer, const CgLayerRun *run);
  void (*backward) (const CgLayer *layer, const CgLayerRun *run);
  gboolean undoes; /* backward minds run->undo */
  gboolean adds;   /* forward minds run->add, unless it activates by itself */

  /* The rest only for kinds that pack their weights or need scratch; NULL
   * otherwise.  Sizes in floats. */
  gsize (*packed_size) (const CgLayer *layer, const CgConvKernel *kernel, gboolean training);
  void (*pack) (const CgLayer *layer, const CgConvKernel *kernel, gboolean training,
                const float *weight, float *packed);
  gsize (*scratch_size) (const CgLayer *layer, const CgConvKernel *kernel, int w_in);
} CgLayerKind;

/* One line of a network, read and shaped.  Shapes are for an input of one step
 * (network.h); a larger picture multiplies h and w. */
struct _CgLayer
{
  const CgLayerKind *kind;
  int line;  /* in the plain text, input is 0 */
  int other; /* second node a join reads, or -1; the first is the layer before */
  CgShape in, other_in, out;

  int n;            /* units of dense, factor of all that scale, stride of conv */
  CgConv conv;      /* conv only, else k = 0 */
  CgConv transpose; /* upconv only: the conv that it turns around, else k = 0 */
  CgShape target;   /* reshape only */
  CgActivation activation;
  gboolean bias;
  char *name; /* of the saved point: concat, add */

  gsize weight_offset, weight_length; /* into the parameter array, floats; 0 = none */
  gsize bias_offset, bias_length;
};

/* What a picture's latents are drawn with. */
typedef struct
{
  gboolean drawn; /* FALSE: they are their means */
  CgRandom random;
} CgLatentNoise;

/* Everything one call of forward or backward works on.  Forward computes rows
 * y0 <= y < y1 of the output; tensors have the height of the whole picture but
 * perhaps only some of its rows in memory (pass-plan.h).  Backward is always
 * given all rows. */
struct _CgLayerRun
{
  int y0, y1;
  int phase; /* where a convolution's blocks of rows begin, modulo their height */
  CgBatch in, other, out;
  CgBatch grad_in, grad_other, grad_out; /* data NULL: not wanted */
  gboolean add_in, add_other;            /* add to what grad_in, grad_other hold */
  CgBatch add;                           /* added before storing; data NULL: nothing */
  CgActivation activation;               /* of what is stored: the layer's, or its add's */
  CgActivation undo;                     /* of the layer before, undone while grad_in is stored */
  gboolean undone;                       /* the layer behind did that for this one's grad_out */

  const CgLatentNoise *noise; /* gaussian: one a picture */
  float kl;                   /* gaussian: share of the KL divergence in the loss */

  const CgConvKernel *kernel;
  const float *weight, *bias; /* as in the parameter array; NULL: none */
  const float *packed;
  float *grad_weight, *grad_bias; /* backward adds to them */
  float *scratch;                 /* scratch_stride floats a worker */
  gsize scratch_stride;
  CgWorkers *workers;
};

/* The kind called @name, or NULL. */
const CgLayerKind *cg_layer_kind (const char *name);

/* "save, conv, dense, ...", for messages; free with g_free(). */
char *cg_layer_kind_list (void) G_GNUC_WARN_UNUSED_RESULT;

extern const CgLayerKind cg_layer_conv, cg_layer_dense, cg_layer_relu, cg_layer_sigmoid,
    cg_layer_maxpool, cg_layer_upsample, cg_layer_unshuffle, cg_layer_shuffle, cg_layer_concat,
    cg_layer_add, cg_layer_flatten, cg_layer_reshape, cg_layer_gaussian, cg_layer_upconv;

/* KL divergence, in nats, of the normal distributions whose @n means and then @n log-variances
 * are @in from the standard one. */
double cg_gaussian_kl (const float *in, int n);

/* --- help for the kinds --- */

#define CG_LAYER_MOST_CHANNELS 4096 /* of one convolution */
#define CG_LAYER_MOST_KERNEL   31   /* side */

/* Read KxK, an odd square up to CG_LAYER_MOST_KERNEL, into @k; FALSE if @word is none. */
gboolean cg_layer_parse_kernel (const char *word, int *k);

/* Read one whole positive number up to @max; FALSE with an error naming @word. */
gboolean cg_layer_parse_number (const char *word, int max, int *number, GError **error);

/* Read a line of exactly one number into layer->n. */
gboolean cg_layer_parse_factor (CgLayer *layer, char **words, GError **error);

/* Read relu or sigmoid into layer->activation, which has none yet; FALSE if @word is neither. */
gboolean cg_layer_parse_activation (CgLayer *layer, const char *word);

/* Read trailing words: relu, sigmoid, nobias. */
gboolean cg_layer_parse_ending (CgLayer *layer, char **words, GError **error);

/* Call @func for ranges of rows that together are y0 <= y < y1 of all pictures,
 * in parallel.  Ranges begin at rows that are run->phase modulo @row_step. */
typedef void (*CgRowsFunc) (const CgLayer *layer, const CgLayerRun *run, int picture, int y0,
                            int y1, int worker);
void cg_layer_rows (const CgLayer *layer, const CgLayerRun *run, int y0, int y1, int row_step,
                    CgRowsFunc func);

/* Activate rows y0 <= y < y1 of one picture where they are. */
void cg_layer_activate_rows (CgActivation activation, const CgTensor *t, int y0, int y1);

/* run->grad_out becomes the gradient before the activation, in place. */
void cg_layer_undo_activation (const CgLayer *layer, const CgLayerRun *run);

/* One run of a layer of convolutions, cut into jobs. */
typedef struct
{
  const CgLayer *layer;
  const CgLayerRun *run;
  int parts;         /* of the batch */
  int slices, slice; /* of the kernel's output channels, and how many in one */
} CgLayerWork;

/* Parts that a batch of tensors like @t is cut into, so that the kernel has enough
 * pixels at once and yet every worker has something to do; and part @i of them. */
int cg_layer_parts (const CgLayerRun *run, const CgTensor *t);
CgBatch cg_layer_part (const CgBatch *batch, int i, int parts);

/* Slice @c_out channels: as many slices as there are workers, of whole channel_steps. */
void cg_layer_cut_channels (CgLayerWork *work, int c_out);

/* What happens to part @i of the gradient of the input before it is stored. */
CgConvEpilogue cg_layer_gradient_epilogue (const CgLayerRun *run, int i, int parts);

/* The scratch of one worker. */
float *cg_layer_scratch (const CgLayerRun *run, int worker);

/* Add the sum of @grad over its pictures and pixels to the c floats of @sum. */
void cg_layer_add_bias_gradient (const CgBatch *grad, float *sum);

#endif
