#!/usr/bin/env bash
# Politeness over processes: HOSTS hosts, each with a name and a loopback address of its own, a start a second and two
# at once allowed at each, of which a tenth needs both as it thinks for longer than a second; four worker processes. From the log
# of their server: no two requests of a host closer than the interval, never more at once than allowed, how much of
# the allowed rate was used, and that `stygian hosts` says the same. Then the same while a rotating fifth
# of the hosts answers 500, hangs up or is silent, and what that costs the others. Takes about twice REQUESTS
# seconds, which is how many pages each host has. What is measured is the pace, not the machine: the share falls
# where the machine is too busy to send a request in time, the violations do not.
. "$(dirname "$0")/common.sh"
readonly HOSTS=${HOSTS:-200}
readonly REQUESTS=${REQUESTS:-300}      # what the start costs weighs the less the more there are
readonly LEAST_SHARE=${LEAST_SHARE:-97} # percent of the allowed rate; a machine with nothing else to do gives it
readonly MOST_LOST=${MOST_LOST:-2}      # percent of that, through other hosts' faults

# A worker asks whether it may send, and sends: between the two its kernel may give the processor to others. The
# time of arrival is the kernel's own.
readonly JITTER_MS=${JITTER_MS:-5}

# A request is told as sent once its thread has the processor again.
readonly MOST_DIFFERENCE_MS=${MOST_DIFFERENCE_MS:-100}

cat >"$work/analyse.py" <<'PY'
"""Prints "requests violations smallest-gap-ms most-at-once share hosts": of the rate between two sound answers. Where
the third argument names what `stygian hosts` says, also by how many ms its gaps differ most from what was seen."""
import json
import sys
from collections import defaultdict

interval, allowed, jitter = 1.0, 2, float(sys.argv[2]) / 1000
visits, addresses = defaultdict(list), defaultdict(set)
for line in open(sys.argv[1], encoding="ascii"):
    name, address, arrived, answered, what = line.split()
    visits[name].append((float(arrived), float(answered), what))
    addresses[name].add(address)
if len(set.union(*addresses.values())) != len(addresses) or any(len(of_name) > 1 for of_name in addresses.values()):
    sys.exit("names and addresses do not pair")
violations, most, smallest, sound = 0, 0, 1e9, []
seen = {}
for name, of_host in visits.items():
    of_host.sort()
    closest = min((after[0] - before[0] for before, after in zip(of_host, of_host[1:])), default=1e9)
    for (before, _, one), (after, _, other) in zip(of_host, of_host[1:]):
        gap = after - before
        smallest = min(smallest, gap)
        violations += gap < interval - jitter
        if {one, other} <= {"ok", "robots"}:  # what is next to a fault waits for its own reasons
            sound.append(gap)
    at_once = most_of_host = 0
    for _, step in sorted([(v[0], 1) for v in of_host] + [(v[1], -1) for v in of_host]):
        at_once += step
        most_of_host = max(most_of_host, at_once)
    most = max(most, most_of_host)
    seen[name] = (len(of_host), closest * 1000, most_of_host)
violations += most > allowed
requests = sum(len(of_host) for of_host in visits.values())
share = 100 * interval * len(sound) / sum(sound)
differs = 0
for told in json.load(open(sys.argv[3]))["hosts"] if len(sys.argv) > 3 else []:
    count, closest, at_once = seen[told["host"].split(":")[0]]
    if told["requests"] != count or not at_once <= told["most_at_once"] <= allowed:
        sys.exit("%s, of which %d requests were seen, %d at once" % (told, count, at_once))
    differs = max(differs, abs(told["smallest_gap_millis"] - closest))
print(requests, violations, "%.1f" % (smallest * 1000), most, "%.2f" % share, len(visits), "%.0f" % differs)
PY

