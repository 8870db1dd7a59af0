/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a model is, in terms of a safetensors file, and where such files lie. */
#include "model/weights.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "model/error.h"
#include "model/safetensors.h"

#define KEY_FORMAT  "format"
#define KEY_NETWORK "network"
#define FORMAT_WORD "cleargrain "

/* --- reading ------------------------------------------------------------ */

static gboolean
check_format (const CgSafetensors *header, GError **error)
{
  const char *format = g_hash_table_lookup (header->metadata, KEY_FORMAT);
  guint64 version;
  if (format == NULL || !g_str_has_prefix (format, FORMAT_WORD)
      || !g_ascii_string_to_unsigned (format + strlen (FORMAT_WORD), 10, 1, G_MAXINT, &version,
                                      NULL))
    {
      g_set_error (error, CG_ERROR, CG_ERROR_FORMAT,
                   "not weights of Cleargrain: the metadata's format is \"%s\", not \"%s%d\"",
                   format ? format : "", FORMAT_WORD, CG_WEIGHTS_FORMAT);
      return FALSE;
    }
  if (version > CG_WEIGHTS_FORMAT)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_UNSUPPORTED,
                   "weights of format %" G_GUINT64_FORMAT
                   ", made for a later Cleargrain; this one reads up to %d",
                   version, CG_WEIGHTS_FORMAT);
      return FALSE;
    }
  return TRUE;
}

static CgNetwork *
read_network (const CgSafetensors *header, GError **error)
{
  const char *text = g_hash_table_lookup (header->metadata, KEY_NETWORK);
  if (text == NULL)
    {
      g_set_error_literal (error, CG_ERROR, CG_ERROR_FORMAT, "the metadata has no network");
      return NULL;
    }
  return cg_network_parse (text, error);
}

/* "32x1x3x3" */
static char *
shape_text (int n_dims, const int *dims)
{
  GString *text = g_string_new (NULL);
  for (int i = 0; i < n_dims; i++)
    g_string_append_printf (text, "%s%d", i ? "x" : "", dims[i]);
  return g_string_free (text, FALSE);
}

static gboolean
check_shape (const CgSafetensor *found, const CgNetworkTensor *wanted, GError **error)
{
  if (found->n_dims == wanted->n_dims
      && memcmp (found->dims, wanted->dims, wanted->n_dims * sizeof *wanted->dims) == 0)
    return TRUE;
  g_autofree char *is = shape_text (found->n_dims, found->dims);
  g_autofree char *should = shape_text (wanted->n_dims, wanted->dims);
  g_set_error (error, CG_ERROR, CG_ERROR_MISMATCH, "tensor \"%s\" is %s, but the network needs %s",
               wanted->name, is, should);
  return FALSE;
}

/* The file's tensor for each of the network's, or NULL if one is missing, of
 * another shape, or too many. */
static GPtrArray *
match_tensors (const CgSafetensors *header, const CgNetwork *network, GError **error)
{
  guint n = cg_network_n_tensors (network), n_found = header->tensors->len;
  g_autoptr (GHashTable) left = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < n_found; i++)
    {
      CgSafetensor *tensor = header->tensors->pdata[i];
      g_hash_table_insert (left, tensor->name, tensor);
    }

  g_autoptr (GPtrArray) matched = g_ptr_array_new ();
  for (guint i = 0; i < n; i++)
    {
      const CgNetworkTensor *wanted = cg_network_tensor (network, i);
      CgSafetensor *found = g_hash_table_lookup (left, wanted->name);
      if (found == NULL)
        {
          g_set_error (error, CG_ERROR, CG_ERROR_MISMATCH,
                       "tensor \"%s\" is missing: the network has %u tensors, the file %u",
                       wanted->name, n, n_found);
          return NULL;
        }
      if (!check_shape (found, wanted, error))
        return NULL;
      g_hash_table_remove (left, wanted->name);
      g_ptr_array_add (matched, found);
    }

  for (guint i = 0; i < n_found; i++)
    {
      const CgSafetensor *tensor = header->tensors->pdata[i];
      if (g_hash_table_contains (left, tensor->name))
        {
          g_set_error (error, CG_ERROR, CG_ERROR_MISMATCH,
                       "tensor \"%s\" is none of the network's: it has %u tensors, the file %u",
                       tensor->name, n, n_found);
          return NULL;
        }
    }
  return g_steal_pointer (&matched);
}

