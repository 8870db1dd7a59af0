/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Networks that between them have every kind of layer, and every way to write one. */
#ifndef NETWORKS_H
#define NETWORKS_H

#include "model/model.h"

typedef struct
{
  const char *name;
  const char *text;
  const char *operators; /* of the ONNX graph, in order */
  int h, w;              /* a size to run it on */
} NetworkCase;

extern const NetworkCase network_cases[]; /* ended by a name of NULL */

/* @text with all parameters drawn by chance, biases too. */
CgModel *network_model (const char *text);

#endif
