#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The report in a real browser, without network, and to an HTML checker.
# Usage: report.sh CLEARGRAIN-TRAIN SOURCE-FOLDER
set -u
train=$(realpath "$1")
source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

browser=$(command -v chromium || command -v chromium-browser || true)
if [ -z "$browser" ]; then
    echo "1..0 # SKIP there is no chromium"
    exit 0
fi

result () {
    if [ "$1" = 0 ]; then echo "ok $2"; else echo "not ok $2"; fi
}

echo 1..4
mkdir "$work/clean"
cp "$source"/tests/data/*-ref.png "$work/clean"
cd "$work" || exit 1
"$train" run "$source/training/recipes/photo-fast.ini" --clean clean --out run -q \
    --set training.steps=40 --set training.patch=32 --set training.batch=4 \
    --set training.log-every=5 --set training.validate-every=10 2>run.log
result $? "1 - trains"

browse () {
    HOME=$work timeout 120 "$browser" --headless --no-sandbox --disable-gpu \
        --window-size=900,1600 "$@" "file://$work/run/report.html" 2>/dev/null
}
browse --dump-dom >dom.html
grep -q "class=.verdict.>[^<]" dom.html && [ "$(grep -c "<svg" dom.html)" = 2 ] && grep -q "data:image/png" dom.html
result $? "2 - the browser shows verdict, curves and pictures"
browse --screenshot="$work/shot.png" >/dev/null
[ "$(wc -c <shot.png)" -gt 50000 ]
result $? "3 - there is something to see"

if command -v tidy >/dev/null; then
    tidy -quiet -errors run/report.html >tidy.log 2>&1
    [ ! -s tidy.log ]
    result $? "4 - valid HTML"
    sed 's/^/# /' tidy.log
else
    echo "ok 4 - valid HTML # SKIP there is no tidy"
fi
