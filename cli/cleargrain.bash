# SPDX-License-Identifier: GPL-3.0-or-later
# Completion for bash.

_cleargrain ()
{
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  local options='--output --recursive --files-from --suffix --format --depth --strip --preserve
    --in-place --overwrite --skip-existing --model --strength --colour-strength --grain-size --crop --preview
    --threads
    --max-memory --jobs --shard --failed-list --log-json --no-config
    --dry-run --quiet --verbose --version
    --help'

  [[ $before = = ]] && before=${COMP_WORDS[COMP_CWORD - 2]}
  [[ $word = = ]] && word=
  case $before in
    --format) COMPREPLY=($(compgen -W 'png jpg tif exr pgm ppm pam pfm bmp tga hdr' -- "$word")) ;;
    --depth) COMPREPLY=($(compgen -W '8 16 float' -- "$word")) ;;
    --model | -m | --describe)
      COMPREPLY=($(compgen -W "$(cleargrain models 2> /dev/null | sed '/^Looked in/,$d; s/ .*//')" \
        -- "$word") $(compgen -f -X '!*.safetensors' -- "$word") $(compgen -d -- "$word"))
      ;;
    --strength | -s | --colour-strength | --grain-size | --threads | -t | --max-memory | --jobs | -j | --shard | \
      --suffix | --crop) ;;
    *)
      case ${COMP_WORDS[1]}:$word in
        models:-*) COMPREPLY=($(compgen -W '--describe --help' -- "$word")) ;;
        compare:-*) COMPREPLY=($(compgen -W '--crop --difference --overwrite --json --help' -- "$word")) ;;
        *:-*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
        *)
          compopt -o filenames
          mapfile -t COMPREPLY < <(compgen -f -- "$word")
          [[ $COMP_CWORD = 1 ]] && COMPREPLY+=($(compgen -W 'models compare' -- "$word"))
          ;;
      esac
      ;;
  esac
}
complete -F _cleargrain cleargrain
