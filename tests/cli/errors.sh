#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What goes wrong gets one sentence that names the file, the right exit status,
# and leaves nothing behind.
. "$(dirname "$0")/tap.sh" "$@"
m="--model blur.safetensors"
"$tool" picture good.png 80 60 3 8 20

head -c 3000 good.png > cut.png
run 1 "a truncated PNG" $m -o out.png cut.png
says "a truncated PNG" "cut.png: the file ends too early, after 3000 bytes"
check "a truncated PNG leaves no output" absent out.png

echo "this is text" > text.png
run 1 "a text file named .png" $m -o out.png text.png
says "a text file named .png" "text.png: not a picture of a kind that is read"

: > empty.png
run 1 "an empty file" $m -o out.png empty.png
says "an empty file" "empty.png: the file is empty"

run 1 "no such file" $m -o out.png nowhere.png
says "no such file" "nowhere.png: cannot read: No such file or directory"

run 1 "a folder as picture" $m -o out.png pictures
says "a folder as picture" "pictures: this is a folder; -r takes the pictures in it"

head -c "$(($(wc -c < blur.safetensors) / 2))" blur.safetensors > half.safetensors
run 1 "weights cut in half" --model half.safetensors -o out.png good.png
says "weights cut in half" "half.safetensors: "

run 1 "weights that are not there" --model ./none.safetensors -o out.png good.png
says "weights that are not there" "none.safetensors"

CLEARGRAIN_WEIGHTS="$work/some where" run 1 "an unknown name of weights" --model unheard-of -o out.png good.png
says_also "the places looked at" "$work/some where"

run 1 "output in a missing folder" $m -o missing/out.png good.png
says "output in a missing folder" "missing/out.png: cannot write: No such file or directory"

run 1 "output below a file" $m -o good.png/out.png good.png
says "output below a file" "good.png/out.png: cannot write: Not a directory"

run 1 "output of unknown format" $m -o out.xyz good.png
says "output of unknown format" "out.xyz: cannot tell the format to write"

"$tool" picture deep.png 20 20 3 16 20
run 1 "16 bits into JPEG" $m -o out.jpg deep.png
says "16 bits into JPEG" "out.jpg: JPEG does not hold 16-bit samples"

"$tool" picture wide.png 70000 2 1 8 20
run 1 "a side too long for TGA" $m -o out.tga wide.png
says "a side too long for TGA" "wide.png: out.tga: a TGA has at most 65535 pixels a side, not 70000 x 2"
run 1 "a side too long for JPEG" $m -o out.jpg wide.png
says "a side too long for JPEG" "out.jpg: a JPEG has at most 65500 pixels a side, not 70000 x 2"
run 0 "a part of it that fits" $m --crop 10,0,300,2 -o fits.tga wide.png
run 1 "twice a part of it that fits" $m --crop 10,0,40000,2 --preview out.tga wide.png
says "twice a part of it" "at most 65535 pixels a side, not 80000 x 2"
check "nothing was written" [ ! -e out.tga -a ! -e out.jpg ]

run 1 "too little memory" $m --max-memory 1K -o out.png good.png
says_also "too little memory names the picture" "good.png: "

# One bad picture does not stop the others.
run 1 "bad ones among good ones" $m -o many cut.png good.png text.png deep.png
says_also "the bad are named" "cut.png: "
says_also "the bad are named" "text.png: "
says_also "all are counted" "2 done, 0 skipped, 2 failed, of 4"
check "the good are done" [ -s many/good.png -a -s many/deep.png ]
check "nothing else is there" [ "$(ls -A many | wc -l)" = 2 ]
check "no temporary files" clean

# The command line.
usage ()
{
  name=$1
  text=$2
  shift 2
  run 2 "$name" "$@"
  [ "$(wc -l < said)" = 2 ] && [ ! -s printed ] && head -1 said | grep -qF -- "$text" &&
    tail -1 said | grep -q "^Try 'cleargrain .*--help'.$"
  report $? "$name says so in two lines"
}
usage "an unknown option" "--frobnicate" --frobnicate good.png
usage "no picture" "no picture was named" $m
for value in nan -1 2.1 "" 1,5 0x1p1024 1e
do
  usage "strength \"$value\"" "--strength takes a number from 0 to 2" --strength="$value" good.png
