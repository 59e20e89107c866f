-- The results that lie in a run's stream, and in the blobs that its entries name.
local MOST_TRIMMED = 1000

-- The results of one field of an entry, one after another.
local function pack_of(run, field, value)
  if field == 'r' then return value end
  return redis.call('HGET', run_key(run, 'blobs'), value) or ''
end

-- Drops a run's results in front of a position, some at a time: what is left goes with the next call.
local function trim(run, position)
  local entries = redis.call('XRANGE', run_key(run, 'results'), '-', '(' .. position, 'COUNT', MOST_TRIMMED)
  local names = {}
  for _, entry in ipairs(entries) do
    local fields = entry[2]
    for i = 5, #fields, 2 do
      if fields[i] == 'v' then names[#names + 1] = fields[i + 1] end
    end
  end
  for from = 1, #names, MOST_TRIMMED do
    redis.call('HDEL', run_key(run, 'blobs'), unpack(names, from, math.min(from + MOST_TRIMMED - 1, #names)))
  end
  if #entries < MOST_TRIMMED then
    redis.call('XTRIM', run_key(run, 'results'), 'MINID', position)
  elseif #entries > 0 then
    redis.call('XTRIM', run_key(run, 'results'), 'MINID', entries[#entries][1])
  end
end
