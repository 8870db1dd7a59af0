#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The textbook's denoiser, trained on real digits for one short epoch.
# Usage: mnist.sh CLEARGRAIN-TRAIN SOURCE-FOLDER
set -u
train=$(realpath "$1")
source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if ! "$source/training/fetch-mnist" "$work/mnist" >"$work/fetch.log" 2>&1; then
    echo "1..0 # SKIP MNIST cannot be fetched: $(tail -n 1 "$work/fetch.log")"
    exit 0
fi

echo 1..2
cd "$work" || exit 1
if "$train" run "$source/training/recipes/mnist-denoise.ini" --out run \
    --set training.steps=400 --set training.validate-every=200 2>run.log; then
    echo "ok 1 - trains"
else
    sed 's/^/# /' run.log
    echo "not ok 1 - trains"
fi
sed -n 's/^done/# done/p' run.log

# "... best PSNR 17.41 at step 400 (noisy 9.39): ..."
gain=$(sed -n 's/.*best PSNR \([0-9.]*\).*(noisy \([0-9.]*\)).*/\1 \2/p' run.log | awk '{ print ($1 > $2 + 6) }')
if [ "$gain" = 1 ]; then
    echo "ok 2 - digits are at least 6 dB closer to clean ones"
else
    echo "not ok 2 - digits are at least 6 dB closer to clean ones"
fi
