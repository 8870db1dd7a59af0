/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/json-text.h"

void
cg_json_append_string (GString *json, const char *text)
{
  g_string_append_c (json, '"');
  while (*text)
    {
      gunichar c = g_utf8_get_char_validated (text, -1);
      if (c == (gunichar) -1 || c == (gunichar) -2)
        g_string_append_printf (json, "\\u%04x", (guint8) *text++);
      else
        {
          if (c < 0x20 || c == 0x7f)
            g_string_append_printf (json, "\\u%04x", c);
          else if (c == '"' || c == '\\')
            g_string_append_printf (json, "\\%c", (char) c);
          else
            g_string_append_unichar (json, c);
          text = g_utf8_next_char (text);
        }
    }
  g_string_append_c (json, '"');
}