done
usage "threads 0" "--threads takes a whole number" --threads 0 good.png
usage "threads 1.5" "--threads takes a whole number" --threads 1.5 good.png
for value in 0 64X -1M M 99999999999999999999G
do
  usage "max-memory $value" "--max-memory takes a size" --max-memory=$value good.png
done
usage "overwrite and skip" "exclude each other" --overwrite --skip-existing good.png
usage "in place and -o" "exclude each other" --in-place -o out.png good.png
usage "suffix with a slash" "has a / in it" --suffix /etc good.png
usage "compare one" "two pictures" compare good.png
usage "models with a name" "--describe" models photo

run 0 "--version" --version
prints "--version" "^cleargrain [0-9]"
run 0 "--help" --help
prints "--help tells the exit status" "Exit status: 0"
run 1 "compare different sizes" compare good.png deep.png
says "compare different sizes" "good.png is 80 x 60"
run 0 "models" models
prints "models" "Looked in:"
run 0 "models --describe" models --describe blur.safetensors
prints "models --describe" "^  conv 1 5x5 nobias"
CLEARGRAIN_WEIGHTS="$work" run 0 "models in a folder" models
prints "models in a folder" "^blur  *a Gaussian, for tests"
run 1 "models --describe of nothing" models --describe nothing.safetensors
says "models --describe of nothing" "nothing.safetensors"

# Standard output that takes nothing.
# full NAME ARGUMENTS...
full ()
{
  name=$1
  shift
  : > printed
  "$cleargrain" "$@" > /dev/full 2> said
  [ $? = 1 ]
  report $? "$name to a full device"
  says "$name to a full device" "cannot write: No space left on device"
}
if [ -w /dev/full ]; then
  full "a picture" $m -o - good.png
  full "a list" $m --dry-run good.png
  full "the version" --version
  full "models" models
  full "a card" models --describe blur.safetensors
  full "numbers" compare good.png good.png
else
  number=$((number + 1))
  echo "ok $number - a full device # SKIP there is no /dev/full"
fi

# A file that may not grow is an error of writing, not the end.
(
  ulimit -f 8
  "$cleargrain" $m -o limited.ppm good.png > printed 2> said
)
report "$([ $? = 1 ]; echo $?)" "an output above the limit of file sizes"
says "an output above the limit of file sizes" "limited.ppm: cannot write: File too large"
check "it leaves nothing behind" [ -z "$(ls -A | grep -e limited -e tmp)" ]

# Comparing.
run 0 "compare" compare good.png good.png
prints "compare equals" "^PSNR inf SSIM 1.0000$"
run 0 "compare --json" compare --json good.png good.png
prints "compare --json" '^{"psnr": null, "ssim": 1.000000}$'
"$tool" picture clean.png 80 60 3 8 0
"$tool" picture alpha.png 80 60 4 16 20
for picture in good alpha
do
  for ending in pfm exr
  do
    [ $picture$ending = alphapfm ] && continue
    "$cleargrain" $m --strength 0 --depth float -o $picture.$ending $picture.png 2> said ||
      grep -q "cannot tell the format" said || exit 99
    [ -e $picture.$ending ] || continue
    run 0 "compare $picture with its light, $ending" compare $picture.png $picture.$ending
    check "they are the same" [ "$(psnr $picture.png $picture.$ending | sed 's/PSNR inf.*/9999/')" -gt 6000 ]
    run 0 "compare light with light" compare $picture.$ending $picture.$ending
    prints "compare light with light" "^PSNR inf"
  done
done
run 0 "compare a part" compare --crop 10,20,30,40 --difference difference.png clean.png good.png
prints "compare a part" "^PSNR 2[0-9]\.[0-9][0-9] SSIM 0\."
check "the difference is a picture of the part" [ "$("$tool" kind difference.png)" = "30 x 40 x 3, depth 0" ]
run 0 "compare to nothing" compare --difference gray.png good.png good.png
check "no difference is middle gray" "$tool" all gray.png 128
for crop in 10,20,30,41 0,0,81,1 1,2,3 a,b,c,d -1,0,5,5 0,0,0,5
do
  usage "crop $crop" "--crop takes x,y,width,height" compare --crop=$crop good.png clean.png
done
done_testing
