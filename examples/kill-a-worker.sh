#!/usr/bin/env bash
# Shows that a worker which dies loses nothing: tasks of a second each, ten new ones a second, three
# processes, one of them killed with kill -9 in the middle. Needs what ./stygian needs, and nothing
# else; takes about twenty-five seconds, after ./stygian was built once. Ends with 0 if all results are
# there, each once.
set -euo pipefail

stygian=$(cd "$(dirname "$0")/.." && pwd)/stygian
slots=5
unset REDIS_URL STYGIAN_WORKERS STYGIAN_QUEUE_NAME STYGIAN_VISIBILITY_TIMEOUT STYGIAN_VISIBILITY_TIMEOUT_SECS

"$stygian" --version # builds on first use
folder=$(mktemp -d)
processes=()
clean_up() {
  touch "$folder/killed" # ends the feeding
  kill "${processes[@]}" 2>/dev/null || true
  wait
  rm -rf "$folder"
}
trap clean_up EXIT
cd "$folder"

say() { printf '%3d s  %s\n' "$SECONDS" "$1"; }

wait_until() { # wait_until WHAT COMMAND...
  local what=$1 end=$((SECONDS + 30))
  shift
  until "$@"; do
    if ((SECONDS > end)); then
      echo "FAILED: after 30 s still not: $what" >&2
      exit 1
    fi
    sleep 0.2
  done
}

cat >pipeline.toml <<'PIPELINE'
[execution]
visibility_timeout = "3s"     # after this time the tasks of a dead worker go to others

[[nodes]]
id = "work"
service = "delay"
config = { duration = "1s" }
PIPELINE

# Items until the worker was killed, so that the run cannot be over before.
feed() {
  local count=0
  until [[ -e killed ]]; do
    count=$((count + 1))
    echo "item-$count"
    sleep 0.1
  done
  echo "$count" >submitted
}

SECONDS=0
# This process starts a private server in this folder, submits, works on one task at a time and writes
# the results. The workers that follow find its server.
"$stygian" run pipeline.toml --input - --queue embedded --id demo --workers 1 \
  -o results.jsonl >run.log 2>&1 < <(feed) &
run=$!
processes+=("$run")
wait_until "the server runs" test -s .stygian/embedded.url
say "the run has begun"

"$stygian" worker --queue embedded --workers "$slots" 2>victim.log &
victim=$!
"$stygian" worker --queue embedded --workers "$slots" 2>survivor.log &
survivor=$!
processes+=("$victim" "$survivor")

# More tasks executing than the run and the survivor can hold: the victim holds some of them.
busy() {
  local leased
  leased=$("$stygian" status demo --queue embedded --json | sed 's/.*"leased":\([0-9]*\).*/\1/')
  ((leased > 1 + slots))
}
wait_until "both workers are at work" busy
say "process $victim and process $survivor are at work"

kill -9 "$victim"
wait "$victim" 2>/dev/null || true
touch killed
say "process $victim was killed with kill -9"

code=0
wait "$run" || code=$?
say "the run is over, exit code $code"
tail -n 2 run.log

items=$(<submitted)
results=$(wc -l <results.jsonl)
distinct=$(sed 's/.*"item":"\([^"]*\)".*/\1/' results.jsonl | sort -u | wc -l)
again=$(grep -c '"attempts":2' results.jsonl || true)
say "$items items, $results results of $distinct items; $again were in the killed process and were done again"

if ((code == 0 && results == items && distinct == items && again > 0)); then
  echo "PASSED: nothing was lost, nothing is there twice"
else
  echo "FAILED: expected $items results of $items items, and at least one that was done again" >&2
  exit 1
fi
