#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every option is in --help, in the manual page and in the completion, and
# these tell of no other.
source=$3
. "$(dirname "$0")/tap.sh" "$@"

long_options ()
{
  grep -o -- '--[a-z][a-z-]*' | sort -u
}

for command in "" models compare
do
  "$cleargrain" $command --help | grep '^  .*--[a-z]' | grep -v '^  cleargrain\|^  render' | long_options
done | sort -u > help
sed 's/\\-/-/g' "$source/cleargrain.1" | grep -v '^\.B cleargrain' | long_options > manual
sed '/^ *#/d' "$source/cleargrain.bash" | long_options > completion
check "options are found" [ "$(wc -l < help)" -gt 20 ]
check "the manual has the same options as --help" diff help manual
check "the completion has the same options as --help" diff help completion
for option in $(cat help)
do
  for text in manual completion
  do
    check "$option is in the $text" grep -qx -- "$option" $text
  done
done

# What takes a value in --help takes it in the manual.
"$cleargrain" --help | grep -o -- '--[a-z-]*=' | sort -u > help
sed 's/\\-/-/g' "$source/cleargrain.1" | grep -o -- '--[a-z-]*=' | sort -u > manual
check "options with values" [ -z "$(comm -23 help manual)" ]

if command -v man > /dev/null; then
  check "the manual is good roff" [ -z "$(MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$source/cleargrain.1" 2>&1 > /dev/null)" ]
fi
if command -v bash > /dev/null; then
  check "the completion works" [ "$(bash -c '. "$1"; COMP_WORDS=(cleargrain --skip); COMP_CWORD=1
    _cleargrain; echo "${COMPREPLY[@]}"' bash "$source/cleargrain.bash")" = --skip-existing ]
fi
done_testing
