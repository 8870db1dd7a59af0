/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a JPEG file does to a picture: through libjpeg and back, in memory. */
#include "training/noise-kinds.h"

#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

static unsigned char *
compress (int quality, const float *plane, int w, int h, unsigned long *size)
{
  struct jpeg_error_mgr errors;
  struct jpeg_compress_struct jpeg = { .err = jpeg_std_error (&errors) };
  unsigned char *bytes = NULL;
  g_autofree JSAMPLE *row = g_new (JSAMPLE, w);

  jpeg_create_compress (&jpeg);
  jpeg_mem_dest (&jpeg, &bytes, size);
  jpeg.image_width = w;
  jpeg.image_height = h;
  jpeg.input_components = 1;
  jpeg.in_color_space = JCS_GRAYSCALE;
  jpeg_set_defaults (&jpeg);
  jpeg_set_quality (&jpeg, quality, TRUE);
  jpeg_start_compress (&jpeg, TRUE);
  for (int y = 0; y < h; y++)
    {
      for (int x = 0; x < w; x++)
        row[x] = (JSAMPLE) (255 * CLAMP (plane[(gsize) y * w + x], 0, 1) + 0.5f);
      jpeg_write_scanlines (&jpeg, &row, 1);
    }
  jpeg_finish_compress (&jpeg);
  jpeg_destroy_compress (&jpeg);
  return bytes;
}

static void
decompress (const unsigned char *bytes, unsigned long size, float *plane, int w, int h)
{
  struct jpeg_error_mgr errors;
  struct jpeg_decompress_struct jpeg = { .err = jpeg_std_error (&errors) };
  g_autofree JSAMPLE *row = g_new (JSAMPLE, w);

  jpeg_create_decompress (&jpeg);
  jpeg_mem_src (&jpeg, bytes, size);
  jpeg_read_header (&jpeg, TRUE);
  jpeg_start_decompress (&jpeg);
  for (int y = 0; y < h; y++)
    {
      jpeg_read_scanlines (&jpeg, &row, 1);
      for (int x = 0; x < w; x++)
        plane[(gsize) y * w + x] = row[x] / 255.f;
    }
  jpeg_finish_decompress (&jpeg);
  jpeg_destroy_decompress (&jpeg);
}

/* Nothing is read that we did not write ourselves, so libjpeg's own errors
 * can only mean that memory is out. */
void
cg_noise_jpeg (int quality, float *plane, int w, int h)
{
  unsigned long size = 0;
  unsigned char *bytes = compress (quality, plane, w, h, &size);
  decompress (bytes, size, plane, w, h);
  free (bytes);
}
