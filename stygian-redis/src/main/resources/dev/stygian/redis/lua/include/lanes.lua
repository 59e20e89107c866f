-- Lanes: putting tasks into them, waking whoever waits for them, and the ends of items. A lane is a list
-- of chunks as `id:tasks in it:next task:offset of its body`. Where a chunk's tasks visit a host, its id ends
-- with that host's lane, behind a tilde, so whoever has the chunk knows the lane.
Lanes.ENTRY = '^([^:]+):(%d+):(%d+):(%d+)$'

function Lanes.host_of(chunk)
  local at = string.find(chunk, '~', 1, true)
  return at and string.sub(chunk, at + 1)
end

-- Counts the unfinished tasks of an item of a wide run; returns how many there are now. Most have one, for
-- which nothing is written; the zero of a dead item stays, since a replay counts on from it.
function Lanes.count_live(run, item, by)
  local items = Fields.of(run, 'items')
  local left = tonumber(Fields.get(items, item) or 1) + by
  Fields.set(items, item, left ~= 1 and text_of(left))
  return left
end

function Lanes.forget_live(run, item)
  if Runs.of(run).wide then Fields.set(Fields.of(run, 'items'), item, false) end
end

-- An item's task ended without a result: whether that ends the item.
function Lanes.item_ended(run, item)
  return not Runs.of(run).wide or Lanes.count_live(run, item, -1) <= 0
end

-- A task of a cancelled run ended; the item is counted with its last one.
function Lanes.count_cancelled(run, node, item)
  Runs.count(run, 'z' .. text_of(node), 1)
  if Lanes.item_ended(run, item) and not Runs.is_dead(run, item) then
    Runs.count(run, 'cancelled', 1)
    Lanes.forget_live(run, item)
    Collecting.arrive(run, node, item, false)
  end
end

function Lanes.cancel_task(run, node, record)
  Runs.count_tasks(run, -1)
  Lanes.count_cancelled(run, node, Records.item(record))
end

-- Puts a run into the ring: behind the others, or in front where it had to leave in the middle of its turn.
function Lanes.enter_ring(run)
  local of_run = Runs.of(run)
  if of_run.in_ring then return end
  of_run.in_ring = true
  redis.call('HSET', run_key(run), 'ring', '1')
  redis.call(of_run.turn > 0 and 'LPUSH' or 'RPUSH', ring, run)
end

