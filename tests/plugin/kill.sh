#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The plug-in killed at ten random moments, which is also what GIMP's Cancel does: the picture is as it
# was, or clean if the moment was too late; and nothing is left behind.
#
#   kill.sh VERSION PLUGIN PICTURE MAKE-WEIGHTS
set -uo pipefail

plugin=$(realpath "$2") picture=$(realpath "$3") make_weights=$(realpath "$4")
here=$(realpath "$(dirname "$0")")
. "$here/tap.sh"
. "$here/profile.sh"

gimp_test "$1" "$plugin"
"$make_weights" slow.safetensors 32 || bail "no weights"
"$picture" make rgba 8 500 400 noisy.png || bail "no picture"

# The whole run comes first, undisturbed, and tells how long one takes.
moments=10
runs=()
for i in $(seq 0 $moments); do
  runs+=(-b "$(batch "(fail \"noisy.png\" nothing 1.0 \"$work/slow.safetensors\" \"$i.txt\"
                            \"$i.png\")")")
done
CLEARGRAIN_KERNELS=reference gimp_console "${runs[@]}" >gimp.log 2>&1 &
gimp=$!

next_process
begin=$(milliseconds)
while kill -0 "$process" 2>/dev/null; do sleep 0.02; done
whole=$(($(milliseconds) - begin))
echo "# a whole run takes $whole ms"
while next_process; do
  moment=$((RANDOM * whole / 32768))
  sleep "$((moment / 1000)).$(printf %03d $((moment % 1000)))"
  kill -KILL "$process" 2>/dev/null && echo "# killed after $moment ms"
done
wait $gimp

check "the whole run is one" grep -qx "accepted " 0.txt
killed=0
for i in $(seq $moments); do
  case $(cat $i.txt) in
    accepted*)
      check "moment $i came too late: a whole result" "$picture" compare 0.png $i.png 0
      ;;
    *)
      killed=$((killed + 1))
      check "moment $i: the picture counts as unchanged" grep -qx "refused, changed: 0 " $i.txt
      check "moment $i: every pixel is as it was" "$picture" compare noisy.png $i.png 0
      ;;
  esac
done
check "$killed moments of $moments were in time" test $killed -ge 3
check "no file is left" test -z "$(find "$TMPDIR" "$XDG_CACHE_HOME/gegl-0.4" -type f 2>/dev/null)"
finish
