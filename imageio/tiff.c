/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TIFF in and out, 8 and 16 bits and float, through libtiff.  Pictures of other
 * layouts - palettes, few bits, YCbCr - come in through libtiff's own conversion
 * to 8-bit RGBA.  What else a TIFF says is in tiff-metadata.c. */
#include "imageio/tiff-job.h"

#include <string.h>

#include "imageio/format.h"
#include "imageio/tiff-metadata.h"
#include "model/error.h"

/* A fax of nothing but white packs without bound. */
#define PACK 1e6

/* Files that come near 4 GiB need the offsets of BigTIFF. */
#define BIG (3.9 * 1024 * 1024 * 1024)

typedef struct
{
  guint32 width, height;
  guint16 bits, samples, format, photometric, planar, alpha;
  gboolean tiled;
} Layout;

/* --- reading --- */

static Layout
read_layout (TIFF *tiff)
{
  Layout l = { 0 };
  guint16 n_extra = 0, *extra = NULL;

  TIFFGetField (tiff, TIFFTAG_IMAGEWIDTH, &l.width);
  TIFFGetField (tiff, TIFFTAG_IMAGELENGTH, &l.height);
  TIFFGetFieldDefaulted (tiff, TIFFTAG_BITSPERSAMPLE, &l.bits);
  TIFFGetFieldDefaulted (tiff, TIFFTAG_SAMPLESPERPIXEL, &l.samples);
  TIFFGetFieldDefaulted (tiff, TIFFTAG_SAMPLEFORMAT, &l.format);
  TIFFGetFieldDefaulted (tiff, TIFFTAG_PHOTOMETRIC, &l.photometric);
  TIFFGetFieldDefaulted (tiff, TIFFTAG_PLANARCONFIG, &l.planar);
  if (TIFFGetFieldDefaulted (tiff, TIFFTAG_EXTRASAMPLES, &n_extra, &extra) && n_extra == 1)
    l.alpha = extra[0];
  l.tiled = TIFFIsTiled (tiff) != 0;
  return l;
}

/* Whether the samples are those of a CgImage, perhaps in another order. */
static gboolean
is_plain (const Layout *l)
{
  gboolean is_gray
      = l->photometric == PHOTOMETRIC_MINISBLACK || l->photometric == PHOTOMETRIC_MINISWHITE;
  gboolean is_rgb = l->photometric == PHOTOMETRIC_RGB;
  gboolean is_integer = l->format == SAMPLEFORMAT_UINT && (l->bits == 8 || l->bits == 16);
  gboolean is_float = l->format == SAMPLEFORMAT_IEEEFP && l->bits == 32;

  return (is_integer || is_float)
         && ((is_gray && l->samples <= 2) || (is_rgb && (l->samples == 3 || l->samples == 4)));
}

static CgDepth
depth_of (const Layout *l)
{
  return l->bits == 8 ? CG_DEPTH_8 : l->bits == 16 ? CG_DEPTH_16 : CG_DEPTH_FLOAT;
}

/* Copy @n pixels of @from, which has all samples of a pixel or only those of
 * @plane, to (@x, @y). */
static void
put_pixels (CgImage *image, const Layout *l, int plane, int x, int y, int n, const guint8 *from)
{
  gsize sample = cg_depth_bytes (image->depth), pixel = sample * image->channels;
  guint8 *to = (guint8 *) image->samples + y * cg_image_row_bytes (image) + x * pixel;

  if (l->planar == PLANARCONFIG_CONTIG)
    memcpy (to, from, n * pixel);
  else
    for (int i = 0; i < n; i++)
      memcpy (to + i * pixel + plane * sample, from + i * sample, sample);
}

