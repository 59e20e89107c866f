#!/usr/bin/env bash
# 1,000,000 no-op tasks through distributed mode, with -Xmx256m for the process that submits, works
# and writes the results, and for another worker process: completes; memory is constant in the number
# of items.
. "$(dirname "$0")/common.sh"
readonly ITEMS=${ITEMS:-1000000}

port=$(free_port)
queue=redis://127.0.0.1:$port
cat >"$work/noop.toml" <<'TOML'
id = "million"

[execution]
workers = 500
result_ttl = "1m"
retention = "1m"

[[nodes]]
id = "nothing"
service = "noop"
TOML
"$stygian" --version >"$work/version"
cd "$work"
start_redis "$port"
export STYGIAN_JAVA_OPTS=-Xmx256m
began=$(now)
seq "$ITEMS" | sed 's/.*/{"n": &}/' |
  "$stygian" run noop.toml --input - --queue "$queue" --processes 1 -o noop.jsonl 2>run.log ||
  fail "$(tail -20 run.log)"
seconds=$(since "$began")
read -r lines distinct < <(count_items noop.jsonl)
[[ $lines == "$ITEMS" && $distinct == "$ITEMS" ]] || fail "$lines lines of $distinct items"
info() { redis-cli -p "$port" info | tr -d '\r' | sed -n "s/^$1://p"; }
say "$ITEMS items in $seconds s: $(per_second "$ITEMS" "$seconds") a second, start-up included"
say "Redis: peak memory $(info used_memory_peak_human), $(info used_cpu_user) s user + $(info used_cpu_sys) s system"
say "OK: each item once"
