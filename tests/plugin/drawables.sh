#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every kind of drawable a filter in GIMP can be given, without a window: all precisions, layer masks,
# channels, soft selections; in GIMP 3 also several layers and the effect.  The command line's results
# are those to reach.
#
#   drawables.sh VERSION PLUGIN CLEARGRAIN PICTURE MAKE-WEIGHTS [GEGL-OPERATION]
set -uo pipefail

plugin=$(realpath "$2") cleargrain=$(realpath "$3") picture=$(realpath "$4")
make_weights=$(realpath "$5") operation=${6:+$(realpath "$6")}
here=$(realpath "$(dirname "$0")")
. "$here/tap.sh"
. "$here/profile.sh"

gimp_test "$1" "$plugin"
"$make_weights" test.safetensors || bail "no weights"
weights=$work/test.safetensors

clean ()
{
  "$cleargrain" --quiet --overwrite --model "$weights" "$@" || bail "cleargrain failed"
}

# GIMP's numbers: linear and perceptual light in 8, 16, 32 bits, half and float.
precisions="100 150 200 250 300 350 500 550 600 650"
[ "$version" = 2.10 ] || precisions+=" 275" # perceptual, where that is not the display's curve
kinds="gray graya rgb rgba"
arguments=()
for kind in $kinds; do
  "$picture" make $kind 16 67 53 $kind.png || bail "no picture"
  arguments+=(-b "$(batch "(clean-precisions \"$kind.png\" \"$kind\" \"$weights\" $precisions)")")
done
arguments+=(
  -b "$(batch "(clean-mask \"gray.png\" \"mask.tif\" \"mask-clean.tif\" \"$weights\")")"
  -b "$(batch "(clean-channel \"rgb.png\" \"channel.tif\" \"channel-clean.tif\" \"$weights\")")"
)
"$picture" make rgb 16 120 80 soft.png
"$picture" make rgba 16 120 80 soft-alpha.png
for p in soft soft-alpha; do
  clean -o $p-want.png $p.png
  arguments+=(-b "$(batch "(clean-soft \"$p.png\" \"$p-clean.png\" \"$weights\")")")
done
if [ "$version" = 3 ]; then
  "$picture" make rgb 16 97 71 first.png
  "$picture" make rgba 16 97 71 second.png # GIMP gives it alpha, anyway
  arguments+=(
    -b "$(batch "(clean-two \"first.png\" \"second.png\" \"first-clean.tif\" \"second-clean.tif\"
                            \"$weights\")")"
    -b "$(batch "(fail-two \"first.png\" \"second.png\" \"$weights\" \"locked.txt\")")"
  )
fi
if [ "$version" = 3 ] && [ "$operation" ]; then
  mkdir -p "$XDG_DATA_HOME/gegl-0.4/plug-ins"
  cp "$operation" "$XDG_DATA_HOME/gegl-0.4/plug-ins"
  "$picture" make rgba 16 700 150 effect.png
  arguments+=(-b "$(batch "(clean-effect \"effect.png\" \"effect-clean.png\" \"effect-off.png\"
                                         \"effect-merged.png\" 0.5 \"$weights\")")")
fi
gimp_console "${arguments[@]}" >gimp.log 2>&1
grep 'Error:\|cleargrain:denoise' gimp.log | sed 's/^/# GIMP: /'

# What GIMP stores may be half a step of its precision away from the command line's floats.  Only
# columns that see no transparency: what fills it is mixed in the file's light, here linear.
columns=40
stored ()
{
  local precision=$1 before=$2 after=$3
  clean -o want.tif "$before"
  "$picture" stored "$precision" want.tif "$after" $columns
}
for kind in $kinds; do
  for p in $precisions; do
    check "$kind in precision $p" stored $p $kind-before-$p.tif $kind-after-$p.tif
  done
done
for p in mask channel; do # of 16 bits, linear
  check "a $p" stored 200 $p.tif $p-clean.tif
done

differ ()
{
  ! "$picture" compare "$@"
}
for p in soft soft-alpha; do
  check "$p selection: clean in the middle" \
    "$picture" compare $p-want.png $p-clean.png 1 only 47 32 6 6
  check "$p selection: untouched outside" "$picture" compare $p.png $p-clean.png 0 except 4 0 92 76
  check "$p selection: something in between at its edge" \
    "$picture" between $p.png $p-want.png $p-clean.png 1
  check "$p selection: not all or nothing" differ $p-want.png $p-clean.png 1 only 16 30 8 10
  check "$p selection: nor nothing" differ $p.png $p-clean.png 1 only 16 30 8 10
done

if [ "$version" = 3 ]; then
  for p in first second; do
    clean --depth float -o $p.tif $p.png
    check "two layers in one run: the $p" "$picture" stored 250 $p.tif $p-clean.tif 97
  done
  check "two layers, one locked: neither is changed" grep -qx "refused, changed: 0 " locked.txt
fi
if [ "$version" = 3 ] && [ "$operation" ]; then
  clean --strength 0.5 -o want.png effect.png
  check "as a layer effect" "$picture" compare want.png effect-clean.png 1
  check "the effect taken away: the picture as it was" \
    "$picture" compare effect.png effect-off.png 0
  check "the effect merged" "$picture" compare want.png effect-merged.png 1
fi
check "no file is left" test -z "$(find "$TMPDIR" "$XDG_CACHE_HOME" -type f -name '*swap*')"
finish
