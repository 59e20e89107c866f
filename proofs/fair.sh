#!/usr/bin/env bash
# Fair turns: runs with work share the workers by their weights, over any ten seconds; a small run is done beside a
# large one as fast as alone, but for a fifth and one round; and caps hold, also where a worker process is killed.
# A round is what goes before the small run's tasks at most: a whole turn of the large run (100 tasks for each of its
# weight) and what the workers hold of it already. How long that takes is told by what the large run gets done
# meanwhile. Times are those of the server's clock; what is at once under a cap is told by the site that is visited.
# `proofs/fair.sh caps` shows caps alone, and likewise `shares` and `small_runs`; `flood` is the small run beside tasks
# that take no time at all. They keep every core busy, so it needs cores for Redis, the worker and the submitter.
. "$(dirname "$0")/common.sh"
readonly ITEMS=${ITEMS:-1000000} SECONDS_OF_WORK=${SECONDS_OF_WORK:-20} SMALL_RUNS=${SMALL_RUNS:-9}
readonly TURN=100 # Runs.QUANTUM in runs.lua
readonly CAP=5 VISITS=${VISITS:-3000}

port=$(free_port)
site_port=$(free_port)
queue=redis://127.0.0.1:$port
pipeline() { # pipeline ID EXECUTION SERVICE [CONFIG]
  printf 'id = "%s"\nallow_private = true\n[execution]\nmax_depth = 10000000\n%s\n' "$1" "$2"
  printf 'result_ttl = "1m"\nretention = "10m"\nvisibility_timeout = "3s"\n[politeness]\nobey_robots = false\n'
  printf '[[nodes]]\nid = "only"\nservice = "%s"\n[nodes.config]\n%s\n' "$3" "${4:-}"
}
pipeline large '' noop >"$work/large.toml"
pipeline heavy 'weight = 3' noop >"$work/heavy.toml"
pipeline slow '' delay 'duration = "20ms"' >"$work/slow.toml"
pipeline capped "max_leased = $CAP" http >"$work/capped.toml"
pipeline fetches '' http >"$work/fetches.toml"
"$stygian" --version >"$work/version"
cd "$work"
start_redis "$port"
seq "$ITEMS" | sed 's/.*/{"n": &}/' >items.txt
export STYGIAN_JAVA_OPTS=-Xmx512m

