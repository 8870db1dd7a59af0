/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pairs by name, and a look at whether they lie on each other. */
#include "training/pairs.h"

#include <math.h>
#include <string.h>

#include "training/files.h"

/* Side of the middle piece that is looked at. */
#define LOOK 192
/* A shift is believed if it correlates at least so well, and so much better
 * than none. */
#define LEAST_CORRELATION 0.3
#define LEAST_GAIN        0.004

/* From afar, in means of blocks, the same thing correlates even through heavy
 * noise.  Pictures with less on them than this spread (0..1) tell nothing. */
#define BLOCK                 8
#define LEAST_BLOCKS          16
#define LEAST_SPREAD          0.02
#define STRANGERS_CORRELATION 0.3

/* --- alignment --- */

/* Noise is fine, structure is coarse: compare means of 3x3 pixels. */
static float *
smooth (const float *plane, int w, int h)
{
  float *out = g_new0 (float, (gsize) w *h);
  for (int y = 1; y + 1 < h; y++)
    for (int x = 1; x + 1 < w; x++)
      {
        float sum = 0;
        for (int v = -1; v <= 1; v++)
          for (int u = -1; u <= 1; u++)
            sum += plane[(gsize) (y + v) * w + x + u];
        out[(gsize) y * w + x] = sum / 9;
      }
  return out;
}

typedef struct
{
  double n, a, b, aa, bb, ab;
} Sums;

static inline void
add (Sums *sums, double a, double b)
{
  sums->n++;
  sums->a += a;
  sums->b += b;
  sums->aa += a * a;
  sums->bb += b * b;
  sums->ab += a * b;
}

static double
correlation (const Sums *s)
{
  double spread = (s->aa - s->a * s->a / s->n) * (s->bb - s->b * s->b / s->n);
  return spread > 0 ? (s->ab - s->a * s->b / s->n) / sqrt (spread) : 0;
}

/* Correlation of @a with @b read (@dx, @dy) further on. */
static double
correlate (const float *a, const float *b, int w, int h, int dx, int dy)
{
  int margin = CG_PAIRS_REACH + 1;
  Sums sums = { 0 };
  for (int y = margin; y < h - margin; y++)
    for (int x = margin; x < w - margin; x++)
      add (&sums, a[(gsize) y * w + x], b[(gsize) (y + dy) * w + x + dx]);
  return correlation (&sums);
}

void
cg_pairs_shift (const float *a, const float *b, int w, int h, int *x, int *y)
{
  *x = *y = 0;
  if (w < 4 * CG_PAIRS_REACH || h < 4 * CG_PAIRS_REACH)
    return;
  g_autofree float *sa = smooth (a, w, h);
  g_autofree float *sb = smooth (b, w, h);
  double none = correlate (sa, sb, w, h, 0, 0), best = none;
  int best_x = 0, best_y = 0;
  for (int dy = -CG_PAIRS_REACH; dy <= CG_PAIRS_REACH; dy++)
    for (int dx = -CG_PAIRS_REACH; dx <= CG_PAIRS_REACH; dx++)
      {
        double c = correlate (sa, sb, w, h, dx, dy);
        if (c > best)
          {
            best = c;
            best_x = dx;
            best_y = dy;
          }
      }
  if (best >= LEAST_CORRELATION && best - none >= LEAST_GAIN)
    {
      *x = -best_x;
      *y = -best_y;
    }
}

/* Means of blocks: what is left of @plane from afar, without its noise. */
static float *
from_afar (const float *plane, int w, int h)
{
  int wide = w / BLOCK, high = h / BLOCK;
  float *means = g_new0 (float, (gsize) wide *high);
  for (int y = 0; y < high * BLOCK; y++)
    for (int x = 0; x < wide * BLOCK; x++)
      means[(y / BLOCK) * wide + x / BLOCK] += plane[(gsize) y * w + x] / (BLOCK * BLOCK);
  return means;
}

/* Whether two pictures with something on them have nothing in common. */
static gboolean
strangers (const float *a, const float *b, int w, int h)
{
  int n = (w / BLOCK) * (h / BLOCK);
  if (n < LEAST_BLOCKS)
    return FALSE;
  g_autofree float *afar_a = from_afar (a, w, h);
  g_autofree float *afar_b = from_afar (b, w, h);
  Sums sums = { 0 };
  for (int i = 0; i < n; i++)
    add (&sums, afar_a[i], afar_b[i]);
  double spread = sqrt (sums.aa / sums.n - sums.a * sums.a / sums.n / sums.n);
  return spread > LEAST_SPREAD && correlation (&sums) < STRANGERS_CORRELATION;
}

/* What there is to say against a pair. */
typedef struct
{
  gboolean strangers;
  int x, y; /* the shift that fits */
} Objection;

typedef struct
{
  const CgPictures *targets, *inputs;
  const GArray *pairs;
  Objection *objections;
} Alignment;

