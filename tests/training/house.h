/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A temporary folder with pictures, a recipe and the trainer at hand. */
#ifndef HOUSE_H
#define HOUSE_H

#include "model/image.h"

typedef struct
{
  char *folder;
} House;

void house_open (House *house);
void house_close (House *house); /* removes the folder and all in it */
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (House, house_close)

/* Path of @name in the folder; lives as long as the house is open. */
const char *house_path (House *house, const char *name);

void house_write (House *house, const char *name, const char *text);

/* Picture @number, gray, with edges, ramps and texture; the same every time. */
CgImage *house_picture (int number, int w, int h, CgDepth depth);

/* @n such pictures as @name/00.png, ... */
void house_pictures (House *house, const char *name, int n, int w, int h);

/* The same with Gaussian noise of @sigma (0..255 units), another for each @seed. */
void
house_noisy_pictures (House *house, const char *name, int n, int w, int h, double sigma, int seed);

/* Run the trainer with @... (NULL-terminated) in the folder.  Returns its exit
 * status, or minus the signal; what it said goes to *@out and *@err (NULL = not wanted). */
int house_run (House *house, char **out, char **err, ...) G_GNUC_NULL_TERMINATED;

/* SHA-256 of file @name. */
char *house_sum (House *house, const char *name);

#endif
