#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The whole chapter on few real digits, and what each figure is to show.
# Usage: chapter.sh CLEARGRAIN-TRAIN SOURCE-FOLDER
set -u
train=$(realpath "$1")
source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

digits=${CLEARGRAIN_MNIST:-$work/mnist}
if [ ! -f "$digits/train-images-idx3-ubyte" ] \
  && ! "$source/training/fetch-mnist" "$digits" > "$work/fetch.log" 2>&1; then
  echo "1..0 # SKIP MNIST cannot be fetched: $(tail -n 1 "$work/fetch.log")"
  exit 0
fi

fail() # WHAT: it is no use going on
{
  echo "1..1"
  echo "not ok 1 - $1"
  exit 1
}

cd "$work" || exit 1
if ! "$train" chapter all --data "$digits" --limit 6000 --epochs 12 --out chapter --quiet 2> run.log
then
  sed 's/^/# /' run.log
  fail "the chapter runs"
fi
for figure in $("$train" chapter list | cut -c 1-29); do
  [ -s "chapter/$figure.png" ] && [ -s "chapter/$figure.csv" ] || fail "figure $figure is drawn"
done
"$source/tests/training/chapter-claims" chapter/numbers.csv
