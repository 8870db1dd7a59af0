#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Usage: renders.sh CLEARGRAIN DATA - do the shipped weights bring every noisy
# render nearer to its reference?  One TAP line a picture.
cleargrain=$1 data=$2

"$cleargrain" models --describe photo >/dev/null 2>&1 || { echo "1..0 # SKIP no weights ship yet"; exit; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

psnr ()
{
  "$cleargrain" compare "$@" | sed 's/PSNR \([0-9.]*\) .*/\1/'
}

n=0
for noisy in "$data"/*-spp*.png; do
  n=$((n + 1)) name=$(basename "$noisy" .png)
  reference=${noisy%-spp*}-ref.png
  "$cleargrain" --quiet -m photo -o "$folder/$name.png" "$noisy"
  before=$(psnr "$reference" "$noisy")
  after=$(psnr "$reference" "$folder/$name.png")
  if awk "BEGIN { exit !(\"$after\" + 0 > \"$before\" + 1) }"
  then echo "ok $n $name: $before dB, then $after dB"
  else echo "not ok $n $name: $before dB, then $after dB"
  fi
done
echo "1..$n"
