-- Ends a run, a bounded number of tasks a call. Atomic per call: nothing of the run is leased from the
-- first call on; call again while the reply says 'more'.
-- @include keys memory fields runs records lanes letters leases
-- ARGV: run, then delayed chunks of the run to be woken now
-- Replies: 'more' | 'cancelled' | 'over' (it had ended) | 'unknown'
local run, MOST = tonumber(ARGV[1]), 1000
local state, finished = unpack(redis.call('HMGET', run_key(run), 'state', 'finished'))
if not state then return 'unknown' end
if state == 'finished' or (state == 'cancelled' and finished) then return 'over' end
redis.call('HSET', run_key(run), 'state', 'cancelled')
for i = 2, #ARGV do redis.call('ZADD', delayed, 'XX', 0, ARGV[i]) end
wake_due(200)

local dropped, let_go = 0, {}
for _, member in ipairs(redis.call('ZRANGE', run_key(run, 'ready'), 0, 255)) do
  local node = tonumber(string.match(member, '^(%d+):'))
  local head = redis.call('LINDEX', lane_key(run, node), 0)
  while head and dropped < MOST do
    local chunk, total, first, offset = string.match(head, LANE_ENTRY)
    total, first = tonumber(total), tonumber(first)
    redis.call('LPOP', lane_key(run, node))
    local records = read_records(chunk, total, first, total - first, tonumber(offset))
    for _, record in ipairs(records or {}) do
      cancel_task(run, record)
      let_go[record_key(record)] = true
    end
    release_chunk(chunk, total - first)
    count(run, 'w' .. node, first - total)
    dropped = dropped + total - first
    head = redis.call('LINDEX', lane_key(run, node), 0)
  end
  if not head then redis.call('ZREM', run_key(run, 'ready'), member) end
end
-- who came back from behind a key and will not execute it lets the next ones go
for key in pairs(let_go) do unpark(key) end
settle_counts()
if dropped == 0 then finish_if_over(run) end
local due = redis.call('ZCOUNT', delayed, 0, 0)
return (dropped >= MOST or due > 0) and 'more' or 'cancelled'
