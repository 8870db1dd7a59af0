# SPDX-License-Identifier: GPL-3.0-or-later
# A GIMP of the tests' own, for sourcing: every folder it reads or writes lies in
# $profile, and it knows only the plug-ins the tests need, ours among them, so that it starts
# in seconds.
#
#   gimp_test VERSION PLUGIN       begin a test: skip it if there is no such GIMP, make the profile and
#                                  go to $work, an empty folder in it
#   profile_make VERSION PLUGIN    VERSION 2.10 or 3
#   gimp_console ARGUMENTS...      without a window
#   gimp_window ARGUMENTS...       with one
#   plugin_processes               ids of the plug-in's running processes that do work
#   next_process                   wait for one of them not seen yet, in $process; fails if $gimp has ended
#   milliseconds                   of the clock
#   batch EXPRESSION...            an argument for -b: the cases loaded, then the expressions, in which
#                                  `folder` is the present one

gimp_test ()
{
  command -v "gimp-console-$1" >/dev/null || skip_all "GIMP $1 is not installed"
  profile_make "$1" "$2"
  work=$profile/work
  mkdir "$work"
  cd "$work" || exit 1
}

profile_make ()
{
  local plugin=$2 name folder stock
  version=$1
  profile=$(mktemp -d)
  trap 'rm -rf "$profile"' EXIT
  name=$(basename "$plugin")
  cases=$here/cases-$version.scm

  export HOME=$profile/home TMPDIR=$profile/tmp
  export XDG_CONFIG_HOME=$profile/config XDG_CACHE_HOME=$profile/cache
  export XDG_DATA_HOME=$profile/data XDG_RUNTIME_DIR=$profile/run
  # GIMP makes its own folder, and asks nothing only if it is the one to make it.
  export GIMP2_DIRECTORY=$profile/gimp GIMP3_DIRECTORY=$profile/gimp
  export LC_ALL=C.UTF-8 LANGUAGE=C GEGL_USE_OPENCL=no NO_AT_BRIDGE=1 GSETTINGS_BACKEND=memory
  unset DBUS_SESSION_BUS_ADDRESS WAYLAND_DISPLAY GIMP2_PLUGINDIR GIMP3_PLUGINDIR CLEARGRAIN_WEIGHTS
  for folder in home tmp config cache data run "plug-ins/$name"; do
    mkdir -p "$profile/$folder"
  done
  chmod 700 "$profile/run"
  cp "$plugin" "$profile/plug-ins/$name"
  cp -r "$(dirname "$plugin")/../po" "$profile/plug-ins/$name/locale"
  stock=$(pkg-config --variable=gimplibdir "gimp-${version%.10}.0")/plug-ins
  for folder in script-fu file-png file-tiff; do
    ln -s "$stock/$folder" "$profile/plug-ins/$folder"
  done
  cat > "$profile/gimprc" <<END
(plug-in-path "$profile/plug-ins")
(temp-path "$profile/tmp")
(swap-path "$profile/tmp")
(tile-cache-size 512m)
(num-processors 2)
(undo-levels 20)
(save-session-info no)
(restore-session no)
(check-updates no)
(color-profile-policy keep)
(import-promote-float no)
END
  case $version in
    2.10) echo '(show-tips no)' ;;
    3)
      echo '(show-welcome-dialog no)'
      echo "(config-version \"$(pkg-config --modversion gimp-3.0)\")"
      ;;
  esac >> "$profile/gimprc"
}

profile_arguments ()
{
  printf '%s\n' --new-instance --no-data --no-fonts --no-splash --gimprc "$profile/gimprc"
  [ "$version" = 2.10 ] || echo --batch-interpreter=plug-in-script-fu-eval
}

gimp_console ()
{
  local arguments
  mapfile -t arguments < <(profile_arguments)
  "gimp-console-$version" "${arguments[@]}" "$@" -b "$(batch '(gimp-quit 0)')" </dev/null
}

gimp_window ()
{
  local arguments
  mapfile -t arguments < <(profile_arguments)
  exec "gimp-$version" "${arguments[@]}" "$@" </dev/null
}

plugin_processes ()
{
  local file pid name=$profile/plug-ins/denoise-cleargrain/denoise-cleargrain
  for file in $(grep -lsa "$name" /proc/[0-9]*/cmdline); do
    grep -qszx -- -run "$file" || continue # asked for its procedures
    pid=${file#/proc/}
    echo "${pid%/cmdline}"
  done
}

milliseconds ()
{
  echo $(($(date +%s%N) / 1000000))
}

seen=" "
next_process ()
{
  while kill -0 $gimp 2>/dev/null; do
    for process in $(plugin_processes); do
      case $seen in *" $process "*) ;; *) seen+="$process "; return ;; esac
    done
    sleep 0.02
  done
  return 1
}

batch ()
{
  echo "(begin (load \"$cases\") (define folder \"$PWD\") $*)"
}
