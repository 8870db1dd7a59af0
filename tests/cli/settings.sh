#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The file of settings: where it is looked for, who wins, and what is wrong in it.
. "$(dirname "$0")/tap.sh" "$@"
"$tool" picture a.png 40 30 3 16 20
export XDG_CONFIG_HOME="$work/home" XDG_CONFIG_DIRS="$work/first:$work/second"
for folder in home first second; do mkdir -p $folder/cleargrain; done

settings ()
{
  cat > "$1/cleargrain/cleargrain.conf"
}

# sets NAME VALUE ARGUMENTS...: the suffix that a run goes by, seen in its plan.
sets ()
{
  about=$1
  wanted=$2
  shift 2
  "$cleargrain" -n "$@" a.png > printed 2> said
  [ "$(cut -f2 printed)" = "$wanted" ]
  report $? "$about"
}

sets "without a file" a-clean.png
echo "suffix = -2nd" | settings second
sets "the system's" a-2nd.png
echo "suffix = -1st" | settings first
sets "the first folder of the system's" a-1st.png
printf '# mine\n\n  suffix=-mine  \n' | settings home
sets "the user's" a-mine.png
sets "the command line" a-typed.png --suffix -typed
sets "--no-config" a-clean.png --no-config
rm first/cleargrain/* second/cleargrain/*

printf 'model = blur.safetensors\nstrength = 0\ndepth = 8\nquiet = yes\n' | settings home
run 0 "settings are used" -o out.png a.png
check "the depth is" [ "$("$tool" kind out.png)" = "40 x 30 x 3, depth 0" ]
run 0 "what is typed wins" --depth 16 -o same.png a.png
check "strength 0 is" "$tool" same a.png same.png
run 0 "-v against quiet = yes" -v --overwrite --depth 16 -o same.png a.png
says_also "-v tells the file" "settings of $work/home/cleargrain/cleargrain.conf"

printf 'model = blur.safetensors\nskip-existing = yes\n' | settings home
run 0 "skip-existing = yes" -o out.png a.png
check "it is skipped" [ "$("$tool" kind out.png)" = "40 x 30 x 3, depth 0" ]
run 0 "--overwrite against skip-existing = yes" --overwrite -o out.png a.png
check "it is replaced" [ "$("$tool" kind out.png)" = "40 x 30 x 3, depth 1" ]
cp a.png b.png
run 0 "--in-place against skip-existing = yes" --in-place b.png
printf 'overwrite = yes\noverwrite = no\nmodel = blur.safetensors\n' | settings home
run 1 "the last line wins" -o out.png a.png

printf 'model = blur.safetensors\nrecursive = yes\nformat = ppm\n' | settings home
# magic FILE: how it begins.
magic ()
{
  head -c 4 "$1" | tr -d '\200-\377' | head -1
}
mkdir some
cp a.png some/a.png
run 0 "-o FILE against recursive = yes" -o typed.png a.png
check "-o FILE is a file, of the format that its name says" [ -f typed.png -a "$(magic typed.png)" = PNG ]
run 0 "recursive = yes with a folder" -o into some
check "-o is a folder then" [ "$(magic into/a.ppm)" = P6 ]
run 0 "a name that says no format" -o typed.xyz a.png
check "gets the setting's" [ "$(magic typed.xyz)" = P6 ]
printf 'a.png\tlisted.png\n' > list
run 0 "a name from a list" --files-from list
check "is as it says" [ "$(magic listed.png)" = PNG ]
run 0 "--preview" --preview preview.png a.png
check "is as it says" [ "$(magic preview.png)" = PNG ]
run 0 "a format that is typed" --format pam -o odd.png a.png
check "wins over the name" [ "$(magic odd.png)" = P7 ]
run 0 "a pipe" -o - a.png
check "has the setting's" [ "$(magic printed)" = P6 ]
run 0 "-r and a file, both typed" -r -o deep a.png
check "-o is a folder" [ "$(magic deep/a.ppm)" = P6 ]

# wrong TEXT SAYS: a line that is refused.
wrong ()
{
  printf '# settings\n%s\n' "$1" | settings home
  run 2 "$1" -o x.png a.png
  [ "$(wc -l < said)" = 2 ] && head -1 said | grep -qF -- "cleargrain.conf, line 2: $2"
  report $? "\"$1\" is told by file and line"
}
wrong "strenght = 1" 'no setting is called "strenght"; the nearest is "strength"'
wrong "strength = much" '--strength takes a number from 0 to 2, not "much"'
wrong "strip = maybe" 'strip takes yes or no, not "maybe"'
wrong "strip" '"strip" is not KEY = VALUE'
wrong "output = x" 'no setting is called "output"'
wrong "suffix = /etc" '--suffix "/etc" has a / in it'
wrong "format = gif" '--format "gif" is none'
run 0 "models do not mind" models
run 0 "nor does --version" --version
rm home/cleargrain/cleargrain.conf
mkdir home/cleargrain/cleargrain.conf
run 2 "a folder in its place" -o x.png a.png
says_also "a folder in its place" "cleargrain.conf"
done_testing
