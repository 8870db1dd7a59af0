#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Usage: includes.sh SOURCE - does no include run upward?
# One TAP line a room.
cd "$1" || exit 1

# check ROOM ALLOWED: files of ROOM include ours only from ALLOWED (a regular
# expression); a name without a folder is the room's own or config.h.
n=0
check ()
{
  n=$((n + 1))
  upward=$(find "$1" -name '*.[ch]' -exec grep -Hn '^ *# *include *"[^"]*/' {} + |
    grep -Ev "include *\"($2)/")
  if [ -z "$upward" ]
  then echo "ok $n $1"
  else echo "$upward" >&2; echo "not ok $n $1"
  fi
}

check model    'model'
check imageio  'model|imageio'
check cli      'model|imageio|cli'
check training 'model|imageio|training'
check plugin   'model|plugin'
echo "1..$n"
