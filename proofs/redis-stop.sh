#!/usr/bin/env bash
# Redis is stopped for 20 s in the middle of a run and started again with its data: the run completes
# by itself, every item once, and says so in a line or two.
. "$(dirname "$0")/common.sh"
readonly ITEMS=${ITEMS:-3000} AWAY=${AWAY:-20}

port=$(free_port)
queue=redis://127.0.0.1:$port
seq "$ITEMS" | sed 's/.*/{"n": &}/' >"$work/items.jsonl"
cat >"$work/slow.toml" <<'TOML'
id = "slow"

[execution]
workers = 20
visibility_timeout = "3s"

[[nodes]]
id = "wait"
service = "delay"

[nodes.config]
duration = "100ms"
TOML
"$stygian" --version >"$work/version"
cd "$work"
start_redis "$port" --appendonly yes --appendfsync always
"$stygian" run slow.toml --input items.jsonl --queue "$queue" -o slow.jsonl 2>run.log &
run_pid=$!
started+=("$run_pid")
has_results() { [[ -s slow.jsonl && $(wc -l <slow.jsonl) -gt $((ITEMS / 10)) ]]; }
await 60 "a tenth of the results" has_results
redis-cli -p "$port" shutdown nosave >/dev/null 2>&1 || true
wait "$redis_pid" || true
say "Redis stopped with $(wc -l <slow.jsonl) of $ITEMS results in the file"
sleep "$AWAY" # the outage itself
start_redis "$port" --appendonly yes --appendfsync always
back=$(now)
before=$(wc -l <slow.jsonl)
more_results() { (($(wc -l <slow.jsonl) > before)); }
await 10 "work within 10 s of the return" more_results
say "work went on $(since "$back") s after Redis's return"
wait "$run_pid" || fail "the run ended with $?: $(cat run.log)"
read -r lines distinct < <(count_items slow.jsonl)
[[ $lines == "$ITEMS" && $distinct == "$ITEMS" ]] || fail "$lines lines of $distinct items"
complaints=$(grep -c 'does not answer' run.log || true)
((complaints <= 2)) || fail "$complaints complaints in $AWAY s: $(cat run.log)"
say "OK: $ITEMS items, each once, $complaints line(s) about the outage"