static gboolean
read_tiles (TIFF *tiff, const Layout *l, CgImage *image, int plane)
{
  guint32 tile_w = 0, tile_h = 0;
  g_autofree guint8 *tile = g_try_malloc (TIFFTileSize (tiff));
  gsize row = TIFFTileRowSize (tiff);

  TIFFGetField (tiff, TIFFTAG_TILEWIDTH, &tile_w);
  TIFFGetField (tiff, TIFFTAG_TILELENGTH, &tile_h);
  for (guint32 y = 0; tile && y < l->height; y += tile_h)
    for (guint32 x = 0; x < l->width; x += tile_w)
      {
        if (TIFFReadTile (tiff, tile, x, y, 0, (guint16) plane) < 0)
          return FALSE;
        for (guint32 v = 0; v < tile_h && y + v < l->height; v++)
          put_pixels (image, l, plane, (int) x, (int) (y + v), (int) MIN (tile_w, l->width - x),
                      tile + v * row);
      }
  return tile != NULL;
}

static gboolean
read_rows (TIFF *tiff, const Layout *l, CgImage *image, int plane)
{
  g_autofree guint8 *row = g_try_malloc (TIFFScanlineSize (tiff));

  for (guint32 y = 0; row && y < l->height; y++)
    {
      if (TIFFReadScanline (tiff, row, y, (guint16) plane) < 0)
        return FALSE;
      put_pixels (image, l, plane, 0, (int) y, (int) l->width, row);
    }
  return row != NULL;
}

static void
invert (CgImage *image)
{
  gsize n = (gsize) image->width * image->height * image->channels;
  int step = image->channels; /* gray, perhaps with an alpha that is as it should be */

  for (gsize i = 0; i < n; i += step)
    if (image->depth == CG_DEPTH_8)
      ((guint8 *) image->samples)[i] ^= 0xff;
    else if (image->depth == CG_DEPTH_16)
      ((guint16 *) image->samples)[i] ^= 0xffff;
    else
      ((float *) image->samples)[i] = 1 - ((float *) image->samples)[i];
}

/* Undo the multiplication of colours by alpha. */
static void
divide_by_alpha (CgImage *image)
{
  int n = image->channels;
  g_autofree float *row = g_new (float, (gsize) image->width *n);

  for (int y = 0; y < image->height; y++)
    {
      cg_image_get (image, 0, y, image->width, 1, row);
      for (float *p = row; p < row + (gsize) image->width * n; p += n)
        for (int c = 0; c < n - 1 && p[n - 1] > 0; c++)
          p[c] /= p[n - 1];
      cg_image_set (image, 0, y, image->width, 1, row);
    }
}

static CgImage *
load_plain (TIFF *tiff, CgTiffJob *job, const Layout *l, GError **error)
{
  g_autoptr (CgImage) image = cg_image_new_for_file (job->file, l->width, l->height, l->samples,
                                                     depth_of (l), PACK, error);
  int planes = l->planar == PLANARCONFIG_SEPARATE ? l->samples : 1;

  if (!image)
    return NULL;
  if ((l->tiled ? TIFFTileRowSize (tiff) : TIFFScanlineSize (tiff)) <= 0)
    {
      cg_tiff_set_error (job, error);
      return NULL;
    }
  for (int plane = 0; plane < planes; plane++)
    if (!(l->tiled ? read_tiles : read_rows) (tiff, l, image, plane))
      {
        cg_tiff_set_error (job, error);
        return NULL;
      }
  if (image->depth == CG_DEPTH_FLOAT)
    image->transfer = CG_TRANSFER_LINEAR;
  if (l->photometric == PHOTOMETRIC_MINISWHITE)
    invert (image);
  if (l->alpha == EXTRASAMPLE_ASSOCALPHA && cg_channels_have_alpha (image->channels))
    divide_by_alpha (image);
  return g_steal_pointer (&image);
}

