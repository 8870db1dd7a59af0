/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text in JSON. */
#ifndef CG_JSON_TEXT_H
#define CG_JSON_TEXT_H

#include <glib.h>

/* Append @text in quotes.  JSON is UTF-8; a byte of a file's name that is not stands as the
 * character of its number. */
void cg_json_append_string (GString *json, const char *text);

#endif