static void
look_at_pair (int job, int worker, gpointer user)
{
  const Alignment *alignment = user;
  CgPair pair = g_array_index (alignment->pairs, CgPair, job);
  const CgPicture *picture = cg_pictures_at (alignment->targets, pair.target);
  int w = MIN (LOOK, picture->width), h = MIN (LOOK, picture->height);
  int x = (picture->width - w) / 2, y = (picture->height - h) / 2;
  g_autofree float *a = g_new (float, (gsize) w *h);
  g_autofree float *b = g_new (float, (gsize) w *h);
  cg_pictures_read (alignment->targets, pair.target, x, y, w, h, a);
  cg_pictures_read (alignment->inputs, pair.input, x, y, w, h, b);
  Objection *objection = &alignment->objections[job];
  objection->strangers = strangers (a, b, w, h);
  if (!objection->strangers)
    cg_pairs_shift (a, b, w, h, &objection->x, &objection->y);
}

static char *
object (const Objection *objection, const char *name)
{
  if (objection->strangers)
    return g_strdup_printf ("%s: left out, it shows something else than its counterpart", name);
  if (objection->x != 0 || objection->y != 0)
    return g_strdup_printf ("%s: left out, it seems to be off its counterpart by %d, %d pixels",
                            name, -objection->x, -objection->y);
  return NULL;
}

/* Take out of @pairs what does not lie on each other. */
static void
drop_unaligned (GArray *pairs, const CgPictures *targets, const CgPictures *inputs,
                CgWorkers *workers, GPtrArray *notes)
{
  g_autofree Objection *objections = g_new0 (Objection, pairs->len);
  Alignment alignment = { targets, inputs, pairs, objections };
  cg_workers_run (workers, (int) pairs->len, look_at_pair, &alignment);

  guint kept = 0;
  for (guint i = 0; i < pairs->len; i++)
    {
      CgPair pair = g_array_index (pairs, CgPair, i);
      char *note = object (&objections[i], cg_pictures_at (inputs, pair.input)->name);
      if (note)
        g_ptr_array_add (notes, note);
      else
        g_array_index (pairs, CgPair, kept++) = pair;
    }
  g_array_set_size (pairs, kept);
}

/* --- names --- */

#define SEVERAL G_MAXUINT

/* From a name to the picture's number + 1, or to SEVERAL. */
static GHashTable *
index_names (const CgPictures *pictures)
{
  GHashTable *index = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < pictures->items->len; i++)
    {
      char *name = cg_files_stem (cg_pictures_at (pictures, i)->name);
      guint value = g_hash_table_contains (index, name) ? SEVERAL : i + 1;
      g_hash_table_insert (index, name, GUINT_TO_POINTER (value));
    }
  return index;
}

static gboolean
same_size (const CgPicture *a, const CgPicture *b, GPtrArray *notes)
{
  if (a->width == b->width && a->height == b->height)
    return TRUE;
  g_ptr_array_add (notes,
                   g_strdup_printf ("%s: left out, it is %d x %d and its counterpart %d x %d",
                                    b->name, b->width, b->height, a->width, a->height));
  return FALSE;
}

static void
note_unused (const CgPictures *targets, const gboolean *used, GPtrArray *notes)
{
  for (guint i = 0; i < targets->items->len; i++)
    if (!used[i])
      g_ptr_array_add (notes,
                       g_strdup_printf ("%s: left out, there is no noisy counterpart of that name",
                                        cg_pictures_at (targets, i)->name));
}

GArray *
cg_pairs_match (const CgPictures *targets, const CgPictures *inputs, gboolean check_alignment,
                CgWorkers *workers, GPtrArray *notes)
{
  g_autoptr (GHashTable) index = index_names (targets);
  g_autofree gboolean *used = g_new0 (gboolean, targets->items->len);
  GArray *pairs = g_array_new (FALSE, FALSE, sizeof (CgPair));

  for (guint i = 0; i < inputs->items->len; i++)
    {
      const CgPicture *input = cg_pictures_at (inputs, i);
      g_autofree char *name = cg_files_stem (input->name);
      guint found = GPOINTER_TO_UINT (g_hash_table_lookup (index, name));
      if (found == 0 || found == SEVERAL)
        {
          g_ptr_array_add (
              notes,
              g_strdup_printf ("%s: left out, there %s of that name", input->name,
                               found == 0 ? "is no counterpart" : "are several counterparts"));
          continue;
        }
      CgPair pair = { found - 1, i };
      used[pair.target] = TRUE;
      if (same_size (cg_pictures_at (targets, pair.target), input, notes))
        g_array_append_val (pairs, pair);
    }
  note_unused (targets, used, notes);
  if (check_alignment)
    drop_unaligned (pairs, targets, inputs, workers, notes);
  return pairs;
}
