#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A new user: the filter put into a fresh profile as ./dev install-plugin does, GIMP in a window, a 16-bit
# gray TIFF, then a 16-bit RGBA PNG with a soft selection.  Split, slider, OK, undo, repeat; and
# the command line's pixels.
#
#   newcomer.sh VERSION PLUGIN CLEARGRAIN PICTURE SOURCE
set -uo pipefail

plugin=$(realpath "$2") cleargrain=$(realpath "$3") picture=$(realpath "$4") source=$(realpath "$5")
filter=$(basename "$plugin")
here=$(realpath "$(dirname "$0")")
. "$here/tap.sh"
. "$here/profile.sh"
. "$here/screen.sh"

window_test "$1" "$plugin"
rm -r "$profile/plug-ins/$filter"
unset XDG_CONFIG_HOME GIMP2_DIRECTORY GIMP3_DIRECTORY
sed -i "s|(plug-in-path .*|(plug-in-path \"$profile/plug-ins:\${gimp_dir}/plug-ins\")|" \
  "$profile/gimprc"

# install-plugin, for the GIMP of this test alone.
major=${version%.10}
mkdir -p "$profile/build/plugin/gimp$major"
cp "$plugin" "$profile/build/plugin/gimp$major"
cp -r "$(dirname "$plugin")/../po" "$profile/build/plugin/po"
check "it installs into a fresh profile" "$source/plugin/profile" install "$profile/build"

"$picture" make gray 16 300 220 gray.tif && "$picture" make rgba 16 300 220 rgba.png \
  || bail "no pictures"
for strength in 1 0.5; do
  for file in gray.tif rgba.png; do
    "$cleargrain" --quiet --model "$source/weights/photo.safetensors" --strength $strength \
      -o "want-$strength-${file%.*}.png" $file || bail "cleargrain failed"
  done
done
case $version in
  2.10) load='(car (gimp-file-load RUN-NONINTERACTIVE path path))' ;;
  3) load='(gimp-file-load RUN-NONINTERACTIVE path)' ;;
esac
selected="(define (load-picture path)
  (let ((image $load))
    (gimp-image-select-ellipse image CHANNEL-OP-REPLACE 20 20 150 150)
    (gimp-selection-feather image 12)
    image))"

image='300x220.*GIMP'
start_gimp '(watch "gray.tif" "done.png" "undone.png" "again.png")'
check "TIFF: the dialog opens" open_dialog
sleep "${CG_PATIENCE:-3}"
xdotool key alt+i Home
sleep 1
shot "newcomer-$version-cleaned"
xdotool key End
sleep 1
shot "newcomer-$version-before"
set_value t 0.5
xdotool key alt+o
check "TIFF: OK" wait_for 180 is_saved done.png
check "TIFF: the command line's pixels" "$picture" compare want-0.5-gray.png done.png 0
press ctrl+z
check "TIFF: one undo" wait_for 180 is_saved undone.png
check "TIFF: takes all back" "$picture" compare gray.tif undone.png 0
press ctrl+f
check "TIFF: repeat" wait_for 180 is_saved again.png
check "TIFF: gives the same" "$picture" compare done.png again.png 0
end_gimp

start_gimp "$selected (watch \"rgba.png\" \"soft.png\" \"soft-undone.png\")"
open_dialog
sleep "${CG_PATIENCE:-3}"
set_value t 1
shot "newcomer-$version-selection"
xdotool key alt+o
check "PNG, soft selection: OK" wait_for 180 is_saved soft.png
press ctrl+z
check "PNG, soft selection: one undo" wait_for 180 is_saved soft-undone.png
end_gimp
check "the command line's pixels inside" "$picture" compare want-1-rgba.png soft.png 1 only 75 75 40 40
check "as it was outside" "$picture" compare rgba.png soft.png 0 except 0 0 190 190
softly ()
{
  ! "$picture" compare want-1-rgba.png soft.png 1 only 25 90 10 10 \
    && ! "$picture" compare rgba.png soft.png 1 only 25 90 10 10
}
check "and between the two at the edge" softly
check "undone: as it was" "$picture" compare rgba.png soft-undone.png 0
finish