static gboolean
check_finite (const CgNetworkTensor *tensor, const float *values, GError **error)
{
  for (gsize i = 0; i < tensor->length; i++)
    if (!isfinite (values[i]))
      {
        g_set_error (error, CG_ERROR, CG_ERROR_FORMAT,
                     "value %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " in tensor \"%s\" is %g", i,
                     tensor->length, tensor->name, (double) values[i]);
        return FALSE;
      }
  return TRUE;
}

/* A file, in memory or open.  One that is open is not mapped: somebody who cuts it short
 * meanwhile would end us. */
typedef struct
{
  const guint8 *bytes; /* NULL: it is open as fd */
  int fd;
  gsize size;
} Source;

static gboolean
take (const Source *source, gsize offset, void *to, gsize size, GError **error)
{
  if (source->bytes)
    {
      memcpy (to, source->bytes + offset, size);
      return TRUE;
    }
  while (size > 0)
    {
      ssize_t n = pread (source->fd, to, size, (off_t) offset);
      int code = errno;
      if (n < 0 && code == EINTR)
        continue;
      if (n < 0)
        g_set_error_literal (error, G_FILE_ERROR, g_file_error_from_errno (code),
                             g_strerror (code));
      else if (n == 0)
        g_set_error (error, CG_ERROR, CG_ERROR_FORMAT,
                     "%" G_GSIZE_FORMAT " bytes were cut off from byte %" G_GSIZE_FORMAT
                     " on while it was read",
                     source->size - offset, offset);
      if (n <= 0)
        return FALSE;
      to = (char *) to + n;
      offset += (gsize) n;
      size -= (gsize) n;
    }
  return TRUE;
}

/* Little-endian floats to ours, and the other way round. */
static void
swap_floats (float *values, gsize n)
{
  if (G_BYTE_ORDER == G_BIG_ENDIAN)
    for (gsize i = 0; i < n; i++)
      {
        guint32 bits;
        memcpy (&bits, &values[i], sizeof bits);
        bits = GUINT32_SWAP_LE_BE (bits);
        memcpy (&values[i], &bits, sizeof bits);
      }
}

/* What comes before the numbers, and @data becomes the place of these. */
static CgSafetensors *
read_header (const Source *source, gsize *data, GError **error)
{
  guint64 length = 0;
  const guint8 *behind;

  if (!take (source, 0, &length, MIN (source->size, sizeof length), error))
    return NULL;
  /* No more than is there and than the parser accepts; what is wrong, it says. */
  length = MIN (GUINT64_FROM_LE (length), CG_SAFETENSORS_MAX_HEADER);
  gsize size = MIN (source->size, CG_SAFETENSORS_LENGTH + (gsize) length);
  g_autofree guint8 *head = g_malloc (size + 1);
  if (!take (source, 0, head, size, error))
    return NULL;
  CgSafetensors *header = cg_safetensors_parse (head, source->size, &behind, error);
  if (header)
    *data = (gsize) (behind - head);
  return header;
}

static CgModel *
read_model (const Source *source, GError **error)
{
  gsize data;
  g_autoptr (CgSafetensors) header = read_header (source, &data, error);
  if (header == NULL || !check_format (header, error))
    return NULL;
  g_autoptr (CgNetwork) network = read_network (header, error);
  if (network == NULL)
    return NULL;
  /* Only now is the network known to be no larger than the file. */
  g_autoptr (GPtrArray) tensors = match_tensors (header, network, error);
  if (tensors == NULL)
    return NULL;

  g_autoptr (CgModel) model = cg_model_new (g_steal_pointer (&network), error);
  if (model == NULL)
    return NULL;
  for (guint i = 0; i < tensors->len; i++)
    {
      const CgSafetensor *from = tensors->pdata[i];
      const CgNetworkTensor *to = cg_network_tensor (model->network, i);
      float *values = model->parameters + to->offset;
      if (!take (source, data + from->begin, values, to->length * sizeof *values, error))
        return NULL;
      swap_floats (values, to->length);
      if (!check_finite (to, values, error))
        return NULL;
    }

  GHashTableIter iter;
  gpointer key, value;
  g_hash_table_iter_init (&iter, header->metadata);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (!g_str_equal (key, KEY_FORMAT) && !g_str_equal (key, KEY_NETWORK))
      cg_model_set_card (model, key, value);
  return g_steal_pointer (&model);
}

