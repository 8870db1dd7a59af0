# SPDX-License-Identifier: GPL-3.0-or-later
# Test Anything Protocol for shell tests, for sourcing.  End with `finish`.

count=0

# check NAME COMMAND...: passes if the command does; else shows what it said.
check ()
{
  local name=$1 said
  shift
  count=$((count + 1))
  if said=$("$@" 2>&1); then
    echo "ok $count - $name"
  else
    echo "not ok $count - $name"
    printf '%s\n' "$said" | sed 's/^/# /'
  fi
}

skip_all ()
{
  echo "1..0 # SKIP $*"
  exit 0
}

bail ()
{
  echo "Bail out! $*"
  exit 1
}

finish ()
{
  echo "1..$count"
}
