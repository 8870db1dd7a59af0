#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Memory does not grow with the number of pictures.
. "$(dirname "$0")/tap.sh" "$@"
# AddressSanitizer, where it is built in, would keep what is freed.
export ASAN_OPTIONS="quarantine_size_mb=1${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
"$tool" picture base.png 200 150 3 16 20
peak ()
{
  rm -rf many out
  mkdir many
  for i in $(seq "$1"); do ln -s ../base.png many/$i.png; done
  "$tool" peak-memory "$cleargrain" --model blur.safetensors -r -q -o out many
}
few=$(peak 100)
many=$(peak 2000)
echo "# 100 pictures: $few KiB, 2000 pictures: $many KiB"
check "2000 pictures are done" [ "$(ls out | wc -l)" = 2000 ]
check "in the memory of 100 and a fifth" [ "$many" -lt "$((few + few / 5))" ]
done_testing
