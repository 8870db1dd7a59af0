/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MNIST's test digits with their labels. */
#ifndef CG_DIGITS_H
#define CG_DIGITS_H

#include <glib.h>

#define CG_DIGIT_SIDE   28
#define CG_DIGIT_VALUES (CG_DIGIT_SIDE * CG_DIGIT_SIDE)

#define CG_DIGITS_TRAIN  "train-images-idx3-ubyte"
#define CG_DIGITS_TEST   "t10k-images-idx3-ubyte"
#define CG_DIGITS_LABELS "t10k-labels-idx1-ubyte"

typedef struct
{
  int n;
  float *pictures; /* n x 28 x 28, 0..1 */
  guint8 *labels;  /* n, 0..9 */
  int n_train;     /* how many there are to train on */
} CgDigits;

/* The first @limit (0: all) of the test digits in @folder.  NULL with @error
 * that tells how to get them.  @scratch: a folder that can be written to.  The
 * caller frees it with cg_digits_free(). */
CgDigits *cg_digits_load (const char *folder, int limit, const char *scratch,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cg_digits_free (CgDigits *digits);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgDigits, cg_digits_free)

static inline const float *
cg_digit (const CgDigits *digits, int i)
{
  return digits->pictures + (gsize) i * CG_DIGIT_VALUES;
}

#endif
