#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Usage: headers.sh SOURCE BUILD COMPILER... - does every header compile alone?
# One TAP line a header.
source=$1 build=$2
shift 2

n=0
packages='gio-2.0 json-glib-1.0 libpng libjpeg gegl-0.4 gimpui-2.0'
flags=
for package in $packages; do
  flags="$flags $(pkg-config --cflags "$package" 2>/dev/null)"
done

cd "$source" || exit 1
for header in $(find model imageio cli training plugin -name '*.h' | LC_ALL=C sort); do
  n=$((n + 1))
  case $header in
    plugin/*) pkg-config --exists gegl-0.4 gimpui-2.0 || { echo "ok $n $header # SKIP no GIMP"; continue; } ;;
  esac
  # shellcheck disable=SC2086
  if printf '#include "%s"\n#include "%s"\n' "$header" "$header" |
    "$@" -std=gnu11 -Wall -Werror -Wno-unused-function -fsyntax-only -I. -I"$build" $flags -x c - >&2
  then echo "ok $n $header"
  else echo "not ok $n $header"
  fi
done
echo "1..$n"
