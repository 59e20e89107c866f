-- Books leases that worked. Atomic per call, and each lease is booked whole: results stored under
-- their keys, the lease gone, successors released or counted down, results emitted, counters moved,
-- and the end of the run decided by the one that moved its last task. A token that is not current
-- changes nothing.
-- @include keys memory fields runs records lanes letters leases booking
-- ARGV: keys to look up, generation of the values put down for this call, then per lease either: lease,
--   heads, entries, values (see booking.lua), releases of its ends one after another: node u16,
--   predecessors u16, length u32, record; or, where each end is one stored result of a run whose items have
--   one task: lease, columns, run, name, 'plain'. Their results lie in a blob of the run by that name, and
--   their values in a batch of the generation, put there before this call: no result passes through here.
--   Columns: number of ends u16, bytes of the blob u32, width of a pointer u16, per end its index in the
--   lease u16, then per end its key and the pointer to its value (see lanes.lua)
-- Replies: {'again'} (something was not put down, and nothing is booked) | the generation, then the places of
--   the ends whose token was not current, counted from 0 over all leases
local touched, freed, lost, placed, ended_histories = {}, {}, {}, {}, {}
local RELEASE, values_generation = '<I2I2I4', tonumber(ARGV[2])

local function lease_of(number)
  local l = touched[number]
  if l == nil then
    l = read_lease(number) or false
    touched[number] = l
  end
  return l
end

