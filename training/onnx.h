/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A model as an ONNX file, to run it in other programs. */
#ifndef CG_ONNX_H
#define CG_ONNX_H

#include "model/model.h"

/* @model as an ONNX ModelProto (IR version 8, operators of version 13) that maps
 * "image", 1 x channels x height x width floats, to "clean".  Height and width are
 * open if the network leaves them so; they must be multiples of its step.  The
 * network's text and the card become metadata.  The same model gives the same
 * bytes.  The caller frees them with g_byte_array_unref().  NULL with
 * CG_ERROR_UNSUPPORTED for a layer that has no counterpart, with
 * CG_ERROR_TOO_LARGE for more numbers than such a file can hold. */
GByteArray *cg_onnx_format (const CgModel *model, GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
