#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Folders, lists, what is written about a run, and taking up what failed.
. "$(dirname "$0")/tap.sh" "$@"
m="--model blur.safetensors"
mkdir -p frames/one frames/two/three frames/.hidden
"$tool" picture frames/a.png 30 20 3 8 20
cp frames/a.png frames/one/a.png
cp frames/a.png frames/one/B.PNG
"$tool" picture frames/two/three/c.jpg 30 20 1 8 20
cp frames/a.png frames/.hidden/no.png
cp frames/a.png frames/.no.png
cp frames/a.png "frames/two/new
line \"quoted\".png"
echo text > frames/notes.txt
ln -s .. frames/two/circle
ln -s a.png frames/link.png

# Folders.
run 1 "a folder without -r" $m -o out frames
run 0 "a folder" $m -r -o out frames
says "a folder is counted" "6 done, 0 skipped, 0 failed, of 6"
(cd frames && find . -type f -not -path '*/.hidden/*' -not -name '.no.png' -not -name notes.txt; echo ./link.png) | sort > wanted
(cd out && find . -type f) | sort > got
check "the folders are mirrored" cmp wanted got
run 0 "the same again" $m -r -o out --skip-existing frames
says "the same again skips" "0 done, 6 skipped, 0 failed, of 6"
run 0 "an output folder in the input folder" $m -r -o frames/out frames
run 0 "which is no input" $m -r -o frames/out --skip-existing frames
says_also "which is no input" "0 done, 6 skipped"
rm -r frames/out
run 2 "folders whose pictures clash" $m -r -o clash frames frames/one
check "nothing is started" absent clash

# Three at a time: as many threads as the pictures are enough for, twice each.
run 0 "one at a time" $m -r -o single -j 1 frames
run 0 "three at a time" $m -r -o several -t 3 frames
says "three at a time are counted" "6 done, 0 skipped, 0 failed, of 6"
check "three at a time give the same files" diff -r single several
run 0 "one at a time, coarse grain" $m -r -o single -t 1 --overwrite --grain-size 2 frames
run 0 "three at a time, coarse grain" $m -r -o several -t 3 --overwrite --grain-size 2 frames
check "and with coarse grain" diff -r single several

# Lists.
printf 'frames/a.png\r\n\n./frames/one/a.png\n"frames/two/new\\nline \\"quoted\\".png"\n' > list
run 0 "--files-from" $m --files-from list -o listed
check "--files-from keeps folders" [ -s listed/frames/one/a.png ]
check "--files-from reads quotes" [ -s "listed/frames/two/new
line \"quoted\".png" ]
(find frames/one -name '*.png' -print0) > zeros
run 0 "--files-from with zeros" $m --files-from zeros -o zeroed
check "--files-from with zeros" [ -s zeroed/frames/one/a.png ]
printf 'frames/a.png\tsome where.png\n' | "$cleargrain" $m --files-from - 2> said > printed
check "--files-from - with outputs" [ -s "some where.png" ]
cp "some where.png" before.png
printf 'frames/a.png\tsome where.png\n' > list
run 2 "--in-place of a list with outputs" $m --in-place --files-from list
says_also "--in-place of a list with outputs" "frames/a.png: the list would have it written to some where.png"
check "and nothing is lost" cmp "some where.png" before.png
printf 'a\tb\tc\n' > list
run 2 "a list that is none" $m --files-from list
says_also "a list that is none" "list: line 1"
run 1 "a list that is not there" $m --files-from nowhere
says "a list that is not there" "nowhere: cannot read"
: > empty
run 0 "an empty list" $m --files-from empty

# Dry run.
run 0 "--dry-run" $m -n -r -o dry frames
check "--dry-run does nothing" absent dry
"$cleargrain" $m -n -r -o dry frames > plan
check "--dry-run lists" [ "$(wc -l < plan)" = 6 ]
run 0 "a plan is a list" $m --files-from plan
says_also "a plan is a list" "of 6"
check "a plan says where" [ -s dry/two/three/c.jpg ]
run 1 "--dry-run finds outputs" $m -n -r -o dry frames
says_also "--dry-run finds outputs" "dry/a.png: already there"

