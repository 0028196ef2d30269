#!/bin/bash
#SBATCH --job-name=conformers
#SBATCH --ntasks=2
#SBATCH --time=00:30:00
#SBATCH --output=conformers-%j.log
#
# Search for conformers on a cluster. The first node runs the server and the script; srun starts a
# worker for each task, on whatever nodes they are. Usage, on a file system that all nodes share:
#
#   sbatch recipes/conformers/slurm/submit.sh [FILE_WITH_SMILES]
#
# If the time is over before everything is computed, submit it again: it goes on where it was.
set -euo pipefail

# SLURM copies this file before it runs it: what belongs to it is found from where it was submitted.
script=${CONFORMERS_SCRIPT:-recipes/conformers/search.py}

# Workers leave before this, and what they run is put back. SLURM 23.02 and later say it themselves.
if [[ -z ${SLURM_JOB_END_TIME:-} ]]; then
    SLURM_JOB_END_TIME=$(date -d "$(squeue --noheader --jobs "$SLURM_JOB_ID" --format %e)" +%s)
    export SLURM_JOB_END_TIME
fi

# The nodes of a cluster trust their network; the server has a password all the same.
read -r address _ < <(hostname --all-ip-addresses; echo 127.0.0.1)
start-funsies --port "${FUNSIES_PORT:-16379}" --bind "$address" --insecure --disk
source .funsies/env # the address, the password and the key, for all that is started from here

srun --output=worker-%j-%t.log funsies worker &
workers=$!
python "$script" "$@" &
search=$!

# Whichever ends first: the search, or the workers, because the time is nearly over.
wait -n "$workers" "$search" && outcome=0 || outcome=$?
if kill -0 "$search" 2> /dev/null; then
    kill "$search"
    if ((outcome == 0)); then
        echo "the time is nearly over; submit this again to go on"
        outcome=75 # "temporary failure; try again"
    fi
fi
funsies shutdown --all # the results stay in .funsies
wait "$workers" || true
exit "$outcome"
