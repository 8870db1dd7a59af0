#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The example array script under a real Slurm: one node, this one, with all its
# state in the test's folder.
source=$3
. "$(dirname "$0")/tap.sh" "$@"

skip ()
{
  echo "1..0 # SKIP $1"
  exit 0
}

PATH=$PATH:/usr/sbin
for program in slurmctld slurmd sbatch sinfo
do
  command -v $program > /dev/null || skip "there is no $program"
done

host=$(hostname -s)
port=$((20000 + $$ % 20000))
mkdir controller node
cat > slurm.conf <<END
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/none
CredType=cred/none
SlurmctldPort=$port
SlurmdPort=$((port + 1))
StateSaveLocation=$work/controller
SlurmdSpoolDir=$work/node
SlurmctldPidFile=$work/controller.pid
SlurmdPidFile=$work/node.pid
SlurmctldLogFile=$work/controller.log
SlurmdLogFile=$work/node.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
ReturnToService=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=2 RealMemory=100 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=10 State=UP
END
export SLURM_CONF="$work/slurm.conf"

# Both in the foreground, so that they are ours to end.
slurmctld -D > controller.out 2>&1 &
controller=$!
slurmd -D -N "$host" > node.out 2>&1 &
node=$!
end_slurm ()
{
  kill $node $controller 2> said
  wait $node $controller 2> said
}
trap 'end_slurm; rm -rf "$work"' EXIT
n=0
until sinfo --noheader --format=%t 2> said | grep -qx idle
do
  n=$((n + 1))
  if [ $n -gt 60 ]; then
    tail -n 3 controller.out node.out said | sed 's/^/# /'
    skip "Slurm does not start here"
  fi
  sleep 0.5
done

for i in 1 2 3 4 5 6 7
do
  "$tool" picture pictures/$i.png $((i * 40)) 100 3 8 20
done
run 0 "without Slurm" --model blur.safetensors -r -o whole pictures
export CLEARGRAIN="$cleargrain"
array="$source/doc/farm/cleargrain-array.sh"
timeout 240 sbatch --wait --array=1-3 --cpus-per-task=1 "$array" pictures out \
  --model "$work/blur.safetensors" > printed 2> said
report $? "the array of three ends well"
check "every frame is done as without it" diff -r whole out
for task in 1 2 3
do
  check "task $task had a share" grep -q '[1-9] done, 0 skipped, 0 failed' cleargrain-*-$task.log
done

# A frame that fails makes its task fail, and the next array does what is left.
echo broken > pictures/8.png
rm out/3.png
timeout 240 sbatch --wait --array=1-2 --cpus-per-task=1 "$array" pictures out \
  --model "$work/blur.safetensors" > printed 2> said
report "$([ $? = 1 ]; echo $?)" "an array with a bad frame fails"
check "what was left is done" cmp whole/3.png out/3.png
check "the list of failures has the frame" [ "$(cat cleargrain-*.failed | cut -f1)" = pictures/8.png ]
done_testing
