-- Forgets dead letters and what was kept for their items; the items stay counted as dead. Atomic per
-- item: letter, index, siblings and kept outputs go together.
-- @include keys memory fields runs records lanes hosts letters collecting caps leases booking
-- ARGV: run, nodes of the run, items
-- Replies: {'unknown'} | {'ok', how many were dropped}
local run, nodes, dropped = tonumber(ARGV[1]), tonumber(ARGV[2]), 0
if redis.call('EXISTS', run_key(run)) == 0 then return { 'unknown' } end
for i = 3, #ARGV do
  local item = ARGV[i]
  local letter = redis.call('HGET', run_key(run, 'dead'), item)
  if letter and letter ~= DROPPED then
    dropped = dropped + 1
    redis.call('HINCRBY', run_key(run), 'dropped', 1)
    if run_of(run).wide and count_live(run, item, 0) > 0 then
      redis.call('HSET', run_key(run, 'dead'), item, DROPPED)
    else
      redis.call('HDEL', run_key(run, 'dead'), item)
      forget_live(run, item)
    end
    redis.call('HDEL', run_key(run, 'siblings'), item)
    redis.call('ZREM', run_key(run, 'deadindex'), item)
    redis.call('ZREM', run_key(run, 'excludedindex'), item)
    local _, node = struct.unpack(LETTER, letter)
    forget_item(run, item, nodes, lane_spec(run, node).ends)
    if lane_spec(run, node).splits then set_field(bulk_of(run, 'parts'), text_of(node) .. ':' .. item, false) end
  end
end
settle_fields()
return { 'ok', dropped }
