/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/protobuf.h"

#include <string.h>

/* How a value is written: the lowest three bits of a tag. */
enum
{
  VARINT = 0,
  LENGTH_AND_BYTES = 2
};

/* Seven bits a byte, lowest first; the eighth bit says that more follow. */
static void
put_varint (GByteArray *message, guint64 value)
{
  guint8 bytes[10];
  guint n = 0;

  for (; value > 0x7f; value >>= 7)
    bytes[n++] = (value & 0x7f) | 0x80;
  bytes[n++] = value;
  g_byte_array_append (message, bytes, n);
}

static void
put_length (GByteArray *message, int field, gsize length)
{
  put_varint (message, (guint64) field << 3 | LENGTH_AND_BYTES);
  put_varint (message, length);
}

void
cg_protobuf_int (GByteArray *message, int field, gint64 value)
{
  put_varint (message, (guint64) field << 3 | VARINT);
  put_varint (message, (guint64) value);
}

void
cg_protobuf_string (GByteArray *message, int field, const char *text)
{
  gsize length = strlen (text);

  put_length (message, field, length);
  g_byte_array_append (message, (const guint8 *) text, length);
}

void
cg_protobuf_floats (GByteArray *message, int field, const float *values, gsize n)
{
  put_length (message, field, n * sizeof *values);
  for (gsize i = 0; i < n; i++)
    {
      guint32 bits;
      memcpy (&bits, &values[i], sizeof bits);
      bits = GUINT32_TO_LE (bits);
      g_byte_array_append (message, (const guint8 *) &bits, sizeof bits);
    }
}

void
cg_protobuf_message (GByteArray *message, int field, GByteArray *part)
{
  put_length (message, field, part->len);
  g_byte_array_append (message, part->data, part->len);
  g_byte_array_unref (part);
}
