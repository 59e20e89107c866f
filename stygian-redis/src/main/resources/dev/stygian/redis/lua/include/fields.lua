-- Fields of a run's hashes that a script reads and writes for many items: fetched in one command, changed
-- in memory, written back in one. Whoever includes this calls Fields.settle (or Runs.settle) before the script ends.
Fields.MOST = 1000

-- Sends a command for a key, as often as its arguments need: Lua passes on only so many at once.
function Fields.send(command, key, arguments)
  for from = 1, #arguments, Fields.MOST do
    redis.call(command, key, unpack(arguments, from, math.min(from + Fields.MOST - 1, #arguments)))
  end
end

local bulks, opened = {}, {}

function Fields.of(run, part)
  local of_part = bulks[part]
  if not of_part then
    of_part = {}
    bulks[part] = of_part
  end
  local bulk = of_part[run]
  if not bulk then
    bulk = { key = run_key(run, part), values = {}, changed = {} }
    of_part[run] = bulk
    opened[#opened + 1] = bulk
  end
  return bulk
end

-- Fetches fields that are not known yet.
function Fields.fetch(bulk, names)
  local missing = {}
  for _, name in ipairs(names) do
    if bulk.values[name] == nil then
      bulk.values[name] = false
      missing[#missing + 1] = name
    end
  end
  for from = 1, #missing, Fields.MOST do
    local to = math.min(from + Fields.MOST - 1, #missing)
    for i, value in ipairs(redis.call('HMGET', bulk.key, unpack(missing, from, to))) do
      bulk.values[missing[from + i - 1]] = value
    end
  end
end

-- The value of a field, false where there is none.
function Fields.get(bulk, name)
  if bulk.values[name] == nil then Fields.fetch(bulk, { name }) end
  return bulk.values[name]
end

-- A value of false drops the field.
function Fields.set(bulk, name, value)
  bulk.values[name] = value
  bulk.changed[name] = true
end

function Fields.settle()
  for _, bulk in ipairs(opened) do
    local kept, dropped = {}, {}
    for name in pairs(bulk.changed) do
      if bulk.values[name] then
        kept[#kept + 1] = name
        kept[#kept + 1] = bulk.values[name]
      else
        dropped[#dropped + 1] = name
      end
    end
    bulk.changed = {}
    Fields.send('HSET', bulk.key, kept)
    Fields.send('HDEL', bulk.key, dropped)
  end
end
