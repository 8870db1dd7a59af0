#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A folder of awkward pictures: every outcome is right and told, none stops the
# others, and nothing else is left.
. "$(dirname "$0")/tap.sh" "$@"
m="--model blur.safetensors"
mkdir in in/sub in/sub.png
picture ()
{
  "$tool" picture "./in/$1" "$2" "$3" "$4" "$5" 20
}

# --- what is done ---
picture one.png 1 1 1 8
picture one-rgba.png 1 1 4 16
picture wide.png 20000 3 1 8
picture tall.png 2 9000 3 8
picture gray-alpha.png 41 23 2 16
picture a.jpg 33 17 3 8
picture a.JPG 33 17 1 8
picture a.png 33 17 3 8
picture a.tif 33 17 4 16
picture a.pfm 33 17 3 float
picture a.hdr 33 17 3 float
picture a.bmp 33 17 3 8
picture a.tga 33 17 4 8
picture a.pgm 33 17 1 16
picture a.pam 33 17 2 8
for name in "with space.png" "two
lines.png" "-dash.png" "--strip.png" "näme-雪.png" "$(printf 'latin\344.png')" "star*?[].png" \
  "quote\"'.png" "tab	tab.png" "a.b.c.png" "sub/deep.png" "sub.png/in a folder of that name.png"
do
  picture "$name" 19 13 3 8
done
"$tool" add-extras in/a.jpg in/metadata.jpg
"$tool" add-extras in/a.png in/metadata.png
cp in/a.jpg in/jpeg-called.png
cp in/a.pgm in/sub/pgm-called.png
ln -s ../a.png in/sub/link.png
# 9 x 7, a palette with a transparent colour; 9 x 5, interlaced, 2 bits.
base64 -d > in/palette.png <<END
iVBORw0KGgoAAAANSUhEUgAAAAkAAAAHCAMAAADtRZdSAAAAElBMVEUAAADpABWlAFl/AH9VAKoVAOkeCDdyAAAAAXRSTlMA
QObYZgAAACVJREFUCNdjYGCEAgYkFhMUMDAwQwEDAwsUMDCwAgELEENYIAAAD/wAqMxIW4MAAAAASUVORK5CYII=
END
base64 -d > in/interlaced.png <<END
iVBORw0KGgoAAAANSUhEUgAAAAkAAAAFAgAAAAGPj7GAAAAAHUlEQVQI12P4wHCAgYHhAxD/P8DwHwiBDBDr/wEAhsEL2ob7
2Y8AAAAASUVORK5CYII=
END
good=$(find in \( -type f -o -type l \) -exec printf x \; | wc -c)

# --- what fails ---
# bad NAME SENTENCE: remember what is to be said of in/NAME, which is there by now.
bad ()
{
  printf '%s\t%s\n' "in/$1" "$2" >> wanted
}
head -c 700 in/a.png > in/cut.png
bad cut.png "the file ends too early"
head -c 600 in/a.jpg > in/cut.jpg
bad cut.jpg "broken JPEG"
head -c 900 in/a.tif > in/cut.tif
bad cut.tif "broken TIFF"
head -c 100 in/a.pfm > in/cut.pfm
bad cut.pfm "which a file of 100 bytes cannot hold"
head -c 300 in/a.hdr > in/cut.hdr
bad cut.hdr "the file ends too early"
: > in/empty.png
bad empty.png "the file is empty"
head -c 1000 /dev/zero > in/zeros.png
bad zeros.png "not a picture"
echo "this is text" > in/text.jpg
bad text.jpg "not a picture"
printf 'P5\n2000000000 2000000000\n255\n123' > in/liar.pgm
bad liar.pgm "the header tells of"
cp in/one-rgba.png in/alpha-called.jpg
bad alpha-called.jpg "JPEG does not hold 16-bit samples"
cp in/a.png in/bits.png
printf 'XX' | dd of=in/bits.png bs=1 seek=300 conv=notrunc 2> said
bad bits.png "broken PNG"
base64 -d > in/cmyk.jpg <<END
/9j/7gAOQWRvYmUAZAAAAAAC/9sAQwAbEhQXFBEbFxYXHhwbIChCKyglJShROj0wQmBVZWRfVV1baniZgWpxkHNbXYW1hpCeo6
utq2eAvMm6pseZqKuk/9sAQwEcHh4oIyhOKytOpG5dbqSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSk
pKSkpKSkpKSk/8AAFAgACAAIBAEiAAIRAQMRAQQiAP/EABUAAQEAAAAAAAAAAAAAAAAAAAAG/8QAFxABAAMAAAAAAAAAAAAAAA
AAABZiof/EABQBAQAAAAAAAAAAAAAAAAAAAAD/xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oADgQBAAIRAxEEAAA/AJkACQ30B//Z
END
bad cmyk.jpg "CMYK JPEGs are not read"
ln -s nowhere.png in/dangling.png
bad dangling.png "No such file"
ln -s circle.png in/circle.png
bad circle.png "symbolic links"
if [ "$(id -u)" != 0 ]; then
  cp in/a.png in/unreadable.png
  chmod 0 in/unreadable.png
  bad unreadable.png "Permission denied"
fi
failing=$(wc -l < wanted)

# --- what is left out ---
ln -s .. in/sub/up
ln -s . in/again
mkfifo in/pipe.png
cp in/a.png in/.hidden.png
echo notes > in/notes.txt

run 1 "an awkward folder" $m -r -o out --failed-list failed --log-json log in
cp said said.all
says_also "all are counted" "$good done, 0 skipped, $failing failed, of $((good + failing))"
while IFS='	' read -r name sentence
do
  check "$name: $sentence" sh -c 'grep -F -- "cleargrain: $1: " said.all | grep -qF -- "$2"' sh "$name" "$sentence"
  check "$name has no output" absent "out/${name#in/}"
done < wanted
check "a line each, and one at the end" [ "$(wc -l < said.all)" = $((failing + 1)) ]
check "no temporary files" clean
check "the list of failures has as many" [ "$(wc -l < failed)" = "$failing" ]
check "the log has all" [ "$(wc -l < log)" = $((good + failing)) ]
if command -v python3 > /dev/null; then
  check "the log is JSON" python3 -c '
import json, sys
for line in open(sys.argv[1], encoding="utf-8"):
    json.loads(line)' log
fi
check "there are as many outputs" [ "$(find out -type f -exec printf x \; | wc -c)" = "$good" ]
check "a palette becomes RGB with alpha" [ "$("$tool" kind out/palette.png)" = "9 x 7 x 4, depth 0" ]
check "16-bit gray with alpha stays" [ "$("$tool" kind out/gray-alpha.png)" = "41 x 23 x 2, depth 1" ]
check "20,000 x 3 stays" [ "$("$tool" kind out/wide.png)" = "20000 x 3 x 1, depth 0" ]

run 1 "only what failed" $m --files-from failed
says_also "it fails again" "0 done, 0 skipped, $failing failed, of $failing"
run 1 "the folder again" $m -r -o out --skip-existing in
says_also "what is there is skipped" "0 done, $good skipped, $failing failed"
run 2 "one format for all" $m -r -o png --format png in
says_also "names would clash" "would both be written to"
check "nothing is done" absent png
done_testing
