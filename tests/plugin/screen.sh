# SPDX-License-Identifier: GPL-3.0-or-later
# A screen of our own and hands to use it, for sourcing.  window_start first; window_stop at the end.
# With CG_SCREENSHOTS set to a folder, `shot NAME [WINDOW]` leaves a picture of the screen, or of a
# window with its frame, there.

window_start ()
{
  local display=$profile/display
  mkfifo "$display"
  exec 9<>"$display"
  Xvfb -displayfd 9 -screen 0 1280x900x24 -nolisten tcp >"$profile/xvfb.log" 2>&1 &
  xvfb=$!
  read -r -t 30 -u 9 number || return 1
  export DISPLAY=:$number
  openbox >/dev/null 2>&1 &
  window_manager=$!
}

window_stop ()
{
  kill "$window_manager" "$xvfb" 2>/dev/null
}

# wait_for SECONDS COMMAND...: until the command succeeds.
wait_for ()
{
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.2
  done
}

# The newest visible window whose title matches, in $window.
find_window ()
{
  window=$(xdotool search --onlyvisible --name "$1" 2>/dev/null | tail -1)
  [ -n "$window" ]
}

no_window ()
{
  ! find_window "$1"
}

# focus TITLE [SECONDS]
focus ()
{
  wait_for "${2:-60}" find_window "$1" && xdotool windowfocus --sync "$window"
}

# shot NAME [WINDOW]
shot ()
{
  [ -z "${CG_SCREENSHOTS:-}" ] ||
    import -frame -window "${2:-root}" miff:- |
    convert - -trim +repage +dither -colors 128 "PNG8:$CG_SCREENSHOTS/$1.png"
}
