-- Forgets dead letters and what was kept for their items; the items stay counted as dead. Atomic per
-- item: letter, index, siblings and kept outputs go together.
-- @include keys memory fields runs records lanes watches? hosts? letters? collecting? caps? leases booking
-- ARGV: run, nodes of the run, items
-- Replies: {'unknown'} | {'ok', how many were dropped}
local run, nodes, dropped = tonumber(ARGV[1]), tonumber(ARGV[2]), 0
if redis.call('EXISTS', run_key(run)) == 0 then return { 'unknown' } end
for i = 3, #ARGV do
  local item = ARGV[i]
  local letter = redis.call('HGET', run_key(run, 'dead'), item)
  if letter and letter ~= Runs.DROPPED then
    dropped = dropped + 1
    redis.call('HINCRBY', run_key(run), 'dropped', 1)
    if Runs.of(run).wide and Lanes.count_live(run, item, 0) > 0 then
      redis.call('HSET', run_key(run, 'dead'), item, Runs.DROPPED)
    else
      redis.call('HDEL', run_key(run, 'dead'), item)
      Lanes.forget_live(run, item)
    end
    redis.call('HDEL', run_key(run, 'siblings'), item)
    redis.call('ZREM', run_key(run, 'deadindex'), item)
    redis.call('ZREM', run_key(run, 'excludedindex'), item)
    local _, node = struct.unpack(Letters.LETTER, letter)
    Booking.forget_item(run, item, nodes, Runs.lane(run, node).ends)
    if Runs.lane(run, node).splits then Fields.set(Fields.of(run, 'parts'), text_of(node) .. ':' .. item, false) end
  end
end
Fields.settle()
return { 'ok', dropped }
