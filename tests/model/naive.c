/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "naive.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <glib.h>

static Picture
blank (int h, int w, int c)
{
  return (Picture){ h, w, c, g_new0 (double, (gsize) h *w *c) };
}

static double *
at (Picture p, int y, int x, int c)
{
  return &p.v[((gsize) y * p.w + x) * p.c + c];
}

static double
activated (const char *line, double v)
{
  if (strstr (line, "relu"))
    return v > 0 ? v : 0;
  if (strstr (line, "sigmoid"))
    return 1 / (1 + exp (-v));
  return v;
}

static Picture
conv (const char *line, Picture in, const double **p)
{
  int c_out, k, stride = 1;
  const char *s = strstr (line, "stride");

  sscanf (line, "conv %d %dx", &c_out, &k);
  if (s)
    sscanf (s, "stride %d", &stride);
  Picture out = blank ((in.h + stride - 1) / stride, (in.w + stride - 1) / stride, c_out);
  const double *weight = *p;
  *p += c_out * in.c * k * k;
  const double *bias = strstr (line, "nobias") ? NULL : *p;
  *p += bias ? c_out : 0;
  for (int y = 0; y < out.h; y++)
    for (int x = 0; x < out.w; x++)
      for (int o = 0; o < c_out; o++)
        {
          double sum = bias ? bias[o] : 0;
          for (int i = 0; i < in.c; i++)
            for (int v = 0; v < k; v++)
              for (int u = 0; u < k; u++)
                {
                  int sy = y * stride + v - k / 2, sx = x * stride + u - k / 2;
                  if (sy >= 0 && sx >= 0 && sy < in.h && sx < in.w)
                    sum += weight[((o * in.c + i) * k + v) * k + u] * *at (in, sy, sx, i);
                }
          *at (out, y, x, o) = activated (line, sum);
        }
  return out;
}

/* Each input pixel adds its stamp to the output. */
static Picture
upconv (const char *line, Picture in, const double **p)
{
  int c_out, k, stride;

  sscanf (line, "upconv %d %dx", &c_out, &k);
  sscanf (strstr (line, "stride"), "stride %d", &stride);
  Picture out = blank (in.h * stride, in.w * stride, c_out);
  const double *weight = *p;
  *p += c_out * in.c * k * k;
  for (int y = 0; y < in.h; y++)
    for (int x = 0; x < in.w; x++)
      for (int i = 0; i < in.c; i++)
        for (int o = 0; o < c_out; o++)
          for (int v = 0; v < k; v++)
            for (int u = 0; u < k; u++)
              {
                int ty = y * stride + v - k / 2, tx = x * stride + u - k / 2;
                if (ty >= 0 && tx >= 0 && ty < out.h && tx < out.w)
                  *at (out, ty, tx, o)
                      += weight[((i * c_out + o) * k + v) * k + u] * *at (in, y, x, i);
              }
  for (int i = 0; i < out.h * out.w * c_out; i++)
    out.v[i] = activated (line, out.v[i] + (strstr (line, "nobias") ? 0 : (*p)[i % c_out]));
  *p += strstr (line, "nobias") ? 0 : c_out;
  return out;
}

/* Nothing is drawn: the means. */
static Picture
gaussian (Picture in)
{
  Picture out = blank (1, 1, in.c / 2);

  memcpy (out.v, in.v, sizeof (double) * out.c);
  return out;
}

static Picture
dense (const char *line, Picture in, const double **p)
{
  int n_in = in.h * in.w * in.c, n_out;

  sscanf (line, "dense %d", &n_out);
  Picture out = blank (1, 1, n_out);
  for (int o = 0; o < n_out; o++)
    for (int i = 0; i < n_in; i++)
      out.v[o] += (*p)[o * n_in + i] * in.v[i];
  *p += n_out * n_in;
  if (!strstr (line, "nobias"))
    {
      for (int o = 0; o < n_out; o++)
        out.v[o] += (*p)[o];
      *p += n_out;
    }
  for (int o = 0; o < n_out; o++)
    out.v[o] = activated (line, out.v[o]);
  return out;
}

/* Kinds without parameters that only change the grid: each output value comes
 * from the input values tried here. */
