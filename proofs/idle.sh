#!/usr/bin/env bash
# A worker without work for a minute: says nothing, uses less than 1 % of a processor, and does the next
# task when it comes.
. "$(dirname "$0")/common.sh"
readonly IDLE=${IDLE:-60}

port=$(free_port)
queue=redis://127.0.0.1:$port
cat >"$work/noop.toml" <<'TOML'
id = "idle"

[[nodes]]
id = "nothing"
service = "noop"
TOML
"$stygian" --version >"$work/version"
cd "$work"
start_redis "$port"
"$stygian" worker --queue "$queue" 2>worker.log &
worker=$!
started+=("$worker")

# Processor time of the worker so far, in hundredths of a second (USER_HZ).
ticks() { awk '{ print $14 + $15 }' "/proc/$worker/stat"; }

run_one() {
  local run
  run=$("$stygian" submit noop.toml "https://example.com/$1" --queue "$queue" 2>/dev/null)
  "$stygian" await "$run" --queue "$queue" 2>await.log || fail "the task was not done: $(cat await.log)"
}
run_one first
sleep 10 # what it did is still being compiled
lines=$(wc -l <worker.log)
before=$(ticks)
calls_before=$(redis-cli -p "$port" info stats | tr -d '\r' | sed -n 's/^total_commands_processed://p')
sleep "$IDLE" # the idle time itself
used=$(($(ticks) - before))
calls=$(($(redis-cli -p "$port" info stats | tr -d '\r' | sed -n 's/^total_commands_processed://p') - calls_before))
say "$IDLE s idle: $((used * 10)) ms of processor time, $((calls / IDLE)) commands a second at the server"
((used < IDLE)) || fail "more than 1 % of a processor"
[[ $(wc -l <worker.log) == "$lines" ]] || fail "it said something: $(cat worker.log)"
run_one second
say "OK: silent, and awake for the next task"
