#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The filter inside a GIMP 2.10 without a window, against the command line's results.
#
#   gimp2-headless.sh PLUGIN CLEARGRAIN PICTURE MAKE-WEIGHTS
set -uo pipefail

plugin=$(realpath "$1") cleargrain=$(realpath "$2") picture=$(realpath "$3")
make_weights=$(realpath "$4")
name=$(basename "$plugin")
here=$(realpath "$(dirname "$0")")
. "$here/tap.sh"
. "$here/gimp2-profile.sh"

command -v gimp-console-2.10 >/dev/null || skip_all "GIMP 2.10 is not installed"
gimp2_profile "$plugin"
work=$profile/work
mkdir "$work"
cd "$work" || exit 1

"$make_weights" test.safetensors || bail "no weights"
weights=$work/test.safetensors
for kind in gray graya rgb rgba; do
  for bits in 8 16; do
    "$picture" make $kind $bits 97 71 $kind$bits.png || bail "no picture"
    "$cleargrain" --quiet --model "$weights" -o want-$kind$bits.png $kind$bits.png \
      || bail "the command line failed on $kind$bits.png"
  done
done
"$cleargrain" --quiet --model "$weights" --strength 0.25 -o want-weak.png rgb16.png || bail "cleargrain"

# Everything that must work, in one start of GIMP.
script ()
{
  echo "(begin (load \"$here/gimp2-cases.scm\") $1)"
}

plain=
for kind in gray graya rgb rgba; do
  for bits in 8 16; do
    plain+=" (clean-plain \"$kind$bits.png\" \"plain-$kind$bits.png\" 1.0 \"$weights\")"
  done
done
precisions=
for precision in 200 300 350 550 600 650; do # 16 and 32 bit, half and float; linear or not
  precisions+=" (clean-precision \"rgb16.png\" \"precision-$precision.png\" \"$weights\" $precision)"
  precisions+=" (clean-precision \"graya16.png\" \"alpha-$precision.png\" \"$weights\" $precision)"
done
selection="31 17 40 30"
gimp2 \
  -b "$(script "(list-procedure \"listed.txt\")")" \
  -b "$(script "$plain")" \
  -b "$(script "(clean-plain \"rgb16.png\" \"weak.png\" 0.25 \"$weights\")")" \
  -b "$(script "(clean-plain \"rgb16.png\" \"nothing.png\" 0.0 \"$weights\")")" \
  -b "$(script "(clean-selection \"gray16.png\" \"selection-gray16.png\" \"$weights\" $selection)")" \
  -b "$(script "(clean-selection \"rgba8.png\" \"selection-rgba8.png\" \"$weights\" $selection)")" \
  -b "$(script "(clean-offset \"rgb8.png\" \"offset.png\" \"$weights\")")" \
  -b "$(script "$precisions")" \
  -b "(gimp-quit 0)" >gimp.log 2>&1

check "listed in a clean profile, under Filters > Enhance" \
  grep -q "^1.*<Image>/Filters/Enhance/Denoise (Cleargrain)" listed.txt
for kind in gray graya rgb rgba; do
  check "$kind 8 bit is the command line's" \
    "$picture" compare want-${kind}8.png plain-${kind}8.png 0
  check "$kind 16 bit is the command line's" \
    "$picture" compare want-${kind}16.png plain-${kind}16.png 1
done
check "a quarter of the strength" "$picture" compare want-weak.png weak.png 1
check "strength 0 changes nothing" "$picture" compare rgb16.png nothing.png 0
for name in gray16 rgba8; do
  check "inside a selection: the whole picture's result ($name)" \
    "$picture" compare want-$name.png selection-$name.png 1 only $selection
  check "outside a selection: untouched ($name)" \
    "$picture" compare $name.png selection-$name.png 0 except $selection
done
check "a layer larger than the image" "$picture" compare want-rgb8.png offset.png 0
for precision in 200 300 350 550 600 650; do
  # Half floats have 11 bits; linear 16-bit ones are coarse in the shadows.
  case $precision in 550) tolerance=40 ;; 200) tolerance=8 ;; *) tolerance=1 ;; esac
  check "RGB in precision $precision" \
    "$picture" compare want-rgb16.png precision-$precision.png $tolerance
  check "gray and alpha in precision $precision" \
    "$picture" compare want-graya16.png alpha-$precision.png $tolerance
