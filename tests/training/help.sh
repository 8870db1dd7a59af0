#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every command, every option, every key of a recipe and every kind of noise is
# in --help, in the manual page, in the completion and on the page, and these
# tell of no other.
# Usage: help.sh CLEARGRAIN-TRAIN SOURCE-FOLDER
set -u
train=$(realpath "$1")
source=$(realpath "$2")/training
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 99
number=0

# check NAME COMMAND...: the command must succeed; what it prints goes behind a failure.
check ()
{
  number=$((number + 1))
  about=$1
  shift
  if "$@" > said 2>&1; then
    echo "ok $number - $about"
  else
    echo "not ok $number - $about"
    sed 's/^/# /' said
  fi
}

# A part of the manual: from the line $1 to the next heading of its kind.
manual_part ()
{
  sed 's/\\-/-/g' "$source/cleargrain-train.1" \
    | awk -v from="$1" '$0 == from { on = 1; next } /^\.SH/ || (from ~ /^\.SS/ && /^\.SS/) { on = 0 } on'
}

options ()
{
  grep -o -- '--[a-z][a-z-]*' | sort -u
}

check "an unknown CLEARGRAIN_KERNELS is refused" sh -c \
  "CLEARGRAIN_KERNELS=abacus '$train' noise --list 2>&1; [ \$? = 2 ]"
for command in --help --version "noise --list"
do
  check "$command onto a full disk fails" sh -c "'$train' $command 2>&1 > /dev/full \
    | grep -q 'standard output: cannot write all of it'"
done
"$train" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' > commands
check "commands are found" [ "$(wc -l < commands)" -ge 4 ]
for command in $(cat commands)
do
  "$train" "$command" --help > help 2>&1
  check "$command --help begins with an example" \
    [ "$(grep '[a-z]' help | sed -n '3s/:$//p' | sed 's/s$//')" = Example ]
  grep '^  .*--[a-z]' help | grep -v '^  cleargrain-train\|^      -' | sed 's/^ *\(-., \)\?\(--[a-z-]*\).*/\2/' \
    | sort -u > wanted
  { manual_part ".SS $command" | grep '^\.B' | options; echo --help; } | sort -u > manual
  check "$command: the manual has the options of --help" diff wanted manual
  bash -c '. "$1"; COMP_WORDS=(cleargrain-train "$2" --); COMP_CWORD=2; _cleargrain_train
    printf "%s\n" "${COMPREPLY[@]}"' bash "$source/cleargrain-train.bash" "$command" | sort -u > completion
  check "$command: the completion has the options of --help" diff wanted completion
  # What takes a value in --help takes it in the manual.
  sed -n 's/^ *\(-., \)\?\(--[a-z-]*=\).*/\2/p' help | sort -u > wanted
  manual_part ".SS $command" | sed -n 's/^\.BI.* \(--[a-z-]*=\).*/\1/p' | sort -u > manual
  check "$command: the manual has its options with values" diff wanted manual
  check "$command: the page speaks of it" grep -q "cleargrain-train $command" "$source/README.md"
done
bash -c '. "$1"; COMP_WORDS=(cleargrain-train ""); COMP_CWORD=1; _cleargrain_train
  printf "%s\n" "${COMPREPLY[@]}"' bash "$source/cleargrain-train.bash" | sort > completion
check "the completion has the commands" sh -c 'sort commands | diff - completion'

keys ()
{
  grep -o '\b\(data\|noise\|training\|output\)\.[a-z-]*' | sort -u
}
"$train" run --help | sed -n 's/^  \([a-z]*\.[a-z-]*\) .*/\1/p' | sort -u > wanted
check "keys are found" [ "$(wc -l < wanted)" -gt 35 ]
manual_part ".SH RECIPE" | grep '^\.B' | keys > manual
check "the manual has every key" diff wanted manual
sed -n "/local keys=/,/'\$/p" "$source/cleargrain-train.bash" | keys > completion
check "the completion has every key" diff wanted completion
sed -n 's/^| \(`[a-z.`, -]*\) |.*/\1/p' "$source/README.md" | keys > page
check "the page has every key" diff wanted page

"$train" noise --list | sed 's/[: ].*//' | sort -u > wanted
"$train" noise --help | sed -n '/^Kinds:/,$s/^  \([a-z-]*\).*/\1/p' | sort -u > help
check "noise --help has every kind" diff wanted help
for kind in $(cat wanted)
do
  check "the manual has the noise $kind" sh -c 'grep -q "^\.B.*\b$1\b"' sh "$kind" << END
$(manual_part ".SH NOISE")
END
  check "the page has the noise $kind" grep -q "\`$kind[:\`]" "$source/README.md"
done

if command -v man > /dev/null; then
  check "the manual is good roff" [ -z "$(MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$source/cleargrain-train.1" 2>&1 > /dev/null)" ]
else
  number=$((number + 1))
  echo "ok $number - the manual is good roff # SKIP there is no man"
fi
echo "1..$number"
