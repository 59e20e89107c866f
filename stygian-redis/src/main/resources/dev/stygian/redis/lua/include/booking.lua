-- Booking executed nodes: shared by what completes a lease and by what ends it after a part of a
-- chain. ARGV is read through a cursor, as both calls carry batches of variable length.
local cursor = 1

local function take(n)
  local from = cursor
  cursor = cursor + n
  return unpack(ARGV, from, from + n - 1)
end

local to_store, stored_bytes, pending = {}, 0, {}

local function remember(key, attempts, payload)
  local value = string.char(attempts) .. payload
  pending[key] = value
  to_store[#to_store + 1] = key
  to_store[#to_store + 1] = value
  stored_bytes = stored_bytes + #payload + 25
end

local function next_generation()
  redis.call('UNLINK', old_store)
  generation = generation + 1
  old_store, store = store, base .. 's:' .. generation
  redis.call('HSET', meta, 'generation', generation, 'generationAt', now, 'storedBytes', 0)
end

-- Writes what is to stand under idempotency keys, unless the memory is full. A generation takes values
-- for as long as results must live, or until its bytes reach half the budget, and lives twice as long;
-- so a value lives at least once that time.
local function settle_store()
  if memory_full then
    next_generation()
    return
  end
  if #to_store == 0 then return end
  local m = redis.call('HMGET', meta, 'generationAt', 'ttl', 'budget', 'storedBytes')
  local ttl = tonumber(m[2] or 86400000)
  local begins = redis.call('EXISTS', store) == 0
  if begins then
    redis.call('HSET', meta, 'generationAt', now, 'storedBytes', 0)
  elseif now - tonumber(m[1] or now) >= ttl or tonumber(m[4] or 0) > tonumber(m[3] or 1e15) / 2 then
    next_generation()
    begins = true
  end
  for from = 1, #to_store, 1000 do
    redis.call('HSET', store, unpack(to_store, from, math.min(from + 999, #to_store)))
  end
  redis.call('HINCRBY', meta, 'storedBytes', stored_bytes)
  if begins then redis.call('PEXPIRE', store, 2 * ttl) end
end

-- Reads and books the results of one lease. Each is: node, key, attempts, last 0/1, keep 0/1, store
-- 0/1, payload, head (of its result, where it is a last one). Returns whether the item reached all of
-- its ends.
local function book_results(run, leased, item, results, emits)
  local of_run, ends = run_of(run), 0
  local is_later = #lane_spec(run, leased).inputs > 0
  for i = 1, results do
    local node, key, attempts, last, keep, storing, payload, head = take(8)
    if emits and (i > 1 or is_later) then
      -- a node that followed in memory was not looked up when its lease began, and a later node may have
      -- been executed in memory elsewhere since: first result wins
      local there = pending[key] or stored_under({ key })[1]
      if there then
        attempts, payload, storing = string.byte(there, 1), string.sub(there, 2), '0'
        if last == '1' then head = string.sub(head, 1, 2) .. string.char(attempts) .. string.sub(head, 4) end
      end
    end
    count(run, 'n' .. node, 1)
    if emits then
      if storing == '1' then remember(key, tonumber(attempts), payload) end
      if keep == '1' then redis.call('HSET', run_key(run, 'out'), node .. ':' .. item, payload) end
      if last == '1' then
        if of_run.ends == 1 then
          emit(run, head .. payload)
          ends = 1
        else
          redis.call('HSET', run_key(run, 'out'), 'end:' .. node .. ':' .. item, head .. payload)
          ends = redis.call('HINCRBY', run_key(run, 'join'), 'end:' .. item, 1)
        end
      end
    end
  end
  return ends >= of_run.ends
end

-- Emits the ends of an item of several last nodes, together.
local function emit_ends(run, item, nodes)
  local fields = {}
  for node = 0, nodes - 1 do fields[#fields + 1] = 'end:' .. node .. ':' .. item end
  for _, entry in ipairs(redis.call('HMGET', run_key(run, 'out'), unpack(fields))) do
    if entry then emit(run, entry) end
  end
  redis.call('HDEL', run_key(run, 'join'), 'end:' .. item)
end

-- Drops what is kept for an item that is done.
local function forget_item(run, item, nodes)
  local fields = {}
  for node = 0, nodes - 1 do
    fields[#fields + 1] = node .. ':' .. item
    fields[#fields + 1] = 'end:' .. node .. ':' .. item
  end
  redis.call('HDEL', run_key(run, 'out'), unpack(fields))
end
