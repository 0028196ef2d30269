#!/bin/bash
# A SLURM cluster of one node, on this machine, to try the recipe out; for CI. Needs root, and
#   apt-get install slurm-wlm munge
#
# Usage: cluster.sh start DIRECTORY     everything the cluster has is in that directory; a second
#                                       cluster needs a SLURMCTLD_PORT and SLURMD_PORT of its own
#        source DIRECTORY/env           so that sbatch and srun find it
#        cluster.sh stop DIRECTORY
set -euo pipefail

directory=$(mkdir -p "$2" && cd "$2" && pwd)
export SLURM_CONF=$directory/slurm.conf

configure() {
    local node
    node=$(hostname --short)
    cat > "$SLURM_CONF" << END
ClusterName=recipe
SlurmctldHost=$node(127.0.0.1)
AuthType=auth/munge
AuthInfo=socket=$directory/munge/socket
SlurmctldPort=${SLURMCTLD_PORT:-6817}
SlurmdPort=${SLURMD_PORT:-6818}
SlurmUser=root
SlurmdUser=root
SlurmctldPidFile=$directory/slurmctld.pid
SlurmdPidFile=$directory/slurmd.pid
SlurmctldLogFile=$directory/slurmctld.log
SlurmdLogFile=$directory/slurmd.log
StateSaveLocation=$directory/state
SlurmdSpoolDir=$directory/spool
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
ReturnToService=2
KillWait=5
NodeName=$node NodeAddr=127.0.0.1 CPUs=2 RealMemory=500 State=UNKNOWN
PartitionName=main Nodes=$node Default=YES MaxTime=INFINITE State=UP
END
    echo "export SLURM_CONF=$SLURM_CONF" > "$directory/env"
}

start_munge() {
    install -d -o munge -m 755 "$directory/munge"
    [[ -f /etc/munge/munge.key ]] || runuser -u munge -- mungekey --create
    runuser -u munge -- munged --socket="$directory/munge/socket" --pid-file="$directory/munge/pid" \
        --log-file="$directory/munge/log" --seed-file="$directory/munge/seed"
}

start() {
    mkdir -p "$directory/state" "$directory/spool"
    chmod 755 "$directory"
    configure
    start_munge
    slurmctld
    slurmd
    for _ in {1..60}; do
        [[ $(sinfo --noheader --format %t 2> /dev/null) == idle ]] && return
        sleep 0.5 # SLURM tells nobody when a node has registered
    done
    echo "the node did not come up; see the logs in $directory" >&2
    return 1
}

stop() {
    scontrol shutdown || true
    [[ -f $directory/munge/pid ]] && kill "$(cat "$directory/munge/pid")"
}

case $1 in
start) start ;;
stop) stop ;;
*) echo "usage: $0 start|stop DIRECTORY" >&2 && exit 2 ;;
esac
