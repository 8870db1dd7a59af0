# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by every test of this folder as: . tap.sh CLEARGRAIN TOOL
# It goes to a fresh folder and gives functions that print TAP.

cleargrain=$(realpath "$1")
tool=$(realpath "$2")
number=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 99
mkdir pictures
unset CLEARGRAIN_WEIGHTS CLEARGRAIN_KERNELS
export XDG_DATA_HOME="$work/nothing" XDG_CONFIG_HOME="$work/nothing"
"$tool" weights blur.safetensors || exit 99

# report STATUS NAME: one line of TAP; what was said last goes behind a failure.
report ()
{
  number=$((number + 1))
  line=$(printf '%s' "$2" | tr '\n' ' ')
  if [ "$1" = 0 ]; then
    echo "ok $number - $line"
  else
    echo "not ok $number - $line"
    sed 's/^/# stdout: /' printed
    sed 's/^/# stderr: /' said
  fi
}

# run STATUS NAME ARGUMENTS...: cleargrain must end with STATUS.
run ()
{
  wanted=$1
  about=$2
  shift 2
  "$cleargrain" "$@" > printed 2> said
  status=$?
  [ $status = "$wanted" ]
  report $? "$about (status $status, wanted $wanted)"
}

# check NAME COMMAND...: the command must succeed.
check ()
{
  about=$1
  shift
  "$@" > printed 2> said
  report $? "$about"
}

# says NAME TEXT: the last run said TEXT on standard error, in one line, and
# nothing on standard output.
says ()
{
  [ "$(wc -l < said)" = 1 ] && [ ! -s printed ] && grep -qF -- "$2" said
  report $? "$1: \"$2\""
}

# says_also NAME TEXT: TEXT is somewhere in what the last run said.
says_also ()
{
  grep -qF -- "$2" said
  report $? "$1: \"$2\""
}

# prints NAME TEXT: the last run printed it on standard output.
prints ()
{
  grep -q -- "$2" printed
  report $? "$1: \"$2\""
}

# silent NAME: the last run said nothing at all.
silent ()
{
  [ ! -s printed ] && [ ! -s said ]
  report $? "$1 says nothing"
}

absent ()
{
  [ ! -e "$1" ] && [ ! -L "$1" ]
}

# No temporary file is left anywhere.
clean ()
{
  [ -z "$(find . -name '.cleargrain*')" ]
}

# psnr A B: its hundredths, as an integer.
psnr ()
{
  "$cleargrain" compare "$1" "$2" | sed 's/PSNR \([0-9]*\)\.\([0-9]*\) .*/\1\2/'
}

done_testing ()
{
  echo "1..$number"
}
