#!/usr/bin/env bash
# BullMQ beside the queue, within some minutes on one machine: JOBS jobs of 200 B with results of 200 B, which it keeps,
# added 1,000 at a time by one process, two such calls under way, and done by another one, 100 at once, on a server without
# persistence; before it and after it `stygian bench queue`. Life cycles a second are counted as the bench does:
# 1 / (1/added + 1/done), the latter from the first job's start, so that no process's start counts. Needs node, npm, and a
# registry that has bullmq. Fails only where jobs are missing: what it is for is its output.
. "$(dirname "$0")/common.sh"
readonly JOBS=${JOBS:-200000}
readonly BULLMQ=${BULLMQ:-6.7.0}
readonly SECONDS_A_ROUND=${SECONDS_A_ROUND:-2}

cat >"$work/bullmq.mjs" <<'JS'
import { Queue, Worker } from 'bullmq';

const [what, port, count] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const connection = { host: '127.0.0.1', port, maxRetriesPerRequest: null };
const BYTES = 200;
const padded = (value) => ({ ...value, text: 'x'.repeat(BYTES - JSON.stringify({ ...value, text: '' }).length) });
const perSecond = (from) => (count / ((performance.now() - from) / 1000)).toFixed(0);

if (what === 'add') {
  const queue = new Queue('jobs', { connection });
  await queue.waitUntilReady();
  const from = performance.now();
  let at = 0;
  const add = async () => {
    while (at < count) {
      const first = at;
      at += 1000;
      const size = Math.min(1000, count - first);
      await queue.addBulk(Array.from({ length: size }, (_, i) => ({ name: 'job', data: padded({ id: first + i }) })));
    }
  };
  await Promise.all([add(), add()]);
  console.log(perSecond(from));
  await queue.close();
} else {
  let from = 0;
  const result = padded({ done: true });
  const worker = new Worker('jobs', async () => { from ||= performance.now(); return result; }, { connection, concurrency: 100 });
  const queue = new Queue('jobs', { connection });
  const look = setInterval(async () => {
    if ((await queue.getCompletedCount()) === count) {
      clearInterval(look);
      console.log(perSecond(from));
      await worker.close();
      process.exit();
    }
  }, 50);
}
JS

ours() { # the rows of one producer and one worker, in one process and in two
  "$stygian" bench queue --variant "1 " --seconds "$SECONDS_A_ROUND" >bench.out 2>bench.log || fail "$(tail -5 bench.log)"
  grep -E '^\| 1 (lane|worker process)  ' bench.out | cut -d'|' -f2-5
}

cd "$work"
echo '{"private":true}' >package.json
npm install --silent --no-audit --no-fund "bullmq@$BULLMQ" ioredis >npm.log 2>&1 || fail "$(cat npm.log)"
"$stygian" --version >version # builds, if that has to be
say "life cycles/s, enqueue/s and process/s of the queue before:"
ours
port=$(free_port)
start_redis "$port"
added=$(node bullmq.mjs add "$port" "$JOBS")
done=$(node bullmq.mjs work "$port" "$JOBS")
kept=$(redis-cli -p "$port" zcard bull:jobs:completed)
((kept == JOBS)) || fail "BullMQ has $kept jobs done of $JOBS"
say "$(python3 -c 'import sys; a, d = map(float, sys.argv[2:]); print(
  "BullMQ %s: %.0f life cycles/s, %.0f added/s, %.0f done/s" % (sys.argv[1], 1 / (1 / a + 1 / d), a, d))' "$BULLMQ" "$added" "$done")"
say "the queue after:"
ours
