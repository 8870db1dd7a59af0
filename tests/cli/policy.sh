#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Where outputs go, what they are called, and that nothing is replaced unasked.
. "$(dirname "$0")/tap.sh" "$@"
m="--model blur.safetensors"
"$tool" picture a.png 40 30 3 8 20
"$tool" picture b.png 30 40 1 16 20
cp a.png kept.png

run 0 "no -o" $m a.png
check "goes beside the picture" [ -s a-clean.png ]
run 0 "--suffix" $m --suffix .done a.png
check "--suffix goes before the ending" [ -s a.done.png ]
run 0 "a folder of one picture" $m -o one/ a.png
check "a final / makes a folder" [ -s one/a.png ]
run 0 "an existing folder" $m -o one --suffix -x a.png
check "an existing folder is one" [ -s one/a-x.png ]
run 0 "several pictures" $m -o deep/er a.png b.png
check "several pictures need a folder" [ -s deep/er/a.png -a -s deep/er/b.png ]

cp a-clean.png before.png
run 1 "an output that is there" $m a.png
says "an output that is there" "a-clean.png: already there"
check "an output that is there stays" cmp a-clean.png before.png
run 0 "--skip-existing" $m --skip-existing --strength 0.1 a.png
silent "--skip-existing"
check "--skip-existing leaves it" cmp a-clean.png before.png
run 0 "--skip-existing among several" $m --skip-existing a.png b.png
says "skipped counts as done" "1 done, 1 skipped, 0 failed, of 2"
run 0 "--overwrite" $m --overwrite --strength 0.1 a.png
check "--overwrite replaces it" [ "$(cmp -s a-clean.png before.png; echo $?)" = 1 ]

run 2 "onto itself" $m -o a.png a.png
run 2 "onto itself, overwriting" $m --overwrite -o ./a.png a.png
ln a.png hard.png
ln -s a.png soft.png
run 2 "onto itself by a hard link" $m --overwrite -o hard.png a.png
run 2 "onto itself by a symbolic link" $m --overwrite -o soft.png a.png
run 2 "onto another input" $m --overwrite --suffix .done a.png a.done.png
rm hard.png soft.png
check "the picture is untouched" cmp a.png kept.png
mkdir other
cp a.png other/a.png
run 2 "two outputs of one name" $m -o both a.png other/a.png
says_also "two outputs of one name" "a.png and other/a.png would both be written to both/a.png"
check "no work was started" absent both
mkdir same
ln -s same alias
ln -s x.png same/y.png
for pair in same/x.png:alias/x.png same/x.png:same/y.png alias/new/x.png:same/new/./x.png same/n/x.png:same/m/../n/x.png
do
  printf 'a.png\t%s\nb.png\t%s\n' "${pair%:*}" "${pair#*:}" > list
  run 2 "one place by two names, $pair" $m --files-from list
done
printf 'a.png\tsame/1/x.png\nb.png\tsame/2/x.png\n' > list
run 0 "two places" $m --files-from list
rm -r same alias

# An output that somebody makes while the picture is read.
for option in "" --skip-existing --overwrite
do
  mkfifo slow
  "$cleargrain" $m $option -o meanwhile.png - < slow > printed 2> said &
  exec 3> slow
  sleep 0.5
  echo other > meanwhile.png
  cat a.png >&3
  exec 3>&-
  wait $!
  status=$?
  case $option in
    --overwrite)
      check "$option replaces what was made meanwhile" [ $status = 0 -a "$(wc -c < meanwhile.png)" -gt 6 ] ;;
    --skip-existing)
      check "$option skips what was made meanwhile" [ $status = 0 -a "$(cat meanwhile.png)" = other ] ;;
    *)
      says "made meanwhile" "meanwhile.png: cannot write: File exists"
      check "what was made meanwhile stays" [ $status = 1 -a "$(cat meanwhile.png)" = other ] ;;
  esac
  rm slow meanwhile.png
done
check "no temporary file" clean
run 2 "one picture twice" $m -o both a.png ./a.png

# A folder that holds outputs of an earlier run.
mkdir -p twice/in
cp a.png twice/a.png
cp a.png twice/in/b.png
cp b.png twice/only-clean.png
run 0 "a folder" $m -r twice
check "everything in it is cleaned" [ -s twice/only-clean-clean.png -a -s twice/in/b-clean.png ]
run 0 "again" $m -r --skip-existing twice
says_also "again" "cleargrain: 3 left out: outputs of an earlier run beside their pictures"
says_also "again" "0 done, 3 skipped, 0 failed, of 3"
run 0 "again in another format" $m -r --format jpg --depth 8 twice
check "outputs are not cleaned again" [ "$(find twice -name '*clean-clean*' | sort | tr '\n' ' ')" = "twice/only-clean-clean.jpg twice/only-clean-clean.png " ]
run 0 "named they are taken" $m twice/a-clean.png
run 0 "--in-place takes all of them" $m -r --in-place twice
says_also "--in-place takes all of them" "10 done, 0 skipped, 0 failed, of 10"
run 0 "with -o they are pictures as others" $m -r -o elsewhere twice
says_also "with -o they are pictures as others" "10 done"
rm -r twice elsewhere

