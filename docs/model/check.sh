#!/usr/bin/env bash
# Searches the model of the queue protocol, queue.pml, for a way to break what the protocol promises: the
# whole of it, which must find none, and then with one rule of the scripts left out, which must find one.
# Needs spin and gcc; takes some 30 s of a processor and 300 MB. WORKERS=3 searches for minutes.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly WORKERS=${WORKERS:-2}
work=$(mktemp -d "${TMPDIR:-/tmp}/stygian-model.XXXXXX")
ends=
trap 'if [[ -n $ends ]]; then kill "$ends" 2>/dev/null || true; fi; rm -rf "$work"' EXIT

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}

# Builds and runs a search in a folder of its own. A search of cycles looks for runs that never end; one of
# states for states that must not be, and for those in which somebody waits for ever.
search() { # search NAME states|cycles DEFINITIONS...
  local name=$1 kind=$2 compiled=-DSAFETY options=()
  shift 2
  if [[ $kind = cycles ]]; then
    compiled=-DNP
    options=(-l)
  fi
  mkdir "$work/$name"
  cd "$work/$name"
  spin -a "-DWORKERS=$WORKERS" "$@" "$here/queue.pml" >spin.log 2>&1 || fail "$name: $(cat spin.log)"
  gcc -O1 -w "$compiled" -DMEMLIM=4000 -o pan pan.c
  ./pan -m100000 -w23 "${options[@]}" >pan.log 2>&1 || fail "$name: $(tail -n 3 pan.log)"
  # what was cut short proves nothing, in either direction
  if grep -E 'depth too small|reached -DMEMLIM|out of memory|VECTORSZ' pan.log >&2; then
    fail "$name: the search was cut short"
  fi
  grep -q 'errors: ' pan.log || fail "$name: no outcome: $(tail -n 3 pan.log)"
}

outcome() { # outcome NAME: states and time of a search
  sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1 states/p; s/^pan: elapsed time \([0-9.]*\) seconds/\1 s/p' \
    "$work/$1/pan.log" | paste -s -d ' '
}

holds() { # holds NAME KIND DEFINITIONS...
  search "$@"
  grep -q 'errors: 0$' "$work/$1/pan.log" || fail "$1: $(grep -E '^pan:[0-9]' "$work/$1/pan.log")"
  if grep 'Search not completed' "$work/$1/pan.log" >&2; then fail "$1: the search was cut short"; fi
  printf '%-28s holds: %s\n' "$1" "$(outcome "$1")"
}

breaks() { # breaks NAME KIND COMPLAINT DEFINITIONS...
  local name=$1 kind=$2 complaint=$3
  shift 3
  search "$name" "$kind" "$@"
  grep -Eq "^pan:1: $complaint" "$work/$name/pan.log" || fail "$name: does not break as it should"
  printf '%-28s breaks: %s\n' "$name" "$(sed -n 's/^pan:1: //p' "$work/$name/pan.log")"
}

holds every-run-ends cycles -DBUDGET=1 -DONE_KEY &
ends=$!
holds two-keys states -DENDLESS
holds one-key states -DENDLESS -DONE_KEY
breaks no-token-check states 'assertion violated' -DENDLESS -DNO_TOKEN_CHECK
breaks no-position states '(assertion violated|invalid end state)' -DENDLESS -DNO_POSITION
breaks no-unparking states 'invalid end state' -DENDLESS -DNO_UNPARKING
breaks no-passing-on states 'invalid end state' -DENDLESS -DONE_KEY -DNO_BATON
breaks expiry-costs-nothing cycles 'non-progress cycle' -DBUDGET=1 -DEXPIRY_COSTS=0
wait "$ends" || fail "every-run-ends"
printf 'OK: %d s\n' "$SECONDS"
