-- Puts a batch of items into a run. Atomic: the submitter's position, the tasks and the counters move
-- together, so a batch sent again after a lost reply is seen as accepted, never doubled.
-- @include keys fields runs records lanes letters
-- ARGV: run, submitter, position, items, tasks, max depth, wide items (0, or their number,
--   then per item: tasks, id, input, number of last keys, and per last key its node and the key), then
--   per chunk: node, tasks, bytes
-- Replies: {'ok', accepted} | {'at', accepted} (another position is current) | {'full', room} |
--   {'closed'} (it takes no more input) | {'unknown'} (no such run). An item that is larger than the
--   maximum depth is let into an empty queue.
local run, submitter, position, items, tasks, max_depth = unpack(ARGV, 1, 6)
run, position, items, tasks = tonumber(run), tonumber(position), tonumber(items), tonumber(tasks)
local state, closed = unpack(redis.call('HMGET', run_key(run), 'state', 'closed'))
if not state then return { 'unknown' } end
local accepted = tonumber(redis.call('HGET', run_key(run, 'cursor'), submitter) or 0)
if accepted ~= position then return { 'at', accepted } end
if closed == '1' and items > 0 then return { 'closed' } end
local depth = tonumber(redis.call('HGET', meta, 'depth') or 0)
local room = tonumber(max_depth) - depth
if tasks > room and not (items == 1 and depth == 0) then return { 'full', math.max(room, 0) } end

local at, answered, of_run = 7, {}, run_of(run)
local wide_items = tonumber(ARGV[at])
at = at + 1
for _ = 1, wide_items do
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

local function answer_stored(records, lasts, stored)
  local left = {}
  for i, record in ipairs(records) do
    if stored and stored[i] and lasts[i] ~= NO_KEY then
      answer(run, record, stored[i])
    elseif not answered[record_item(record)] then
      left[#left + 1] = record
    end
  end
  return left
end

-- The records of a chunk that are to wait; nothing where all of them are, as they lie.
local function left_of(size, bytes)
  local stored, lasts = nil, {}
  local lengths = { struct.unpack('<' .. string.rep('I4', size), bytes, 9) }
  local from = 9 + 4 * size
  if anything_stored or older_stored then
    local last_at = from + 24
    for i = 1, size do
      lasts[i] = string.sub(bytes, last_at, last_at + 23)
      last_at = last_at + lengths[i]
    end
    stored = stored_under(lasts)
  end
  if not stored and not next(answered) and state ~= 'cancelled' then return nil end
  return answer_stored(cut(string.sub(bytes, from), lengths, size), lasts, stored)
end

local lanes = {}
for i = at, #ARGV, 3 do
  local node, size, bytes = tonumber(ARGV[i]), tonumber(ARGV[i + 1]), ARGV[i + 2]
  local left = left_of(size, bytes)
  if left then
    count_tasks(run, #left)
    place(run, node, left, false)
  else
    lanes[node] = lanes[node] or {}
    lanes[node][#lanes[node] + 1] = { size = size, bytes = bytes }
    count_tasks(run, size)
  end
end
for node, whole in pairs(lanes) do place_chunks(run, node, whole) end
redis.call('HSET', run_key(run, 'cursor'), submitter, accepted + items)
count(run, 'submitted', items)
settle_counts()
return { 'ok', accepted + items }
