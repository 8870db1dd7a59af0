/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of the benchmark; each prints its own lines. */
#ifndef CG_BENCH_H
#define CG_BENCH_H

#include "tests/bench/measure.h"

/* bench-conv.c; the second only at 64 channels, with @suffix in the lines' names. */
void bench_conv (const BenchSettings *settings, CgWorkers *workers);
void bench_conv_family (const BenchSettings *settings, CgWorkers *workers, const char *suffix);

/* bench-network.c: the network that photographs are cleaned with, as it ships or, if it
 * does not, with the first weights of the recipe in @source (a source tree).  @peers:
 * folder with a node_modules that has onnxruntime-node, or NULL to go without; unless @quick
 * the DnCNN is run in it, too.  FALSE
 * with @error if recipe or pictures of the source tree cannot be read. */
gboolean
bench_network (const BenchSettings *settings, CgWorkers *workers, const char *source,
               const char *peers, gboolean quick, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* bench-training.c: the network of Zhang et al. 2017, "Beyond a Gaussian denoiser", without its
 * batch normalisation: 17 layers, 64 channels.  The caller frees it with g_free(). */
char *bench_dncnn (void);

/* bench-training.c: steps of training on the pictures and recipes of @source. */
gboolean bench_training (const BenchSettings *settings, CgWorkers *workers, const char *source,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* bench-command.c: how time grows with a picture, and what the program @command (NULL to
 * go without) adds to the network.  FALSE with @error if there is no room for
 * its files; without weights called photo a line says so. */
gboolean bench_command (const BenchSettings *settings, CgWorkers *workers, const char *command,
                        gboolean quick, GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