static Picture
regrid (const char *line, Picture in)
{
  char kind[16];
  int n;

  sscanf (line, "%15s %d", kind, &n);
  gboolean down = strcmp (kind, "maxpool") == 0 || strcmp (kind, "unshuffle") == 0;
  Picture out
      = down ? blank (in.h / n, in.w / n, *kind == 'm' ? in.c : in.c * n * n)
             : blank (in.h * n, in.w * n, strcmp (kind, "upsample") == 0 ? in.c : in.c / (n * n));
  for (int y = 0; y < out.h; y++)
    for (int x = 0; x < out.w; x++)
      for (int c = 0; c < out.c; c++)
        {
          double *to = at (out, y, x, c);
          if (strcmp (kind, "upsample") == 0)
            *to = *at (in, y / n, x / n, c);
          else if (strcmp (kind, "shuffle") == 0)
            *to = *at (in, y / n, x / n, c * n * n + (y % n) * n + x % n);
          else if (strcmp (kind, "unshuffle") == 0)
            *to = *at (in, y * n + c % (n * n) / n, x * n + c % n, c / (n * n));
          else
            {
              *to = -INFINITY;
              for (int v = 0; v < n; v++)
                for (int u = 0; u < n; u++)
                  *to = MAX (*to, *at (in, y * n + v, x * n + u, c));
            }
        }
  return out;
}

static Picture
join (const char *line, Picture in, Picture other)
{
  gboolean add = strncmp (line, "add", 3) == 0;
  Picture out = blank (in.h, in.w, add ? in.c : in.c + other.c);

  for (int y = 0; y < out.h; y++)
    for (int x = 0; x < out.w; x++)
      for (int c = 0; c < out.c; c++)
        if (add)
          *at (out, y, x, c) = activated (line, *at (in, y, x, c) + *at (other, y, x, c));
        else
          *at (out, y, x, c) = c < in.c ? *at (in, y, x, c) : *at (other, y, x, c - in.c);
  return out;
}

static Picture
reshape (const char *line, Picture in)
{
  Picture out = { 1, 1, in.h * in.w * in.c, NULL };

  sscanf (line, "reshape %dx%dx%d", &out.h, &out.w, &out.c);
  out.v = g_memdup2 (in.v, sizeof (double) * in.h * in.w * in.c);
  return out;
}

static Picture
copy (const char *line, Picture in)
{
  Picture out = blank (in.h, in.w, in.c);
  for (int i = 0; i < in.h * in.w * in.c; i++)
    out.v[i] = activated (line, in.v[i]);
  return out;
}

Picture
naive_forward (const char *text, const double *parameters, Picture input)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GHashTable) saved = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) garbage = g_ptr_array_new_with_free_func (g_free);
  Picture now = copy ("", input);

  for (char **line = lines + 1; *line; line++)
    {
      char *name = strchr (*line, ' ') ? strchr (*line, ' ') + 1 : NULL;
      g_ptr_array_add (garbage, now.v);
      if (g_str_has_prefix (*line, "save"))
        {
          Picture *keep = g_memdup2 (&now, sizeof now);
          g_hash_table_insert (saved, name, keep);
          g_ptr_array_add (garbage, keep);
          now = copy ("", now);
        }
      else if (g_str_has_prefix (*line, "conv "))
        now = conv (*line, now, &parameters);
      else if (g_str_has_prefix (*line, "upconv"))
        now = upconv (*line, now, &parameters);
      else if (strcmp (*line, "gaussian") == 0)
        now = gaussian (now);
      else if (strcmp (*line, "latent") == 0)
        now = copy ("", now);
      else if (g_str_has_prefix (*line, "dense"))
        now = dense (*line, now, &parameters);
      else if (g_str_has_prefix (*line, "add") || g_str_has_prefix (*line, "concat"))
        {
          g_autofree char *point = g_strndup (name, strcspn (name, " "));
          now = join (*line, now, *(Picture *) g_hash_table_lookup (saved, point));
        }
      else if (g_str_has_prefix (*line, "flatten") || g_str_has_prefix (*line, "reshape"))
        now = reshape (*line, now);
      else if (strcmp (*line, "relu") == 0 || strcmp (*line, "sigmoid") == 0)
        now = copy (*line, now);
      else
        now = regrid (*line, now);
    }
  return now;
}
