-- Booking executed nodes: shared by what completes a lease and by what ends it after a part of a chain.
-- What ends under one lease comes as a batch of three texts, so that no byte is touched twice:
--   heads    nodes of the run u16, then per end a row: index in the lease u16, results u16, releases u16,
--            what it is u8 (sum of 1 uses kept outputs, 2 whole: the item passed the graph under this lease
--            alone), length of the item's id u16, its results, the item's id. A result is: node u16, what
--            to do u8 (sum of 1 last, 2 keep, 4 store; 0: its output was handed on), length of its value
--            u32, length in `entries` u32, key (the leased task's for the first). A row of no results has
--            one that says nothing but the leased task's key.
--   entries  the results to be emitted, as they are to lie in the run's results; each ends with its value
--   values   the values of the other results, where anybody reads them
local ROW, RESULT = '<I2I2I2I1I2I2I1I4I4', '<I2I1I4I4'
Booking.RESULT_BYTES = 35
local LAST, KEEP, STORE = 1, 2, 4

local RELEASE = '<I2I2I2I4'

Booking.to_store, Booking.stored_bytes, Booking.pending, Booking.has_batches = {}, 0, {}, false
local placed = {}

-- Looks up what stands under the keys of nodes that were not looked up when their lease began: those that
-- followed in memory, and later nodes, which may have been executed in memory elsewhere since. Returns
-- whether anything does.
function Booking.look_up_each(keys)
  Booking.known_values = Booking.known_values or {}
  local any = next(Booking.pending) ~= nil
  for from = 1, #keys, Fields.MOST do
    local some = { unpack(keys, from, math.min(from + Fields.MOST - 1, #keys)) }
    local found = Lanes.stored_under(some)
    if found then
      any = true
      for i, key in ipairs(some) do
        if found[i] then Booking.known_values[key] = found[i] end
      end
    end
  end
  return any
end

-- The same for keys one after another.
function Booking.look_up(keys)
  local each = {}
  for at = 1, #keys, 24 do each[#each + 1] = string.sub(keys, at, at + 23) end
  Booking.look_up_each(each)
end

local function next_generation(ttl)
  redis.call('UNLINK', old_store, values_key(generation - 1))
  for _, key in ipairs({ store, values_key(generation) }) do redis.call('PEXPIRE', key, 2 * ttl + spare) end
  generation = generation + 1
  old_store, store = store, base .. 's:' .. generation
  redis.call('HSET', meta, 'generation', generation, 'generationAt', now, 'storedBytes', 0)
end

-- Writes what is to stand under idempotency keys, unless the memory is full. A generation takes values
-- for as long as results must live, or until its bytes reach half the budget, and goes with the end of the
-- next; so a value lives at least once that time.
function Booking.settle_store()
  if #Booking.to_store == 0 and not Memory.is_full then return end
  local m = redis.call('HMGET', meta, 'generationAt', 'ttl', 'budget', 'storedBytes')
  local ttl = tonumber(m[2] or 86400000)
  if Memory.is_full then
    next_generation(ttl)
    return
  end
  local begins = not Lanes.anything_stored
  if begins then redis.call('UNLINK', store) end
  Fields.send('HSET', store, Booking.to_store)
  if Booking.has_batches and (begins or redis.call('PTTL', values_key(generation)) == -1) then
    redis.call('PEXPIRE', values_key(generation), 2 * ttl + spare)
  end
  local before = begins and tonumber(m[4] or 0) or 0
  redis.call('HINCRBY', meta, 'storedBytes', Booking.stored_bytes - before)
  if begins then
    redis.call('HSET', meta, 'generationAt', now)
    redis.call('PEXPIRE', store, 2 * ttl + spare)
  elseif now - tonumber(m[1] or now) >= ttl or tonumber(m[4] or 0) > tonumber(m[3] or 1e15) / 2 then
    next_generation(ttl)
  end
end

-- A batch, read row by row: `next_row` moves on to the next end, then its results are booked or passed
-- over. Entries go out as they lie; only where one must not, `interrupt` cuts them there.
-- All of it belongs to one lane, whose items pass so many last nodes.
function Booking.batch_of(heads, entries, values, ends)
  local nodes, at = struct.unpack('<I2', heads)
  return { heads = heads, at = at, nodes = nodes, ends = ends, entries = entries, entry_at = 1, values = values,
    value_at = 1, clean_from = 1, clean = 0, executed = {} }
end

function Booking.next_row(batch)
  local what
  batch.index, batch.results, batch.releases, what, batch.item_bytes, batch.node, batch.orders,
    batch.value_bytes, batch.entry_bytes, batch.at = struct.unpack(ROW, batch.heads, batch.at)
  batch.keeps, batch.whole = what % 2 == 1, what >= 2
end

local function next_result(batch)
  batch.node, batch.orders, batch.value_bytes, batch.entry_bytes, batch.at =
    struct.unpack(RESULT, batch.heads, batch.at)
end

-- The key of the current result; moves behind it.
local function result_key(batch)
  local at = batch.at
  batch.at = at + 24
  return string.sub(batch.heads, at, at + 23)
end

-- The item of the current row, whose results begin at the current place.
function Booking.row_item(batch)
  local at = batch.at + 24 + Booking.RESULT_BYTES * (math.max(batch.results, 1) - 1)
  return string.sub(batch.heads, at, at + batch.item_bytes - 1)
end

-- Emits the entries before the current one, and passes over that.
local function interrupt(run, batch)
  if batch.entry_at > batch.clean_from then
    Runs.emit_pack(run, 'r', string.sub(batch.entries, batch.clean_from, batch.entry_at - 1), batch.clean,
      batch.entry_at - batch.clean_from)
  end
  batch.clean_from, batch.clean = batch.entry_at + batch.entry_bytes, 0
end

-- Moves behind the current result without emitting it; returns its value.
local function pass(run, batch)
  local value
  if batch.entry_bytes > 0 then
    interrupt(run, batch)
    batch.entry_at = batch.entry_at + batch.entry_bytes
    value = string.sub(batch.entries, batch.entry_at - batch.value_bytes, batch.entry_at - 1)
  else
    value = string.sub(batch.values, batch.value_at, batch.value_at + batch.value_bytes - 1)
    batch.value_at = batch.value_at + batch.value_bytes
  end
  return value
end

local function has(orders, what) return orders % (2 * what) >= what end

function Booking.remember(key, value)
  if Booking.known_values then Booking.pending[key] = value end
  Booking.to_store[#Booking.to_store + 1] = key
  Booking.to_store[#Booking.to_store + 1] = value
  Booking.stored_bytes = Booking.stored_bytes + #value + 24
end

-- Books an end of several: it lies with the kept outputs until the item has reached all of them.
local function book_end(run, node, item, entry)
  Fields.set(Fields.of(run, 'out'), 'end:' .. text_of(node) .. ':' .. item, entry)
  local joins, name = Fields.of(run, 'join'), 'end:' .. item
  local ends = tonumber(Fields.get(joins, name) or 0) + 1
  Fields.set(joins, name, text_of(ends))
  Runs.count(run, 'held', 1)
  return ends
end

-- Books the current result. First result wins: what stands under its key already goes out instead.
local function book_result(run, batch, key, item, stands)
  local orders, value = batch.orders, nil
  local single = batch.ends == 1 or batch.whole
  if batch.entry_bytes > 0 and single and not stands then
    batch.entry_at = batch.entry_at + batch.entry_bytes
    batch.clean = batch.clean + 1
    if orders >= STORE or has(orders, KEEP) then
      value = string.sub(batch.entries, batch.entry_at - batch.value_bytes, batch.entry_at - 1)
    end
    if orders >= STORE then Booking.remember(key, value) end
    if has(orders, KEEP) then Fields.set(Fields.of(run, 'out'), text_of(batch.node) .. ':' .. item, value) end
    return 1
  end
  local entry_from, ends = batch.entry_at, 0
  value = pass(run, batch)
  if orders >= STORE and not stands then Booking.remember(key, value) end
  if has(orders, KEEP) then Fields.set(Fields.of(run, 'out'), text_of(batch.node) .. ':' .. item, stands or value) end
  if has(orders, LAST) then
    local entry
    if stands then
      local head = string.sub(batch.entries, entry_from + 4, batch.entry_at - 1 - batch.value_bytes)
      entry = struct.pack('<I4', #head + #stands) .. head .. stands
    else
      entry = string.sub(batch.entries, entry_from, batch.entry_at - 1)
    end
    if single then
      Runs.emit_one(run, entry)
      ends = 1
    else
      ends = book_end(run, batch.node, item, entry)
    end
  end
  return ends
end

-- Books the results of the current row: the first node was leased, the others followed in memory.
-- Returns whether the item reached all of its ends, the key of the first result, and whether something was executed
-- and nothing of the item goes on behind it.
function Booking.book_row(run, batch, item, is_later)
  local ends, first_key, executed, goes_on = 0, nil, batch.executed, batch.results == 0 or batch.releases > 0
  for i = 1, batch.results do
    if i > 1 then next_result(batch) end
    local key = result_key(batch)
    first_key = first_key or key
    executed[batch.node] = (executed[batch.node] or 0) + 1
    goes_on = goes_on or batch.orders % STORE > 0
    local stands = Booking.known_values and (i > 1 or is_later) and (Booking.pending[key] or Booking.known_values[key])
    ends = math.max(ends, book_result(run, batch, key, item, stands))
  end
  if batch.results == 0 then first_key = result_key(batch) end
  batch.at = batch.at + batch.item_bytes
  return batch.whole or ends >= batch.ends, first_key, not goes_on
end

-- Passes over the results of the current row, which count nowhere; returns the key of the first.
function Booking.pass_row(run, batch)
  local first_key = result_key(batch)
  for i = 1, batch.results do
    if i > 1 then
      next_result(batch)
      batch.at = batch.at + 24
    end
    pass(run, batch)
  end
  batch.at = batch.at + batch.item_bytes
  return first_key
end

function Booking.gather(run, node, lane, record)
  local id = text_of(run) .. ':' .. text_of(node) .. ':' .. (lane or '')
  if not placed[id] then placed[id] = { run = run, node = node, lane = lane, records = {} } end
  local records = placed[id].records
  records[#records + 1] = record
end

-- Releases are, one after another: node u16, predecessors u16, length of the host's lane u16 (0: none), length
-- of the record u32, lane, record. Returns where the next one begins, and where the lane and record are.
function Booking.next_release(releases, at)
  local node, predecessors, lane_size, size, from = struct.unpack(RELEASE, releases, at)
  return node, predecessors, from + lane_size + size, from, lane_size
end

-- Counts down what waits for this end; returns how many tasks are ready now, and where its releases end.
-- An item that a node has split goes on where all of its parts are collected: that release is of the one task.
function Booking.release(run, item, wanted, releases, at, splitter)
  local released = 0
  for _ = 1, wanted do
    local node, predecessors, behind, from, lane_size = Booking.next_release(releases, at)
    local ready = predecessors == 1
    if splitter and Runs.lane(run, splitter).parts_at == node then
      ready, released = false, released + 1
      Collecting.split(run, node, item, string.sub(releases, from + lane_size, behind - 1),
        tonumber(Fields.get(Fields.of(run, 'parts'), text_of(splitter) .. ':' .. item) or 0))
    elseif not ready then
      local joins, name = Fields.of(run, 'join'), text_of(node) .. ':' .. item
      local there = tonumber(Fields.get(joins, name) or 0) + 1
      ready = there >= predecessors
      Fields.set(joins, name, not ready and text_of(there))
      Runs.count(run, 'j' .. text_of(node), ready and 1 - there or 1)
    end
    if ready then
      local lane = Records.lane_at(releases, from, lane_size)
      local record = string.sub(releases, from + lane_size, behind - 1)
      Runs.count_tasks(run, 1)
      if Runs.is_dead(run, item) then
        if Runs.of(run).wide then Lanes.count_live(run, item, 1) end
        Letters.stop_sibling(run, node, lane, record)
      else
        released = released + 1
        Booking.gather(run, node, lane, record)
      end
    end
    at = behind
  end
  return released, at
end

function Booking.pass_releases(wanted, releases, at)
  for _ = 1, wanted do
    local _, _, behind = Booking.next_release(releases, at)
    at = behind
  end
  return at
end

-- Puts what was released into its lanes.
function Booking.place_released()
  for _, to in pairs(placed) do Lanes.place(to.run, to.node, to.lane, to.records, false) end
end

-- Emits what is left of a batch, and counts the nodes that were executed.
function Booking.close_batch(run, batch)
  if batch.clean > 0 then
    local pack = batch.entries
    if batch.clean_from > 1 then pack = string.sub(pack, batch.clean_from) end
    Runs.emit_pack(run, 'r', pack, batch.clean, #pack)
  end
  for node, times in pairs(batch.executed) do Runs.count_attempts(run, 'n', node, times) end
end

-- Emits the ends of an item of several last nodes, together.
function Booking.emit_ends(run, item, nodes)
  local out, names = Fields.of(run, 'out'), {}
  for node = 0, nodes - 1 do names[#names + 1] = 'end:' .. text_of(node) .. ':' .. item end
  Fields.fetch(out, names)
  for _, name in ipairs(names) do
    local entry = Fields.get(out, name)
    if entry then
      Runs.emit_one(run, entry)
      Runs.count(run, 'held', -1)
    end
  end
  Fields.set(Fields.of(run, 'join'), 'end:' .. item, false)
end

-- Drops what is kept for an item that is done, which passed so many last nodes; but for the output of one node, where
-- that is collected.
function Booking.forget_item(run, item, nodes, ends, collected)
  local out = Fields.of(run, 'out')
  for node = 0, nodes - 1 do
    if node ~= collected then Fields.set(out, text_of(node) .. ':' .. item, false) end
    if ends > 1 then Fields.set(out, 'end:' .. text_of(node) .. ':' .. item, false) end
  end
end
