-- Books leases that worked. Atomic per call, and each lease is booked whole: results stored under
-- their keys, the lease gone, successors released or counted down, results emitted, counters moved,
-- and the end of the run decided by the one that moved its last task. A token that is not current
-- changes nothing.
-- @include keys memory fields runs records? lanes watches? hosts? letters? collecting? caps? leases booking
-- ARGV: keys to look up, generation of the values put down for this call, name of their batch, then per lease either:
--   lease, heads, entries, values, releases (see booking.lua); or, where each end is whole and of a first attempt, and
--   all that is written of it are stored results: lease, columns, run, name, 'plain'. Their results lie in a
--   blob of the run by that name, and their values in the batch of the generation, put there before this call: no
--   result passes through here. Columns: number of ends u16, bytes of the blob u32, width of a pointer u16,
--   nodes executed for each u16, results of each u16; the nodes u16; number of places u16, and that many indexes in
--   the lease u16, one per end (none: they are the first of the lease, in their order); then
--   per end the leased task's key, and for each of its results its key (not where the leased task is all) and
--   the pointer to its value (see lanes.lua)
-- Replies: {'again'} (something was not put down, and nothing is booked) | the generation, then the places of
--   the ends whose token was not current, counted from 0 over all leases
local touched, freed, lost, FIRST_LEASE = {}, {}, {}, 4
local values_generation, values_name, has_values = tonumber(ARGV[2]), ARGV[3], nil

-- Reads all leases at once.
local function touch_leases()
  local numbers = {}
  for i = FIRST_LEASE, #ARGV, 5 do numbers[#numbers + 1] = ARGV[i] end
  for i, value in ipairs(redis.call('HMGET', leases, unpack(numbers))) do
    touched[numbers[i]] = touched[numbers[i]] or Leases.in_text(numbers[i], value) or false
  end
end

