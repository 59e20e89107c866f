-- Puts a batch of items into a run. Atomic: the submitter's position, the tasks and the counters move
-- together, so a batch sent again after a lost reply is seen as accepted, never doubled.
-- @include keys fields runs records lanes letters
-- ARGV: run, submitter, position, items, tasks, max depth, number of chunks, wide items (0, or their
--   number, then per item: tasks, id, input, number of last keys, and per last key its node and the key),
--   then per chunk: node, tasks, id. The chunks lie there already, with a short time to live: their bytes
--   do not pass through the script.
-- Replies: {'ok', accepted} | {'at', accepted} (another position is current) | {'full', room} |
--   {'closed'} (it takes no more input) | {'unknown'} (no such run) | {'again'} (a chunk is gone). An item
--   that is larger than the maximum depth is let into an empty queue.
local run, submitter, position, items, tasks, max_depth, new_chunks = unpack(ARGV, 1, 7)
run, position, items, tasks = tonumber(run), tonumber(position), tonumber(items), tonumber(tasks)
local FIRST_WIDE = 9

-- What was put there for this call goes with it.
local function refuse(...)
  for i = #ARGV - 3 * new_chunks + 3, #ARGV, 3 do redis.call('UNLINK', chunk_key(ARGV[i])) end
  return { ... }
end

local state, closed = unpack(redis.call('HMGET', run_key(run), 'state', 'closed'))
if not state then return refuse('unknown') end
local accepted = tonumber(redis.call('HGET', run_key(run, 'cursor'), submitter) or 0)
if accepted ~= position then return refuse('at', accepted) end
if closed == '1' and items > 0 then return refuse('closed') end
local depth = tonumber(redis.call('HGET', meta, 'depth') or 0)
local room = tonumber(max_depth) - depth
if tasks > room and not (items == 1 and depth == 0) then return refuse('full', math.max(room, 0)) end
for i = #ARGV - 3 * new_chunks + 3, #ARGV, 3 do
  if redis.call('EXISTS', chunk_key(ARGV[i])) == 0 then return refuse('again') end
end

local at, answered, of_run = FIRST_WIDE, {}, run_of(run)
for _ = 1, tonumber(ARGV[FIRST_WIDE - 1]) do
  local live, item, input, ends = unpack(ARGV, at, at + 3)
  at = at + 4
  local keys, nodes = {}, {}
  for i = 1, tonumber(ends) do
    nodes[i], keys[i] = ARGV[at], ARGV[at + 1]
    at = at + 2
  end
  local stored = #keys > 0 and stored_under(keys)
  local whole = stored
  for i = 1, #keys do whole = whole and stored[i] end
  if whole then
    for i = 1, #keys do emit(run, result_head(tonumber(nodes[i]), keys[i], item, input) .. stored[i]) end
    count(run, 'done', 1)
    answered[item] = true
  elseif of_run.wide then
    set_field(bulk_of(run, 'items'), item, live)
  end
end

-- The records of a chunk that are to wait; nothing where all of them are, as they lie.
local function left_of(id, size)
  local stored
  if anything_stored or older_stored then
    stored = stored_under(keys_in(read_column(id, size, 0, size, LASTS_BEHIND, 24), size))
  end
  if not stored and not next(answered) and state ~= 'cancelled' then return nil end
  local left = {}
  for i, record in ipairs(read_records(id, size, 0, size, 0)) do
    if stored and stored[i] and record_last_key(record) ~= NO_KEY then
      answer(run, record, stored[i])
    elseif not answered[record_item(record)] then
      left[#left + 1] = record
    end
  end
  return left
end

redis.call('HSETNX', chunks, '', WIDE)
redis.call('HSETNX', flight, '', WIDE)
local lanes = {}
for i = at, #ARGV, 3 do
  local node, size, id = tonumber(ARGV[i]), tonumber(ARGV[i + 1]), ARGV[i + 2]
  local left = left_of(id, size)
  if left then
    redis.call('UNLINK', chunk_key(id))
    count_tasks(run, #left)
    place(run, node, left, false)
  else
    lanes[node] = lanes[node] or {}
    lanes[node][#lanes[node] + 1] = { id = id, size = size }
    count_tasks(run, size)
  end
end
for node, whole in pairs(lanes) do place_chunks(run, node, whole) end
redis.call('HSET', run_key(run, 'cursor'), submitter, accepted + items)
count(run, 'submitted', items)
settle_counts()
return { 'ok', accepted + items }
