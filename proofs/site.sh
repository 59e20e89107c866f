#!/usr/bin/env bash
# A real site (Debian's openjdk-17-doc, served by nginx on loopback) crawled from its start page by three
# worker processes, of which some are killed with kill -9 in the middle: each page that links lead to comes
# once, the receipt adds up, and where Scrapy is installed the pages are those that its CrawlSpider finds by the same
# rules; with REQUIRE_SCRAPY=1 it has to be. Then max_pages, exactly, by three processes of which one is killed. PREFIX="" takes the
# whole site instead of one module, KILL_AT="3000 6000" kills when so many pages are done, KILL_AT="" kills none.
. "$(dirname "$0")/common.sh"
readonly PREFIX=${PREFIX-java.base/}
readonly KILL_AT=${KILL_AT-200 400}
readonly REQUIRE_SCRAPY=${REQUIRE_SCRAPY:-0}

serve_pages
cat >"$work/site.toml" <<TOML
id = "site"
allow_private = true

[execution]
workers = 16
visibility_timeout = "3s"

[[nodes]]
id = "pages"
service = "crawl"
[nodes.config]
allow = ["^$site/$PREFIX.*\\\\.html(\\\\?.*)?\$"]

[[nodes]]
id = "extract"
service = "extract"
depends_on = ["pages"]
[nodes.config.fields]
title = "title"
TOML
"$stygian" --version >"$work/version" # builds, if that has to be
cd "$work"
port=$(free_port)
queue=redis://127.0.0.1:$port
start_redis "$port"
start=$site/${PREFIX}module-summary.html
[[ -n $PREFIX ]] || start=$site/index.html

pages_of() { # pages_of RESULTS
  python3 - "$1" <<'PY' | LC_ALL=C sort >"$1.pages"
import json, sys
for line in open(sys.argv[1], encoding="utf-8"):
    print(json.loads(line)["item"]["url"])
PY
  [[ $(wc -l <"$1.pages") == $(uniq "$1.pages" | wc -l) ]] || fail "a page came twice"
}

start_workers() { # start_workers QUEUE-NAME; sets workers
  local i
  workers=()
  for i in 1 2 3; do
    "$stygian" worker --queue "$queue" --queue-name "$1" 2>"$1.worker$i.log" &
    workers+=("$!")
  done
  started+=("${workers[@]}")
}

all_work() { (($("$stygian" queues --queue "$queue" --queue-name "$1" --json | grep -o '"slots"' | wc -l) == 3)); }

began=$(now)
run=$("$stygian" submit site.toml "$start" --queue "$queue" 2>submit.log)
start_workers default
# How many items of a run are done: queue, run.
done_of() {
  redis-cli -p "$port" hget "stygian:{$1}:r:$(redis-cli -p "$port" hget "stygian:{$1}:runs" "$2")" "done"
}
done_so_far() { (($(done_of "$1" "$2") >= $3)); }
killed=0
for pages in $KILL_AT; do
  await 300 "$pages pages" done_so_far default "$run" "$pages"
  kill -9 "${workers[killed]}"
  killed=$((killed + 1))
done
((killed < 3)) || fail "one of three has to stay"
"$stygian" await "$run" --queue "$queue" 2>await.log || cat await.log
seconds=$(since "$began")
"$stygian" results "$run" --queue "$queue" -o site.jsonl
pages_of site.jsonl
"$stygian" receipt "$run" --queue "$queue" >receipt.txt || fail "$(cat receipt.txt)"
say "$(wc -l <site.jsonl.pages) pages in $seconds s by three processes, $killed killed; the receipt:"
cat receipt.txt

if python=$(python_with_scrapy); then
  began=$(now)
  "$python" -m scrapy runspider "$proofs/scrapy_site.py" -a "start=$start" -a "prefix=$site/$PREFIX" -O scrapy.jsonl \
    2>scrapy.log || fail "$(cat scrapy.log)"
  python3 -c 'import json, sys
for line in open("scrapy.jsonl"): print(json.loads(line)["url"])' | LC_ALL=C sort -u >scrapy.pages
  say "$(wc -l <scrapy.pages) pages in $(since "$began") s by Scrapy, 1 process"
  cmp site.jsonl.pages scrapy.pages || fail "Scrapy found other pages: $(diff site.jsonl.pages scrapy.pages | head -n 5)"
else
  ((REQUIRE_SCRAPY == 0)) || fail "Scrapy is not installed; Debian's package is python3-scrapy"
  say "(Scrapy is not installed, so its pages are not compared: Debian's package is python3-scrapy)"
fi

for worker in "${workers[@]:killed}"; do
  kill -TERM "$worker"
  wait "$worker" || fail "a worker ended with $?: $(cat default.worker?.log)"
done
sed 's/^allow = .*/&\nmax_pages = 1000/' site.toml >limited.toml
limited=(--queue "$queue" --queue-name limited)
start_workers limited
await 60 "the start of three workers" all_work limited
run=$("$stygian" submit limited.toml "$start" "${limited[@]}" 2>submit.log)
await 300 "the middle of the limited run" done_so_far limited "$run" 400
kill -9 "${workers[-1]}"
"$stygian" await "$run" "${limited[@]}" 2>await.log || cat await.log
"$stygian" results "$run" "${limited[@]}" -o limited.jsonl
pages_of limited.jsonl
read -r found dead more < <("$stygian" receipt "$run" "${limited[@]}" --json |
  python3 -c 'import json, sys; r = json.load(sys.stdin); print(r["found"], r["ends"]["dead"], r["over_limit"] > 0)')
results=$(wc -l <limited.jsonl)
[[ $found == 1000 && $more == True && $((results + dead)) == 1000 && $(wc -l <limited.jsonl.pages) == "$results" ]] ||
  fail "max_pages = 1000 found $found, $results with results: $("$stygian" dead list "$run" "${limited[@]}")"
# what leads nowhere counts as a page; in the module nothing does
[[ -z $PREFIX ]] || ((dead == 0)) || fail "$dead pages are dead: $("$stygian" dead list "$run" "${limited[@]}")"
say "max_pages = 1000, three processes, one killed: $results results, $dead links that lead nowhere, more left out"
say "OK: each page once, whatever was killed"
