/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ONNX Runtime as a process beside ours, to take turns with. */
#ifndef CG_BENCH_PEER_H
#define CG_BENCH_PEER_H

#include "model/model.h"

typedef struct _BenchPeer BenchPeer;

/* Start it on @model with @threads threads, from the node_modules in @folder; @source
 * is the source tree, @busy as in BenchSettings.  NULL, having said why in a line of "# ", if that
 * cannot be.  The caller frees it with bench_peer_free(). */
BenchPeer *bench_peer_new (const char *source, const char *folder, const CgModel *model,
                           int threads, gboolean busy) G_GNUC_WARN_UNUSED_RESULT;
void bench_peer_free (BenchPeer *peer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BenchPeer, bench_peer_free)

/* Seconds that one run on a picture of @w x @h takes. */
double bench_peer_run (BenchPeer *peer, int w, int h);

#endif
