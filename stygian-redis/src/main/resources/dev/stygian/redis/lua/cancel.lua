-- Ends a run, a bounded number of tasks a call. Atomic per call: nothing of the run is leased from the
-- first call on; call again while the reply says 'more'.
-- @include keys memory fields runs records lanes watches? hosts? letters? collecting? caps? leases
-- ARGV: run, then delayed chunks of the run to be woken now
-- Replies: 'more' | 'cancelled' | 'over' (it had ended) | 'unknown'
local run, MOST = tonumber(ARGV[1]), 1000
local state, finished = unpack(redis.call('HMGET', run_key(run), 'state', 'finished'))
if not state then return 'unknown' end
if state == 'finished' or (state == 'cancelled' and finished) then return 'over' end
redis.call('HSET', run_key(run), 'state', 'cancelled')
for i = 2, #ARGV do redis.call('ZADD', delayed, 'XX', 0, ARGV[i]) end
Leases.wake_due(100)

local dropped, left, let_go = 0, false, {}

-- Drops what waits in a lane, as far as this call may; returns whether the lane is empty.
local function empty(node, host)
  local lane = lane_key(run, node, host)
  local head = redis.call('LINDEX', lane, 0)
  while head and dropped < MOST do
    local chunk, total, first, offset = string.match(head, Lanes.ENTRY)
    total, first = tonumber(total), tonumber(first)
    redis.call('LPOP', lane)
    local records = Records.read(chunk, total, first, total - first, tonumber(offset))
    for _, record in ipairs(records or {}) do
      Lanes.cancel_task(run, node, record)
      let_go[Records.key(record)] = true
    end
    Lanes.release_chunk(chunk, total - first)
    Runs.count(run, 'w' .. text_of(node), first - total)
    dropped = dropped + total - first
    head = redis.call('LINDEX', lane, 0)
  end
  return not head
end

for node = 0, redis.call('HLEN', run_key(run, 'lanes')) - 1 do
  left = not empty(node, nil) or left
  local lanes = host_lanes_key(run, node)
  for _, host in ipairs(redis.call('ZRANGE', lanes, 0, MOST - 1)) do
    if dropped < MOST and empty(node, host) then redis.call('ZREM', lanes, host) end
  end
  left = redis.call('EXISTS', lanes) == 1 or left
end
if not left then redis.call('DEL', run_key(run, 'ready')) end
if Runs.of(run).blocked ~= '' then Caps.forget(run) end
-- who came back from behind a key and will not execute it lets the next ones go
for key in pairs(let_go) do Lanes.unpark(key) end
Runs.settle()
if dropped == 0 then Runs.finish_if_over(run) end
local due = redis.call('ZCOUNT', delayed, 0, 0)
return (left or due > 0) and 'more' or 'cancelled'
