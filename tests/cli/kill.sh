#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Killed at random, again and again, and run to the end: the same bytes as a run
# that nobody disturbed.
. "$(dirname "$0")/tap.sh" "$@"
m="--model blur.safetensors --threads 1 -r"
kills=20
mkdir many many/sub
for i in $(seq 100 159)
do
  "$tool" picture many/$i.png $i 100 3 16 20
done
for i in $(seq 10 29)
do
  "$tool" picture many/sub/$i.tif 140 100 4 8 20
  "$tool" picture many/sub/$i.jpg 150 100 1 8 20
done
echo broken > many/broken.png
start=$(date +%s.%N)
run 1 "an undisturbed run" $m -o whole many
end=$(date +%s.%N)

# Up to a seventh of that time, the same shares of it every time; mostly kill -9.
awk -v n=$kills -v time="$(echo "$end $start" | awk '{ print $1 - $2 }')" 'BEGIN {
  srand (7)
  for (i = 0; i < n; i++)
    print rand () * time / 7, i % 4 == 3 ? "TERM" : "KILL"
}' > plan
killed=0
while read -r delay signal
do
  "$cleargrain" $m -o killed --skip-existing many 2> said &
  child=$!
  sleep "$delay"
  kill -"$signal" $child 2> said && killed=$((killed + 1))
  wait $child 2> said
  for picture in killed/*.png
  do
    [ ! -e "$picture" ] || cmp -s "$picture" "whole/${picture#killed/}" ||
      report 1 "$picture is whole after a $signal"
  done
done < plan
echo "# $killed runs were killed, $(find killed -type f | wc -l) files were there before the last"
check "runs were killed" [ $killed -ge $((kills / 2)) ]
run 1 "run to the end" $m -o killed --skip-existing many
check "the same files, the same bytes" diff -r whole killed
check "and nothing else" clean
done_testing
