#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What the dialog does besides cleaning: its help, weights that appear while it is open.
# With CG_SCREENSHOTS=FOLDER it leaves menu-VERSION.png and dialog-VERSION.png there; CG_PATIENCE=SECONDS
# is how long the preview may take for that.  plugin/screenshots came so:
#
#   CG_PATIENCE=10 CG_SCREENSHOTS=/tmp meson test -C build --suite long gimp-2.10-dialog
#
#   dialog.sh VERSION PLUGIN CLEARGRAIN PICTURE MAKE-WEIGHTS SOURCE
set -uo pipefail

plugin=$(realpath "$2") cleargrain=$(realpath "$3") picture=$(realpath "$4")
make_weights=$(realpath "$5") source=$(realpath "$6")
filter=$(basename "$plugin")
[ -z "${CG_SCREENSHOTS:-}" ] || CG_SCREENSHOTS=$(realpath "$CG_SCREENSHOTS")
here=$(realpath "$(dirname "$0")")
. "$here/tap.sh"
. "$here/profile.sh"
. "$here/screen.sh"

command -v "gimp-$1" >/dev/null || skip_all "GIMP $1 is not installed"
for tool in Xvfb xdotool openbox convert; do
  command -v $tool >/dev/null || skip_all "$tool is not installed"
done
profile_make "$1" "$plugin"
stock=$(pkg-config --variable=gimplibdir "gimp-${version%.10}.0")/plug-ins
cp -r "$source/plugin/help" "$profile/plug-ins/$filter/help"
mkdir "$profile/plug-ins/$filter/weights" "$profile/work"
cp "$source/weights/photo.safetensors" "$profile/plug-ins/$filter/weights"
for folder in help web-browser; do
  ln -s "$stock/$folder" "$profile/plug-ins/$folder"
done
echo '(help-browser web-browser)' >>"$profile/gimprc"
cd "$profile/work" || exit 1

# A browser that writes down what it was to show.
mkdir -p "$XDG_DATA_HOME/applications"
printf '#!/bin/sh\necho "$1" >"%s/shown"\n' "$PWD" >"$PWD/browser"
chmod +x browser
printf '[Desktop Entry]\nType=Application\nName=Browser\nExec=%s/browser %%u\nMimeType=text/html;\n' \
  "$PWD" >"$XDG_DATA_HOME/applications/browser.desktop"
printf '[Default Applications]\ntext/html=browser.desktop\nx-scheme-handler/file=browser.desktop\n' \
  | tee "$XDG_DATA_HOME/applications/mimeapps.list" >"$XDG_CONFIG_HOME/mimeapps.list"

# One of our renders without noise, larger and warmer, with noise in its colours.
convert "$source/tests/data/room-ref.png" -resize 300% -depth 8 -colorspace sRGB -type TrueColor \
  +level-colors '#1c140c','#fff2dc' -seed 1 -attenuate 0.5 +noise Gaussian PNG24:noisy.png
"$make_weights" mine.safetensors || bail "no weights"
"$cleargrain" --quiet --model mine.safetensors -o want.png noisy.png || bail "cleargrain failed"

window_start || bail "no screen"
gimp_window -b "$(batch '(watch "noisy.png" "done.png")')" >gimp.log 2>&1 &
gimp=$!
stop ()
{
  kill $gimp 2>/dev/null
  window_stop
  wait
  rm -rf "$profile"
}
trap stop EXIT
image='576x576.*GIMP' dialog='^Denoise \(Cleargrain\)$'

# The menu, entry by entry, by their keys.
show_menu ()
{
  focus "$image" 180 || return
  xdotool key --delay 400 alt+r h
  sleep 2
  shot "menu-$version"
  xdotool key --delay 200 Escape Escape Escape
}
open_dialog ()
{
  focus "$image" 120 || return
  xdotool key slash
  focus 'Search Actions' 30 || return
  xdotool type --delay 40 'denoise (cleargrain)'
  sleep 1.5
  xdotool key Return
  focus "$dialog" 60
}
is_saved () { "$picture" compare "$1" "$1" 0; }

[ -z "${CG_SCREENSHOTS:-}" ] || show_menu
check "the dialog opens" open_dialog
sleep "${CG_PATIENCE:-3}"
focus "$dialog"
shot "dialog-$version" "$window"
xdotool key alt+h
check "Help opens a page" wait_for 60 test -s shown
check "the filter's own" grep -q "/$filter/help/en/denoise.html" shown

mkdir -p "$XDG_DATA_HOME/cleargrain/weights"
cp mine.safetensors "$XDG_DATA_HOME/cleargrain/weights"
sleep 8 # GLib looks for a folder that was not there every few seconds
focus "$dialog"
xdotool key alt+m
sleep 1
xdotool key Up
sleep 1
focus "$dialog"
xdotool key alt+o
check "OK runs the filter" wait_for 180 is_saved done.png
check "with the weights that appeared" "$picture" compare want.png done.png 0
finish