# Lists, logs and differences replace no picture.
for option in --failed-list --log-json
do
  run 2 "$option onto the picture" $m $option a.png -o x.png ./a.png
  says_also "$option onto the picture" "$option a.png: this is one of the pictures of this run"
  run 2 "$option onto an output" $m --overwrite $option a-clean.png a.png
  run 2 "$option onto another picture" $m $option b.png -o x.png a.png
  says_also "$option onto another picture" "$option b.png: this is a picture, which stays"
  cp a.png hidden
  run 2 "$option onto one without an ending" $m $option hidden -o x.png a.png
  check "the pictures are untouched" cmp a.png kept.png
  check "even that one" cmp hidden kept.png
  echo before > said.txt
  run 0 "$option onto another text" $m $option said.txt --overwrite -o x.png a.png
done
run 2 "a list and a log in one" $m --failed-list one.txt --log-json one.txt -o y.png a.png
cp a-clean.png kept-clean.png
run 2 "a difference onto a picture" compare --difference a.png ./a.png a-clean.png
says_also "a difference onto a picture" "--difference a.png: this is one of the pictures"
run 2 "the same, overwriting" compare --overwrite --difference a-clean.png a.png a-clean.png
run 2 "a difference onto another" compare --difference b.png a.png a-clean.png
says_also "a difference onto another" "--difference b.png: already there; --overwrite replaces it"
check "they are untouched" cmp a-clean.png kept-clean.png
run 0 "a difference" compare --difference difference.png a.png a-clean.png
rm x.png
run 0 "again" compare --overwrite --difference difference.png a.png a-clean.png

run 0 "--in-place" $m --in-place other/a.png
check "--in-place replaces the picture" [ "$(cmp -s other/a.png kept.png; echo $?)" = 1 ]
check "no temporary files" clean

# Outputs that are links are followed, and stay links.
mkdir far
cp a.png far/real.png
chmod 604 far/real.png
ln -s far/real.png link.png
ln -s link.png link2.png
ln -s far/new.png dangling.png
ln -s loop.png loop.png
run 1 "a link to a file that is there" $m -o link2.png b.png
run 0 "a link to a link, overwriting" $m --overwrite -o link2.png b.png
check "the links stay" [ -L link2.png -a -L link.png ]
check "the file has the output" [ "$("$tool" kind far/real.png)" = "30 x 40 x 1, depth 1" ]
check "and its mode" [ "$(stat -c %a far/real.png)" = 604 ]
"$cleargrain" $m --overwrite -o link.png - < a.png
check "and its mode again, from a pipe" [ "$(stat -c %a far/real.png)" = 604 ]
cp a.png far/real.png
run 0 "--in-place through a link" $m --in-place link.png
check "--in-place leaves the link" [ -L link.png -a ! -L far/real.png ]
check "--in-place cleans what it leads to" [ "$(cmp -s far/real.png a.png; echo $?)" = 1 ]
run 0 "a link to nothing yet" $m -o dangling.png a.png
check "makes what it leads to" [ -L dangling.png -a -s far/new.png ]
run 1 "a link to itself" $m -o loop.png a.png
says "a link to itself" "loop.png: cannot write: Too many levels of symbolic links"
if [ "$(id -u)" = 0 ]; then
  chown 1234:2345 far/real.png
  run 0 "a file of another" $m --overwrite -o link.png a.png
  check "keeps its owner" [ "$(stat -c %u:%g:%a far/real.png)" = 1234:2345:604 ]
fi

# Names.
mkdir out
for name in "with space.png" "näme-雪.png" "-dash.png" "two
lines.png" "$(printf 'latin\344.png')" ".hidden.png" "star*?.png" "UPPER.PNG"
do
  cp a.png "./$name"
  run 0 "input $name" $m --overwrite -o named.png -- "$name"
  silent "input"
  check "the same result" "$tool" same named.png before.png
  run 0 "output $name" $m -o "out/$name" a.png
  check "the output is there" [ -s "out/$name" ]
done
run 1 "a name with control characters" $m -o x.png "$(printf 'no\033[2Jthing.png')"
says "control characters are not printed" "no?[2Jthing.png"
done_testing
