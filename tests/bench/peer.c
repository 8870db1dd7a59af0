/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/peer.h"

#include <stdio.h>
#include <string.h>

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "training/onnx.h"

/* Its threads look for more work for a while before they sleep. */
#define SETTLE_MICROSECONDS 100000

struct _BenchPeer
{
  char *onnx; /* a temporary file */
  GSubprocess *process;
  GDataInputStream *from;
};

static char *
write_onnx (const CgModel *model, GError **error)
{
  g_autoptr (GByteArray) bytes = cg_onnx_format (model, error);
  char *path = NULL;
  int file = bytes ? g_file_open_tmp ("cleargrain-bench-XXXXXX.onnx", &path, error) : -1;
  if (file < 0)
    return NULL;
  g_close (file, NULL);
  if (g_file_set_contents (path, (const char *) bytes->data, bytes->len, error))
    return path;
  g_unlink (path);
  g_free (path);
  return NULL;
}

static char *
read_line (BenchPeer *peer, GError **error)
{
  char *line = g_data_input_stream_read_line_utf8 (peer->from, NULL, NULL, error);
  if (line == NULL && error && *error == NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "it ended");
  return line;
}

static gboolean
start (BenchPeer *peer, const char *source, const char *folder, int threads, gboolean busy,
       GError **error)
{
  g_autofree char *script = g_build_filename (source, "tests", "bench", "peer.cjs", NULL);
  g_autofree char *number = g_strdup_printf ("%d", threads);
  peer->process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE
                                        | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                                    error, "node", script, folder, peer->onnx, number,
                                    busy ? "busy" : NULL, NULL);
  if (peer->process == NULL)
    return FALSE;
  peer->from = g_data_input_stream_new (g_subprocess_get_stdout_pipe (peer->process));
  g_autofree char *version = read_line (peer, error);
  if (version)
    printf ("# onnxruntime-node %s, %d threads\n", version, threads);
  return version != NULL;
}

BenchPeer *
bench_peer_new (const char *source, const char *folder, const CgModel *model, int threads,
                gboolean busy)
{
  g_autoptr (BenchPeer) peer = g_new0 (BenchPeer, 1);
  g_autoptr (GError) error = NULL;
  g_autofree char *modules = g_build_filename (folder, "node_modules", "onnxruntime-node", NULL);

  if (!g_file_test (modules, G_FILE_TEST_IS_DIR))
    printf ("# no ONNX Runtime to compare with; ./dev bench --peers fetches it\n");
  else if ((peer->onnx = write_onnx (model, &error)) == NULL
           || !start (peer, source, folder, threads, busy, &error))
    printf ("# no ONNX Runtime: %s\n", error->message);
  else
    return g_steal_pointer (&peer);
  return NULL;
}

void
bench_peer_free (BenchPeer *peer)
{
  if (peer == NULL)
    return;
  if (peer->process)
    g_subprocess_force_exit (peer->process);
  g_clear_object (&peer->process);
  g_clear_object (&peer->from);
  if (peer->onnx)
    g_unlink (peer->onnx);
  g_free (peer->onnx);
  g_free (peer);
}

double
bench_peer_run (BenchPeer *peer, int w, int h)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *request = g_strdup_printf ("%d %d\n", w, h);
  GOutputStream *to = g_subprocess_get_stdin_pipe (peer->process);

  g_output_stream_write_all (to, request, strlen (request), NULL, NULL, &error);
  g_assert_no_error (error);
  g_autofree char *answer = read_line (peer, &error);
  g_assert_no_error (error);
  g_usleep (SETTLE_MICROSECONDS);
  return g_ascii_strtod (answer, NULL) * 1e-3;
}