CgModel *
cg_weights_parse (const guint8 *bytes, gsize size, GError **error)
{
  return read_model (&(Source){ .bytes = bytes, .size = size }, error);
}

static gboolean
open_file (const char *path, Source *source, GError **error)
{
  GStatBuf status;
  /* A device or a pipe may never end, and one without a writer not even open. */
  int fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
  if (fd < 0 || fstat (fd, &status) != 0)
    {
      int code = errno;
      g_set_error_literal (error, G_FILE_ERROR, g_file_error_from_errno (code), g_strerror (code));
    }
  else if (!S_ISREG (status.st_mode))
    g_set_error_literal (error, CG_ERROR, CG_ERROR_FORMAT, "not a file");
  else
    {
      *source = (Source){ .fd = fd, .size = (gsize) status.st_size };
      return TRUE;
    }
  if (fd >= 0)
    close (fd);
  return FALSE;
}

CgModel *
cg_weights_load (const char *path, GError **error)
{
  Source source;
  CgModel *model = NULL;
  if (open_file (path, &source, error))
    {
      model = read_model (&source, error);
      close (source.fd);
    }
  if (model == NULL)
    g_prefix_error (error, "%s: ", path);
  return model;
}

/* --- writing ------------------------------------------------------------ */

static GByteArray *
format_header (const CgModel *model)
{
  g_autoptr (CgSafetensors) header = cg_safetensors_new ();
  GHashTableIter iter;
  gpointer key, value;
  g_hash_table_iter_init (&iter, model->card);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_hash_table_insert (header->metadata, g_strdup (key), g_strdup (value));
  g_hash_table_insert (header->metadata, g_strdup (KEY_FORMAT),
                       g_strdup_printf ("%s%d", FORMAT_WORD, CG_WEIGHTS_FORMAT));
  g_hash_table_insert (header->metadata, g_strdup (KEY_NETWORK),
                       g_strdup (cg_network_text (model->network)));
  for (guint i = 0; i < cg_network_n_tensors (model->network); i++)
    {
      const CgNetworkTensor *tensor = cg_network_tensor (model->network, i);
      cg_safetensors_add (header, tensor->name, tensor->n_dims, tensor->dims);
    }
  return cg_safetensors_format (header);
}

gboolean
cg_weights_save (const CgModel *model, const char *path, GError **error)
{
  g_autoptr (GByteArray) bytes = format_header (model);
  if (bytes->len > CG_SAFETENSORS_LENGTH + CG_SAFETENSORS_MAX_HEADER)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_TOO_LARGE,
                   "%s: not written: network and card take %u bytes, the format allows %d", path,
                   bytes->len - CG_SAFETENSORS_LENGTH, CG_SAFETENSORS_MAX_HEADER);
      return FALSE;
    }
  for (guint i = 0; i < cg_network_n_tensors (model->network); i++)
    {
      const CgNetworkTensor *tensor = cg_network_tensor (model->network, i);
      const float *values = model->parameters + tensor->offset;
      gsize start = bytes->len;
      if (!check_finite (tensor, values, error))
        {
          g_prefix_error (error, "%s: not written: ", path);
          return FALSE;
        }
      g_byte_array_append (bytes, (const guint8 *) values,
                           (guint) (tensor->length * sizeof *values));
      swap_floats ((float *) (bytes->data + start), tensor->length);
    }
  if (!g_file_set_contents_full (path, (const char *) bytes->data, bytes->len,
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0666,
                                 error))
    {
      g_prefix_error (error, "%s: ", path);
      return FALSE;
    }
  return TRUE;
}
