/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A folder of its own for each test, and made-up pictures. */
#ifndef CG_TEST_FOLDER_H
#define CG_TEST_FOLDER_H

#include "model/image.h"

typedef struct
{
  char *path;
} Folder;

void folder_set_up (Folder *folder, gconstpointer user);

/* Removes what is in it, which must be files only. */
void folder_tear_down (Folder *folder, gconstpointer user);

/* A path inside, to be freed. */
char *folder_file (const Folder *folder, const char *name);

/* How many files are inside. */
int folder_count (const Folder *folder);

/* A picture of samples that take every value, or any float. */
CgImage *make_picture (int width, int height, int channels, CgDepth depth);

void assert_same_pixels (const CgImage *a, const CgImage *b);

#endif
