-- Mends the books of a run, and puts back what fell out of them. Atomic with the look that found it: where the
-- run's stamp is another one by now, nothing is changed.
-- @include keys memory fields runs records lanes watches? hosts? letters? collecting? caps? leases stamp
-- ARGV: run, the stamp under which was found what is to be mended, then per order its name and three arguments:
--     set      field of the run's hash, value
--     chunk    id, its unfinished tasks
--     drop     id of a chunk of which nothing is unfinished, or which nothing names
--     entry    node, host's lane (none: empty), an entry of that lane that nobody can read
--     lost     tasks that are gone without a trace, their node (none: it is not known): they count as dead
--     cancelled  items of a cancelled run that end with it, the node of their tasks, how many these are
--     restore  id of a chunk, places of its tasks that are nowhere, with commas
-- Replies: 'moved' | 'mended'
local run, stamp = tonumber(ARGV[1]), ARGV[2]
if Stamp.of(ARGV[1]) ~= stamp then return 'moved' end
local orders, let_go = {}, {}

function orders.set(field_name, value) redis.call('HSET', run_key(run), field_name, value) end

function orders.chunk(chunk, unfinished) redis.call('HSET', chunks, chunk, unfinished) end

function orders.drop(chunk)
  redis.call('HDEL', chunks, chunk)
  redis.call('UNLINK', chunk_key(chunk))
end

function orders.entry(node, host, entry) redis.call('LREM', lane_key(run, node, host ~= '' and host or nil), 1, entry) end

function orders.lost(tasks, node)
  Runs.count(run, 'dead', tonumber(tasks))
  if node ~= '' then Runs.count(run, 'x' .. node, tonumber(tasks)) end
end

function orders.cancelled(items, node, tasks)
  Runs.count(run, 'cancelled', tonumber(items))
  Runs.count(run, 'z' .. node, tonumber(tasks))
end

-- They go to the front of their lane; what marks of executions that no lease has are left of them goes.
function orders.restore(chunk, places)
  local _, node, total = struct.unpack('<I4I2I2', redis.call('GETRANGE', chunk_key(chunk), 0, 7))
  local records, again = Records.read(chunk, total, 0, total, 0), {}
  for place_in_chunk in string.gmatch(places, '%d+') do
    local record = records[tonumber(place_in_chunk) + 1]
    local key = Records.key(record)
    local mark = redis.call('HGET', flight, key)
    if mark and redis.call('HEXISTS', leases, mark) == 0 then Lanes.land({ key }) end
    let_go[#let_go + 1] = key
    again[#again + 1] = record
  end
  Lanes.release_chunk(chunk, #again)
  Lanes.place(run, node, Lanes.host_of(chunk), again, true)
end

for i = 3, #ARGV, 4 do orders[ARGV[i]](ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]) end
for _, key in ipairs(let_go) do Lanes.unpark(key) end
Runs.settle()
Runs.finish_if_over(run)
return 'mended'
