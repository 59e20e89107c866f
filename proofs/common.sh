#!/usr/bin/env bash
# Sourced by the proofs: a folder of their own that goes at the end, servers on free loopback ports,
# and the checks. Needs bash, python3, redis-server and, for the crawl, nginx.
set -euo pipefail
proofs=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
stygian=$(dirname "$proofs")/stygian
export stygian
work=$(mktemp -d "${TMPDIR:-/tmp}/stygian-proof.XXXXXX")
started=()
readonly API=${API:-/usr/share/doc/openjdk-17-jre-headless/api}
export LC_ALL=C.UTF-8
unset REDIS_URL STYGIAN_WORKERS STYGIAN_QUEUE_NAME STYGIAN_VISIBILITY_TIMEOUT

clean_up() {
  local pid
  for pid in "${started[@]}"; do kill -9 "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap clean_up EXIT

say() { printf '%s\n' "$*"; }

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

await() { # await SECONDS WHAT COMMAND...
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || fail "$what did not happen in time"
    sleep 0.1
  done
}

start_redis() { # start_redis PORT OPTIONS...; sets redis_pid
  local port=$1
  shift
  mkdir -p "$work/redis"
  redis-server --bind 127.0.0.1 --port "$port" --dir "$work/redis" --save '' --loglevel warning "$@" \
    >>"$work/redis.log" 2>&1 &
  redis_pid=$!
  started+=("$redis_pid")
  await 10 "the start of redis-server" redis-cli -p "$port" ping
}

# Serves Debian's openjdk-17-doc by nginx; sets site.
serve_pages() {
  local port
  port=$(free_port)
  mkdir -p "$work/nginx"
  cat >"$work/nginx.conf" <<CONF
daemon off;
master_process off;
pid $work/nginx/pid;
error_log $work/nginx/error.log warn;
events { worker_connections 1024; }
http {
  access_log off;
  keepalive_requests 1000000;
  client_body_temp_path $work/nginx/body; proxy_temp_path $work/nginx/proxy;
  fastcgi_temp_path $work/nginx/fcgi; uwsgi_temp_path $work/nginx/uwsgi; scgi_temp_path $work/nginx/scgi;
  types { text/html html; }
  charset utf-8;
  server { listen 127.0.0.1:$port; root $API; }
}
CONF
  nginx -c "$work/nginx.conf" -p "$work/nginx" -e "$work/nginx/error.log" >"$work/nginx/start.log" 2>&1 &
  started+=("$!")
  site=http://127.0.0.1:$port
  await 10 "the start of nginx" python3 -c \
    'import sys, urllib.request; urllib.request.urlopen(sys.argv[1]).read()' "$site/index.html"
}

# Prints "lines distinct-items" of a result file.
count_items() {
  python3 - "$1" <<'PY'
import json, sys
items = [json.dumps(json.loads(line)["item"]) for line in open(sys.argv[1], encoding="utf-8")]
print(len(items), len(set(items)))
PY
}

# Prints a Python that has Scrapy: Debian's package is for Debian's Python, which need not be the first on the PATH.
python_with_scrapy() {
  local python
  for python in python3 /usr/bin/python3; do
    if "$python" -c 'import scrapy' 2>/dev/null; then
      echo "$python"
      return
    fi
  done
  return 1
}

now() { date +%s.%N; }

since() { # since START: seconds with two decimals
  python3 -c 'import sys; print("%.2f" % (float(sys.argv[2]) - float(sys.argv[1])))' "$1" "$(now)"
}

per_second() { # per_second N SECONDS
  python3 -c 'import sys; print("%d" % (float(sys.argv[1]) / float(sys.argv[2])))' "$1" "$2"
}
