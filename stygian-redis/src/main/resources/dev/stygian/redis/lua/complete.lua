-- Books leases that worked. Atomic per call, and each lease is booked whole: results stored under
-- their keys, the lease gone, successors released or counted down, results emitted, counters moved,
-- and the end of the run decided by the one that moved its last task. A token that is not current
-- changes nothing.
-- @include keys memory fields runs records lanes letters leases booking
-- ARGV: keys to look up, then per lease either: lease, heads, entries, values (see booking.lua), releases
--   of its ends one after another: node u16, predecessors u16, length u32, record; or, where each end is
--   one stored result of a run whose items have one task: lease, columns, results, '', 'plain'. Columns:
--   number of ends u16, per end its index in the lease u16, per end the lengths of its result and of the
--   value in that, both u32, then the keys
-- Replies: the places of the ends whose token was not current, counted from 0 over all leases
local touched, freed, lost, placed, ended_histories = {}, {}, {}, {}, {}
local RELEASE = '<I2I2I4'

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
      if predecessors > 1 then joins[#joins + 1] = node .. ':' .. item end
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
      local joins, name = bulk_of(run, 'join'), node .. ':' .. item
      local there = tonumber(field(joins, name) or 0) + 1
      ready = there >= predecessors
      set_field(joins, name, not ready and tostring(there))
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
local function book_one(l, place, key, result, value_bytes)
  local run, of_run = l.run, run_of(l.run)
  if end_task(l, place) then freed[#freed + 1] = key end
  count_tasks(run, -1)
  count(run, 'n' .. l.node, 1)
  if of_run.state == 'cancelled' then
    count(run, 'cancelled', 1)
    return
  end
  remember(key, string.sub(result, -value_bytes))
  emit_pack(run, result, 1)
  count(run, 'done', 1)
  if has_history(of_run, run) then
    local size, item_at = struct.unpack('<I2', result, 31)
    forget_history(l, string.sub(result, item_at, item_at + size - 1))
  end
end

-- The ends of tasks that nothing follows, whose results are stored: column by column, as they are many.
local function book_plain(l, heads, results, place_of_first)
  local ends = struct.unpack('<I2', heads)
  local columns = { struct.unpack('<' .. string.rep('I2', ends) .. string.rep('I4I4', ends), heads, 3) }
  local together = l and run_of(l.run).state ~= 'cancelled' and not has_history(run_of(l.run), l.run)
    and end_all(l, columns, ends)
  local key_at, at, stored, landed = 3 + 10 * ends, 0, #to_store, #freed
  for i = 1, ends do
    local key = string.sub(heads, key_at, key_at + 23)
    local result_bytes, value_bytes = columns[ends + 2 * i - 1], columns[ends + 2 * i]
    key_at, at = key_at + 24, at + result_bytes
    if together then
      to_store[stored + 1] = key
      to_store[stored + 2] = string.sub(results, at - value_bytes + 1, at)
      stored = stored + 2
      freed[landed + i] = key
    elseif l and is_open(l, columns[i]) then
      book_one(l, columns[i], key, string.sub(results, at - result_bytes + 1, at), value_bytes)
    else
      lost[#lost + 1] = place_of_first + i - 1
    end
  end
  if together then
    stored_bytes = stored_bytes + #results
    emit_pack(l.run, results, ends)
    count_tasks(l.run, -ends)
    count(l.run, 'n' .. l.node, ends)
    count(l.run, 'done', ends)
  end
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

if #ARGV[1] > 0 then look_up(ARGV[1]) end
local booked = 0
for i = 2, #ARGV, 5 do
  local number, heads, entries, values, releases = unpack(ARGV, i, i + 4)
  local l = lease_of(number)
  if releases == 'plain' then
    booked = booked + book_plain(l, heads, entries, booked)
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
return lost