done

# What must be refused, each with its sentence and the picture as it was.
head -c 1000 "$weights" > broken.safetensors
refuse ()
{
  script "(refuse \"rgb8.png\" \"$1.txt\" $2 \"$3\")"
}
call ()
{
  script "(let ((image (load-picture \"rgb8.png\"))) ($1 image) (denoise image $2 \"$3\"))"
}
gimp2 \
  -b "$(refuse missing nothing no-such-model)" -b "$(call nothing 1.0 no-such-model)" \
  -b "$(refuse broken nothing "$work/broken.safetensors")" \
  -b "$(call nothing 1.0 "$work/broken.safetensors")" \
  -b "$(refuse indexed make-indexed "$weights")" -b "$(call make-indexed 1.0 "$weights")" \
  -b "$(refuse group make-group "$weights")" -b "$(call make-group 1.0 "$weights")" \
  -b "$(refuse locked lock "$weights")" -b "$(call lock 1.0 "$weights")" \
  -b "$(refuse locked-parent lock-parent "$weights")" \
  -b "$(call nothing 1.5 "$weights")" \
  -b "(gimp-quit 0)" >refused.log 2>&1

# said TIMES TEXT: one message, once for each run.
said ()
{
  local times
  times=$(grep -c "^Error: Procedure execution of plug-in-cleargrain-denoise failed.*: $2" refused.log)
  [ "$times" = "$1" ] || { echo "$times times: $2"; grep ^Error: refused.log; return 1; }
}
for case in missing broken indexed group locked locked-parent; do
  check "$case: refused, and the picture is as it was" grep -qx "refused 0 " $case.txt
done
check "missing weights: one message, with the places looked at" \
  said 1 ".*no-such-model.*$XDG_DATA_HOME/cleargrain/weights"
check "broken weights: one message, with the file" said 1 "$work/broken.safetensors: "
check "indexed colours: one message" said 1 "indexed colours cannot be denoised"
check "a layer group: one message" said 1 "a layer group cannot be denoised"
check "locked pixels: one message" said 1 "the pixels of this layer are locked"
check "a strength out of range: one message" said 1 "strength must be 0 to 1, not 1.5"

# The plug-in killed at work (this is also what GIMP's Cancel does).  The slowest kernels
# and a wide network give time to find it.
"$make_weights" slow.safetensors 64
"$picture" make rgb 8 1200 1000 large.png
# The process of a running filter, if it has computed for half a second.
busy_plugin ()
{
  local file pid ticks
  for file in $(grep -lsa -- "$profile/plug-ins/$name/$name.*-run" /proc/[0-9]*/cmdline); do
    pid=${file#/proc/} pid=${pid%/cmdline}
    ticks=$(awk '{ print $14 }' "/proc/$pid/stat" 2>/dev/null)
    [ "${ticks:-0}" -ge 50 ] && echo "$pid" && return
  done
  return 1
}
CLEARGRAIN_KERNELS=reference gimp2 \
  -b "$(script "(interrupted \"large.png\" \"killed.txt\" \"killed.png\" \"$work/slow.safetensors\")")" \
  -b "$(script "(clean-plain \"gray8.png\" \"after-kill.png\" 1.0 \"$weights\")")" \
  -b "(gimp-quit 0)" >killed.log 2>&1 &
gimp=$!
until victim=$(busy_plugin) || ! kill -0 $gimp 2>/dev/null; do
  sleep 0.1
done
kill -KILL "${victim:-$gimp}" 2>/dev/null
wait $gimp
check "killed at work: the run failed and the picture counts as unchanged" \
  grep -qx "refused 0 " killed.txt
check "killed at work: every pixel is as it was" "$picture" compare large.png killed.png 0
check "the next run works" "$picture" compare want-gray8.png after-kill.png 0
check "no file is left" test -z "$(find "$TMPDIR" -type f)"
finish
