#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# On a terminal there is one line of progress, which never runs backwards and
# is gone at the end; elsewhere there is none.
. "$(dirname "$0")/tap.sh" "$@"
if ! script -qec true /dev/null > /dev/null 2>&1; then
  echo "1..0 # SKIP there is no script(1) to make a terminal"
  exit 0
fi
for i in 1 2 3 4 5 6; do "$tool" picture pictures/$i.png $((i * 300)) 500 1 8 20; done

CLEARGRAIN_KERNELS=reference script -qec "'$cleargrain' --model blur.safetensors --threads 1 -r -o out pictures" /dev/null > screen
report $? "a batch on a terminal"
tr '\r' '\n' < screen | grep -o '[0-9]* of 6, [0-9]* %' > line
check "progress is shown" [ "$(wc -l < line)" -ge 3 ]
sed 's/ of 6, / /; s/ %//' line > numbers
check "pictures never run backwards" sort -c -s -n -k1,1 numbers
check "the share never runs backwards" sort -c -s -n -k2,2 numbers
check "the share stays below 101" [ "$(tail -1 numbers | cut -d' ' -f2)" -le 100 ]
# The last line is cleared before the summary.
tr '\r' '\n' < screen | tail -2 | grep -q '6 done, 0 skipped, 0 failed, of 6'
report $? "the summary comes last"
run 0 "the same without a terminal" --model blur.safetensors -r --overwrite -o out pictures
says "no progress without a terminal" "6 done"
script -qec "'$cleargrain' -q --model blur.safetensors --overwrite -r -o out pictures" /dev/null > screen
check "-q shows none" [ ! -s screen ]
done_testing
