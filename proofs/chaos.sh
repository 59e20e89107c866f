#!/usr/bin/env bash
# 5,000 items through a branch and a join while for a minute workers, submitter, reader and server are
# killed and paused, connections cut and delayed, and the server's memory filled; then the history is
# checked: each item once, nothing of a fenced worker, counters and receipt right. The seed decides what
# happens when: SEED=4711 proofs/chaos.sh does again what the seed 4711 did.
set -euo pipefail
readonly ITEMS=${ITEMS:-5000} FAULTS=${FAULTS:-60} SECONDS_OF_HARM=${SECONDS_OF_HARM:-60}

options=(--items "$ITEMS" --faults "$FAULTS" --seconds "$SECONDS_OF_HARM")
if [[ -n ${SEED:-} ]]; then options+=(--seed "$SEED"); fi
unset REDIS_URL STYGIAN_WORKERS STYGIAN_QUEUE_NAME STYGIAN_VISIBILITY_TIMEOUT
exec "$(dirname "$0")/../stygian" chaos "${options[@]}" "$@"
