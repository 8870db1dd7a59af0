#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Usage: headers.sh SOURCE BUILD COMPILER... - does every header compile alone?
# One TAP line a header.
source=$1 build=$2
shift 2

# flags PACKAGE...: of those there are; other people's headers may warn.
flags ()
{
  for package; do
    pkg-config --cflags "$package" 2>/dev/null | sed 's/-I/-isystem /g'
  done | tr '\n' ' '
}

# The packages a header may use, the last of which it cannot do without.
packages ()
{
  case $1 in
    plugin/gimp3/*) echo gegl-0.4 gimpui-3.0 ;;
    plugin/*) echo gegl-0.4 gimpui-2.0 ;;
    training/chapter/canvas.h | training/chapter/plot-private.h) echo cairo ;;
    imageio/exr-*) echo OpenEXR ;;
    *) echo libpng libjpeg libtiff-4 json-glib-1.0 gio-2.0 ;;
  esac
}

n=0
cd "$source" || exit 1
# shellcheck disable=SC2046
for header in $(find model imageio cli training plugin -name '*.h' | LC_ALL=C sort); do
  n=$((n + 1))
  needed=$(packages "$header" | sed 's/.* //')
  pkg-config --exists "$needed" || { echo "ok $n $header # SKIP no $needed"; continue; }
  if printf '#include "%s"\n#include "%s"\n' "$header" "$header" |
    "$@" -std=gnu11 -Wall -Werror -Wno-unused-function -fsyntax-only -I. -I"$build" \
      $(flags gio-2.0 $(packages "$header")) -x c - >&2
  then echo "ok $n $header"
  else echo "not ok $n $header"
  fi
done
echo "1..$n"
