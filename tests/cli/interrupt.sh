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
  # In the background the shell ignores SIGINT, which is inherited.
  "$tool" as-foreground "$cleargrain" --model blur.safetensors --threads 1 -o out [1-9].png \
    > printed 2> said &
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
}
interrupted INT 130
interrupted TERM 143
done_testing
