#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Shares at the same time, by GNU parallel, into one folder.
. "$(dirname "$0")/tap.sh" "$@"
if ! parallel --version 2> /dev/null | grep -q '^GNU parallel'; then
  echo "1..0 # SKIP there is no GNU parallel"
  exit 0
fi
mkdir frames frames/sub
for i in 1 2 3 4 5 6
do
  "$tool" picture frames/$i.png $((i * 30)) 80 1 8 20
  cp frames/$i.png "frames/sub/two words $i.png"
done
run 0 "by one" --model blur.safetensors -r -o whole frames
export HOME="$work"
seq 3 | parallel --will-cite -j 3 "$cleargrain" --model blur.safetensors -r -o out --threads 1 \
  --shard {}/3 frames > printed 2> said
report $? "by three"
check "the same frames" diff -r whole out
done_testing
