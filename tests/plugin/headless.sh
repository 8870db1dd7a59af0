#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The filter inside a GIMP without a window, against the command line's results.
#
#   headless.sh VERSION PLUGIN CLEARGRAIN PICTURE MAKE-WEIGHTS
set -uo pipefail

plugin=$(realpath "$2") cleargrain=$(realpath "$3") picture=$(realpath "$4")
make_weights=$(realpath "$5")
here=$(realpath "$(dirname "$0")")
. "$here/tap.sh"
. "$here/profile.sh"

gimp_test "$1" "$plugin"

"$make_weights" test.safetensors || bail "no weights"
weights=$work/test.safetensors
pictures="gray8 gray16 graya16 rgb8 rgb16 rgba8 rgba16"
for p in $pictures; do
  "$picture" make "${p%%[0-9]*}" "${p##*[a-z]}" 97 71 "$p.png" || bail "no picture"
  "$cleargrain" --quiet --model "$weights" -o "want-$p.png" "$p.png" || bail "cleargrain failed"
done
"$cleargrain" --quiet --model "$weights" --strength 0.25 -o want-weak.png rgb16.png \
  || bail "cleargrain failed"
"$cleargrain" --quiet --model "$weights" --grain-size 3 -o want-grain.png rgb16.png \
  || bail "cleargrain failed"

# Everything that must work, in one start of GIMP.
plain=
for p in $pictures; do
  plain+=" (clean-plain \"$p.png\" \"plain-$p.png\" 1.0 \"$weights\")"
done
rgb_precisions="200 550 650"   # linear 16 bit, half, float
gray_precisions="300 350 600"  # 32 bit linear and not, linear float
plain+=" (clean-precisions \"rgb16.png\" \"rgb\" \"$weights\" $rgb_precisions)"
plain+=" (clean-precisions \"graya16.png\" \"graya\" \"$weights\" $gray_precisions)"
selection="31 17 40 30"
gimp_console \
  -b "$(batch "$plain")" \
  -b "$(batch "(clean-plain \"rgb16.png\" \"weak.png\" 0.25 \"$weights\")")" \
  -b "$(batch "(clean-grain \"rgb16.png\" \"grain.png\" \"$weights\" 3)")" \
  -b "$(batch "(clean-selection \"gray16.png\" \"selection-gray16.png\" \"$weights\" $selection)")" \
  -b "$(batch "(clean-selection \"rgba8.png\" \"selection-rgba8.png\" \"$weights\" $selection)")" \
  -b "$(batch "(clean-offset \"rgb8.png\" \"offset.png\" \"$weights\")")" >gimp.log 2>&1

# What GIMP itself wrote down when it asked the plug-in for its procedures.
listed ()
{
  sed -n "/proc-def \"plug-in-cleargrain-denoise\"/,/proc-def \"[^p]/p" "$profile/gimp/pluginrc" \
    | grep -q "menu-path \"<Image>/Filters/Enhance" || { cat gimp.log; return 1; }
}
check "listed in a clean profile, under Filters > Enhance" listed
for p in $pictures; do
  check "$p is the command line's" "$picture" compare want-$p.png plain-$p.png 0
done
check "a quarter of the strength" "$picture" compare want-weak.png weak.png 0
check "coarse grain" "$picture" compare want-grain.png grain.png 0
for p in gray16 rgba8; do
  check "$p, inside a selection: the whole picture's result" \
    "$picture" compare want-$p.png selection-$p.png 1 only $selection
  check "$p, outside a selection: untouched" \
    "$picture" compare $p.png selection-$p.png 0 except $selection
done
check "a layer larger than the image" "$picture" compare want-rgb8.png offset.png 0
# What GIMP stores may be half a step of its precision away from the command line's floats.  Only
# columns that see no transparency: what fills it is mixed in the file's light, here linear.
columns=40
stored ()
{
  "$cleargrain" --quiet --model "$weights" --overwrite -o want.tif "$1-before-$2.tif" || return
  "$picture" stored "$2" want.tif "$1-after-$2.tif" $columns
}
for p in $rgb_precisions; do
  check "RGB in precision $p" stored rgb $p
