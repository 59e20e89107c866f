-- Looks at what a walk through the queue's keys has found, each thing in one look with all that it must agree
-- with, and, where it is told to, mends it in the same step. What was only on its way between two reads of the
-- walk is right here, so nothing is said of it.
-- @include keys sharers? memory fields runs records lanes watches? hosts? letters? collecting? caps? leases
-- ARGV: 1 to mend (else 0), what it is (see each of `looks`), then the things
-- Replies: per finding {word, thing, more, ...} as texts; the words stand at its place
local mends, what = ARGV[1] == '1', ARGV[2]
local found, looks, DAY, MOST_AT_ONCE = {}, {}, 86400000, 5000

-- Takes note of a finding; returns whether it is to be mended.
local function finds(...)
  local texts_of_it = { ... }
  for i = 1, #texts_of_it do texts_of_it[i] = tostring(texts_of_it[i]) end
  found[#found + 1] = texts_of_it
  return mends
end

local function forget_lease(number)
  redis.call('HDEL', leases, number)
  redis.call('ZREM', deadlines, number)
end

local function marked_keys(l)
  local column, names = Records.column(l.chunk, l.total, l.first, l.count, Records.KEYS_BEHIND, 24), {}
  if #column < 24 * l.count then return nil end
  for i, key in ipairs(Records.keys_in(column, l.count)) do
    if Leases.flags_of(l)[i] == Leases.MARKED then names[#names + 1] = key end
  end
  return names
end

-- The marks of a lease's tasks: each has to name it.
local function look_at_marks(l)
  local names = marked_keys(l)
  if not names then
    finds('no-bodies', l.number, l.run, l.node, l.chunk)
    return
  end
  local marks, missing, foreign = #names > 0 and redis.call('HMGET', flight, unpack(names)) or {}, {}, 0
  for i, key in ipairs(names) do
    local mark = marks[i]
    if mark ~= l.number then
      if mark and redis.call('HEXISTS', leases, mark) == 1 then
        foreign = foreign + 1
      else
        missing[#missing + 1] = key
        missing[#missing + 1] = l.number
      end
    end
  end
  if #missing > 0 and finds('no-mark', l.number, l.run, l.node, #missing / 2) then
    redis.call('HSET', flight, unpack(missing))
  end
  if foreign > 0 then finds('foreign-mark', l.number, l.run, l.node, foreign) end
end

-- A lease's number: record, deadline and marks belong together.
function looks.lease(number)
  local value, due = redis.call('HGET', leases, number), redis.call('ZSCORE', deadlines, number)
  if not value then
    if due and finds('no-lease', number) then redis.call('ZREM', deadlines, number) end
    return
  end
  local l = Leases.read(number)
  if not l.flags then
    if finds('unreadable', number, value) then forget_lease(number) end
  elseif not Runs.of(l.run).state then
    if finds('lease-of-no-run', number, l.run) then forget_lease(number) end
  elseif not string.find(l.flags, '[1-3]') then
    if finds('nothing-open', number, l.run, l.node) then forget_lease(number) end
  else
    if not due and finds('no-deadline', number, l.run, l.node) then
      redis.call('ZADD', deadlines, Leases.deadline_of(l.run, 0), number)
    end
    look_at_marks(l)
  end
end

-- A delayed chunk: it has to be there, and its run.
function looks.delayed(chunk)
  if not redis.call('ZSCORE', delayed, chunk) then return end
  local head = redis.call('GETRANGE', chunk_key(chunk), 0, 7)
  if #head < 8 then
    if finds('delayed-gone', chunk) then
      redis.call('ZREM', delayed, chunk)
      redis.call('HDEL', chunks, chunk)
    end
  elseif not Runs.of((struct.unpack('<I4', head))).state then
    if finds('delayed-of-no-run', chunk, struct.unpack('<I4', head)) then redis.call('ZREM', delayed, chunk) end
  end
end

local known_leases = {}

-- The lease of a mark, with the keys that it marks; false where there is none, true where they cannot be read.
local function keys_marked_by(number)
  if known_leases[number] == nil then
    local l, keys = Leases.read(number), false
    if l then
      keys = not l.flags or {}
      local names = l.flags and marked_keys(l)
      for _, key in ipairs(names or {}) do keys[key] = true end
      keys = l.flags and not names or keys
    end
    known_leases[number] = keys
  end
  return known_leases[number]
end

-- A key that is marked as executed: the lease that it names executes it.
function looks.flight(key)
  local number = key ~= '' and redis.call('HGET', flight, key)
  if not number then return end
  local keys = keys_marked_by(number)
  if keys == true or keys and keys[key] then return end
  if finds('stale-mark', number, key) then
    Lanes.land({ key })
    Lanes.unpark(key)
  end
end

-- Whether a task with this key stands in front in one of the lanes that those behind it go to: then they come back
-- with its end, a thousand at a time.
local function comes_back(key)
  local lanes = {}
  for _, chunk in ipairs(redis.call('LRANGE', parked_key(key), 0, 99)) do
    local head = redis.call('GETRANGE', chunk_key(chunk), 0, 7)
    if #head == 8 then
      local run, node = struct.unpack('<I4I2', head)
      lanes[lane_key(run, node, Lanes.host_of(chunk))] = true
    end
  end
  for lane in pairs(lanes) do
    for _, entry in ipairs(redis.call('LRANGE', lane, 0, 999)) do
      local chunk, total = string.match(entry, '^([^:]+):(%d+):0:')
      if total == '1' and Records.column(chunk, 1, 0, 1, Records.KEYS_BEHIND, 24) == key then return true end
    end
  end
  return false
end

-- A key that tasks are parked behind: it is executed, or about to be.
function looks.parked(key)
  local waiting = redis.call('LLEN', parked_key(key))
  if waiting == 0 or redis.call('HEXISTS', flight, key) == 1 or comes_back(key) then return end
  local head = redis.call('GETRANGE', chunk_key(redis.call('LINDEX', parked_key(key), 0)), 0, 7)
  local run, node = 0, 0
  if #head == 8 then run, node = struct.unpack('<I4I2', head) end
  if finds('parked-for-nothing', run, node, waiting) then
    if tonumber(redis.call('HGET', meta, 'parked') or 0) < waiting then redis.call('HSET', meta, 'parked', waiting) end
    Lanes.unpark(key)
  end
end

-- The times to live of a run's parts: all have one, or none.
local function look_at_lives(run, finished)
  local without, with = {}, {}
  for _, part in ipairs(Runs.FINISHED_PARTS) do
    local key = run_key(run, part)
    local left = redis.call('PTTL', key)
    if left == -1 then without[#without + 1] = key end
    if left >= 0 then with[#with + 1] = key end
  end
  if finished and #without > 0 and finds('lives-for-ever', run, #without, without[1]) then
    for _, key in ipairs(without) do redis.call('PEXPIRE', key, Runs.of(run).retention) end
  end
  if not finished and #with > 0 and finds('is-going-to-go', run, #with, with[1]) then
    for _, key in ipairs(with) do redis.call('PERSIST', key) end
  end
end

-- Whether a run's place in the ring is as its hash says. Returns how many places it has, and whether it was said
-- that it has none.
local function look_at_ring(run, of_run)
  local says, places, text = redis.call('HGET', run_key(run), 'ring'), 0, tostring(run)
  for _, other in ipairs(redis.call('LRANGE', ring, 0, -1)) do
    if other == text then places = places + 1 end
  end
  if places > 1 and finds('two-turns', run, places) then redis.call('LREM', ring, places - 1, text) end
  if says == '1' and places == 0 then
    if finds('no-turn', run) then
      redis.call('HDEL', run_key(run), 'ring')
      of_run.in_ring = false
    end
    return places, true
  elseif says ~= '1' and places > 0 and finds('turn-not-noted', run) then
    redis.call('HSET', run_key(run), 'ring', '1')
    of_run.in_ring, of_run.at_cap = true, false
  end
  return places, false
end

-- Whether a node that has tasks is held back for nothing, or not looked at.
local function look_at_node(run, of_run, node)
  local lane = Runs.lane(run, node)
  local held = string.match(of_run.blocked, ';' .. node .. '([ns]);')
  local place_of_node = run .. ':' .. node
  if held == 'n' then
    local most = string.match(of_run.caps, ';' .. node .. '=(%d+);')
    local leased = tonumber(redis.call('HGET', run_key(run), 'l' .. node) or 0)
    if (not most or leased < tonumber(most)) and finds('held-by-cap', run, node) then Caps.go_on_node(run, node) end
  elseif held == 's' then
    local key = Caps.waiting_key(lane.service)
    local is_drawn = Caps.services[lane.service] and redis.call('ZSCORE', key, place_of_node)
    if not is_drawn and finds('held-by-service', run, node, lane.service) then
      redis.call('ZREM', key, place_of_node)
      of_run.blocked = string.gsub(of_run.blocked, ';' .. node .. 's;', ';')
      if of_run.blocked == ';' then of_run.blocked = '' end
      redis.call('HSET', run_key(run), 'blocked', of_run.blocked)
      Lanes.open(run, node)
    end
  elseif not redis.call('ZSCORE', run_key(run, 'ready'), node .. ':' .. lane.service) then
    local first = redis.call('ZRANGE', host_lanes_key(run, node), 0, 0, 'WITHSCORES')[2]
    local rests = first and (tonumber(first) >= Hosts.BLOCKED
      or redis.call('ZSCORE', resting, place_of_node .. ':' .. lane.service))
    local has_work = redis.call('EXISTS', lane_key(run, node)) == 1 or first and not rests
    if has_work and finds('not-ready', run, node) then Lanes.open(run, node) end
  end
end

-- Whether a run that has not ended counts among those of its pipeline: else the next one of these takes its keys for
-- keys that nobody has. What is leased of runs that do not mark theirs is marked by whoever submits next.
local function look_at_sharers(run)
  local pipeline = redis.call('HGET', run_key(run, 'spec'), 'pipeline')
  if not pipeline or redis.call('HEXISTS', sharers_key(pipeline), run) == 1 then return end
  if finds('not-of-pipeline', run) then
    Sharers.join(run, pipeline)
    for _, other in ipairs(Sharers.sole_beside(run, pipeline)) do
      redis.call('HSET', run_key(other), 'sole', Runs.SHARING)
    end
  end
end

-- A run's number: its name, its times to live, its turn, its nodes, its end.
function looks.run(number)
  local run = tonumber(number)
  local of_run = Runs.of(run)
  if not of_run.state then return end
  local id = redis.call('HGET', run_key(run, 'spec'), 'id')
  local named = id and redis.call('HGET', runs, id)
  if id and named ~= number and not (named and redis.call('EXISTS', run_key(named)) == 1) and finds('no-name', run) then
    redis.call('HSET', runs, id, number)
  end
  local closed, tasks, finished = unpack(redis.call('HMGET', run_key(run), 'closed', 'tasks', 'finished'))
  look_at_lives(run, finished)
  if finished then return end
  if tonumber(tasks or 0) <= 0 and (closed == '1' or of_run.state == 'cancelled') then
    if finds('no-end', run) then Runs.finish_if_over(run) end
    return
  end
  look_at_sharers(run)
  local places, is_said = look_at_ring(run, of_run)
  for node = 0, redis.call('HLEN', run_key(run, 'lanes')) - 1 do look_at_node(run, of_run, node) end
  local is_ready = redis.call('EXISTS', run_key(run, 'ready')) == 1
  if is_ready and not of_run.in_ring and places == 0 then
    if is_said or finds('no-turn', run) then
      Lanes.enter_ring(run)
      Runs.wake_ready(run)
    end
  elseif of_run.at_cap and Caps.room_of_run(run) > 0 and finds('run-held-by-cap', run) then
    Caps.go_on_run(run)
  end
end

-- A host lane, as run:node:lane: it is looked at, now or when its host allows.
function looks.lane(place_of_lane)
  local run, node, lane = string.match(place_of_lane, '^(%d+):(%d+):(%d+/%d+/%d+/.+)$')
  run, node = tonumber(run), tonumber(node)
  if not run or redis.call('EXISTS', lane_key(run, node, lane)) == 0 or not Runs.of(run).state then return end
  local key, wakes = host_lanes_key(run, node), false
  local due = redis.call('ZSCORE', key, lane)
  if not due then
    wakes = finds('lane-not-listed', run, node, lane)
  elseif tonumber(due) >= Hosts.BLOCKED then
    local host, waiting = Hosts.of(lane), table.concat({ '', run, node, lane, '' }, ':')
    if host.active <= 0 or not string.find(host.blocked, waiting, 1, true) then
      wakes = finds('lane-waits-for-nobody', run, node, lane)
    end
  end
  if wakes then
    redis.call('ZADD', key, now, lane)
    Lanes.open(run, node)
  end
end

local leased_of_services, leased_of_hosts

-- Counts what is leased, once; returns whether that was not too much for one call.
local function count_leased()
  if leased_of_services then return true end
  if redis.call('HLEN', leases) > MOST_AT_ONCE then return false end
  leased_of_services, leased_of_hosts = {}, {}
  for _, value in ipairs(redis.call('HVALS', leases)) do
    local chunk, flags, service = string.match(value, '^%d+,%d+,([^,]+),%d+,%d+,%d+,%d+,([0-3]*),(.*)$')
    if chunk then
      local open = select(2, string.gsub(flags, '[1-3]', ''))
      leased_of_services[service] = (leased_of_services[service] or 0) + open
      local name = string.match(chunk, '~%d+/%d+/%d+/(.*)$')
      if name then leased_of_hosts[name] = (leased_of_hosts[name] or 0) + open end
    end
  end
  return true
end

-- A host: as many tasks as are leased and visit it.
function looks.host(name)
  if redis.call('EXISTS', host_key(name)) == 0 then return end
  if not count_leased() then
    finds('too-large', 'leases')
    return
  end
  local says, leased = Hosts.named(name).active, leased_of_hosts[name] or 0
  if says ~= leased and finds('host-count', name, says, leased) then Hosts.ended('0/0/0/' .. name, says - leased) end
end

-- A service: likewise.
function looks.service(name)
  if not count_leased() then
    finds('too-large', 'leases')
    return
  end
  local says, leased = tonumber(redis.call('HGET', meta, 'leased:' .. name) or 0), leased_of_services[name] or 0
  if says ~= leased and finds('service-count', name, says, leased) then
    redis.call('HSET', meta, 'leased:' .. name, leased)
    Runs.wake(name)
  end
end

-- The depth of the queue: the unfinished tasks of its runs.
function looks.depth()
  if redis.call('HLEN', runs) > MOST_AT_ONCE then
    finds('too-large', 'runs')
    return
  end
  local says, tasks = tonumber(redis.call('HGET', meta, 'depth') or 0), 0
  for _, number in ipairs(redis.call('HVALS', runs)) do
    tasks = tasks + tonumber(redis.call('HGET', run_key(number), 'tasks') or 0)
  end
  if says ~= tasks and finds('depth', says, tasks) then redis.call('HSET', meta, 'depth', tasks) end
end

-- The number of parked tasks. The first thing is the number of the last chunk from before the keys were looked for
-- that are the others: where it is still the last one, no task was parked since. Takes all things at once.
local function look_at_parked(chunk, keys)
  local says, parked = tonumber(redis.call('HGET', meta, 'parked') or 0), 0
  for _, key in ipairs(keys) do parked = parked + redis.call('LLEN', parked_key(key)) end
  local is_all = (redis.call('HGET', meta, 'chunk') or '0') == chunk
  if (says < parked or says > parked and is_all) and finds('parked', says, parked) then
    redis.call('HSET', meta, 'parked', parked)
  end
end

-- A key behind the queue's prefix that lives for a while only.
function looks.life(name)
  local lives = { a = 300000, n = DAY, sig = 60000, h = DAY, workers = DAY, s = 2 * tonumber(of_store[2] or DAY) + spare }
  local life = lives[string.match(name, '^(%a+)')]
  if life and redis.call('PTTL', base .. name) == -1 and finds('no-life', name) then
    redis.call('PEXPIRE', base .. name, life)
  end
end

-- What is left of a run that is gone, as run:key behind the queue's prefix.
function looks.remains(place_of_key)
  local run, name = string.match(place_of_key, '^(%d+):(.*)$')
  if redis.call('EXISTS', run_key(run)) == 1 or redis.call('PTTL', base .. name) ~= -1 then return end
  if finds('remains', run, name) then
    redis.call('PEXPIRE', base .. name, DAY)
    local chunk = string.match(name, '^c:(.*)$')
    if chunk then redis.call('HDEL', chunks, chunk) end
  end
end

-- A chunk that is counted, whose tasks' bytes are gone, and which no run names.
function looks.gone(chunk)
  local is_gone = redis.call('HEXISTS', chunks, chunk) == 1 and redis.call('EXISTS', chunk_key(chunk)) == 0
  if is_gone and finds('gone', chunk) then redis.call('HDEL', chunks, chunk) end
end

if what == 'parked-count' then
  look_at_parked(ARGV[3], { unpack(ARGV, 4) })
else
  for i = 3, #ARGV do looks[what](ARGV[i]) end
end
Runs.settle()
return found