-- Lets nodes' lanes be looked at in their run's turns; where a cap is reached, not before a place is free (see
-- caps.lua).
local function open_all(run, nodes, quietly)
  local of_run, ready, services = Runs.of(run), {}, {}
  for _, node in ipairs(nodes) do
    if of_run.blocked == '' or not string.find(of_run.blocked, ';' .. node .. '[ns];') then
      local level, service = Runs.level_and_service(run, node)
      services[#services + 1] = service
      ready[2 * #services - 1], ready[2 * #services] = text_of(-level), text_of(node) .. ':' .. service
    end
  end
  if #ready == 0 then return end
  Fields.send('ZADD', run_key(run, 'ready'), ready)
  if of_run.at_cap then return end
  Lanes.enter_ring(run)
  for i = 1, quietly and 0 or #services do Runs.wake(services[i]) end
end

function Lanes.open(run, node, quietly) open_all(run, { node }, quietly) end

-- Lets at most `most` nodes go on one of whose lanes has rested long enough.
function Lanes.wake_resting(most)
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', resting, '-inf', text_of(now), 'LIMIT', '0', text_of(most))) do
    redis.call('ZREM', resting, member)
    local run, node = string.match(member, '^(%d+):(%d+):')
    if Runs.of(tonumber(run)).state then Lanes.open(tonumber(run), tonumber(node)) end
  end
end

-- Whether a host's lane got its first task, or one back, in this call.
Lanes.host_came = false

-- Puts entries into a lane; returns whether it is to be opened. A host's lane that had none is looked at from now on,
-- as is one to which a task comes back, perhaps without having used its start; else it is registered already.
local function push(run, node, host, front, entries)
  local lane, length = lane_key(run, node, host), nil
  if front then
    length = redis.call('LPUSH', lane, unpack(entries))
  else
    length = redis.call('RPUSH', lane, unpack(entries))
  end
  local looks = front or length == #entries
  if host and looks then
    redis.call('ZADD', host_lanes_key(run, node), now, host)
    Lanes.host_came = true
  end
  return not host or looks
end

-- Puts a stored chunk into its lane.
function Lanes.place_chunk(run, node, chunk, total, front)
  if push(run, node, Lanes.host_of(chunk), front, { chunk .. ':' .. total .. ':0:0' }) then Lanes.open(run, node) end
end

local function chunk_named(number, host)
  return host and (text_of(number) .. '~' .. host) or text_of(number)
end

function Lanes.store_chunk(run, node, host, records)
  local chunk = chunk_named(redis.call('HINCRBY', meta, 'chunk', 1), host)
  redis.call('SET', chunk_key(chunk), Records.chunk_of(run, node, records))
  redis.call('HSET', chunks, chunk, #records)
  return chunk
end

do
  local waiting = {}

  -- Lets a task wait until then.
  function Lanes.delay(run, node, host, record, due)
    waiting[#waiting + 1] = { run = run, node = node, host = host, record = record, due = due }
    Runs.count(run, 'd' .. text_of(node), 1)
  end

  Runs.settles_first(function()
    if #waiting == 0 then return end
    local number, sizes, times = redis.call('HINCRBY', meta, 'chunk', #waiting) - #waiting, {}, {}
    for i, task in ipairs(waiting) do
      local chunk = chunk_named(number + i, task.host)
      redis.call('SET', chunk_key(chunk), Records.chunk_of(task.run, task.node, { task.record }))
      sizes[2 * i - 1], sizes[2 * i] = chunk, '1'
      times[2 * i - 1], times[2 * i] = text_of(task.due), chunk
    end
    redis.call('HSET', chunks, unpack(sizes))
    redis.call('ZADD', delayed, unpack(times))
    local soonest = {}
    for _, task in ipairs(waiting) do
      local service = Runs.lane(task.run, task.node).service
      soonest[service] = math.min(soonest[service] or math.huge, task.due)
    end
    for service, due in pairs(soonest) do Watches.see_to(service, due) end
    waiting = {}
  end)
end

-- Puts new chunks at the ends of their lanes, which are of {node, host, chunks of {id, size}}.
function Lanes.place_chunks(run, lanes)
  local sizes, nodes, opens = {}, {}, {}
  for _, lane in pairs(lanes) do
    local entries, waiting = {}, 0
    for _, chunk in ipairs(lane.chunks) do
      redis.call('PERSIST', chunk_key(chunk.id))
      sizes[#sizes + 1], sizes[#sizes + 2] = chunk.id, chunk.size
      entries[#entries + 1] = chunk.id .. ':' .. chunk.size .. ':0:0'
      waiting = waiting + chunk.size
    end
    if push(run, lane.node, lane.host, false, entries) and not opens[lane.node] then
      nodes[#nodes + 1], opens[lane.node] = lane.node, true
    end
    Runs.count(run, 'w' .. text_of(lane.node), waiting)
  end
  Fields.send('HSET', chunks, sizes)
  open_all(run, nodes)
end

-- Makes tasks wait that were not waiting before; those of a cancelled run end instead.
function Lanes.place(run, node, host, records, front)
  if #records == 0 then return end
  if Runs.of(run).state == 'cancelled' then
    for _, record in ipairs(records) do Lanes.cancel_task(run, node, record) end
    return
  end
  Lanes.place_chunk(run, node, Lanes.store_chunk(run, node, host, records), #records, front)
  Runs.count(run, 'w' .. text_of(node), #records)
end

-- Stands for all tasks that a chunk ever had.
Lanes.ALL = math.huge

-- So many tasks of chunks, by chunk, will not be asked for again; a chunk goes with its last one.
function Lanes.release_chunks(ended)
  local names, left, gone, keys = {}, {}, {}, {}
  for chunk, tasks in pairs(ended) do
    if tasks == Lanes.ALL then
      gone[#gone + 1] = chunk
      keys[#keys + 1] = chunk_key(chunk)
    else
      names[#names + 1] = chunk
    end
  end
  for i, size in ipairs(#names > 0 and redis.call('HMGET', chunks, unpack(names)) or {}) do
    local rest = tonumber(size or 0) - ended[names[i]]
    if rest > 0 then
      left[#left + 1] = names[i]
      left[#left + 1] = text_of(rest)
    else
      gone[#gone + 1] = names[i]
      keys[#keys + 1] = chunk_key(names[i])
    end
  end
  if #left > 0 then redis.call('HSET', chunks, unpack(left)) end
  if #gone > 0 then
    redis.call('HDEL', chunks, unpack(gone))
    redis.call('UNLINK', unpack(keys))
  end
end

function Lanes.release_chunk(chunk, ended)
  Lanes.release_chunks({ [chunk] = ended })
end

-- Whose key was in flight comes back to the front of its lane, some at a time: whoever of them does not
-- execute the key has to unpark the next ones.
local parked_total

function Lanes.unpark(key)
  if not parked_total then parked_total = tonumber(redis.call('HGET', meta, 'parked') or 0) end
  if parked_total <= 0 or redis.call('HEXISTS', flight, key) == 1 then return end
  local placed = false
  while not placed do
    local waiting = redis.call('LPOP', parked_key(key), 1000)
    if not waiting then return end
    parked_total = redis.call('HINCRBY', meta, 'parked', -#waiting)
    for i = #waiting, 1, -1 do
      local chunk = waiting[i]
      local run, node = struct.unpack('<I4I2', redis.call('GETRANGE', chunk_key(chunk), 0, 7))
      local state = Runs.of(run).state
      Runs.count(run, 'k' .. text_of(node), -1)
      if state == 'cancelled' then
        local records = Records.read(chunk, 1, 0, 1, 0)
        Runs.count(run, 'w' .. text_of(node), -1)
        Lanes.release_chunk(chunk, 1)
        Lanes.cancel_task(run, node, records[1])
      else
        Lanes.place_chunk(run, node, chunk, 1, true)
        placed = placed or state ~= 'paused'
      end
    end
  end
end

-- Ends the executions of keys whose lease was current: a mark in flight is that of the one lease that
-- may execute its key.
function Lanes.land(keys)
  Fields.send('HDEL', flight, keys)
end

function Lanes.park(run, node, host, record)
  local chunk = Lanes.store_chunk(run, node, host, { record })
  redis.call('RPUSH', parked_key(Records.key(record)), chunk)
  parked_total = redis.call('HINCRBY', meta, 'parked', 1)
  Runs.count(run, 'k' .. text_of(node), 1)
end

-- Ends the item of a record whose last result is stored: what it is emitted as, and all counters.
function Lanes.answer(run, record, value)
  local node, key = Runs.of(run).last_node, Records.last_key(record)
  Runs.emit(run, Records.result_head(node, key, Records.item(record), Records.input(record)) .. value)
  Runs.count(run, 'given', 1)
  Runs.count(run, 'done', 1)
end

Lanes.anything_stored, Lanes.older_stored = is_valid(store), is_valid(old_store)
-- Puts values for the pointers among what was found; returns whether any value is there.
local resolve_all
do
local batches_of_values = {}

-- The value that a pointer names: 0 u8, place in its batch u16 counted from 0, name of the batch; false
-- where the batch is gone.
local function resolve(pointer, of_generation)
  local place, name = struct.unpack('<I2', pointer, 2), string.sub(pointer, 4)
  local id = of_generation .. ':' .. name
  local batch = batches_of_values[id]
  if batch == nil then
    batch = redis.call('HGET', values_key(of_generation), name)
    batches_of_values[id] = batch
  end
  if not batch then return false end
  local at = 1
  for _ = 1, place do at = at + 4 + struct.unpack('<I4', batch, at) end
  return string.sub(batch, at + 4, at + 3 + struct.unpack('<I4', batch, at))
end

function resolve_all(found, of_generation)
  local any = false
  for i = 1, #found do
    local value = found[i]
    if value and string.byte(value, 1) == 0 then
      value = resolve(value, of_generation)
      found[i] = value
    end
    any = any or value
  end
  return any
end
end

-- The values under `keys`, false where there is none; nothing where none of them has one.
function Lanes.stored_under(keys)
  local found, any = nil, false
  if Lanes.anything_stored then
    found = redis.call('HMGET', store, unpack(keys))
    any = resolve_all(found, generation)
  end
  if not Lanes.older_stored then return any and found or nil end
  found = found or {}
  local missing, at = {}, {}
  for i = 1, #keys do
    if not found[i] then
      missing[#missing + 1] = keys[i]
      at[#at + 1] = i
    end
  end
  if #missing > 0 then
    local older = redis.call('HMGET', old_store, unpack(missing))
    any = resolve_all(older, generation - 1) or any
    for i, value in ipairs(older) do found[at[i]] = value end
  end
  return any and found or nil
end