/* Through libtiff's conversion; gray stays gray. */
static CgImage *
load_converted (TIFF *tiff, CgTiffJob *job, const Layout *l, GError **error)
{
  gboolean is_gray
      = l->photometric == PHOTOMETRIC_MINISBLACK || l->photometric == PHOTOMETRIC_MINISWHITE;
  int channels = is_gray ? 1 : l->alpha ? 4 : 3;
  guint16 orientation = ORIENTATION_TOPLEFT;
  char why[1024];

  if (l->bits > 8 || l->photometric == PHOTOMETRIC_SEPARATED || !TIFFRGBAImageOK (tiff, why))
    {
      g_set_error (error, CG_ERROR, CG_ERROR_UNSUPPORTED,
                   "TIFFs of %d samples of %d bits, format %d, colours %d, are not read",
                   l->samples, l->bits, l->format, l->photometric);
      return NULL;
    }
  g_autoptr (CgImage) image
      = cg_image_new_for_file (job->file, l->width, l->height, channels, CG_DEPTH_8, PACK, error);
  g_autofree guint32 *pixels = image ? g_try_new (guint32, (gsize) l->width * l->height) : NULL;
  if (!image)
    return NULL;
  if (!pixels)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_TOO_LARGE, "no memory for %u x %u pixels", l->width,
                   l->height);
      return NULL;
    }
  /* As the pixels lie in the file: the picture keeps the tag. */
  TIFFGetFieldDefaulted (tiff, TIFFTAG_ORIENTATION, &orientation);
  if (!TIFFReadRGBAImageOriented (tiff, l->width, l->height, pixels, orientation, 1))
    {
      cg_tiff_set_error (job, error);
      return NULL;
    }
  for (gsize i = 0; i < (gsize) l->width * l->height; i++)
    for (int c = 0; c < channels; c++)
      ((guint8 *) image->samples)[i * channels + c] = (guint8) (pixels[i] >> (8 * c));
  if (l->alpha && channels == 4)
    divide_by_alpha (image);
  return g_steal_pointer (&image);
}

/* Pictures in the file, not counting smaller copies of them, and the first becomes
 * the current one.  A smaller copy would show what is no longer in the picture. */
static int
find_pictures (TIFF *tiff)
{
  int directories = TIFFNumberOfDirectories (tiff), pictures = 0, first = 0;

  for (int i = 0; i < directories; i++)
    {
      guint32 kind = 0;
      if (TIFFSetDirectory (tiff, (tdir_t) i))
        TIFFGetFieldDefaulted (tiff, TIFFTAG_SUBFILETYPE, &kind);
      if (kind & FILETYPE_REDUCEDIMAGE)
        continue;
      if (pictures++ == 0)
        first = i;
    }
  TIFFSetDirectory (tiff, (tdir_t) first);
  return pictures;
}

static CgImage *
load_only (TIFF *tiff, CgTiffJob *job, GError **error)
{
  int pictures = find_pictures (tiff);
  Layout layout = read_layout (tiff);

  if (pictures > 1)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_UNSUPPORTED,
                   "a TIFF of %d pictures; all but one would be lost", pictures);
      return NULL;
    }
  CgImage *image = is_plain (&layout) ? load_plain (tiff, job, &layout, error)
                                      : load_converted (tiff, job, &layout, error);
  if (image)
    cg_tiff_get_extras (tiff, image);
  return image;
}

static CgImage *
load (FILE *file, GError **error)
{
  CgTiffJob job = { .file = file };
  TIFF *tiff = cg_tiff_open (&job, "rm");
  CgImage *image = NULL;

  if (tiff)
    {
      image = load_only (tiff, &job, error);
      TIFFClose (tiff);
    }
  else
    cg_tiff_set_error (&job, error);
  g_free (job.message);
  return image;
}

static gboolean
measure (FILE *file, guint64 *width, guint64 *height, GError **error)
{
  CgTiffJob job = { .file = file };
  TIFF *tiff = cg_tiff_open (&job, "rm");

  if (tiff)
    {
      Layout layout = read_layout (tiff);
      *width = layout.width;
      *height = layout.height;
      TIFFClose (tiff);
    }
  else
    cg_tiff_set_error (&job, error);
  g_free (job.message);
  return tiff != NULL;
}

