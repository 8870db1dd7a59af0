#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Memory of the plug-in's process on a large gray layer: it streams, so size does not matter.  GIMP is
# given as many pixels in memory as it likes.
#
#   memory.sh VERSION PLUGIN MAKE-WEIGHTS [WIDTH HEIGHT [WEIGHTS]]      [6000 8000, a small network]
set -uo pipefail

plugin=$(realpath "$2") make_weights=$(realpath "$3")
width=${4:-6000} height=${5:-8000}
given=${6:+$(realpath "$6")}
limit=512 # MiB
here=$(realpath "$(dirname "$0")")
. "$here/tap.sh"
. "$here/profile.sh"

[ -z "${CG_SANITIZED:-}" ] || skip_all "sanitizers take memory of their own"
gimp_test "$1" "$plugin"
echo '(tile-cache-size 8g)' >>"$profile/gimprc"
"$make_weights" small.safetensors 4 || bail "no weights"

gimp_console -b "$(batch "(clean-large $width $height \"${given:-$work/small.safetensors}\"
                                       \"large.txt\")")" >gimp.log 2>&1 &
gimp=$!
peak=0
while kill -0 $gimp 2>/dev/null; do
  for process in $(plugin_processes); do
    now=$(awk '/^VmHWM/ { print $2 }' "/proc/$process/status" 2>/dev/null)
    [ "${now:-0}" -le $peak ] || peak=$now
  done
  sleep 0.1
done
check "the layer is cleaned" grep -qx "done " large.txt
echo "# $width x $height: at most $((peak / 1024)) MiB"
check "in less than $limit MiB" test $peak -gt 0 -a $peak -le $((limit * 1024))
finish
