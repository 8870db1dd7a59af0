#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Usage: renders.sh CLEARGRAIN DATA - do the shipped weights bring every noisy
# render nearer to its reference, those for renders most?  One TAP line a picture.
cleargrain=$1 data=$2

"$cleargrain" models --describe render >/dev/null 2>&1 || { echo "1..0 # SKIP no weights ship yet"; exit; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

psnr ()
{
  "$cleargrain" compare "$@" | sed 's/PSNR \([0-9.]*\) .*/\1/'
}

clean ()
{
  "$cleargrain" --quiet --overwrite -m "$1" -o "$folder/$1.png" "$2"
  psnr "$reference" "$folder/$1.png"
}

n=0
for noisy in "$data"/*-spp*.png; do
  n=$((n + 1)) name=$(basename "$noisy" .png)
  reference=${noisy%-spp*}-ref.png
  scores="$(psnr "$reference" "$noisy") $(clean photo "$noisy") $(clean render-fast "$noisy") $(clean render "$noisy")"
  if echo "$scores" | awk '{ exit !($2 > $1 + 1 && $3 > $1 + 3 && $3 > $2 && $4 > $1 + 3 && $4 > $2) }'
  then echo "ok $n $name: noisy, photo, render-fast, render $scores dB"
  else echo "not ok $n $name: noisy, photo, render-fast, render $scores dB"
  fi
done
echo "1..$n"
