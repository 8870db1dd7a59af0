#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Usage: runtime.sh MAKE-CASES SOURCE PEERS - does ONNX Runtime make the same of our
# networks as we do?  It is fetched into PEERS once.
make_cases=$1 source=$2 peers=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

said=$("$source/tests/onnx/fetch-onnxruntime" "$peers" 2>&1) || {
  echo "1..0 # SKIP no ONNX Runtime: $(echo "$said" | head -n 1)"
  exit
}
set -- "$source"/training/recipes/*.ini
for weights in "$source"/weights/*.safetensors; do
  [ ! -e "$weights" ] || set -- "$@" "$weights"
done
"$make_cases" "$folder" "$@" >"$folder/list" || exit 99
node "$source/tests/onnx/compare.cjs" "$peers" "$folder"