crawl() { # crawl NAME; what the server saw is in NAME.log, what `stygian hosts` says in NAME.hosts; sets ended
  local site run workers=() i
  python3 "$proofs/hosts_site.py" "$site_port" "$1.log" faults 2>"$1.site" &
  site=$!
  started+=("$site")
  await 10 "the start of the site" python3 -c \
    'import sys, urllib.request; urllib.request.urlopen(sys.argv[1]).read()' "http://127.9.9.9:$site_port/"
  for i in 1 2 3 4; do
    "$stygian" worker --queue "$queue" --queue-name "$1" --workers 64 2>"$1.worker$i" &
    workers+=("$!")
  done
  started+=("${workers[@]}")
  await 60 "the start of the workers" all_work "$1"
  run=$("$stygian" submit polite.toml --input urls.txt --queue "$queue" --queue-name "$1" 2>"$1.submit")
  local end=$((SECONDS + REQUESTS * 100 / LEAST_SHARE + 15))
  sleep "$REQUESTS" # it cannot be over before, and to ask costs the workers a core
  ended=
  until over "$run" "$1" && ended=yes || ((SECONDS >= end)); do sleep 1; done
  "$stygian" hosts "$run" --queue "$queue" --queue-name "$1" --json >"$1.hosts"
  "$stygian" cancel "$run" --queue "$queue" --queue-name "$1" 2>/dev/null # faults keep some waiting
  kill -TERM "${workers[@]}"
  wait "${workers[@]}" || fail "a worker failed: $(cat "$1".worker?)"
  sleep 1 # the log's last lines
  kill "$site"
  wait "$site" 2>/dev/null || true
  sed -i '/^127.9.9.9 /d' "$1.log"
}

all_work() { (($("$stygian" queues --queue "$queue" --queue-name "$1" --json | grep -o '"slots"' | wc -l) == 4)); }

over() { "$stygian" status "$1" --queue "$queue" --queue-name "$2" --json | grep -q '"state":"finished"'; }

report() { # report TITLE NAME [HOSTS]; sets requests, violations, most, share and differs
  local gap hosts
  python3 analyse.py "$2.log" "$JITTER_MS" "${@:3}" >"$2.seen" || fail "the log of $2 does not fit"
  read -r requests violations gap most share hosts differs <"$2.seen"
  ((hosts == HOSTS)) || fail "$hosts hosts were visited"
  say "$(printf '%-30s %6d requests, %d violations, smallest gap %s ms, %d at once, %s %% of the allowed rate' \
    "$1" "$requests" "$violations" "$gap" "$most" "$share")"
}

is_less() { python3 -c 'import sys; sys.exit(float(sys.argv[1]) >= float(sys.argv[2]))' "$1" "$2"; }

ulimit -n 4096 2>/dev/null || true
port=$(free_port)
site_port=$(free_port)
queue=redis://127.0.0.1:$port
"$stygian" --version >"$work/version" # builds, if that has to be
cd "$work"
start_redis "$port"
cat >polite.toml <<'TOML'
id = "polite"
allow_private = true

[politeness]
interval = "1s"
concurrency = 2

[[nodes]]
id = "fetch"
service = "http"
backoff = "2s"

[nodes.config]
timeout = "2s"
TOML
for ((host = 0; host < HOSTS; host++)); do
  echo "127.0.$((host / 250 + 1)).$((host % 250 + 1)) host$host.test"
done >hosts.txt
# Names are resolved by the JVM from this file, so the machine's own settings stay as they are. All else is as with a
# name server: a lane is a name's, and the address is looked up for each connection.
export STYGIAN_JAVA_OPTS="${STYGIAN_JAVA_OPTS:-} -Djdk.net.hosts.file=$work/hosts.txt"
for ((page = 0; page < REQUESTS; page++)); do
  for ((host = 0; host < HOSTS; host++)); do echo "http://host$host.test:$site_port/$page"; done
done >urls.txt

crawl sound
[[ $ended ]] || fail "not all pages were there in time: the machine, or the queue, was too slow"
report "all hosts sound" sound sound.hosts
say "the smallest gaps of \`stygian hosts\` differ by at most $differs ms from those that the hosts saw"
((differs <= MOST_DIFFERENCE_MS)) || fail "stygian hosts does not say what was done"
((most == 2)) || fail "no host saw two requests at once"
((violations == 0)) || fail "hosts were visited too often"
((requests >= HOSTS * REQUESTS)) || fail "not all pages were fetched"
if is_less "$share" "$LEAST_SHARE"; then fail "less than $LEAST_SHARE % of the allowed rate"; fi
sound=$share

touch faults
crawl faulty
report "a fifth of them faulty" faulty
((violations == 0)) || fail "hosts were visited too often"
lost=$(python3 -c 'import sys; print("%.2f" % (100 - 100 * float(sys.argv[2]) / float(sys.argv[1])))' "$sound" "$share")
say "the faults of others cost a sound host $lost % of its rate"
is_less "$lost" "$MOST_LOST" || fail "more than $MOST_LOST %"
say "OK: $HOSTS hosts, four processes, every request in its time"
