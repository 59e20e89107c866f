-- Reads what lies of a run, and changes nothing. All that one call reads stood side by side; several calls
-- have read one state where their stamps are the same.
-- @include keys stamp
-- ARGV: run, most places that may be read of the whole run (0: what follows only), then per read its name and
--   three arguments:
--     lane     node, host's lane (none: empty), place of the first entry: some entries of it
--     hosts    node, cursor: some of the node's host lanes
--     leases   cursor: some of the queue's leases, as far as they are the run's
--     delayed  cursor: likewise
--     parked   key, place of the first: likewise, of those that wait behind a key
--     chunk    id
-- Replies: the stamp, fields of the run's hash, what its submitters were told was accepted, dead letters, reasons of
--   excluded items, how many parked tasks of the queue were not seen, and a list of what was found: {'large', places} (more than may be read in one call, nothing was) |
--   {'lane', node, host's lane, entry} | {'host', node, host's lane} | {'lease', number, value} |
--   {'delayed', chunk} | {'parked', chunk} | {'chunk', id, unfinished tasks (none: empty), its header (none: empty),
--   ms that it lives (-1: for ever)} | {'next', cursor}
local PAGE, ALL, MOST_FLYING = 500, 0, 5000
local run, most = ARGV[1], tonumber(ARGV[2])
local accepted, found, seen, reads, places, parked_seen = 0, {}, {}, {}, 0, 0
local parked_keys = {}
for _, of_one in ipairs(redis.call('HVALS', run_key(run, 'cursor'))) do accepted = accepted + tonumber(of_one) end

local function add(...) found[#found + 1] = { ... } end

local function header_of(chunk) return redis.call('GETRANGE', chunk_key(chunk), 0, 7) end

local function look_at(chunk, header)
  if not chunk or seen[chunk] then return end
  seen[chunk] = true
  add('chunk', chunk, redis.call('HGET', chunks, chunk) or '', header or header_of(chunk),
    redis.call('PTTL', chunk_key(chunk)))
end

local function look_if_ours(what, chunk)
  local header = header_of(chunk)
  if #header == 8 and struct.unpack('<I4', header) == tonumber(run) then
    add(what, chunk)
    look_at(chunk, header)
  end
end

local function lane_of(node, host) return lane_key(run, node, host ~= '' and host or nil) end

local function last_of(from) return from == ALL and -1 or from + PAGE - 1 end

function reads.lane(node, host, from)
  for _, entry in ipairs(redis.call('LRANGE', lane_of(node, host), from, last_of(from))) do
    add('lane', node, host, entry)
    look_at(string.match(entry, '^([^:]+):%d+:%d+:%d+$'))
  end
end

function reads.hosts(node, cursor)
  local page = redis.call('ZSCAN', host_lanes_key(run, node), cursor, 'COUNT', PAGE)
  for i = 1, #page[2], 2 do add('host', node, page[2][i]) end
  return page[1]
end

function reads.leases(cursor)
  local page = redis.call('HSCAN', leases, cursor, 'COUNT', PAGE)
  for i = 1, #page[2], 2 do
    local of_run, chunk = string.match(page[2][i + 1], '^(%d+),%d+,([^,]+),')
    if of_run == run then
      add('lease', page[2][i], page[2][i + 1])
      look_at(chunk)
    end
  end
  return page[1]
end

function reads.delayed(cursor)
  local page = redis.call('ZSCAN', delayed, cursor, 'COUNT', PAGE)
  for i = 1, #page[2], 2 do look_if_ours('delayed', page[2][i]) end
  return page[1]
end

function reads.parked(key, from)
  parked_keys[key] = true
  for _, chunk in ipairs(redis.call('LRANGE', parked_key(key), from, last_of(from))) do
    parked_seen = parked_seen + 1
    look_if_ours('parked', chunk)
  end
end

local function parked_said() return tonumber(redis.call('HGET', meta, 'parked') or 0) end

-- Tasks that were parked after their keys were looked for: behind keys that are executed now.
local function read_newly_parked()
  if parked_seen >= parked_said() or redis.call('HLEN', flight) > MOST_FLYING then return end
  for _, key in ipairs(redis.call('HKEYS', flight)) do
    if not parked_keys[key] then reads.parked(key, ALL) end
  end
end

function reads.chunk(chunk) look_at(chunk) end

-- Reads page after page.
local function read_all(read, ...)
  local cursor = '0'
  repeat
    local arguments = { ... }
    arguments[#arguments + 1] = cursor
    cursor = read(unpack(arguments))
  until cursor == '0'
end

local function read_whole_lane(node, host, known)
  local lane = lane_of(node, host)
  if known[lane] then return end
  known[lane] = true
  places = places + redis.call('LLEN', lane)
  if places <= most then reads.lane(node, host, ALL) end
end

-- Reads every place where a task of the run can be, and the lanes, keys and chunks that were named.
local function read_whole()
  local known, nodes = {}, redis.call('HLEN', run_key(run, 'lanes'))
  places = redis.call('HLEN', leases) / 4 + redis.call('ZCARD', delayed)
  for node = 0, nodes - 1 do places = places + redis.call('ZCARD', host_lanes_key(run, node)) end
  for i = 3, #ARGV, 4 do
    places = places + (ARGV[i] == 'parked' and redis.call('LLEN', parked_key(ARGV[i + 1])) or 1)
  end
  for node = 0, places <= most and nodes - 1 or -1 do
    read_whole_lane(node, '', known)
    local before = #found
    read_all(reads.hosts, node)
    for i = before + 1, #found do
      if found[i][1] == 'host' and places <= most then read_whole_lane(node, found[i][3], known) end
    end
  end
  for i = 3, places <= most and #ARGV or 0, 4 do
    if ARGV[i] == 'lane' then
      read_whole_lane(ARGV[i + 1], ARGV[i + 2], known)
    elseif ARGV[i] == 'parked' then
      reads.parked(ARGV[i + 1], ALL)
    else
      look_at(ARGV[i + 1])
    end
  end
  if places > most then
    found = { { 'large', math.ceil(places) } }
  else
    read_all(reads.leases)
    read_all(reads.delayed)
    read_newly_parked()
  end
end

if most > 0 then
  read_whole()
else
  for i = 3, #ARGV, 4 do
    local cursor = reads[ARGV[i]](unpack(ARGV, i + 1, i + 3))
    if cursor then add('next', cursor) end
  end
end
return { Stamp.of(run), redis.call('HGETALL', run_key(run)), accepted, redis.call('ZCARD', run_key(run, 'deadindex')),
  redis.call('ZCARD', run_key(run, 'excludedindex')),
  parked_said() - parked_seen, found }
