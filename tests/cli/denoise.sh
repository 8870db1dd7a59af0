#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The main job: pictures of every kind become cleaner and stay what they are.
. "$(dirname "$0")/tap.sh" "$@"
m="--model blur.safetensors"

better ()
{
  [ "$(psnr clean.$1 out.$1)" -gt "$(($(psnr clean.$1 noisy.$1) + 300))" ]
}

for kind in "png 1 16" "png 1 8" "png 2 16" "png 3 8" "png 3 16" "png 4 8" "png 4 16" \
            "jpg 1 8" "jpg 3 8" "pgm 1 16" "ppm 3 8" "pam 4 16" "pfm 1 float" "tga 4 8" "bmp 3 8"
do
  set -- $kind
  rm -f clean.$1 noisy.$1 out.$1
  "$tool" picture clean.$1 181 97 $2 $3 0
  "$tool" picture noisy.$1 181 97 $2 $3 25
  run 0 "$kind" $m -o out.$1 noisy.$1
  silent "$kind"
  check "$kind keeps size, channels and depth" [ "$("$tool" kind out.$1)" = "$("$tool" kind noisy.$1)" ]
  check "$kind is cleaner by 3 dB" better $1
  case $2 in
    2|4)
      check "$kind keeps alpha bit for bit" "$tool" same-alpha noisy.$1 out.$1
      check "$kind keeps the colour of transparent pixels" "$tool" hidden noisy.$1 out.$1
      ;;
  esac
  case $1 in
    jpg) ;;
    *)
      run 0 "$kind at strength 0" $m --strength 0 --overwrite -o out.$1 noisy.$1
      check "$kind at strength 0 keeps every sample" "$tool" same noisy.$1 out.$1
      ;;
  esac
done

"$tool" picture noisy.png 640 427 3 16 25
run 0 "default settings" $m -o a.png noisy.png
for options in "--max-memory 64M" "--max-memory 4M" "--threads 1" "--threads 3 --max-memory 8M"
do
  run 0 "$options" $m $options --overwrite -o b.png noisy.png
  check "$options gives the same bytes" cmp a.png b.png
done
run 0 "colour noise only" $m --strength 0 --colour-strength 1 --overwrite -o b.png noisy.png
check "colour strength is another strength" [ "$(psnr a.png b.png)" != inf ]
run 0 "half strength" $m --strength 0.5 --overwrite -o b.png noisy.png

for format in png jpg
do
  "$tool" picture plain.$format 40 30 3 8 5
  "$tool" add-extras plain.$format said.$format
  run 0 "$format with metadata" $m -o said-clean.$format said.$format
  "$tool" extras said.$format > before
  "$tool" extras said-clean.$format > after
  check "$format has metadata to carry" [ "$(wc -l < before)" -ge 4 ]
  check "$format keeps metadata" cmp before after
done

# What is no finite number is taken from its neighbours and counted.
for format in pfm tif exr; do
  if "$tool" picture holes.$format 61 40 3 float 25 2> /dev/null; then
    "$tool" spoil holes.$format
    check "$format can hold what is no number" sh -c '! "$0" finite "$1"' "$tool" holes.$format
    run 0 "$format with NaN and infinity" $m -o filled.$format holes.$format
    says "$format with NaN and infinity" "3 samples were no finite numbers"
    check "$format comes out finite" "$tool" finite filled.$format
  else
    number=$((number + 1))
    echo "ok $number - $format # SKIP this build has no $format"
  fi
done

export CLEARGRAIN_KERNELS=reference
run 0 "kernels by name" $m -v -o r.png plain.png
says "-v tells how it was done" "kernels reference"
export CLEARGRAIN_KERNELS=abacus
run 2 "kernels that are not there" $m -o r.png plain.png
says_also "the kernels that are there are named" "reference"
done_testing
