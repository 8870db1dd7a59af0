#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every string of the filter is translated, none is fuzzy or left over, and no two widgets of the dialog
# share a key.
#
#   translations.sh SOURCE
set -uo pipefail
here=$(realpath "$(dirname "$0")")
. "$here/tap.sh"

cd "$1" || exit 1
command -v xgettext >/dev/null || skip_all "gettext is not installed"
pot=$(mktemp)
trap 'rm -f "$pot"' EXIT
xgettext --keyword=_ --keyword=N_ --from-code=UTF-8 --output="$pot" --files-from=plugin/po/POTFILES

listed ()
{
  diff <(grep -rlE '\bN?_ \("' plugin --include='*.c' --include='*.h' | LC_ALL=C sort) \
    <(LC_ALL=C sort plugin/po/POTFILES)
}
translated () { msgcmp "plugin/po/$1.po" "$pot"; }
# msgmerge marks what it does not find again.
needed () { ! msgmerge --quiet --output-file=- "plugin/po/$1.po" "$pot" | grep '^#~'; }
well_formed ()
{
  msgfmt --check-format --check-header --check-accelerators=_ --output-file=/dev/null "plugin/po/$1.po"
}
# GIMP 2.10's dialog, whose labels end in a colon, and its buttons; GIMP 3 has the same.
keys_differ ()
{
  local label keys
  keys=$(for label in _Model: S_trength: "Colo_ur strength:" Spl_it: "_Grain size:" _Reset _Cancel _OK; do
    sed -n "/^msgid \"$label\"/ { n; s/.*_\(.\).*/\1/p }" "plugin/po/$1.po" | tr '[:upper:]' '[:lower:]'
  done)
  echo "$keys"
  [ "$(sort -u <<<"$keys" | wc -l)" = 8 ]
}

# The page of help has in every language what it has in English, and names the controls as the dialog does.
page ()
{
  local label language=$1
  diff <(grep -o '<[a-z0-9]*' plugin/help/en/denoise.html) \
    <(grep -o '<[a-z0-9]*' "plugin/help/$language/denoise.html") || return
  for label in Spl_it: _Model: S_trength: "Colo_ur strength:" "_Grain size:" _Reset; do
    label=$(sed -n "/^msgid \"$label\"/ { n; s/^msgstr \"\(.*\)\"/\1/p }" "plugin/po/$language.po" |
      sed 's/(_.)//; s/_//; s/ *[:：]$//')
    grep -qF "<dt>$label</dt>" "plugin/help/$language/denoise.html" || { echo "no $label"; return 1; }
  done
  grep -qF "<title>$(sed -n '/^msgid "Denoise (Cleargrain)"/ { n; s/^msgstr "\(.*\)"/\1/p }' \
    "plugin/po/$language.po")</title>" "plugin/help/$language/denoise.html"
}

check "POTFILES lists every file with words" listed
while read -r language; do
  check "$language: nothing is missing or fuzzy" translated "$language"
  check "$language: nothing is left over" needed "$language"
  check "$language: well formed" well_formed "$language"
  check "$language: every key is one widget's" keys_differ "$language"
  check "$language: the page of help is whole" page "$language"
done <plugin/po/LINGUAS
finish
