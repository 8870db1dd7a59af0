#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The GEGL operation in the gegl command, against our command line's results.
# GEGL_PATH says where it and GEGL's own operations are.
#
#   gegl.sh OPERATION CLEARGRAIN PICTURE MAKE-WEIGHTS
set -uo pipefail

here=$(realpath "$(dirname "$0")")
. "$here/tap.sh"

command -v gegl >/dev/null || skip_all "the gegl command is not installed"
cleargrain=$(realpath "$2") picture=$(realpath "$3") make_weights=$(realpath "$4")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
# It is built without the sanitizers that the operation may have.
sanitizer=$([ -z "${CG_SANITIZED:-}" ] || "${CC:-cc}" -print-file-name=libasan.so)
gegl () { LD_PRELOAD=$sanitizer command gegl "$@"; }

export GEGL_USE_OPENCL=no LC_ALL=C.UTF-8 XDG_DATA_HOME=$work/data

"$make_weights" test.safetensors || bail "no weights"

# through_gegl FORMAT BITS IN OUT [PROPERTY=VALUE...]
through_gegl ()
{
  local format=$1 bits=$2 in=$3 out=$4
  shift 4
  gegl "$in" -- cleargrain:denoise model="$work/test.safetensors" "$@" \
    gegl:convert-format format="$format u$bits" gegl:png-save path="$out" bitdepth="$bits" 2>&1
}

same ()
{
  local kind=$1 format=$2 bits=$3
  shift 3
  "$picture" make "$kind" "$bits" 611 97 in.png || return
  "$cleargrain" --quiet --overwrite --model test.safetensors -o want.png in.png || return
  through_gegl "$format" "$bits" in.png got.png || return
  "$picture" compare want.png got.png 1
}

weaker ()
{
  "$picture" make rgb 16 97 71 in.png || return
  "$cleargrain" --quiet --overwrite --model test.safetensors --strength 0.25 --colour-strength 0.75 --grain-size 2 \
    -o want.png in.png || return
  through_gegl "R'G'B'" 16 in.png got.png strength=0.25 colour-strength=0.75 grain-size=2 || return
  "$picture" compare want.png got.png 1
}

# Without the weights: the picture as it was, and a line that says where they were looked for.
without_weights ()
{
  "$picture" make rgb 8 97 71 in.png || return
  gegl in.png -- cleargrain:denoise model=no-such-model \
    gegl:png-save path=got.png bitdepth=8 >said.txt 2>&1
  grep "no-such-model.*$work/data/cleargrain/weights" said.txt || { cat said.txt; return 1; }
  "$picture" compare in.png got.png 0
}

# GIMP's search shows titles: this one must not read like the plug-in's.
own_title ()
{
  gegl --info cleargrain:denoise >said.txt
  grep "^title .*Effect (Cleargrain)$" said.txt || { cat said.txt; return 1; }
}

check "16-bit gray is the command line's" same gray "Y'" 16
check "8-bit RGB is the command line's" same rgb "R'G'B'" 8
check "16-bit RGB with alpha is the command line's" same rgba "R'G'B'A" 16
check "strengths, and coarse grain" weaker
check "no weights" without_weights
check "a title of its own" own_title
finish
