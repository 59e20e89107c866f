#!/usr/bin/env bash
# Tests the launcher where it matters: in a fresh copy of the repository, in a folder with a space in
# its name, with real builds. .ci/run runs it; it takes about a minute.
set -euo pipefail

repository=$(cd "$(dirname "$0")/../../../.." && pwd -P)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
copy="$scratch/a copy"
passed=0

# Runs a command; its output is then in $out, what it said on stderr in $err, its exit code in $code.
run() {
  code=0
  "$@" >"$scratch/out" 2>"$scratch/err" </dev/null || code=$?
  out=$(<"$scratch/out")
  err=$(<"$scratch/err")
}

check() { # check NAME CONDITION...
  local name=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
    echo "ok: $name"
  else
    printf 'not ok: %s (%s)\nexit code %s\nstdout:\n%s\nstderr:\n%s\n' "$name" "$*" "$code" "$out" "$err"
    exit 1
  fi
}

says() { [[ $1 == *"$2"* ]]; }
silent() { [[ -z $1 ]]; }
lines() { [[ $(wc -l <<<"$1") -eq $2 ]]; }
exits() { [[ $code -eq $1 ]]; }

# The least of ten starts as "CPU-milliseconds wall-milliseconds": to be read, not checked, as a slow machine
# is no fault of ours.
best_start() {
  local TIMEFORMAT='%U %S %R'
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    { time "$copy/stygian" --help >"$scratch/out" 2>&1 </dev/null; } 2>&1
  done | awk '{ cpu = ($1 + $2) * 1000; wall = $3 * 1000 }
    NR == 1 || cpu < least { least = cpu }
    NR == 1 || wall < fastest { fastest = wall }
    END { printf "%d %d\n", least, fastest }'
}

touch_source() {
  sleep 0.05 # past the file system's clock tick
  touch "$copy/stygian-cli/src/main/java/dev/stygian/cli/Stygian.java"
}

mkdir "$copy"
(cd "$repository" && git ls-files -z --cached --others --exclude-standard |
  tar --null --files-from=- --create) | tar -x -C "$copy"

# a java that nobody can use, first on the PATH
mkdir "$scratch/bin"
printf '#!/bin/sh\nexit 1\n' >"$scratch/bin/java"
chmod +x "$scratch/bin/java"
without_jdk=(env -u JAVA_HOME -u STYGIAN_JAVA_HOME "PATH=$scratch/bin:$PATH" STYGIAN_JDK_FOLDERS=/nonexistent)

run "${without_jdk[@]}" "$copy/stygian" --help
check "without a JDK it exits with 2" exits 2
check "without a JDK it says what to do in one line" lines "$err" 1
check "without a JDK it says what to install" says "$err" "no JDK 25 or newer found. Install"

run env STYGIAN_JAVA_HOME="$scratch" "$copy/stygian" --help
check "a wrong STYGIAN_JAVA_HOME is named" says "$err" "STYGIAN_JAVA_HOME is $scratch"
check "a wrong STYGIAN_JAVA_HOME exits with 2" exits 2

run "$copy/stygian" --help
check "the first use builds" says "$err" "Building Stygian (first use"
check "the first use shows the help" says "$out" "Usage: stygian"
first_help=$out
check "the first use exits with 0" exits 0

run "$copy/stygian" --help
check "building leaves nothing on stdout" test "$out" = "$first_help"
run "$copy/stygian" --version
check "the second use says nothing of building" silent "$err"
check "the version comes from Maven" says "$out" "stygian $(sed -n 's:^  <version>\(.*\)</version>:\1:p' "$copy/pom.xml" | head -n 1)"

read -r cpu wall < <(best_start)
printf 'a start costs %s ms of CPU, wall time %s ms\n' "$cpu" "$wall"
run env STYGIAN_JAVA_OPTS=-XX:AOTMode=on "$copy/stygian" --help
check "the cache is used, not only made" exits 0

mkdir "$scratch/links"
ln -s "../a copy/stygian" "$scratch/links/relative"
ln -s "$scratch/links/relative" "$scratch/links/chain"
run env -C / "$scratch/links/chain" --help
check "a chain of symbolic links works from any folder" exits 0
run env -C "$copy" sh stygian --help
check "sh stygian works" exits 0

run env STYGIAN_JAVA_OPTS="-XX:+UseSerialGC -Xmx64m" "$copy/stygian" --help
check "options that the cache does not fit start without a word" silent "$err"
check "options that the cache does not fit start" exits 0

run env STYGIAN_JAVA_OPTS="-XX:+NoSuchOption" "$copy/stygian" --help
check "STYGIAN_JAVA_OPTS reaches the JVM" exits 1

mkdir -p "$scratch/plugin/META-INF/services"
echo no.such.Service >"$scratch/plugin/META-INF/services/dev.stygian.graph.service.ScrapingService"
run env STYGIAN_CLASSPATH="$scratch/plugin" "$copy/stygian" services
check "STYGIAN_CLASSPATH is searched for services" says "$err" "no.such.Service not found"
check "a service that cannot be loaded is an error of usage" exits 2
check "a service that cannot be loaded is said in one line" lines "$err" 1

run "$copy/stygian" bench --help
check "the bench is built on its first use" says "$err" "stygian-bench"
check "the bench has options of its own" says "$out" "--smoke"
run "$copy/stygian" bench --help
check "and built once" silent "$err"
run "$copy/stygian" chaos --timetable --faults 3
check "chaos is there as well" lines "$out" 3
run "$copy/stygian" --help
check "and the program stays as it was built" silent "$err"

touch_source
run "$copy/stygian" --help
check "a touched source is built" says "$err" "sources changed"
run "$copy/stygian" --help
check "and built once" silent "$err"

echo broken >>"$copy/stygian-cli/src/main/java/dev/stygian/cli/Stygian.java"
run "$copy/stygian" --help
check "a build that fails exits with 3" exits 3
check "a build that fails shows the error" says "$err" "Stygian.java:["
check "a build that fails names its log" says "$err" "maven.log"
sed -i '$d' "$copy/stygian-cli/src/main/java/dev/stygian/cli/Stygian.java"

ln -s 4194305 "$copy/target/launcher/lock" # no process has this id: it is past the kernel's maximum
jobs=()
for i in 1 2 3; do
  "$copy/stygian" --help >"$scratch/out.$i" 2>"$scratch/err.$i" </dev/null &
  jobs+=($!)
done
for job in "${jobs[@]}"; do wait "$job"; done
check "of three that start at once one builds, past a dead one's lock" lines "$(grep -h 'Building' "$scratch"/err.[123])" 1
check "all three run" lines "$(grep -h 'Usage: stygian' "$scratch"/out.[123])" 3
check "the lock is gone" test ! -L "$copy/target/launcher/lock"

mkdir "$scratch/distribution"
cp "$copy/stygian" "$scratch/distribution/"
cp -R "$copy/target/launcher/stygian-cli/stygian/lib" "$scratch/distribution/lib"
run "$scratch/distribution/stygian" --help
check "a distribution runs" exits 0
check "a distribution prepares its cache on first use" says "$err" "Preparing fast starts"
run "$scratch/distribution/stygian" --help
check "and once" silent "$err"
run "$scratch/distribution/stygian" bench queue
check "a distribution has no bench" exits 2
check "and says in one line where it is" lines "$err" 1
run "$scratch/distribution/stygian" chaos
check "nor chaos" exits 2
rm "$scratch/distribution/lib/stygian.jar"
run "$scratch/distribution/stygian" --help
check "a distribution without its jar says so" says "$err" "neither a source checkout nor a whole distribution"

echo "$passed passed, 0 failed"