-- Fetches at once what the ends of a wide run's items are counted with, and those of parts that are collected.
local function look_ahead(run, heads, releases, lane)
  local ends, wide = lane.ends, Runs.of(run).wide
  local batch, release_at, items, joins = Booking.batch_of(heads, '', '', ends), 1, {}, {}
  while batch.at <= #heads do
    Booking.next_row(batch)
    if not batch.whole then
      local item = Booking.row_item(batch)
      if wide then items[#items + 1] = item end
      if lane.items_at then joins[#joins + 1] = text_of(lane.items_at) .. ':' .. Collecting.parent_of(lane, item) end
      if ends > 1 and batch.releases == 0 then joins[#joins + 1] = 'end:' .. item end
      for _ = 1, batch.releases do
        local node, predecessors
        node, predecessors, release_at = Booking.next_release(releases, release_at)
        if predecessors > 1 then joins[#joins + 1] = text_of(node) .. ':' .. item end
      end
    end
    batch.at = batch.at + 24 + Booking.RESULT_BYTES * (math.max(batch.results, 1) - 1) + batch.item_bytes
  end
  if #items > 0 then Fields.fetch(Fields.of(run, 'items'), items) end
  if #joins > 0 then Fields.fetch(Fields.of(run, 'join'), joins) end
end

local function has_history(of_run, run)
  if of_run.has_history == nil then of_run.has_history = redis.call('EXISTS', run_key(run, 'history')) == 1 end
  return of_run.has_history
end

-- Books one end of a current lease; returns where its releases end.
local function book(l, batch, releases, at)
  local run, of_run = l.run, Runs.of(l.run)
  local marked = Leases.end_task(l, batch.index)
  Runs.count_tasks(run, -1)
  local keeps, whole, wanted, nodes = batch.keeps, batch.whole, batch.releases, batch.nodes
  local item, key
  local lane = Runs.lane(run, l.node)
  local splits = lane.splits
  local is_followed = keeps or splits or lane.items_at or wanted > 0 or of_run.wide and not whole
  if is_followed or has_history(of_run, run) then item = Booking.row_item(batch) end
  if of_run.state == 'cancelled' then
    item = item or Booking.row_item(batch)
    key = Booking.pass_row(run, batch)
    at = Booking.pass_releases(wanted, releases, at)
    Lanes.count_cancelled(run, l.node, item)
  else
    local all_ends, released, is_used_up
    all_ends, key, is_used_up = Booking.book_row(run, batch, item, l.is_later)
    if is_used_up and not splits then Runs.count(run, 'b' .. text_of(batch.node), 1) end
    released, at = Booking.release(run, item, wanted, releases, at, splits and l.node)
    local over = released == 0
    if of_run.wide and not whole then
      over = released ~= 1 and Lanes.count_live(run, item, released - 1) <= 0 and not Runs.is_dead(run, item)
      if over then Lanes.forget_live(run, item) end
    end
    if over then
      all_ends = all_ends or batch.ends > 1 and Fields.get(Fields.of(run, 'join'), 'end:' .. item)
      if batch.ends > 1 and all_ends and not whole then Booking.emit_ends(run, item, nodes) end
      if keeps then Booking.forget_item(run, item, nodes, batch.ends, lane.last) end
      Runs.count(run, 'done', 1)
      if lane.items_at then Collecting.arrive(run, l.node, item, false) end
    end
    if of_run.has_history then Letters.forget_errors(run, l.node, item) end
    if lane.collects then Collecting.forget(run, l.node, item) end
    if splits then Fields.set(Fields.of(run, 'parts'), text_of(l.node) .. ':' .. item, false) end
  end
  if marked then freed[#freed + 1] = key end
  return at
end

-- Ends the tasks of a lease at these places, counted from 0, or the first ones of it; where not all of them execute,
-- none. Returns whether it did.
local function end_all(l, places, ends)
  if #places == 0 and not l.bytes then return Leases.end_first(l, ends) end
  local flags, executing = Leases.flags_of(l), l.is_sole and Leases.SOLE or Leases.MARKED
  for i = 1, ends do
    local at = (places[i] or i - 1) + 1
    if flags[at] ~= executing then
      for k = 1, i - 1 do flags[(places[k] or k - 1) + 1] = executing end
      return false
    end
    flags[at] = Leases.ENDED
  end
  l.ended = l.ended + ends
  return true
end

-- A result behind its length: what lies in front of its value, and the value.
local function split_result(entry)
  local item_bytes, item_at = struct.unpack('<I2', entry, 31)
  local input_bytes, input_at = struct.unpack('<I4', entry, item_at + item_bytes)
  return string.sub(entry, 5, input_at + input_bytes - 1), string.sub(entry, input_at + input_bytes)
end

-- Books a result of a plain end that is booked alone. First result wins.
local function book_plain_result(run, key, entry, pointer, followed)
  local stands = followed and Booking.known_values and (Booking.pending[key] or Booking.known_values[key])
  if stands then
    Runs.emit(run, split_result(entry) .. stands)
    return
  end
  if pointer then
    Booking.remember(key, pointer)
    if followed then
      local _, value = split_result(entry)
      Booking.pending[key] = value
    end
  end
  Runs.emit_one(run, entry)
end

-- Books one end of a lease's plain ones that cannot be booked together.
local function book_one(l, place, key, nodes, results)
  local run, of_run = l.run, Runs.of(l.run)
  if Leases.end_task(l, place) then freed[#freed + 1] = key end
  Runs.count_tasks(run, -1)
  local entry = results[1].entry
  local size, item_at = struct.unpack('<I2', entry, 31)
  local item = string.sub(entry, item_at, item_at + size - 1)
  if of_run.state == 'cancelled' then
    Lanes.count_cancelled(run, l.node, item)
    return
  end
  for _, node in ipairs(nodes) do Runs.count_attempts(run, 'n', node, 1) end
  for _, r in ipairs(results) do book_plain_result(run, r.key, r.entry, r.pointer, #nodes > 1) end
  Runs.count(run, 'done', 1)
end

-- Values that were put down for a generation that has ended since go to the current one; returns whether
-- they are there.
local function bring_values()
  if values_generation == generation then return true end
  local values = redis.call('HGET', values_key(values_generation), values_name)
  if values_generation < generation - 1 then
    redis.call('UNLINK', values_key(values_generation))
  else
    redis.call('HDEL', values_key(values_generation), values_name)
  end
  if values then redis.call('HSET', values_key(generation), values_name, values) end
  Booking.has_batches = true
  return values and true or false
end

-- Plain ends that cannot be booked together: one by one, from the blob.
local function book_singly(l, plain, place_of_first)
  local key_at, at = plain.keys_at, 1
  local blob = l and redis.call('HGET', run_key(plain.run, 'blobs'), plain.name)
  for i = 1, plain.ends do
    local results, key = {}, string.sub(plain.heads, key_at, key_at + 23)
    for k = 1, plain.per_end do
      local result_at = key_at + 24 + (k - 1) * plain.width
      local pointer_at, entry = result_at + plain.width - plain.pointer_bytes, nil
      if blob then
        entry = string.sub(blob, at, at + 3 + struct.unpack('<I4', blob, at))
        at = at + #entry
      end
      results[k] = { entry = entry,
        key = #plain.nodes > 1 and string.sub(plain.heads, result_at, result_at + 23) or key,
        pointer = has_values and string.sub(plain.heads, pointer_at, pointer_at + plain.pointer_bytes - 1) }
    end
    local place = plain.places[i] or i - 1
    if blob and Leases.is_open(l, place) then
      book_one(l, place, key, plain.nodes, results)
    else
      lost[#lost + 1] = place_of_first + i - 1
    end
    key_at = key_at + 24 + plain.per_end * plain.width
  end
  redis.call('HDEL', run_key(plain.run, 'blobs'), plain.name)
end

-- Whether all that was to be put down for plain ends is there: a server that is full refuses it.
local function all_put_down()
  local any = false
  for i = FIRST_LEASE, #ARGV, 5 do
    if ARGV[i + 4] == 'plain' then
      if redis.call('HEXISTS', run_key(ARGV[i + 2], 'blobs'), ARGV[i + 3]) == 0 then return false end
      any = true
    end
  end
  return not any or values_generation ~= generation
    or redis.call('HEXISTS', values_key(generation), values_name) == 1
end

-- Numbers of two bytes that follow one another.
local function numbers(text, at, count)
  if count == 0 then return {} end
  local all = { struct.unpack('<' .. string.rep('I2', count), text, at) }
  all[count + 1] = nil -- where the text goes on
  return all
end

local function read_plain(heads, run, name)
  local ends, bytes, pointer_bytes, executed, per_end, at = struct.unpack('<I2I4I2I2I2', heads)
  local places, places_at = struct.unpack('<I2', heads, at + 2 * executed)
  return { heads = heads, run = run, name = name, ends = ends, bytes = bytes, per_end = per_end,
    pointer_bytes = pointer_bytes, width = pointer_bytes + (executed > 1 and 24 or 0),
    nodes = numbers(heads, at, executed), places = numbers(heads, places_at, places),
    keys_at = places_at + 2 * places }
end

-- The keys of the results of plain ends, where the leased task is not all.
local function result_keys_of(plain)
  local keys, at = {}, plain.keys_at
  for _ = 1, plain.ends do
    at = at + 24
    for _ = 1, plain.per_end do
      keys[#keys + 1] = string.sub(plain.heads, at, at + 23)
      at = at + plain.width
    end
  end
  return keys
end

-- Takes the keys of plain ends out of flight where they are marked, and notes the pointers to be stored.
local function take_columns(plain, followed, marked)
  local heads, at, width, per_end = plain.heads, plain.keys_at, plain.width, plain.per_end
  local to_store, sub = Booking.to_store, string.sub
  local stored, landed = #to_store, #freed
  for i = 1, plain.ends do
    local key = sub(heads, at, at + 23)
    at = at + 24
    if marked then freed[landed + i] = key end
    if not followed then
      to_store[stored + 1], to_store[stored + 2] = key, sub(heads, at, at + width - 1)
      stored, at = stored + 2, at + width
    else
      for _ = 1, per_end do
        to_store[stored + 1], to_store[stored + 2] = sub(heads, at, at + 23), sub(heads, at + 24, at + width - 1)
        stored, at = stored + 2, at + width
      end
    end
  end
end

-- Whole ends all of whose results are stored: column by column, as they are many.
local function book_plain(l, heads, run, name, place_of_first)
  local plain = read_plain(heads, tonumber(run), name)
  local followed = #plain.nodes > 1
  if has_values == nil then has_values = bring_values() end
  -- what follows a task whose key nobody else has was executed for its item alone
  local stands = l and followed and not l.is_sole and Booking.look_up_each(result_keys_of(plain))
  local together = l and not stands and has_values and Runs.of(l.run).state ~= 'cancelled'
    and end_all(l, plain.places, plain.ends)
  if not together then
    book_singly(l, plain, place_of_first)
    return plain.ends
  end
  take_columns(plain, followed, not l.is_sole)
  Booking.has_batches, Booking.stored_bytes = true, Booking.stored_bytes + plain.bytes
  Runs.emit_pack(l.run, 'v', name, plain.ends * plain.per_end, plain.bytes)
  Runs.count_tasks(l.run, -plain.ends)
  for _, node in ipairs(plain.nodes) do Runs.count_attempts(l.run, 'n', node, plain.ends) end
  Runs.count(l.run, 'done', plain.ends)
  return plain.ends
end

-- Ends of any form, one by one; returns how many.
local function book_rows(l, heads, entries, values, releases, place_of_first)
  local at, ends, run, lane = 1, 0, l and l.run, l and Runs.lane(l.run, l.node)
  local batch = Booking.batch_of(heads, entries, values, lane and lane.ends)
  if l then
    l.is_later = #lane.inputs > 0 or lane.collects
    if Runs.of(run).wide or lane.items_at then look_ahead(run, heads, releases, lane) end
  end
  while batch.at <= #heads do
    Booking.next_row(batch)
    if l and Leases.is_open(l, batch.index) then
      at = book(l, batch, releases, at)
    else
      lost[#lost + 1] = place_of_first + ends
      Booking.pass_row(run, batch)
      at = Booking.pass_releases(batch.releases, releases, at)
    end
    ends = ends + 1
  end
  if l then Booking.close_batch(run, batch) end
  return ends
end

if not all_put_down() then return { 'again' } end
if #ARGV[1] > 0 then Booking.look_up(ARGV[1]) end
touch_leases()
local booked = 0
for i = FIRST_LEASE, #ARGV, 5 do
  local number, heads, entries, values, releases = unpack(ARGV, i, i + 4)
  local l = touched[number]
  if releases == 'plain' then
    booked = booked + book_plain(l, heads, entries, values, booked)
  else
    booked = booked + book_rows(l, heads, entries, values, releases, booked)
  end
end

Lanes.land(freed)
Leases.close(touched)
Booking.place_released()
Booking.settle_store()
for _, key in ipairs(freed) do Lanes.unpark(key) end
Runs.settle()
return { generation, unpack(lost) }