local function gather(run, node, record)
  local id = run .. ':' .. node
  if not placed[id] then placed[id] = { run = run, node = node, records = {} } end
  local records = placed[id].records
  records[#records + 1] = record
end

local function next_release(releases, at)
  local node, predecessors, size, from = struct.unpack(RELEASE, releases, at)
  return node, predecessors, from, from + size
end

-- Fetches at once what the ends of a wide run's items are counted with.
local function look_ahead(run, heads, releases)
  local batch, release_at, items, joins = batch_of(heads, '', ''), 1, {}, {}
  while batch.at <= #heads do
    next_row(batch)
    local item = row_item(batch)
    items[#items + 1] = item
    if run_of(run).ends > 1 and batch.releases == 0 then joins[#joins + 1] = 'end:' .. item end
    for _ = 1, batch.releases do
      local node, predecessors
      node, predecessors, _, release_at = next_release(releases, release_at)
      if predecessors > 1 then joins[#joins + 1] = text_of(node) .. ':' .. item end
    end
    batch.at = batch.at + 24 + RESULT_BYTES * (math.max(batch.results, 1) - 1) + batch.item_bytes
  end
  fetch(bulk_of(run, 'items'), items)
  if #joins > 0 then fetch(bulk_of(run, 'join'), joins) end
end

-- Counts down what waits for this end; returns how many tasks are ready now, and where its releases end.
local function release(run, item, wanted, releases, at)
  local released = 0
  for _ = 1, wanted do
    local node, predecessors, from, behind = next_release(releases, at)
    local ready = predecessors == 1
    if not ready then
      local joins, name = bulk_of(run, 'join'), text_of(node) .. ':' .. item
      local there = tonumber(field(joins, name) or 0) + 1
      ready = there >= predecessors
      set_field(joins, name, not ready and text_of(there))
    end
    if ready then
      local record = string.sub(releases, from, behind - 1)
      count_tasks(run, 1)
      if is_dead(run, item) then
        if run_of(run).wide then count_live(run, item, 1) end
        stop_sibling(run, node, record)
      else
        released = released + 1
        gather(run, node, record)
      end
    end
    at = behind
  end
  return released, at
end

local function pass_releases(wanted, releases, at)
  for _ = 1, wanted do
    local _, _, _, behind = next_release(releases, at)
    at = behind
  end
  return at
end

local function forget_history(l, item)
  local histories = ended_histories[l.run]
  if not histories then
    histories = {}
    ended_histories[l.run] = histories
  end
  histories[#histories + 1] = l.node .. ':' .. item
end

local function has_history(of_run, run)
  if of_run.has_history == nil then of_run.has_history = redis.call('EXISTS', run_key(run, 'history')) == 1 end
  return of_run.has_history
end

-- Books one end of a current lease; returns where its releases end.
local function book(l, batch, releases, at)
  local run, of_run = l.run, run_of(l.run)
  local marked = end_task(l, batch.index)
  count_tasks(run, -1)
  local item
  if batch.keeps == 1 or batch.releases > 0 or of_run.wide or has_history(of_run, run) then item = row_item(batch) end
  local keeps, wanted, nodes, key = batch.keeps == 1, batch.releases, batch.nodes, nil
  if of_run.state == 'cancelled' then
    item = item or row_item(batch)
    key = pass_row(run, batch, true)
    at = pass_releases(wanted, releases, at)
    if item_ended(run, item) and not is_dead(run, item) then count(run, 'cancelled', 1) end
  else
    local all_ends, released
    all_ends, key = book_row(run, batch, item, l.is_later)
    released, at = release(run, item, wanted, releases, at)
    local over = released == 0
    if of_run.wide then
      over = released ~= 1 and count_live(run, item, released - 1) <= 0 and not is_dead(run, item)
    end
    if over then
      if of_run.ends > 1 and all_ends then emit_ends(run, item, nodes) end
      if keeps then forget_item(run, item, nodes) end
      count(run, 'done', 1)
    end
    if of_run.has_history then forget_history(l, item) end
  end
  if marked then freed[#freed + 1] = key end
  return at
end

-- Ends the tasks of a lease at these places, counted from 0; where not all of them execute with their keys
-- marked, none. Returns whether it did.
local function end_all(l, places, ends)
  local flags = flags_of(l)
  for i = 1, ends do
    local at = places[i] + 1
    if flags[at] ~= MARKED then
      for k = 1, i - 1 do flags[places[k] + 1] = MARKED end
      return false
    end
    flags[at] = ENDED
  end
  l.ended = l.ended + ends
  return true
end

-- Books one end of a lease's plain ones that cannot be booked together.
local function book_one(l, place, key, result, pointer)
  local run, of_run = l.run, run_of(l.run)
  if end_task(l, place) then freed[#freed + 1] = key end
  count_tasks(run, -1)
  count(run, 'n' .. l.node, 1)
  if of_run.state == 'cancelled' then
    count(run, 'cancelled', 1)
    return
  end
  if pointer then remember(key, pointer) end
  emit_one(run, result)
  count(run, 'done', 1)
  if has_history(of_run, run) then
    local size, item_at = struct.unpack('<I2', result, 31)
    forget_history(l, string.sub(result, item_at, item_at + size - 1))
  end
end

-- Values that were put down for a generation that has ended since go to the current one; returns whether
-- they are there.
local function bring_values(name)
  if values_generation == generation then return true end
  local values = redis.call('HGET', values_key(values_generation), name)
  if values_generation < generation - 1 then
    redis.call('UNLINK', values_key(values_generation))
  else
    redis.call('HDEL', values_key(values_generation), name)
  end
  if values then redis.call('HSET', values_key(generation), name, values) end
  has_batches = true
  return values and true or false
end

-- Plain ends of which not all are current: one by one, from the blob.
local function book_singly(l, run, name, heads, ends, columns, key_at, width, has_values, place_of_first)
  local blob, at = l and redis.call('HGET', run_key(run, 'blobs'), name), 1
  for i = 1, ends do
    local result
    if blob then
      result = string.sub(blob, at, at + 3 + struct.unpack('<I4', blob, at))
      at = at + #result
    end
    if blob and is_open(l, columns[i]) then
      local pointer_at = key_at + 24
      book_one(l, columns[i], string.sub(heads, key_at, key_at + 23), result,
        has_values and string.sub(heads, pointer_at, pointer_at + width - 1))
    else
      lost[#lost + 1] = place_of_first + i - 1
    end
    key_at = key_at + 24 + width
  end
  redis.call('HDEL', run_key(run, 'blobs'), name)
end

-- Whether what was to be put down for plain ends is there: a server that is full refuses it.
local function is_put_down(run, name)
  return redis.call('HEXISTS', run_key(run, 'blobs'), name) == 1
    and (values_generation ~= generation or redis.call('HEXISTS', values_key(generation), name) == 1)
end

-- The ends of tasks that nothing follows, whose results are stored: column by column, as they are many.
local function book_plain(l, heads, run, name, place_of_first)
  local ends, bytes, width = struct.unpack('<I2I4I2', heads)
  local columns = { struct.unpack('<' .. string.rep('I2', ends), heads, 9) }
  local key_at, stored, landed = 9 + 2 * ends, #to_store, #freed
  local has_values = bring_values(name)
  local together = l and has_values and run_of(l.run).state ~= 'cancelled' and not has_history(run_of(l.run), l.run)
    and end_all(l, columns, ends)
  if not together then
    book_singly(l, tonumber(run), name, heads, ends, columns, key_at, width, has_values, place_of_first)
    return ends
  end
  for i = 1, ends do
    local key = string.sub(heads, key_at, key_at + 23)
    to_store[stored + 1] = key
    to_store[stored + 2] = string.sub(heads, key_at + 24, key_at + 23 + width)
    stored, key_at = stored + 2, key_at + 24 + width
    freed[landed + i] = key
  end
  has_batches, stored_bytes = true, stored_bytes + bytes
  emit_pack(l.run, 'v', name, ends, bytes)
  count_tasks(l.run, -ends)
  count(l.run, 'n' .. l.node, ends)
  count(l.run, 'done', ends)
  return ends
end

-- Ends of any form, one by one; returns how many.
local function book_rows(l, heads, entries, values, releases, place_of_first)
  local batch, at, ends, run = batch_of(heads, entries, values), 1, 0, l and l.run
  if l then
    l.is_later = #lane_spec(run, l.node).inputs > 0
    if run_of(run).wide then look_ahead(run, heads, releases) end
  end
  while batch.at <= #heads do
    next_row(batch)
    if l and is_open(l, batch.index) then
      at = book(l, batch, releases, at)
    else
      lost[#lost + 1] = place_of_first + ends
      pass_row(run, batch, false)
      at = pass_releases(batch.releases, releases, at)
    end
    ends = ends + 1
  end
  if l then close_batch(run, batch) end
  return ends
end

for i = 3, #ARGV, 5 do
  if ARGV[i + 4] == 'plain' and not is_put_down(ARGV[i + 2], ARGV[i + 3]) then return { 'again' } end
end
if #ARGV[1] > 0 then look_up(ARGV[1]) end
local booked = 0
for i = 3, #ARGV, 5 do
  local number, heads, entries, values, releases = unpack(ARGV, i, i + 4)
  local l = lease_of(number)
  if releases == 'plain' then
    booked = booked + book_plain(l, heads, entries, values, booked)
  else
    booked = booked + book_rows(l, heads, entries, values, releases, booked)
  end
end

land(freed)
for _, l in pairs(touched) do
  if l then close_lease(l) end
end
for _, lane in pairs(placed) do place(lane.run, lane.node, lane.records, false) end
for run, fields in pairs(ended_histories) do redis.call('HDEL', run_key(run, 'history'), unpack(fields)) end
settle_store()
for _, key in ipairs(freed) do unpark(key) end
settle_counts()
return { generation, unpack(lost) }
