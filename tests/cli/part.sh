#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Trying settings on a part of a picture, and coarse grain.
. "$(dirname "$0")/tap.sh" "$@"
m="--model blur.safetensors"
"$tool" picture noisy.png 300 200 4 16 20
run 0 "the whole" $m -o whole.png noisy.png

run 0 "--crop" $m --crop 50,40,100,80 -o part.png noisy.png
check "a part is that of the whole" "$tool" same-part whole.png part.png 50 40 0 100
run 0 "--crop of all" $m --crop 0,0,300,200 -o all.png noisy.png
check "all is the whole" cmp all.png whole.png
run 0 "--preview" $m --preview try.png --crop 50,40,100,80 noisy.png
check "its size" [ "$("$tool" kind try.png)" = "200 x 80 x 4, depth 1" ]
check "on the left as it was" "$tool" same-part noisy.png try.png 50 40 0 100
check "on the right as it becomes" "$tool" same-part whole.png try.png 50 40 100 100
check "nothing else is written" absent noisy-clean.png
run 0 "--preview of all" $m --preview both.png noisy.png
check "all of it" "$tool" same-part whole.png both.png 0 0 300 300
printf 'noisy.png\telse.png\n' > list
run 0 "--preview of a list" $m --preview listed.png --files-from list
check "where it was asked for" cmp listed.png both.png
check "and nowhere else" absent else.png
run 1 "a preview that is there" $m --preview try.png noisy.png
says "a preview that is there" "try.png: already there"
run 2 "a preview of two" $m --preview x.png noisy.png whole.png
says_also "a preview of two" "--preview takes one picture, not 2"
run 2 "a preview and an output" $m --preview x.png -o y.png noisy.png
run 2 "a part in place" $m --in-place --crop 0,0,1,1 noisy.png
for crop in 250,0,100,10 0,199,1,2 300,0,1,1
do
  run 1 "crop $crop" $m --crop $crop -o x.png noisy.png
  says "crop $crop" "are not inside the 300 x 200 of the picture"
done
for crop in 1,2,3 0,0,0,5 -1,0,5,5 a,b,c,d ""
do
  run 2 "crop \"$crop\"" $m --crop="$crop" -o x.png noisy.png
  says_also "crop \"$crop\"" "--crop takes x,y,width,height"
done
check "no output" absent x.png

# Coarse grain: every pixel four times.
"$tool" picture small.png 150 100 1 8 25
"$tool" picture small-clean.png 150 100 1 8 0
"$tool" four-times small.png coarse.png
"$tool" four-times small-clean.png clean.png
run 0 "as fine grain" $m -o fine.png coarse.png
run 0 "--grain-size 2" $m --grain-size 2 -o coarse-clean.png coarse.png
# Zeros around the picture darken what a blur makes of its edges.
for picture in clean fine coarse-clean
do
  "$cleargrain" -s 0 $m --crop 20,20,260,160 -o $picture-inside.png $picture.png
done
check "coarse grain goes by 2 dB more" [ "$(psnr clean-inside.png coarse-clean-inside.png)" -gt \
  "$(($(psnr clean-inside.png fine-inside.png) + 200))" ]
run 0 "--grain-size 1" $m --grain-size 1 -o one.png coarse.png
check "a size of 1 is as without" cmp one.png fine.png
for size in 0 5 1.5 x
do
  run 2 "grain size $size" $m --grain-size $size -o x.png coarse.png
done
done_testing