/* --- writing --- */

static void
set_layout (TIFF *tiff, const CgImage *image)
{
  guint16 alpha = EXTRASAMPLE_UNASSALPHA;
  gboolean is_float = image->depth == CG_DEPTH_FLOAT;

  TIFFSetField (tiff, TIFFTAG_IMAGEWIDTH, image->width);
  TIFFSetField (tiff, TIFFTAG_IMAGELENGTH, image->height);
  TIFFSetField (tiff, TIFFTAG_SAMPLESPERPIXEL, image->channels);
  TIFFSetField (tiff, TIFFTAG_BITSPERSAMPLE, (int) cg_depth_bytes (image->depth) * 8);
  TIFFSetField (tiff, TIFFTAG_SAMPLEFORMAT, is_float ? SAMPLEFORMAT_IEEEFP : SAMPLEFORMAT_UINT);
  TIFFSetField (tiff, TIFFTAG_PHOTOMETRIC,
                image->channels < 3 ? PHOTOMETRIC_MINISBLACK : PHOTOMETRIC_RGB);
  TIFFSetField (tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  if (cg_channels_have_alpha (image->channels))
    TIFFSetField (tiff, TIFFTAG_EXTRASAMPLES, 1, &alpha);
  TIFFSetField (tiff, TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE);
  TIFFSetField (tiff, TIFFTAG_PREDICTOR, is_float ? PREDICTOR_FLOATINGPOINT : PREDICTOR_HORIZONTAL);
  TIFFSetField (tiff, TIFFTAG_ROWSPERSTRIP, TIFFDefaultStripSize (tiff, 0));
}

static gboolean
write_all (TIFF *tiff, const CgImage *image)
{
  gsize row_bytes = cg_image_row_bytes (image);
  g_autofree guint8 *row = g_malloc (row_bytes); /* the predictor works in place */

  set_layout (tiff, image);
  cg_tiff_set_extras (tiff, image);
  for (int y = 0; y < image->height; y++)
    {
      memcpy (row, (const guint8 *) image->samples + y * row_bytes, row_bytes);
      if (TIFFWriteScanline (tiff, row, y, 0) < 0)
        return FALSE;
    }
  return TIFFFlush (tiff) != 0;
}

static gboolean
save (const CgImage *image, FILE *file, GError **error)
{
  CgTiffJob job = { .file = file };
  gboolean is_big = (double) image->height * cg_image_row_bytes (image) > BIG;
  TIFF *tiff = cg_tiff_open (&job, is_big ? "w8" : "w");
  gboolean done = tiff && write_all (tiff, image);

  if (tiff)
    TIFFClose (tiff);
  if (!done || ferror (file))
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "cannot write: %s",
                   job.message ? job.message : "the file cannot be finished");
      done = FALSE;
    }
  g_free (job.message);
  return done;
}

static gboolean
matches (const guint8 *head, gsize size)
{
  return size >= 8
         && (memcmp (head, "II*\0", 4) == 0 || memcmp (head, "MM\0*", 4) == 0
             || memcmp (head, "II+\0", 4) == 0 || memcmp (head, "MM\0+", 4) == 0);
}

static const char *const endings[] = { "tif", "tiff", NULL };

const CgFormat cg_format_tiff = {
  .name = "TIFF",
  .endings = endings,
  .channels
  = CG_HOLDS_CHANNELS (1) | CG_HOLDS_CHANNELS (2) | CG_HOLDS_CHANNELS (3) | CG_HOLDS_CHANNELS (4),
  .depths
  = CG_HOLDS_DEPTH (CG_DEPTH_8) | CG_HOLDS_DEPTH (CG_DEPTH_16) | CG_HOLDS_DEPTH (CG_DEPTH_FLOAT),
  .matches = matches,
  .load = load,
  .measure = measure,
  .save = save,
};