# What failed, and again.
head -c 500 frames/a.png > frames/cut.png
cp frames/cut.png "frames/one/cut	tab.png"
run 1 "some fail" $m -r -o some --failed-list failed --log-json log frames
says_also "some fail" "6 done, 0 skipped, 2 failed, of 8"
check "the failed list has them" [ "$(wc -l < failed)" = 2 ]
check "the log has all" [ "$(wc -l < log)" = 8 ]
check "the log has what is done" [ "$(grep -c '"status": "done"' log)" = 6 ]
check "the log says why" grep -q '"status": "failed", "error": "frames/cut.png: the file ends' log
check "the log says how large" grep -q '"width": 30, "height": 20, "channels": 1, "depth": "8"' log
check "the log tells the noise" grep -q '"noise": [12][0-9]\.[0-9]' log
check "the log tells the model" grep -q '"model_hash": "[0-9a-f]\{64\}"}$' log
cp frames/a.png frames/cut.png
cp frames/a.png "frames/one/cut	tab.png"
run 0 "the failed ones again" $m --files-from failed --failed-list failed
says_also "the failed ones again" "2 done, 0 skipped, 0 failed, of 2"
check "they go where they belonged" [ -s "some/one/cut	tab.png" ]
check "nothing is left to do" [ ! -s failed ]
run 1 "a log that cannot be" $m -o x.png --log-json missing/log frames/a.png
says "a log that cannot be" "missing/log: cannot write"
check "and nothing is done" absent x.png

# Shares.
for i in 1 2 3 4 5 6 7; do cp frames/a.png frames/one/$i.png; done
"$tool" picture frames/one/large.png 300 20 3 8 20
"$cleargrain" $m -n -r -o shares frames | sort > whole
for k in 1 2 3
do
  "$cleargrain" $m -n -r -o shares --shard $k/3 frames > share$k
done
check "shares are the whole" sh -c 'sort share1 share2 share3 | cmp - whole'
check "a large picture weighs more" [ "$(wc -l < "$(grep -l large.png share?)")" -lt 4 ]
for share in 0/3 4/3 1 a/b 1/0 1/
do
  run 2 "share $share" $m --shard $share -o shares frames/a.png
done

# Pipes.
"$cleargrain" $m - < frames/a.png > piped.png 2> said
check "through pipes" "$tool" same piped.png out/a.png
"$cleargrain" $m --format pam - < frames/two/three/c.jpg > piped.pam 2> said
check "through pipes into another format" "$tool" same-gray piped.pam out/two/three/c.jpg
cat frames/a.png | "$cleargrain" $m -o to-file.png - 2> said
check "from a pipe to a file" "$tool" same to-file.png out/a.png
"$cleargrain" $m -o - frames/a.png > from-file.png 2> said
check "from a file to a pipe" "$tool" same from-file.png out/a.png
"$cleargrain" $m - < frames/notes.txt > printed 2> said
report "$([ $? = 1 ]; echo $?)" "text through a pipe fails"
says "text through a pipe" "-: not a picture"
run 2 "two through a pipe" $m - -
run 2 "two to one pipe" $m -o - frames/a.png frames/link.png

# Stale temporaries, and modes and times.
touch out/.cleargrain-tmp-ABCDEF out/.cleargrain-mine
run 0 "a run after a killed one" $m --overwrite -o out/a.png frames/a.png
check "what it left is removed" absent out/.cleargrain-tmp-ABCDEF
check "what is not ours stays" [ -e out/.cleargrain-mine ]
chmod 640 frames/a.png
touch -d '2001-02-03 04:05:06' frames/a.png
run 0 "--preserve" $m -p -o mode.png frames/a.png
check "the mode is as cp would" [ "$(stat -c %a mode.png)" = 640 ]
check "--preserve keeps times" [ "$(stat -c %Y mode.png)" = "$(stat -c %Y frames/a.png)" ]
chmod 600 mode.png
run 0 "again" $m --overwrite -o mode.png frames/a.png
check "an older output's mode stays" [ "$(stat -c %a mode.png)" = 600 ]
check "times are now" [ "$(stat -c %Y mode.png)" -gt "$(stat -c %Y frames/a.png)" ]

# Depth, format, metadata.
"$tool" picture deep.png 30 20 3 16 20
"$tool" add-extras deep.png said.png
run 0 "--depth 8" $m --depth 8 -o shallow.png said.png
check "--depth 8 makes 8 bits" [ "$("$tool" kind shallow.png)" = "30 x 20 x 3, depth 0" ]
run 0 "--format" $m --format jpg --depth 8 --suffix -x said.png
check "--format names and makes it" grep -q JFIF said-x.jpg
run 0 "--strip" $m --strip -o bare.png said.png
check "--strip leaves nothing" [ -z "$("$tool" extras bare.png)" ]
run 0 "--depth float" $m --depth float -o light.pfm deep.png
run 0 "back from float" $m --strength 0 --depth 16 -o back.png light.pfm
run 0 "straight" $m -o straight.png deep.png
check "light and back is the same" [ "$(psnr straight.png back.png | sed 's/PSNR inf.*/9999/')" -gt 9000 ]
run 2 "--depth 12" $m --depth 12 deep.png
run 2 "--format gif" $m --format gif deep.png
check "no temporary files" [ -z "$(find . -name '.cleargrain-tmp*')" ]
done_testing
