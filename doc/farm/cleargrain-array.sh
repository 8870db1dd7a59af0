#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A folder of frames over many machines, as an array of Slurm:
#
#   sbatch cleargrain-array.sh FRAMES CLEANED [OPTION...]
#
# Each task does its share, of about as many pixels as the others'.  What is there
# already is left out, so the same line again does what an interruption left.
#SBATCH --job-name=cleargrain
#SBATCH --array=1-8
#SBATCH --cpus-per-task=2
#SBATCH --output=cleargrain-%A-%a.log
set -eu
frames=$1 cleaned=$2
shift 2

# The array must begin at 1 and have no gaps: its size is the number of shares.
exec "${CLEARGRAIN:-cleargrain}" --recursive --output "$cleaned" --skip-existing \
  --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" \
  --threads "${SLURM_CPUS_PER_TASK:-1}" \
  --failed-list "cleargrain-$SLURM_ARRAY_JOB_ID-$SLURM_ARRAY_TASK_ID.failed" \
  "$@" "$frames"
