# SPDX-License-Identifier: GPL-3.0-or-later
# A screen of our own and hands to use it, for sourcing after profile.sh.
#
#   window_test VERSION PLUGIN     as gimp_test, and a screen
#   start_gimp EXPRESSION...       GIMP on it, which does that first; end_gimp when another is to start
#
# $image is to be set to what the title of the picture's window matches, $picture to the program that
# compares.
#
# With CG_SCREENSHOTS set to a folder, `shot NAME [WINDOW]` leaves a picture of the screen, or of a
# window with its frame, there.

window_test ()
{
  local tool
  for tool in Xvfb xdotool openbox; do
    command -v $tool >/dev/null || skip_all "$tool is not installed"
  done
  gimp_test "$1" "$2"
  gimp=
  trap window_end EXIT
  window_start || bail "no screen"
}

window_end ()
{
  end_gimp
  window_stop
  rm -rf "$profile"
}

start_gimp ()
{
  gimp_window -b "$(batch "$*")" >>gimp.log 2>&1 &
  gimp=$!
}

end_gimp ()
{
  [ -n "$gimp" ] || return
  kill "$gimp" 2>/dev/null
  wait "$gimp" 2>/dev/null
  gimp=
  rm -rf "$profile"/gimp/backups "$HOME"/.config/GIMP/*/backups # it was no crash
  rm -rf "$XDG_CACHE_HOME"/*/*/CrashLog
}

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
  wait_for "${2:-180}" find_window "$1" && xdotool windowfocus --sync "$window"
}

# The filter's dialog, through GIMP's search box, which takes the same label as the menu shows.  A busy
# machine may not have found it yet when Return comes.
dialog='^Denoise \(Cleargrain\)$'
open_dialog ()
{
  local try
  for try in 1 2 3; do
    focus "$image" 180 || return
    xdotool key slash
    focus 'Search Actions' 30 || continue
    xdotool type --delay 40 'denoise (cleargrain)'
    sleep $((2 * try))
    xdotool key Return
    focus "$dialog" 60 && return
    xdotool key Escape
  done
  return 1
}

# press KEY: over the picture, once GIMP has come to rest: an entry of a menu whose turn has not come
# yet has no key.
press ()
{
  sleep 2
  focus "$image" && xdotool key "$1"
}

# Set the value behind a mnemonic.
set_value ()
{
  xdotool key "alt+$1"
  sleep 0.3
  xdotool key ctrl+a
  xdotool type "$2"
  xdotool key Tab
  sleep 0.5
}

# The whole file is there once another picture could be compared with it.
is_saved ()
{
  "$picture" compare "$1" "$1" 0
}

# shot NAME [WINDOW]
shot ()
{
  [ -z "${CG_SCREENSHOTS:-}" ] ||
    import -frame -window "${2:-root}" miff:- |
    convert - -trim +repage +dither -colors 128 "PNG8:$CG_SCREENSHOTS/$1.png"
}
