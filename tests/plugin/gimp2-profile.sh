# SPDX-License-Identifier: GPL-3.0-or-later
# A GIMP 2.10 of our own, for sourcing: every folder it reads or writes lies in $profile, and
# it knows only the plug-ins the tests need, ours among them, so that it starts in seconds.
#
#   gimp2_profile PLUGIN [SHELL-QUOTED STOCK PLUG-INS]
#   gimp2 ARGUMENTS...        without a window

gimp2_profile ()
{
  local plugin=$1 name stock folder
  shift
  profile=$(mktemp -d)
  trap 'rm -rf "$profile"' EXIT
  name=$(basename "$plugin")
  stock=$(pkg-config --variable=gimplibdir gimp-2.0)/plug-ins

  export HOME=$profile/home TMPDIR=$profile/tmp
  export XDG_CONFIG_HOME=$profile/config XDG_CACHE_HOME=$profile/cache
  export XDG_DATA_HOME=$profile/data XDG_RUNTIME_DIR=$profile/run
  # GIMP makes its own folder, and asks nothing only if it is the one to make it.
  export GIMP2_DIRECTORY=$profile/gimp
  export LC_ALL=C.UTF-8 LANGUAGE=C GEGL_USE_OPENCL=no NO_AT_BRIDGE=1
  unset DBUS_SESSION_BUS_ADDRESS WAYLAND_DISPLAY GIMP2_PLUGINDIR CLEARGRAIN_WEIGHTS
  for folder in home tmp config cache data run "plug-ins/$name"; do
    mkdir -p "$profile/$folder"
  done
  chmod 700 "$profile/run"
  ln -s "$plugin" "$profile/plug-ins/$name/$name"
  for folder in script-fu file-png "$@"; do
    ln -s "$stock/$folder" "$profile/plug-ins/$folder"
  done
  cat > "$profile/gimprc" <<END
(plug-in-path "$profile/plug-ins")
(temp-path "$profile/tmp")
(swap-path "$profile/tmp")
(tile-cache-size 512m)
(num-processors 2)
(undo-levels 20)
(show-tips no)
(save-session-info no)
(restore-session no)
(check-updates no)
(color-profile-policy keep)
(import-promote-float no)
END
}

gimp2 ()
{
  gimp-console-2.10 --new-instance --no-data --no-fonts --gimprc "$profile/gimprc" "$@" </dev/null
}
