#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Ctrl-C, SIGTERM and kill -9 leave whole files only.
. "$(dirname "$0")/tap.sh" "$@"
"$tool" picture big.png 3000 2000 1 8 20
for i in 1 2 3 4 5 6 7 8 9
do
  ln -s big.png "$i.png"
done

# interrupted SIGNAL STATUS: ends soon, with STATUS, leaving whole pictures.
interrupted ()
{
  rm -rf out
  # In the background the shell has SIGINT ignored; it is heard all the same.
  "$cleargrain" --model blur.safetensors --threads 1 -o out --failed-list undone \
    [1-9].png nowhere.png > printed 2> said &
  child=$!
  n=0
  while [ ! -e out/1.png ] && [ $n -lt 600 ]; do sleep 0.05; n=$((n + 1)); done
  kill -"$1" $child
  wait $child
  status=$?
  [ $status = "$2" ]
  report $? "$1 ends with $2 (got $status)"
  check "$1 leaves no temporary file" clean
  for picture in out/*.png
  do
    check "$1: $picture is whole" "$tool" kind "$picture"
  done
  check "$1 stops before the end" absent out/9.png
  for i in 1 2 3 4 5 6 7 8 9
  do
    [ -e out/$i.png ] || printf '%s.png\tout/%s.png\n' $i $i
  done > wanted
  printf 'nowhere.png\tout/nowhere.png\n' >> wanted
  check "$1: what is not done is listed" diff wanted undone
}
interrupted INT 130
interrupted TERM 143

# kill -9 at any moment, and finish by running it again.
mkdir many
for i in 01 02 03 04 05 06 07 08 09 10 11 12
do
  "$tool" picture many/$i.png 400 300 3 8 20
done
run 0 "an undisturbed run" --model blur.safetensors -r -o whole many
killed=0
for delay in 0.05 0.1 0.2 0.3 0.4 0.6 0.8
do
  "$cleargrain" --model blur.safetensors --threads 1 -r -o killed --skip-existing many 2> said &
  child=$!
  sleep $delay
  kill -9 $child 2> said && killed=$((killed + 1))
  wait $child 2> said
done
check "runs were killed" [ $killed -gt 0 ]
run 0 "and finished" --model blur.safetensors -r -o killed --skip-existing many
check "with the same bytes" diff -r whole killed
check "and nothing else" clean
done_testing
