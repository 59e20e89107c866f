#!/usr/bin/env bash
# A real site (Debian's openjdk-17-doc, served by nginx on loopback) crawled from its start page by three
# worker processes, two of which are killed with kill -9 in the middle: each page that links lead to comes
# once, the receipt adds up, and where Scrapy is installed the pages are those that its CrawlSpider finds by the same
# rules. Then max_pages, exactly. PREFIX="" takes the whole site instead of one module.
. "$(dirname "$0")/common.sh"
readonly PREFIX=${PREFIX-java.base/}

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

began=$(now)
run=$("$stygian" submit site.toml "$start" --queue "$queue" 2>submit.log)
workers=()
for i in 1 2 3; do
  "$stygian" worker --queue "$queue" 2>"worker$i.log" &
  workers+=("$!")
  started+=("$!")
done
number=$(redis-cli -p "$port" hget "stygian:{default}:runs" "$run")
done_so_far() { (($(redis-cli -p "$port" hget "stygian:{default}:r:$number" "done") >= $1)); }
await 120 "200 pages" done_so_far 200
kill -9 "${workers[0]}"
await 120 "400 pages" done_so_far 400
kill -9 "${workers[1]}"
"$stygian" await "$run" --queue "$queue" 2>await.log || cat await.log
seconds=$(since "$began")
"$stygian" results "$run" --queue "$queue" -o site.jsonl
pages_of site.jsonl
"$stygian" receipt "$run" --queue "$queue" >receipt.txt || fail "$(cat receipt.txt)"
say "$(wc -l <site.jsonl.pages) pages in $seconds s by three processes, two killed; the receipt:"
cat receipt.txt

if python3 -c 'import scrapy' 2>/dev/null; then
  began=$(now)
  python3 -m scrapy runspider "$proofs/scrapy_site.py" -a "start=$start" -a "prefix=$site/$PREFIX" -O scrapy.jsonl \
    2>scrapy.log || fail "$(cat scrapy.log)"
  python3 -c 'import json, sys
for line in open("scrapy.jsonl"): print(json.loads(line)["url"])' | LC_ALL=C sort -u >scrapy.pages
  say "$(wc -l <scrapy.pages) pages in $(since "$began") s by Scrapy, 1 process"
  cmp site.jsonl.pages scrapy.pages || fail "Scrapy found other pages: $(diff site.jsonl.pages scrapy.pages | head -n 5)"
else
  say "(Scrapy is not installed, so its pages are not compared: Debian's package is python3-scrapy)"
fi

sed 's/^allow = .*/&\nmax_pages = 300/' site.toml >limited.toml
run=$("$stygian" submit limited.toml "$start" --queue "$queue" 2>submit.log)
"$stygian" await "$run" --queue "$queue" 2>await.log || cat await.log
"$stygian" results "$run" --queue "$queue" -o limited.jsonl
pages_of limited.jsonl
limited=$("$stygian" receipt "$run" --queue "$queue" --json |
  python3 -c 'import json, sys; r = json.load(sys.stdin); print(r["found"], r["ends"]["dead"], r["over_limit"] > 0)')
[[ $limited == "300 0 True" ]] || fail "max_pages = 300 gave $limited: $("$stygian" dead list "$run" --queue "$queue")"
say "max_pages = 300: found, dead, more left out: $limited"
say "OK: each page once, whatever was killed"
