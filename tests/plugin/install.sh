#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# ./dev install-plugin and uninstall-plugin in a home of the test's own: what goes where, and that GIMP
# and the filter find it there.
#
#   install.sh VERSION PLUGIN CLEARGRAIN PICTURE SOURCE
set -uo pipefail

plugin=$(realpath "$2") cleargrain=$(realpath "$3") picture=$(realpath "$4") source=$(realpath "$5")
here=$(realpath "$(dirname "$0")")
filter=$(basename "$plugin")
. "$here/tap.sh"
. "$here/profile.sh"

command -v "gimp-console-$1" >/dev/null || skip_all "GIMP $1 is not installed"
profile_make "$1" "$plugin"
rm -r "$profile/plug-ins/$filter" # as after a plain installation of GIMP
unset XDG_CONFIG_HOME GIMP2_DIRECTORY GIMP3_DIRECTORY
build=$profile/build config=$HOME/.config/GIMP flatpak=$HOME/.var/app/org.gimp.GIMP/config/GIMP
major=${1%.10}
mkdir -p "$build/plugin/gimp$major"
cp "$plugin" "$build/plugin/gimp$major"
cp -r "$(dirname "$plugin")/../po" "$build/plugin/po"
case $major in
  2) this=2.10 other=3.0 other_major=3 ;;
  3) this=$(pkg-config --modversion gimp-3.0 | sed 's/\.[0-9]*$//') other=2.10 other_major=2 ;;
esac

install () { "$source/plugin/profile" install "$build" >"$profile/said" 2>&1; }
uninstall () { "$source/plugin/profile" uninstall >"$profile/said" 2>&1; }
said () { grep -qF -- "$1" "$profile/said" || { cat "$profile/said"; return 1; }; }
files () { (cd "$HOME" && find . | LC_ALL=C sort); }
whole ()
{
  [ -x "$1/$filter" ] && [ -f "$1/weights/photo.safetensors" ] && [ -f "$1/help/help.css" ] \
    && [ -f "$1/help/en/denoise.html" ] && [ -f "$1/help/de/gimp-help.xml" ] \
    && [ -f "$1/locale/de/LC_MESSAGES/$filter.mo" ] || { find "$1"; return 1; }
}

# A GIMP that never ran makes its profile itself, and must be told to end, each in its own way.
case $major in 2) end=gimp-quit ;; 3) end=--quit ;; esac
mkdir "$profile/bin"
printf '#!/bin/sh\ncase "$*" in *%s*) mkdir -p "%s" ;; esac\n' "$end" "$config/$this" \
  >"$profile/bin/gimp-console-$1"
chmod +x "$profile/bin/gimp-console-$1"
PATH=$profile/bin:$PATH
check "a GIMP that never ran is started once" install
check "which is told" said "starting it once to make $config/$this"
check "then its profile has the filter" whole "$config/$this/plug-ins/$filter"
check "which is told, too" said "installed in $config/$this/plug-ins/$filter"
uninstall
rm "$profile/bin/gimp-console-$1"
hash -r

# Profiles of all kinds.
mkdir -p "$config/$other" "$flatpak/$this"
before=$(files)
check "it installs" install
check "in the profile" whole "$config/$this/plug-ins/$filter"
check "in Flatpak's" whole "$flatpak/$this/plug-ins/$filter"
check "the other GIMP gets nothing" test ! -e "$config/$other/plug-ins"
check "and it is told why" said "not in $config/$other: $build has no plug-in for GIMP $other_major"
mkdir -p "$build/plugin/gimp$other_major"
cp "$plugin" "$build/plugin/gimp$other_major/$filter"
check "with plug-ins for both" install
check "the other GIMP gets its own" whole "$config/$other/plug-ins/$filter"

# GIMP with that profile, and nothing else to find weights by.
cd "$profile" || exit 1
sed -i "s|(plug-in-path .*|(plug-in-path \"$profile/plug-ins:\${gimp_dir}/plug-ins\")|" gimprc
"$picture" make rgb 16 61 47 noisy.png
"$cleargrain" --quiet --model "$source/weights/photo.safetensors" -o want.png noisy.png
gimp_console -b "$(batch '(clean-plain "noisy.png" "got.png" 1.0 "")')" >gimp.log 2>&1
check "GIMP finds the filter, and the filter its weights" "$picture" compare want.png got.png 1

# What the page says to type, word for word.
cp gimprc "$config/$this"
case $major in
  2) examples=("Script-Fu in GIMP 2.10") ;;
  3)
    examples=("Script-Fu in GIMP 3" "Python-Fu in GIMP 3")
    ln -s "$(pkg-config --variable=gimplibdir gimp-3.0)/plug-ins/python-eval" plug-ins
    ;;
esac
example ()
{
  awk -v title="$1" 'index ($0, title) == 1 { on = 1 }
                     on && /^    / { print substr ($0, 5); code = 1 }
                     on && code && /^$/ { exit }' "$source/plugin/README.md"
}
"$cleargrain" --quiet --model "$source/weights/photo.safetensors" --strength 0.8 --colour-strength 1 \
  -o want-0.8.png noisy.png
for title in "${examples[@]}"; do
  rm -f clean.png
  bash -c "$(example "$title")" </dev/null >>gimp.log 2>&1
  check "README, $title" "$picture" compare want-0.8.png clean.png 1
done

cp "$profile/want.png" "$flatpak/$this/plug-ins/$filter/weights/mine" # any file of the user's
rm -rf "$config/$this" && mkdir "$config/$this"

check "it uninstalls" uninstall
check "where files of the user's were, the rest stays" \
  said "removed what was ours in $flatpak/$this/plug-ins/$filter"
check "namely the user's" test -f "$flatpak/$this/plug-ins/$filter/weights/mine"
rm -r "$flatpak/$this/plug-ins/$filter"
rmdir "$config/$other/plug-ins" "$flatpak/$this/plug-ins" "$config/$this/plug-ins" 2>/dev/null
mkdir -p "$config/$this/plug-ins" # as GIMP has it
check "nothing else was touched" diff <(echo "$before") <(files)
check "and nothing is left to remove" uninstall
check "which is told" said "nothing to remove"
finish