done
for p in $gray_precisions; do
  check "gray and alpha in precision $p" stored graya $p
done

# What must be refused, each with its sentence and the picture as it was.
head -c 1000 "$weights" > broken.safetensors
refuse=()
refused ()
{
  refuse+=(-b "$(batch "(fail \"rgb8.png\" $2 $3 \"$4\" \"$1.txt\" \"\")")")
}
refused missing nothing 1.0 no-such-model
refused broken nothing 1.0 "$work/broken.safetensors"
refused strength nothing 1.5 "$weights"
refused indexed make-indexed 1.0 "$weights"
refused group make-group 1.0 "$weights"
refused locked lock 1.0 "$weights"
refused locked-parent lock-parent 1.0 "$weights"
gimp_console "${refuse[@]}" >refused.log 2>&1

# said TIMES TEXT: one message for each run.
said ()
{
  local times
  times=$(grep -c "^$2" refused.log)
  [ "$times" = "$1" ] || { echo "$times times: $2"; cat refused.log; return 1; }
}
for case in missing broken strength indexed group locked locked-parent; do
  check "$case: the picture is as it was" grep -qx "refused, changed: 0 " $case.txt
done
check "missing weights: one message, with the places looked at" \
  said 1 ".*no-such-model.*$XDG_DATA_HOME/cleargrain/weights"
check "broken weights: one message, with the file" said 1 "these weights cannot be used: $work/broken.safetensors: "
if [ "$version" = 2.10 ]; then # GIMP 3 knows the range and does not even ask us
  check "a strength out of range: one message" said 1 "strength must be 0 to 1, not 1.5"
fi
check "indexed colours: one message" said 1 "indexed colours cannot be denoised"
check "a layer group: one message" said 1 "a layer group cannot be denoised"
check "locked pixels: one message each" said 2 "the pixels of this layer are locked"

# The plug-in killed at work (which is also what GIMP's Cancel does).  The slowest kernels
# and a wide network give time to find it.
"$make_weights" slow.safetensors 64
"$picture" make rgb 8 1200 1000 large.png
# The process of a running filter, if it has computed for half a second.
busy_plugin ()
{
  local pid ticks
  for pid in $(plugin_processes); do
    ticks=$(awk '{ print $14 }' "/proc/$pid/stat" 2>/dev/null)
    [ "${ticks:-0}" -ge 50 ] && echo "$pid" && return
  done
  return 1
}
CLEARGRAIN_KERNELS=reference LANGUAGE=de gimp_console \
  -b "$(batch "(fail \"large.png\" nothing 1.0 \"$work/slow.safetensors\"
                    \"killed.txt\" \"killed.png\")")" \
  -b "$(batch "(clean-plain \"gray8.png\" \"after-kill.png\" 1.0 \"$weights\")")" \
  -b "$(batch "(fail \"gray8.png\" lock 1.0 \"$weights\" \"german.txt\" \"\")")" >killed.log 2>&1 &
gimp=$!
until victim=$(busy_plugin) || ! kill -0 $gimp 2>/dev/null; do
  sleep 0.1
done
check "found at work" kill -KILL "$victim"
wait $gimp
check "killed at work: the picture counts as unchanged" grep -qx "refused, changed: 0 " killed.txt
check "killed at work: every pixel is as it was" "$picture" compare large.png killed.png 0
check "the next run works" "$picture" compare want-gray8.png after-kill.png 0
if [ "$version" = 2.10 ]; then # the C library of later systems translates nothing in C.UTF-8
  check "in the user's language" grep -q "^die Pixel dieser Ebene sind gesperrt" killed.log
fi
check "no file is left" test -z "$(find "$TMPDIR" -type f)"
finish
