#!/usr/bin/env bash
# 5,000 items through a branch and a join while for a minute workers, submitter, reader and server are
# killed and paused, connections cut and delayed, and the server's memory filled; then the history is
# checked: each item once, nothing of a fenced worker, counters and receipt right. Then the same for 40 s
# with 1,000 items that find others, are split into parts that wait in the lanes of hosts, and are
# collected: each with exactly its parts, and no host visited too often. The seed decides what happens
# when: SEED=4711 proofs/chaos.sh does again what the seed 4711 did. TRIALS=growing does the second alone.
set -euo pipefail
readonly ITEMS=${ITEMS:-5000} FAULTS=${FAULTS:-60} SECONDS_OF_HARM=${SECONDS_OF_HARM:-60}
readonly GROWING_ITEMS=${GROWING_ITEMS:-1000} GROWING_FAULTS=${GROWING_FAULTS:-30}
readonly GROWING_SECONDS=${GROWING_SECONDS:-40}
readonly TRIALS=${TRIALS:-fixed growing}

stygian=$(dirname "$0")/../stygian
options=()
if [[ -n ${SEED:-} ]]; then options+=(--seed "$SEED"); fi
unset REDIS_URL STYGIAN_WORKERS STYGIAN_QUEUE_NAME STYGIAN_VISIBILITY_TIMEOUT

for trial in $TRIALS; do
  case $trial in
    fixed) sizes=(--items "$ITEMS" --faults "$FAULTS" --seconds "$SECONDS_OF_HARM") ;;
    *) sizes=(--items "$GROWING_ITEMS" --faults "$GROWING_FAULTS" --seconds "$GROWING_SECONDS") ;;
  esac
  "$stygian" chaos --trial "$trial" "${sizes[@]}" "${options[@]}" "$@"
done
