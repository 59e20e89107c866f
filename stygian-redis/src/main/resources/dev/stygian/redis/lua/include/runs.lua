-- What scripts know of runs: their fixed lanes, their state, and their counters. Counters are
-- gathered in memory and written once by Runs.settle, which also decides whether a run is over.
Runs.FINISHED_PARTS = { false, 'spec', 'lanes', 'ready', 'cursor', 'results', 'blobs', 'named', 'sinks', 'out', 'join',
  'items', 'history', 'dead', 'deadindex', 'excludedindex', 'siblings', 'hosts', 'emitted', 'parts', 'spent' }

-- Stands for the process that has a run's keys to itself while the leased ones are being marked (see share.lua).
Runs.SHARING = '-'

-- Tasks in a turn of a run, for each of its weight.
Runs.QUANTUM = 100

local known_lanes, known_runs, attempted = {}, {}, {}
Runs.counts, Runs.depth_change = {}, 0

-- What the record of a lane says.
local function lane_in(text)
  local level, max, inputs, ends, splits, collected, service =
    string.match(text, '^(%d+)|(%d+)|([%d,]*)|(%d+)|([01])([%d,]*)|(.*)$')
  local lane = { level = tonumber(level), max = tonumber(max), inputs = {}, service = service,
    ends = tonumber(ends), splits = splits == '1' }
  if inputs ~= '' then
    for input in string.gmatch(inputs, '%d+') do lane.inputs[#lane.inputs + 1] = input end
  end
  if collected ~= '' then
    local at, size, last, parts_at, of = string.match(collected, '^,(%d*),(%d*),(%d*),(%d*),(%d*),%d*$')
    lane.items_at, lane.id_bytes, lane.last = tonumber(at), tonumber(size), tonumber(last)
    lane.parts_at, lane.collects = tonumber(parts_at), of ~= ''
  end
  return lane
end

-- Fetches at once the records of lanes that are not known yet; each is read when it is asked for.
function Runs.know_lanes(run, nodes)
  local of_run, missing, names = known_lanes[run], {}, {}
  if not of_run then
    of_run = {}
    known_lanes[run] = of_run
  end
  for _, node in ipairs(nodes) do
    if of_run[node] == nil then
      of_run[node] = false
      missing[#missing + 1] = node
      names[#names + 1] = text_of(node)
    end
  end
  if #missing == 0 then return end
  for i, text in ipairs(redis.call('HMGET', run_key(run, 'lanes'), unpack(names))) do
    of_run[missing[i]] = text or error('run ' .. run .. ' has lost what it knows of its node ' .. names[i])
  end
end

-- Whether a lane is one of first tasks, from its record as it stands.
function Runs.begins_plainly(run, node)
  local known = known_lanes[run] and known_lanes[run][node]
  return known and (type(known) == 'string' and string.find(known, '^0|%d+||') ~= nil
    or type(known) == 'table' and known.level == 0 and #known.inputs == 0)
end

-- What is known of a lane: its record, or what was read in it.
local function record_of(run, node)
  if not (known_lanes[run] and known_lanes[run][node]) then Runs.know_lanes(run, { node }) end
  return known_lanes[run][node]
end

-- What opening a lane takes of it, without reading all of its record.
function Runs.level_and_service(run, node)
  local lane = record_of(run, node)
  if type(lane) == 'table' then return lane.level, lane.service end
  local level, service = string.match(lane, '^(%d+)|[^|]*|[^|]*|[^|]*|[^|]*|(.*)$')
  return tonumber(level), service
end

-- Level, max attempts, input nodes and service of a lane; how many last nodes its items pass, and whether it splits
-- them into others. Where parts are collected also: the node that collects its items, how long the id of the node is
-- that split them off, and the node whose outputs of them are collected; the node that collects the parts which it
-- splits off; and the node whose parts it collects itself.
function Runs.lane(run, node)
  local lane = record_of(run, node)
  if type(lane) == 'string' then
    lane = lane_in(lane)
    known_lanes[run][node] = lane
  end
  return lane
end

function Runs.of(run)
  local known = known_runs[run]
  if not known then
    local f = redis.call('HMGET', run_key(run), 'state', 'wide', 'dead', 'results', 'delivered',
      'resultBytes', 'deliveredBytes', 'maxResults', 'maxResultBytes', 'ring', 'retention', 'lastNode',
      'visibility', 'excluded', 'weight', 'turn', 'maxLeased', 'caps', 'blocked', 'sole')
    known = {
      state = f[1], wide = f[2] == '1', dead = tonumber(f[3] or 0) + tonumber(f[14] or 0),
      results = tonumber(f[4] or 0), result_bytes = tonumber(f[6] or 0), in_ring = f[10] == '1' or f[10] == 'capped',
      held = tonumber(f[4] or 0) - tonumber(f[5] or 0) >= tonumber(f[8] or 1)
        or tonumber(f[6] or 0) - tonumber(f[7] or 0) >= tonumber(f[9] or 1),
      retention = tonumber(f[11] or 1000), last_node = tonumber(f[12] or 0),
      visibility = tonumber(f[13] or 60000), weight = tonumber(f[15] or 1), turn = tonumber(f[16] or 0),
      max_leased = tonumber(f[17] or 0), caps = f[18] or '', blocked = f[19] or '', at_cap = f[10] == 'capped',
      is_capped = of_store[3] or (f[17] or '0') ~= '0' or (f[18] or '') ~= '' or (f[19] or '') ~= '',
      is_sole = f[20] and f[20] ~= Runs.SHARING, packs = {}, singles = {}, emitted = 0, emitted_bytes = 0,
    }
    known_runs[run] = known
  end
  return known
end

-- What stands for the letter of a dead item that was dropped while other tasks of it had not ended: they
-- stop, and do not end it a second time. It goes with the run.
Runs.DROPPED = ''

-- Whether an item that may have several unfinished tasks has a letter.
function Runs.is_dead(run, item)
  local of_run = Runs.of(run)
  return of_run.wide and of_run.dead > 0 and redis.call('HEXISTS', run_key(run, 'dead'), item) == 1
end

-- Counters of `false` are those of the queue.
function Runs.count(run, field, by)
  local of_run = Runs.counts[run]
  if not of_run then
    of_run = {}
    Runs.counts[run] = of_run
  end
  of_run[field] = (of_run[field] or 0) + by
end

-- Attempts of a node that have ended: n done, x dead, v excluded, t to be made again. When the first and the last
-- of them did is kept as well.
function Runs.count_attempts(run, what, node, by)
  Runs.count(run, what .. text_of(node), by)
  attempted[run] = attempted[run] or {}
  attempted[run][node] = true
end

-- Tasks of a run that have not ended, and with them the depth of the queue.
function Runs.count_tasks(run, by)
  Runs.count(run, 'tasks', by)
  Runs.depth_change = Runs.depth_change + by
end

-- Appends what was emitted: one stream entry a run, with the totals so far, so that a reader's
-- position tells how much is left. Its fields are results themselves (r) or the name of a blob of them (v).
local function write_results(run, of_run)
  local fields = { 'n', 0, 'b', 0 }
  if #of_run.singles > 0 then
    of_run.packs[#of_run.packs + 1] = 'r'
    of_run.packs[#of_run.packs + 1] = table.concat(of_run.singles)
    of_run.emitted_bytes = of_run.emitted_bytes + #of_run.packs[#of_run.packs]
  end
  for i = 1, #of_run.packs do fields[4 + i] = of_run.packs[i] end
  of_run.results = of_run.results + of_run.emitted
  of_run.result_bytes = of_run.result_bytes + of_run.emitted_bytes
  fields[2], fields[4] = text_of(of_run.results), text_of(of_run.result_bytes)
  local id, named = redis.call('XADD', run_key(run, 'results'), '*', unpack(fields)), {}
  for i = 5, #fields, 2 do
    if fields[i] == 'v' then named[#named + 1] = id .. ' ' .. fields[i + 1] end
  end
  if #named > 0 then redis.call('RPUSH', run_key(run, 'named'), unpack(named)) end
  redis.call('HSET', run_key(run), 'results', fields[2], 'resultBytes', fields[4])
  of_run.packs, of_run.singles, of_run.emitted, of_run.emitted_bytes = {}, {}, 0, 0
end

-- Emits results that lie one after another already, each behind its length: themselves (field r), or the
-- name of their blob (v).
function Runs.emit_pack(run, field, pack, results, bytes)
  if results == 0 then return end
  local of_run = Runs.of(run)
  of_run.packs[#of_run.packs + 1] = field
  of_run.packs[#of_run.packs + 1] = pack
  of_run.emitted = of_run.emitted + results
  of_run.emitted_bytes = of_run.emitted_bytes + bytes
  if of_run.emitted >= 500 then write_results(run, of_run) end
end

-- Emits a result that stands behind its length.
function Runs.emit_one(run, entry)
  local of_run = Runs.of(run)
  of_run.singles[#of_run.singles + 1] = entry
  of_run.emitted = of_run.emitted + 1
  if of_run.emitted >= 500 then write_results(run, of_run) end
end

function Runs.emit(run, result)
  Runs.emit_one(run, struct.pack('<I4', #result) .. result)
end

-- Wakes one waiting worker; a signal that nobody took yet is enough for all that came since.
do
  local any_waits, woken, is_held, held = nil, {}, nil, {}

  local function notify(service)
    local key = signal_key(service)
    if redis.call('EXISTS', key) == 0 then
      redis.call('RPUSH', key, '1')
      redis.call('PEXPIRE', key, 60000)
    end
  end

  function Runs.wake(service)
    if is_held and is_held(service) then
      held[service] = true
      return
    end
    if woken[service] then return end
    woken[service] = true
    notify(service)
    if any_waits == nil then any_waits = redis.call('HEXISTS', meta, 'any') == 1 end
    if any_waits then notify('') end
  end

  -- Keeps back what would wake others for what the one who asks is about to take.
  function Runs.hold_wakes(of_service) is_held = of_service end

  -- Wakes them where something is left.
  function Runs.let_wakes(is_full)
    is_held = nil
    if next(held) and (is_full or redis.call('EXISTS', ring) == 1) then
      for service in pairs(held) do Runs.wake(service) end
    end
  end
end

-- Wakes waiting workers for what is ready in a run.
function Runs.wake_ready(run)
  for _, member in ipairs(redis.call('ZRANGE', run_key(run, 'ready'), 0, 255)) do
    Runs.wake(string.match(member, '^%d+:(.*)$'))
  end
end

-- A run that is over is none of its pipeline's any more. That there was one is remembered for as long as it can be
-- replayed, and as what it stored under its keys may stand there.
local function leave_pipeline(run)
  redis.call('HDEL', run_key(run), 'sole')
  local sharers = sharers_key(redis.call('HGET', run_key(run, 'spec'), 'pipeline') or '')
  redis.call('HDEL', sharers, run)
  if redis.call('HLEN', sharers) <= 1 then
    local stands = 3 * tonumber(of_store[2] or 0) + 2 * spare
    redis.call('PEXPIRE', sharers, math.max(Runs.of(run).retention, stands))
  end
end

-- A run that is over lets the one go on that waits for it.
function Runs.finish_if_over(run)
  local key = run_key(run)
  local f = redis.call('HMGET', key, 'state', 'closed', 'tasks', 'finished', 'next')
  local over = tonumber(f[3] or 0) <= 0 and not f[4]
    and (f[1] == 'cancelled' or (f[2] == '1' and f[1] ~= 'cancelled'))
  if over then
    redis.call('HSET', key, 'finished', now, 'state', f[1] == 'cancelled' and 'cancelled' or 'finished')
    redis.call('XADD', run_key(run, 'results'), '*', 'end', '1')
    leave_pipeline(run)
    local following = f[5] and redis.call('HGET', runs, f[5])
    if following and redis.call('HGET', run_key(following), 'state') == 'paused' then
      redis.call('HSET', run_key(following), 'state', 'running')
      Runs.wake_ready(following)
    end
    local retention = Runs.of(run).retention
    for _, part in ipairs(Runs.FINISHED_PARTS) do redis.call('PEXPIRE', run_key(run, part), retention) end
  end
end

-- Adds to the counters of a hash; many of them cost less read and written at once than each for itself. With them go
-- the times of nodes that were attempted: the last one always (u), the first one where there is none yet (f).
local function write_counts(key, changes, nodes)
  local changed = {}
  for field, by in pairs(changes) do
    if by ~= 0 then changed[#changed + 1] = field end
  end
  if #changed < 4 and not nodes then
    for _, field in ipairs(changed) do redis.call('HINCRBY', key, field, text_of(changes[field])) end
    return
  end
  local counters, of_times, written = #changed, {}, {}
  for node in pairs(nodes or {}) do
    changed[#changed + 1] = 'u' .. text_of(node)
    of_times[#changed] = node
  end
  for i, value in ipairs(redis.call('HMGET', key, unpack(changed))) do
    written[2 * i - 1] = changed[i]
    written[2 * i] = text_of(i > counters and now or tonumber(value or 0) + changes[changed[i]])
    if i > counters and not value then changed[#changed + 1] = 'f' .. text_of(of_times[i]) end
  end
  for i = #written / 2 + 1, #changed do
    written[2 * i - 1], written[2 * i] = changed[i], text_of(now)
  end
  redis.call('HSET', key, unpack(written))
end

local settled_first = {}

-- What Runs.settle is to do before all else.
function Runs.settles_first(what) settled_first[#settled_first + 1] = what end

-- Writes results, fields and counters; must be the last step of every script that moves tasks.
function Runs.settle()
  for _, settle in ipairs(settled_first) do settle() end
  Fields.settle()
  for run, of_run in pairs(known_runs) do
    if of_run.emitted > 0 then write_results(run, of_run) end
  end
  for run, of_run in pairs(Runs.counts) do
    write_counts(run and run_key(run) or meta, of_run, attempted[run])
    if (of_run.tasks or 0) < 0 then Runs.finish_if_over(run) end
  end
  if Runs.depth_change ~= 0 and redis.call('HINCRBY', meta, 'depth', text_of(Runs.depth_change)) <= 0 then
    for _, key in ipairs({ chunks, flight }) do
      if redis.call('HLEN', key) == 1 then redis.call('HDEL', key, '') end
    end
  end
end
