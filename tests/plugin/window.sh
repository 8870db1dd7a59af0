#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The filter in GIMP as a user meets it, in a window on a screen of our own: menu action, dialog, OK,
# one undo, redo, repeat.  GIMP has no undo for scripts, so this is also where one undo step is counted.
#
#   window.sh VERSION PLUGIN PICTURE MAKE-WEIGHTS
set -uo pipefail

plugin=$(realpath "$2") picture=$(realpath "$3") make_weights=$(realpath "$4")
here=$(realpath "$(dirname "$0")")
. "$here/tap.sh"
. "$here/profile.sh"
. "$here/screen.sh"

window_test "$1" "$plugin"
mkdir weights
export CLEARGRAIN_WEIGHTS=$work/weights
"$make_weights" weights/photo.safetensors || bail "no weights"
"$picture" make rgb 8 400 300 noisy.png || bail "no picture"
"$make_weights" weights/other.safetensors 4

gimp_console -b "$(batch '(clean-plain "noisy.png" "want.png" 0.5 "photo")
                          (clean-plain "noisy.png" "want-full.png" 1.0 "photo")')" >want.log 2>&1

start_gimp '(watch "noisy.png" "done.png" "undone.png" "redone.png" "undone-2.png"
  "repeated.png" "undone-3.png" "remembered.png" "undone-4.png" "reset.png" "undone-5.png"
  "shown-again.png")'
image='400x300.*GIMP' # GIMP 3 does not show the file's name

undo ()
{
  press ctrl+z
  wait_for 180 is_saved "$1"
}

check "the dialog opens" open_dialog
sleep 2
shot gimp-$version-dialog
focus "$dialog"
xdotool key Escape
check "Escape closes it" wait_for 180 no_window "$dialog"
sleep 0.5
check "Escape changes nothing" test ! -e done.png

check "the dialog opens again" open_dialog
sleep 2
set_value t 0.5
set_value u 0.5
shot gimp-$version-half
xdotool key alt+o
check "OK runs the filter" wait_for 180 is_saved done.png
check "with the chosen strengths" "$picture" compare want.png done.png 0
check "one undo takes the picture back to where it was" undo undone.png
check "every pixel of it" "$picture" compare noisy.png undone.png 0
press ctrl+y
check "redo" wait_for 180 is_saved redone.png
check "redo gives the result again" "$picture" compare want.png redone.png 0

check "undo again" undo undone-2.png
press ctrl+f
check "repeat" wait_for 180 is_saved repeated.png
check "repeat gives the same result" "$picture" compare want.png repeated.png 0

undo undone-3.png
open_dialog
xdotool key alt+o
check "the dialog remembers" wait_for 180 is_saved remembered.png
check "the values it had" "$picture" compare want.png remembered.png 0

undo undone-4.png
open_dialog
sleep 2
xdotool key alt+r
sleep 1
[ "$version" = 2.10 ] || xdotool key Tab Return # a menu: to factory defaults
sleep 1
shot gimp-$version-reset
xdotool key alt+o
check "Reset" wait_for 180 is_saved reset.png
check "goes back to the full strength" "$picture" compare want-full.png reset.png 0

undo undone-5.png
press ctrl+shift+f
check "Re-show opens the dialog" focus "$dialog" 180
sleep 2
set_value t 0.5
set_value u 0.5
xdotool key alt+o
check "Re-show runs the filter" wait_for 180 is_saved shown-again.png
check "with the values chosen now" "$picture" compare want.png shown-again.png 0

# In another session, and from a script, whose own values do not count.
end_gimp
gimp_console -b "$(batch '(clean-last "noisy.png" "last.png")')" >last.log 2>&1
check "the last values" "$picture" compare want.png last.png 0
finish
