#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# debian/ keeps up with the rest: the version, and a package for every file that is installed.  (The
# packages themselves: ./dev deb, which takes some minutes.)
#
#   packages.sh SOURCE BUILD VERSION PREFIX
set -uo pipefail
here=$(realpath "$(dirname "$0")")
. "$here/../plugin/tap.sh"
cd "$1" || exit 1

versioned () { head -1 debian/changelog; head -1 debian/changelog | grep -qF "cleargrain ($version)"; }
# packages_of FILE: lines of debian/*.install it is under.
packages_of ()
{
  local line
  cat debian/*.install | while read -r line; do
    case $1 in "$line" | "$line"/*) echo "$line" ;; esac
  done
}
# installed: every file, as if the prefix were /usr.
installed ()
{
  meson introspect --installed "$1" | grep -o '": "[^"]*"' | sed "s|\": \"$2|/usr|; s|\": \"||; s|\"||; s|^/||"
}
packaged ()
{
  local file n=0
  while read -r file; do
    n=$((n + 1))
    [ "$(packages_of "$file" | wc -l)" = 1 ] || { echo "$file is in: $(packages_of "$file" | xargs)"; return 1; }
  done < <(installed "$1" "$2")
  [ $n -gt 5 ]
}

version=$3
check "the version of debian/changelog is that of meson.build" versioned
check "each installed file is in one package" packaged "$2" "$4"
finish
