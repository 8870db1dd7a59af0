#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What the dialog does besides cleaning: its help, weights that appear or change while it is open.
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

command -v convert >/dev/null || skip_all "convert is not installed"
window_test "$1" "$plugin"
stock=$(pkg-config --variable=gimplibdir "gimp-${version%.10}.0")/plug-ins
cp -r "$source/plugin/help" "$profile/plug-ins/$filter/help"
mkdir "$profile/plug-ins/$filter/weights"
cp "$source/weights/photo.safetensors" "$profile/plug-ins/$filter/weights"
for folder in help web-browser; do
  ln -s "$stock/$folder" "$profile/plug-ins/$folder"
done
printf '(help-browser web-browser)\n(help-locales "de:en")\n' >>"$profile/gimprc"

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

start_gimp '(watch "noisy.png" "done.png")'
image='576x576.*GIMP'

# The menu, entry by entry, by their keys.
show_menu ()
{
  focus "$image" 180 || return
  xdotool key --delay 400 alt+r h
  sleep 2
  shot "menu-$version"
  xdotool key --delay 200 Escape Escape Escape
}
[ -z "${CG_SCREENSHOTS:-}" ] || show_menu
check "the dialog opens" open_dialog
sleep "${CG_PATIENCE:-3}"
focus "$dialog"
shot "dialog-$version" "$window"
xdotool key alt+h
check "Help opens a page" wait_for 180 test -s shown
check "the filter's own, in the language of choice" grep -q "/$filter/help/de/denoise.html" shown

mkdir -p "$XDG_DATA_HOME/cleargrain/weights"
cp mine.safetensors "$XDG_DATA_HOME/cleargrain/weights"
sleep 8 # GLib looks for a folder that was not there every few seconds
focus "$dialog"
xdotool key alt+m
sleep 1
xdotool key Up
sleep 1
focus "$dialog"

# Much of the preview, both its sides.
preview () { import -silent -window "$window" -crop 400x250+60+60 +repage rgb:- | md5sum; }
looks () { [ "$(preview)" = "$1" ]; }
looks_otherwise () { [ "$(preview)" != "$1" ]; }
sleep "${CG_PATIENCE:-3}"
shown=$(preview)
cp mine.safetensors keep
"$make_weights" "$XDG_DATA_HOME/cleargrain/weights/mine.safetensors" 4
check "other weights in the same file: another preview" wait_for 180 looks_otherwise "$shown"
cp keep "$XDG_DATA_HOME/cleargrain/weights/mine.safetensors"
check "the old ones again: as it was" wait_for 180 looks "$shown"

xdotool key alt+o
check "OK runs the filter" wait_for 180 is_saved done.png
check "with the weights that appeared" "$picture" compare want.png done.png 0
finish
