#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Cancel in GIMP's progress bar, clicked at ten random moments: the picture is as it was, or clean if
# the moment was too late; and nothing is left behind.
#
#   cancel.sh VERSION PLUGIN PICTURE MAKE-WEIGHTS
set -uo pipefail

plugin=$(realpath "$2") picture=$(realpath "$3") make_weights=$(realpath "$4")
here=$(realpath "$(dirname "$0")")
. "$here/tap.sh"
. "$here/profile.sh"
. "$here/screen.sh"

window_test "$1" "$plugin"
mkdir weights
export CLEARGRAIN_WEIGHTS=$work/weights CLEARGRAIN_KERNELS=reference # slow, to have the time
"$make_weights" weights/photo.safetensors 32 || bail "no weights"
"$picture" make rgba 8 500 400 noisy.png || bail "no picture"

moments=10
start_gimp "(answer \"noisy.png\" \"whole\"$(printf ' "%d"' $(seq $moments)))"
image='500x400.*GIMP'

# ask NAME: NAME.png, the picture of now, and NAME.txt, whether it counts as changed.
ask ()
{
  touch "$1.ask"
  wait_for 180 is_saved "$1.png"
}
gone () { ! kill -0 "$process"; }

# At the right end of the status bar.
click_cancel ()
{
  local WIDTH HEIGHT
  find_window "$image"
  eval "$(xdotool getwindowgeometry --shell "$window" | grep 'WIDTH\|HEIGHT')"
  xdotool mousemove --window "$window" $((WIDTH - 58)) $((HEIGHT - 18)) mousemove_relative 2 1 click 1
}

cancel ()
{
  click_cancel
  sleep 0.5
  gone
}

check "the dialog opens" open_dialog
next_process
xdotool key alt+o
wait_for 180 gone
check "an undisturbed run" ask whole
check "changes the picture" grep -q 1 whole.txt
press ctrl+z
press ctrl+f
next_process
begin=$(milliseconds)
sleep 0.5
shot "cancel-$version"
wait_for 180 gone
whole=$(($(milliseconds) - begin))
echo "# a whole run takes $whole ms"
press ctrl+z
sleep 1
find . -type f | sort >before

cancelled=0
for i in $(seq $moments); do
  press ctrl+f
  next_process
  moment=$((RANDOM * whole / 32768 / 2)) # other runs may be quicker
  sleep "$((moment / 1000)).$(printf %03d $((moment % 1000)))"
  wait_for 180 cancel # the button comes with the progress
  check "moment $i, $moment ms" ask $i
  if grep -q 1 $i.txt; then
    check "moment $i came too late: a whole result" "$picture" compare whole.png $i.png 0
    press ctrl+z
    sleep 1
  else
    cancelled=$((cancelled + 1))
    check "moment $i: every pixel is as it was" "$picture" compare noisy.png $i.png 0
  fi
done
check "$cancelled moments of $moments were in time" test $cancelled -ge 3
rm -f [0-9]*.ask [0-9]*.png [0-9]*.txt
check "no file is left" diff before <(find . -type f | sort)
check "nor among temporary files" test -z "$(find "$TMPDIR" -type f -not -name '*swap*')"
finish
