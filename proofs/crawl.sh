#!/usr/bin/env bash
# 5,000 real pages (Debian's openjdk-17-doc, served by nginx on loopback): title, first h1 and number
# of links of each. The same pages in local mode, distributed with one process, and distributed with
# three worker processes of which two are killed with kill -9 in the middle, give the same sorted
# output byte by byte, and Redis then holds nothing without a time to live but the queue's own books.
# Where Scrapy is installed it runs beside, over the same pages.
. "$(dirname "$0")/common.sh"
readonly PAGES=${PAGES:-5000}

list_pages() {
  (cd "$API/" && find . -type f -name '*.html' -printf '%P\n') | LC_ALL=C sort |
    awk -v n="$PAGES" -v site="$site/" 'NR % 2 == 1 && k++ < n { print site $0 }' >"$work/urls.txt"
  [[ $(wc -l <"$work/urls.txt") == "$PAGES" ]] || fail "$API does not hold enough pages"
}

# One line a page, sorted, without what differs between runs.
canonical() {
  python3 - "$1" <<'PY' >"$1.canonical"
import json, sys
from urllib.parse import urlsplit
rows = []
for line in open(sys.argv[1], encoding="utf-8"):
    result = json.loads(line)
    page = {"url": urlsplit(result["item"]).path}
    page.update({name: result["output"][name] for name in ("title", "h1", "links")})
    rows.append(page)
rows.sort(key=lambda page: page["url"].encode())
for page in rows:
    print(json.dumps(page, ensure_ascii=False, separators=(",", ":")))
PY
  read -r lines distinct < <(count_items "$1")
  [[ $lines == "$PAGES" && $distinct == "$PAGES" ]] || fail "$1 has $lines lines of $distinct pages"
}

report() { # report TITLE FILE SECONDS
  canonical "$2"
  say "$(printf '%-34s %6s s  %5s pages/s  sha256 %.12s' "$1" "$3" "$(per_second "$PAGES" "$3")" \
    "$(sha256sum <"$2.canonical")")"
}

serve_pages
list_pages
cat >"$work/javadoc.toml" <<'TOML'
id = "javadoc"
allow_private = true

[execution]
workers = 32
visibility_timeout = "3s"

[[nodes]]
id = "fetch"
service = "http"

[[nodes]]
id = "extract"
service = "extract"
depends_on = ["fetch"]

[nodes.config.fields]
title = "title"
h1 = "h1"
links = { css = "a[href]", count = true }
TOML
"$stygian" --version >"$work/version" # builds, if that has to be
cd "$work"

began=$(now)
"$stygian" run javadoc.toml --input urls.txt -o local.jsonl 2>local.log || fail "$(cat local.log)"
report "local" local.jsonl "$(since "$began")"

port=$(free_port)
queue=redis://127.0.0.1:$port
start_redis "$port"
began=$(now)
"$stygian" run javadoc.toml --input urls.txt --queue "$queue" --queue-name one -o one.jsonl 2>one.log ||
  fail "$(cat one.log)"
report "distributed, 1 process" one.jsonl "$(since "$began")"

began=$(now)
run=$("$stygian" submit javadoc.toml --input urls.txt --queue "$queue" --queue-name three 2>submit.log)
workers=()
for i in 1 2 3; do
  "$stygian" worker --queue "$queue" --queue-name three 2>"worker$i.log" &
  workers+=("$!")
  started+=("$!")
done
number=$(redis-cli -p "$port" hget "stygian:{three}:runs" "$run")
done_so_far() { (($(redis-cli -p "$port" hget "stygian:{three}:r:$number" "done") >= $1)); }
await 120 "a fifth of the pages" done_so_far $((PAGES / 5))
kill -9 "${workers[0]}"
await 120 "two fifths of the pages" done_so_far $((PAGES * 2 / 5))
kill -9 "${workers[1]}"
"$stygian" await "$run" --queue "$queue" --queue-name three 2>await.log || fail "$(cat await.log)"
"$stygian" results "$run" --queue "$queue" --queue-name three -o three.jsonl
report "distributed, 3 processes, 2 killed" three.jsonl "$(since "$began")"
kill -TERM "${workers[2]}"
wait "${workers[2]}" || fail "the last worker ended with $?: $(cat worker3.log)"
"$stygian" status "$run" --queue "$queue" --queue-name three --json | python3 -c '
import json, sys
lost = sum(node["retries"] for node in json.load(sys.stdin)["nodes"])
print("attempts lost with the two workers: %d" % lost)
sys.exit(lost == 0)' || fail "the kills hit nothing"

cmp local.jsonl.canonical one.jsonl.canonical || fail "local and distributed output differ"
cmp local.jsonl.canonical three.jsonl.canonical || fail "output differs after the kills"

if python=$(python_with_scrapy); then
  began=$(now)
  parts=()
  for part in 0 1; do
    "$python" -m scrapy runspider "$proofs/scrapy_spider.py" -a "urls=urls.txt" -a "part=$part" -a parts=2 \
      -O "scrapy$part.jsonl" 2>"scrapy$part.log" &
    parts+=("$!")
    started+=("$!")
  done
  wait "${parts[@]}" || fail "$(cat scrapy?.log)"
  seconds=$(since "$began")
  cat scrapy?.jsonl >scrapy.jsonl
  report "Scrapy $("$python" -c 'import scrapy; print(scrapy.__version__)'), 2 processes" scrapy.jsonl "$seconds"
  cmp local.jsonl.canonical scrapy.jsonl.canonical || fail "Scrapy's output differs"
else
  say "(Scrapy is not installed, so it does not run beside: Debian's package is python3-scrapy)"
fi

say "what Redis holds:"
redis-cli -p "$port" --scan | LC_ALL=C sort | while read -r key; do
  ttl=$(redis-cli -p "$port" ttl "$key")
  say "$(printf '  %-32s %-7s time to live %s s' "$key" "$(redis-cli -p "$port" type "$key")" "$ttl")"
  case $key in
  *:meta | *:runs) ;;
  *) ((ttl > 0)) || fail "the key $key stays for ever" ;;
  esac
done
say "OK: $PAGES pages, each once, the same three times"
