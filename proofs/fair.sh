#!/usr/bin/env bash
# Fair turns: runs with work share the workers by their weights, a small run is done beside a large one
# about as fast as alone, and many lanes cost little more than one. Shares and caps decide, since they do
# not depend on the machine's speed; times are printed.
. "$(dirname "$0")/common.sh"
readonly ITEMS=${ITEMS:-1000000} SECONDS_OF_WORK=${SECONDS_OF_WORK:-10} SMALL_RUNS=${SMALL_RUNS:-9}

port=$(free_port)
queue=redis://127.0.0.1:$port
pipeline() { # pipeline ID LINES OF [execution]
  printf 'id = "%s"\n[execution]\nmax_depth = 10000000\nresult_ttl = "1m"\nretention = "10m"\n%s\n' "$1" "$2"
  printf '[[nodes]]\nid = "nothing"\nservice = "noop"\n'
}
pipeline large '' >"$work/large.toml"
pipeline heavy 'weight = 3' >"$work/heavy.toml"
pipeline capped 'max_leased = 5' >"$work/capped.toml"
"$stygian" --version >"$work/version"
cd "$work"
start_redis "$port"
seq "$ITEMS" | sed 's/.*/{"n": &}/' >items.txt
export STYGIAN_JAVA_OPTS=-Xmx512m

submit() { # submit PIPELINE RUN ITEMS
  head -n "$3" items.txt | "$stygian" submit "$1" --input - --id "$2" --fresh --queue "$queue" >>submit.log 2>&1 ||
    fail "$(tail -5 submit.log)"
}

field() { # field RUN EXPRESSION on its status `s`
  "$stygian" status "$1" --queue "$queue" --json >status.json || fail "no status of run $1"
  python3 - "$2" <<'PY'
import datetime, json, sys
s = json.load(open("status.json"))
at = lambda text: datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000
print(eval(sys.argv[1], {"s": s, "at": at}))
PY
}

has_done() { [[ $(field "$1" 's["done"]') != 0 ]]; } # has_done RUN

start_worker() {
  "$stygian" worker --queue "$queue" --workers 100 2>>worker.log &
  worker=$!
  started+=("$worker")
}

stop_worker() {
  kill -TERM "$worker"
  wait "$worker" || true
}

work_on_two() { # work_on_two PIPELINE PIPELINE: sets first and second, the tasks that each got
  redis-cli -p "$port" flushall >/dev/null
  submit "$1" one "$((ITEMS / 2))"
  submit "$2" two "$((ITEMS / 2))"
  start_worker
  await 60 "the first task" has_done one
  local end=$((SECONDS + SECONDS_OF_WORK))
  until ((SECONDS >= end)) || (($(redis-cli -p "$port" hget "stygian:{default}:meta" depth) < ITEMS / 2)); do sleep 0.05; done
  stop_worker
  first=$(field one 's["done"]')
  second=$(field two 's["done"]')
}

share() { python3 -c 'import sys; a, b = map(int, sys.argv[1:]); print("%.2f" % (100 * a / (a + b)))' "$1" "$2"; }
within() { # within VALUE FROM TO
  python3 -c 'import sys; v, a, b = map(float, sys.argv[1:]); sys.exit(not a <= v <= b)' "$1" "$2" "$3"
}

work_on_two large.toml large.toml
equal=$(share "$first" "$second")
say "equal weights: $first and $second tasks, the first has $equal %"
within "$equal" 48 52 || fail "not 50 +- 2 %"

work_on_two heavy.toml large.toml
heavy=$(share "$first" "$second")
say "weights 3 and 1: $first and $second tasks, the first has $heavy %"
within "$heavy" 73 77 || fail "not 75 +- 2 %"

small_run() { # small_run ID: milliseconds from its opening to its end, by the server's clock
  submit large.toml "$1" 10
  "$stygian" await "$1" --queue "$queue" >/dev/null 2>&1 || fail "run $1 did not end"
  field "$1" 'round(at(s["finished"]) - at(s["started"]))'
}

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

redis-cli -p "$port" flushall >/dev/null
start_worker
for i in $(seq "$SMALL_RUNS"); do small_run "alone-$i"; done >alone.txt
seq "$((ITEMS))" | sed 's/.*/{"m": &}/' >items.large
"$stygian" submit large.toml --input items.large --id large --fresh --queue "$queue" >>submit.log 2>&1 &
submitter=$!
started+=("$submitter")
await 60 "the large run" has_done large
for i in $(seq "$SMALL_RUNS"); do
  small_run "beside-$i"
  field large 's["state"]' >large.state
  [[ $(cat large.state) == running ]] || break
done >beside.txt
say "a run of 10: $(median <alone.txt) ms alone, $(median <beside.txt) ms beside one of $ITEMS ($(wc -l <beside.txt) times, median)"
stop_worker

redis-cli -p "$port" flushall >/dev/null
submit capped.toml capped 20000
start_worker
peak=0
until [[ $(field capped 's["in_flight"]') == 0 ]]; do
  leased=$(redis-cli -p "$port" hget "stygian:{default}:r:$(redis-cli -p "$port" hget 'stygian:{default}:runs' capped)" l0)
  ((leased <= 5)) || fail "$leased tasks are leased, 5 may be"
  ((leased > peak)) && peak=$leased
done
stop_worker
say "a cap of 5: at most $peak were leased at once"

say "OK: shares by weight, no cap overshot"
