-- Puts a batch of items into a run. Atomic: the submitter's position, the tasks and the counters move
-- together, so a batch sent again after a lost reply is seen as accepted, never doubled.
-- @include keys fields runs records? lanes letters? collecting?
-- ARGV: run, submitter, position, items, tasks, max depth, number of chunks, the process that sends
--   this, where it has sent all of the run's items so far and each of all these keys once, else nothing; described items (0 where each
--   item has one task and one last key, which the chunks carry; or their number, then the last nodes as u16,
--   then per item: tasks, id, the keys of the last nodes one after another), then per chunk: node, tasks,
--   id. The chunks lie there already, with a short time to live: their bytes do not pass through the script.
-- Replies: {'ok', accepted} | {'at', accepted} (another position is current) | {'full', room} |
--   {'closed'} (it takes no more input) | {'share'} (the run has its keys to itself, see share.lua) | {'unknown'} (no such run) | {'again'} (a chunk is gone). An item
--   that is larger than the maximum depth is let into an empty queue.
local run, submitter, position, items, tasks, max_depth, new_chunks, process = unpack(ARGV, 1, 8)
run, position, items, tasks = tonumber(run), tonumber(position), tonumber(items), tonumber(tasks)
local FIRST_DESCRIBED = 11

-- What was put there for this call goes with it.
local function refuse(...)
  for i = #ARGV - 3 * new_chunks + 3, #ARGV, 3 do redis.call('UNLINK', chunk_key(ARGV[i])) end
  return { ... }
end

-- Whether the chunks lie there; what their lanes are is fetched at once on the way.
local function all_there()
  local nodes, keys = {}, {}
  for i = #ARGV - 3 * new_chunks + 1, #ARGV, 3 do
    nodes[#nodes + 1] = tonumber(ARGV[i])
    keys[#keys + 1] = chunk_key(ARGV[i + 2])
  end
  if #keys > 0 and redis.call('EXISTS', unpack(keys)) < #keys then return false end
  Runs.know_lanes(run, nodes)
  return true
end

local state, closed, finished, sole = unpack(redis.call('HMGET', run_key(run), 'state', 'closed', 'finished', 'sole'))
if not state then return refuse('unknown') end
local accepted = tonumber(redis.call('HGET', run_key(run, 'cursor'), submitter) or 0)
if accepted ~= position then return refuse('at', accepted) end
if closed == '1' and items > 0 then return refuse('closed') end
if sole and sole ~= process then return refuse('share') end
local depth = tonumber(redis.call('HGET', meta, 'depth') or 0)
local room = tonumber(max_depth) - depth
if tasks > room and not (items == 1 and depth == 0) then return refuse('full', math.max(room, 0)) end
if not all_there() then return refuse('again') end

-- Items of a cancelled run end with it, whatever stands under their keys, and nothing stands under keys that nobody
-- had before.
local answers = (Lanes.anything_stored or Lanes.older_stored) and state ~= 'cancelled' and not sole

-- What stands under all the keys of an item's last nodes; nothing where it does not under one.
local function stored_whole(keys)
  if #keys == 0 or not answers then return nil end
  local each = Records.keys_in(keys, #keys / 24)
  local stored = Lanes.stored_under(each)
  for i = 1, stored and #each or 0 do
    if not stored[i] then return nil end
  end
  return stored and { keys = each, stored = stored }
end

local at, answered, described = FIRST_DESCRIBED - 1, {}, tonumber(ARGV[FIRST_DESCRIBED - 2])
local last_nodes = described > 0 and ARGV[at] or ''
if described > 0 then at = FIRST_DESCRIBED end
for _ = 1, described do
  local live, item, keys = unpack(ARGV, at, at + 2)
  at = at + 3
  local whole = stored_whole(keys)
  if whole then
    answered[item] = whole
    Runs.count(run, 'done', 1)
  elseif live ~= '1' then
    Fields.set(Fields.of(run, 'items'), item, live)
  end
end

-- Emits the stored results of an item, at the first of its tasks.
local function emit_whole(whole, record)
  if not whole.emitted then Runs.count(run, 'given', #whole.keys) end
  for i = 1, whole.emitted and 0 or #whole.keys do
    local node = struct.unpack('<I2', last_nodes, 2 * i - 1)
    local head = Records.result_head(node, whole.keys[i], Records.item(record), Records.input(record))
    Runs.emit(run, head .. whole.stored[i])
  end
  whole.emitted = true
end

-- The records of a chunk that are to wait; nothing where all of them are, as they lie.
local function left_of(id, size)
  local stored
  if answers then
    local lasts = Records.column(id, size, 0, size, Records.LASTS_BEHIND, 24)
    stored = not Records.has_no_keys(lasts, size) and Lanes.stored_under(Records.keys_in(lasts, size))
  end
  if not stored and not next(answered) and state ~= 'cancelled' then return nil end
  local left = {}
  for i, record in ipairs(Records.read(id, size, 0, size, 0)) do
    local whole = answered[Records.item(record)]
    if whole then
      emit_whole(whole, record)
    elseif stored and stored[i] and Records.last_key(record) ~= Records.NO_KEY then
      Lanes.answer(run, record, stored[i])
    else
      left[#left + 1] = record
    end
  end
  return left
end

local lanes = {}
for i = at, #ARGV, 3 do
  local node, size, id = tonumber(ARGV[i]), tonumber(ARGV[i + 1]), ARGV[i + 2]
  local left = left_of(id, size)
  if left then
    redis.call('UNLINK', chunk_key(id))
    Runs.count_tasks(run, #left)
    Runs.count(run, 'i' .. text_of(node), #left)
    Lanes.place(run, node, Lanes.host_of(id), left, false)
  else
    local host = Lanes.host_of(id)
    local lane = host and (node .. ':' .. host) or node
    lanes[lane] = lanes[lane] or { node = node, host = host, chunks = {} }
    lanes[lane].chunks[#lanes[lane].chunks + 1] = { id = id, size = size }
    Runs.count_tasks(run, size)
    Runs.count(run, 'i' .. text_of(node), size)
  end
end
Lanes.place_chunks(run, lanes)
if Runs.depth_change > 0 then
  redis.call('HSETNX', chunks, '', WIDE)
  redis.call('HSETNX', flight, '', WIDE)
end
redis.call('HSET', run_key(run, 'cursor'), submitter, accepted + items)
if finished then redis.call('PEXPIRE', run_key(run, 'cursor'), Runs.of(run).retention) end
Runs.count(run, 'submitted', items)
Runs.settle()
return { 'ok', accepted + items }
