-- The results that lie in a run's stream, and in the blobs that its entries name.
local MOST_TRIMMED = 1000

-- The results of one field of an entry, one after another.
function Results.pack_of(run, field, value)
  if field == 'r' then return value end
  return redis.call('HGET', run_key(run, 'blobs'), value) or ''
end

-- How many results lie one after another.
function Results.count(pack)
  local count, at = 0, 1
  while at + 3 <= #pack do
    count, at = count + 1, at + 4 + struct.unpack('<I4', pack, at)
  end
  return count
end

local function is_before(id, other)
  local ms, sequence = string.match(id, '^(%d+)-(%d+)')
  local other_ms, other_sequence = string.match(other, '^(%d+)-(%d+)')
  if ms ~= other_ms then return tonumber(ms) < tonumber(other_ms) end
  return tonumber(sequence) < tonumber(other_sequence)
end

-- Drops a run's results in front of a position, some at a time, and reads none of them: what is left goes
-- with the next call.
function Results.trim(run, position)
  local named, names, last = run_key(run, 'named'), {}, nil
  for _, of_entry in ipairs(redis.call('LRANGE', named, 0, MOST_TRIMMED - 1)) do
    local id, name = string.match(of_entry, '^(%S+) (.*)$')
    if not is_before(id, position) then break end
    names[#names + 1], last = name, id
  end
  if #names > 0 then
    redis.call('LTRIM', named, #names, -1)
    redis.call('HDEL', run_key(run, 'blobs'), unpack(names))
  end
  local to = #names == MOST_TRIMMED and last or position
  local dropped = redis.call('XTRIM', run_key(run, 'results'), 'MINID', '~', to, 'LIMIT', MOST_TRIMMED)
  if dropped < MOST_TRIMMED / 2 then redis.call('XTRIM', run_key(run, 'results'), 'MINID', to) end
end
