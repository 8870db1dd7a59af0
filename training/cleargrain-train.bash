# SPDX-License-Identifier: GPL-3.0-or-later
# Completion for bash.

_cleargrain_train_models ()
{
  compgen -W "$(cleargrain models 2> /dev/null | sed '/^Looked in/,$d; s/ .*//')" -- "$1"
  compgen -f -X '!*.safetensors' -- "$1"
  compgen -d -- "$1"
}

_cleargrain_train ()
{
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  local keys='data.clean data.noisy data.exposure data.validation data.validation-noisy data.standard
    data.hold-out data.limit data.skip-unreadable data.check-alignment data.flat data.flips
    data.shrink data.texture noise.model noise.validation noise.standard training.init training.compare
    training.steps training.batch training.chunk training.patch training.loss
    training.brightness training.kl training.symmetric
    training.optimizer training.rate training.final-rate training.warm-up training.weight-decay
    training.clip training.ema training.seed training.validate-every
    training.validation-pictures training.validation-crop training.checkpoint-every
    training.log-every training.patience output.name output.summary output.data output.licence
    network'
  local options='--help'

  [[ $before = = ]] && before=${COMP_WORDS[COMP_CWORD - 2]}
  [[ $word = = ]] && word=
  case ${COMP_WORDS[1]} in
    run)
      options='--clean --noisy --noise --init --compare --set --out --resume --threads
        --time-limit --quiet --help'
      ;;
    eval) options='--model --clean --noise --noisy --quantize --seed --threads --save --overwrite --json --help' ;;
    noise) options='--measure --clean --preview --noise --seed --overwrite --list --help' ;;
    export) options='--onnx --overwrite --help' ;;
    encode) options='--overwrite --help' ;;
    decode) options='--original --overwrite --help' ;;
    sample) options='--number --output --seed --spread --overwrite --help' ;;
    chapter) options='--out --data --epochs --limit --threads --quiet --help' ;;
  esac

  case $COMP_CWORD:$before:$word in
    1:*:-*) COMPREPLY=($(compgen -W '--help --version' -- "$word")) ;;
    1:*) COMPREPLY=($(compgen -W 'run eval noise export encode decode sample chapter' -- "$word")) ;;
    *:--set:*)
      compopt -o nospace
      COMPREPLY=($(compgen -S = -W "$keys" -- "$word"))
      ;;
    *:--init:* | *:--compare:* | *:--model:* | *:-m:*)
      COMPREPLY=($(_cleargrain_train_models "$word"))
      ;;
    *:--threads:* | *:-t:* | *:--seed:* | *:--time-limit:* | *:--noise:* | *:--number:* \
      | *:-n:* | *:--spread:* | *:--epochs:* | *:--limit:*) ;;
    *:-*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
    *:export:* | 2:encode:* | 2:decode:* | *:sample:*) COMPREPLY=($(_cleargrain_train_models "$word")) ;;
    2:chapter:*) COMPREPLY=($(compgen -W 'all list' -- "$word")) ;;
    *)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      ;;
  esac
}
complete -F _cleargrain_train cleargrain-train
