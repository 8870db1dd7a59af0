#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The three commands of training/README.md on pairs of renders, and on clean pictures
# with an odd noise: measure, learn from shipped weights onwards, clean with the result.
# Usage: three-commands.sh CLEARGRAIN-TRAIN CLEARGRAIN SOURCE-FOLDER
set -u
train=$(realpath "$1")
clean=$(realpath "$2")
source=$(realpath "$3")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CLEARGRAIN_WEIGHTS="$source/weights"

result() { # STATUS WHAT
  n=$((n + 1))
  [ "$1" = 0 ] && echo "ok $n - $2" || echo "not ok $n - $2"
}

psnr() { # PICTURE PICTURE
  "$clean" compare "$1" "$2" | sed -n 's/.*PSNR \([0-9.]*\).*/\1/p'
}

above() { # NUMBER MARGIN NUMBER
  echo "# $1 wanted by $2 above $3"
  awk "BEGIN { exit !($1 > $3 + $2) }"
}

# What the verdict tells of OUT: by how much it is better.
gain() { # LOG
  sed -n 's/^beside photo-fast: better on your pictures by \([0-9.]*\) dB.*/\1/p' "$1" | grep . || echo 0
}

learn() { # OUT ARGUMENTS...
  out=$1
  shift
  "$train" run "$source/training/recipes/my-noise.ini" --init photo-fast --out "$out" -q \
    --set training.steps=90 --set training.warm-up=10 --set training.validate-every=30 \
    "$@" 2> "$out.log"
}

n=0
cd "$work" || exit 1
echo 1..8
mkdir -p ref noisy kept/ref kept/noisy
for scene in closeup room studio; do
  [ $scene = studio ] && to=kept || to=.
  cp "$source/tests/data/$scene-ref.png" "$to/ref/$scene.png"
  cp "$source/tests/data/$scene-spp4.png" "$to/noisy/$scene.png"
done

"$train" noise --measure noisy --clean ref > words 2> measure.log
result $? "noise of renders is measured"
grep -q "better learn from pairs, with --clean and --noisy" measure.log
result $? "it is said that words do not fit it"
learn render --clean ref --noisy noisy \
  --set data.validation=kept/ref --set data.validation-noisy=kept/noisy
result $? "learns from pairs"
above "$(gain render.log)" 0.5 0
result $? "says itself that it is better than the shipped weights"

"$clean" --model render/best.safetensors -o mine.png kept/noisy/studio.png
"$clean" --model photo-fast -o shipped.png kept/noisy/studio.png
above "$(psnr kept/ref/studio.png mine.png)" 0.5 "$(psnr kept/ref/studio.png shipped.png)"
result $? "and the command line finds it so"

"$train" noise --preview look.png --noise 'rows:12 + speckle:15'
result $? "an odd noise is shown"
learn odd --clean ref --noise 'rows:12 + speckle:15'
result $? "learns from clean pictures"
above "$(gain odd.log)" 0.5 0
result $? "says itself that it is better than the shipped weights"
