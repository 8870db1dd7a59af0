/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A second, slow and simple reading of the network text, in double precision
 * and sharing no code with the library: what it says is what a network means. */
#ifndef NAIVE_H
#define NAIVE_H

typedef struct
{
  int h, w, c;
  double *v; /* v[(y * w + x) * c + channel] */
} Picture;

/* Run @text on @input with @parameters (in the order of the lines; weights
 * before bias).  Free result.v with g_free(). */
Picture naive_forward (const char *text, const double *parameters, Picture input);

#endif