submit() { # submit PIPELINE RUN FILE ITEMS
  head -n "$4" "$3" | "$stygian" submit "$1" --input - --id "$2" --fresh --queue "$queue" >>submit.log 2>&1 ||
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

key_of() { echo "stygian:{default}:r:$(redis-cli -p "$port" hget 'stygian:{default}:runs' "$1")"; } # key_of RUN
done_of() { redis-cli -p "$port" hget "$(key_of "$1")" "done"; }                                    # done_of RUN
has_done() { (($(done_of "$1") >= $2)); }                                                           # has_done RUN TASKS

leased_of() { field "$1" 'sum(node["leased"] for node in s["nodes"])'; } # leased_of RUN
rests() { [[ $(leased_of "$1") == 0 ]]; }                                # rests RUN

start_worker() { # start_worker SLOTS
  "$stygian" worker --queue "$queue" --workers "$1" 2>>worker.log &
  worker=$!
  started+=("$worker")
}

stop_worker() {
  kill -TERM "$worker"
  wait "$worker" || true
}

# Writes a line "seconds,microseconds,a,b" to samples.csv every 20 ms until stop_sampling: the server's time and what
# the runs have done by then.
start_sampling() { # start_sampling RUN RUN
  redis-cli -p "$port" --csv -r 1000000 -i 0.02 eval '
    local time = redis.call("TIME")
    return { time[1], time[2], redis.call("HGET", KEYS[1], "done") or "0", redis.call("HGET", KEYS[2], "done") or "0" }
  ' 2 "$(key_of "$1")" "$(key_of "$2")" >samples.csv &
  sampler=$!
  started+=("$sampler")
}

stop_sampling() {
  kill "$sampler"
  wait "$sampler" 2>/dev/null || true
}

cat >share.py <<'PY'
"""Prints "first second smallest largest windows": tasks done while both runs had some, and the first one's share in
percent over every ten seconds in which they did. share.py TASKS-OF-EACH"""
import sys

rows = []
for line in open("samples.csv", encoding="ascii"):
    cells = line.strip().split(",")
    if len(cells) == 4:  # the last line may be a part of one
        seconds, micros, one, two = (int(cell.strip('"')) for cell in cells)
        if one and two and max(one, two) < int(sys.argv[1]):
            rows.append((seconds + micros / 1e6, one, two))
shares, end = [], 0
for begin, one, two in rows:
    while end < len(rows) and rows[end][0] < begin + 10:
        end += 1
    if end == len(rows):
        break
    first, second = rows[end][1] - one, rows[end][2] - two
    shares.append(100 * first / (first + second))
if len(shares) < 20:
    sys.exit("both runs had work for %.1f s only; more ITEMS are needed" % (rows[-1][0] - rows[0][0] if rows else 0))
print(rows[-1][1] - rows[0][1], rows[-1][2] - rows[0][2], "%.2f %.2f %d" % (min(shares), max(shares), len(shares)))
PY

share() { # share TITLE PIPELINE PIPELINE FROM TO: the first run gets FROM to TO percent
  redis-cli -p "$port" flushall >/dev/null
  submit "$2" one items.txt "$((ITEMS / 2))"
  submit "$3" two items.txt "$((ITEMS / 2))"
  start_worker 100
  await 60 "the first task" has_done one 1
  start_sampling one two
  local end=$((SECONDS + SECONDS_OF_WORK)) first second smallest largest windows
  until ((SECONDS >= end)) || has_done one "$((ITEMS / 2))" || has_done two "$((ITEMS / 2))"; do sleep 0.1; done
  stop_sampling
  stop_worker
  python3 share.py "$((ITEMS / 2))" >share.txt 2>share.err || fail "$(cat share.err)"
  read -r first second smallest largest windows <share.txt
  say "$1: $first and $second tasks; over each of $windows times ten seconds the first has $smallest to $largest %"
  python3 -c 'import sys; v = list(map(float, sys.argv[1:])); sys.exit(not v[0] <= min(v) <= max(v) <= v[1])' \
    "$4" "$5" "$smallest" "$largest" || fail "not between $4 and $5 %"
}

small_run() { # small_run PIPELINE ID: "started finished", in milliseconds of the server's clock
  submit "$1" "$2" items.small 10
  "$stygian" await "$2" --queue "$queue" >/dev/null 2>&1 || fail "run $2 did not end"
  field "$2" '"%d %d" % (at(s["started"]), at(s["finished"]))'
}

cat >round.py <<'PY'
"""Prints "alone beside round-ms tasks-of-a-round tasks-a-second turns most": medians. round.py TURN"""
import statistics
import sys

rows = []
for line in open("samples.csv", encoding="ascii"):
    cells = line.strip().split(",")
    if len(cells) == 4:
        seconds, micros, done, _ = (int(cell.strip('"')) for cell in cells)
        rows.append((seconds * 1000 + micros / 1000, done))
spans = {name: [tuple(map(int, line.split())) for line in open(name + ".txt")] for name in ("alone", "beside")}
held = [int(line) for line in open("held.txt")]
rates = []
for began, ended in spans["beside"]:
    before = max(row for row in rows if row[0] <= began)
    after = min(row for row in rows if row[0] >= ended)
    rates.append((after[1] - before[1]) / (after[0] - before[0]))
medians = [statistics.median(b - a for a, b in spans[name]) for name in ("alone", "beside")]
tasks = int(sys.argv[1]) + max(held)
took = tasks / statistics.median(rates)
print("%d %d %.1f %d %d %d %d" % (*medians, took, tasks, statistics.median(rates) * 1000, len(rates),
                                   1.2 * medians[0] + took))
PY

beside() { # beside TITLE PIPELINE
  redis-cli -p "$port" flushall >/dev/null
  seq "$ITEMS" | sed 's/.*/{"m": &}/' >items.large
  seq 10 | sed 's/.*/{"s": &}/' >items.small
  submit "$2" large items.large "$ITEMS"
  # What a small run takes is mostly what its submitter takes, which has no core to itself here: the worker is the one
  # that waits, so that what is measured is the queue and not how the cores are shared.
  nice -n 10 "$stygian" worker --queue "$queue" --workers 100 2>>worker.log &
  worker=$!
  started+=("$worker")
  await 60 "the large run" has_done large 1000
  start_sampling large large
  : >alone.txt && : >beside.txt && : >held.txt
  local i was
  for i in $(seq "$SMALL_RUNS"); do
    small_run "$2" "beside-$i" >small.txt
    leased_of large >leased.txt
    ! has_done large "$ITEMS" || break
    cat small.txt >>beside.txt
    cat leased.txt >>held.txt
    "$stygian" pause large --queue "$queue" 2>>pause.log
    await 60 "the large run's rest" rests large
    small_run "$2" "alone-$i" >>alone.txt
    "$stygian" resume large --queue "$queue" 2>>pause.log
    was=$(done_of large)
    await 60 "the large run's resumption" has_done large "$((was + 1000))"
  done
  stop_sampling
  stop_worker
  python3 round.py "$TURN" >round.txt
  read -r alone beside round tasks rate turns most <round.txt
  say "$1: a run of 10 takes $alone ms alone, $beside ms beside one of $ITEMS ($turns turns, medians); a round is" \
    "$tasks tasks at $rate a second, $round ms; so it may take $most ms"
  ((turns >= 5)) || fail "the large run was over too soon; more ITEMS are needed"
  ((beside <= most)) || fail "that is longer"
}

cat >most.py <<'PY'
"""Prints "requests most-before most-after most-in-the-end": at once, as the site saw them. most.py LOG KILLED CALMED"""
import sys

killed, calmed = float(sys.argv[2]), float(sys.argv[3])
steps, requests = [], 0
for line in open(sys.argv[1], encoding="ascii"):
    name, address, arrived, ended, what = line.split()
    if address != "127.9.9.9":
        requests += 1
        steps += [(float(arrived), 1), (float(ended), -1)]
at_once, most = 0, [0, 0, 0]
for when, step in sorted(steps):  # of one moment the ends come first
    at_once += step
    part = 0 if when < killed else 1 if when < calmed else 2
    most[part] = max(most[part], at_once)
print(requests, *most)
PY

cap_holds() { # cap_holds TITLE PIPELINE RUN...: two processes, one of which is killed when a quarter is done
  local title=$1 pipeline=$2 site run killed calmed tasks=$((VISITS / ($# - 2))) workers=()
  shift 2
  redis-cli -p "$port" flushall >/dev/null
  python3 "$proofs/hosts_site.py" "$site_port" cap.log no-faults 2>site.err &
  site=$!
  started+=("$site")
  await 10 "the start of the site" python3 -c \
    'import sys, urllib.request; urllib.request.urlopen(sys.argv[1]).read()' "http://127.9.9.9:$site_port/"
  [[ $pipeline == capped.toml ]] ||
    "$stygian" set --service http --max-leased "$CAP" --queue "$queue" 2>set.log || fail "$(cat set.log)"
  for run in "$@"; do
    seq "$tasks" | sed "s|.*|http://127.0.1.1:$site_port/$run/&|" >urls.txt
    submit "$pipeline" "$run" urls.txt "$tasks"
  done
  for _ in 1 2; do
    start_worker 20
    workers+=("$worker")
  done
  await 300 "a quarter of the tasks" has_done "$1" "$((tasks / 4))"
  kill -9 "${workers[0]}"
  killed=$(now)
  for run in "$@"; do "$stygian" await "$run" --queue "$queue" >/dev/null 2>&1 || fail "run $run did not end"; done
  stop_worker
  sleep 1 # the log's last lines
  kill "$site"
  wait "$site" 2>/dev/null || true
  calmed=$(python3 -c 'import sys; print(float(sys.argv[1]) + 4)' "$killed") # what the killed one held is free again
  local requests before after last
  python3 most.py cap.log "$killed" "$calmed" >most.txt
  read -r requests before after last <most.txt
  say "$title: $requests requests by two processes, at most $before at once before one is killed, $after after that," \
    "$last once its leases are over"
  ((requests >= tasks * $#)) || fail "not all were visited"
  ((before <= CAP && after <= CAP && last <= CAP)) || fail "$CAP may be"
  ((last > 0)) || fail "all was over before the leases of the killed one were; more VISITS are needed"
  ((last == CAP)) || fail "what the killed one held does not come back: it could be $CAP"
}

shares() {
  share "equal weights" large.toml large.toml 48 52
  share "weights 3 and 1" heavy.toml large.toml 73 77
}

small_runs() { beside "tasks of 20 ms" slow.toml; }

flood() { beside "tasks of no time" large.toml; }

caps() {
  cap_holds "a cap of $CAP for a run" capped.toml one
  cap_holds "a cap of $CAP for a service of two runs" fetches.toml one two
}

if (($# == 0)); then set -- shares small_runs caps; fi
for part in "$@"; do
  case $part in
  shares | small_runs | caps | flood) "$part" ;;
  *) fail "there are shares, small_runs, caps and flood" ;;
  esac
done
say "OK: $*"
