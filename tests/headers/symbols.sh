#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Usage: symbols.sh NM LIBRARY... - is everything a library exports called cg_?
# One TAP line a library.
nm=$1
shift

n=0
for library; do
  n=$((n + 1)) name=${library##*/}
  symbols=$("$nm" --extern-only --defined-only --format=posix "$library" | awk 'NF > 1 { print $1 }')
  # AddressSanitizer doubles every global under a name of its own.
  strangers=$(printf '%s\n' "$symbols" | grep -Ev '^(__odr_asan\.)?cg_')
  if [ -z "$symbols" ]
  then echo "not ok $n $name exports nothing"
  elif [ -n "$strangers" ]
  then printf '%s\n' "$strangers" >&2; echo "not ok $n $name"
  else echo "ok $n $name"
  fi
done
echo "1..$n"
