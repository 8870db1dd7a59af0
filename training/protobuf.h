/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing messages of Protocol Buffers (protobuf.dev/programming-guides/encoding):
 * a message is a byte array to which fields are appended, each a tag (number of
 * the field, how its value is written) and the value.  A repeated field is
 * one written several times. */
#ifndef CG_PROTOBUF_H
#define CG_PROTOBUF_H

#include <glib.h>

/* Integers and enumerations. */
void cg_protobuf_int (GByteArray *message, int field, gint64 value);

void cg_protobuf_string (GByteArray *message, int field, const char *text);

/* @n packed floats, which as bytes are those floats in little-endian order. */
void cg_protobuf_floats (GByteArray *message, int field, const float *values, gsize n);

/* A message within the message; @part is freed. */
void cg_protobuf_message (GByteArray *message, int field, GByteArray *part);

#endif
