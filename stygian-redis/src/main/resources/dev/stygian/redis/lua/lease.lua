-- Hands out tasks. Atomic: what was waiting is leased under one number and one deadline, or answered
-- by the result that its item has already, or parked behind the execution of its key; expired leases
-- and due delayed tasks come back first, so any live worker keeps the queue moving.
-- @include keys memory fields runs records lanes watches? hosts? letters? collecting? caps? leases
-- ARGV: most tasks, visibility ms (0: as each run says), requester, sequence, then the services
--   offered (none: any)
-- Replies: a list: first, where less is handed out than was asked for, when something is due, in milliseconds of this
--   server's clock (-1: nothing is, or as much is handed out as was asked for), then groups {lease, run, node,
--   deadline, chunk, from, lengths, keys, bodies, flags, stored, inputs, window, capped}. The window is for how many
--   milliseconds the starts are good (0: for ever). Capped are the nodes of the run whose tasks have to be leased,
--   since they are counted against a cap, with commas.
--   Bodies are empty where they are so long that who asks fetches them: from the chunk, `from` on. Where lengths and
--   keys are empty too, the group is the whole chunk, and its bodies are all that stands behind the chunk's header.
--   Flags say per task: 0 not handed out, 1 or 3 handed out, 2 handed out with its stored result; stored
--   and inputs (as many per task as the lane has) follow the order of the tasks handed out.
--   Each lease is remembered by requester and sequence: the same request again, after a lost reply,
--   gives the first hand-out back before it hands out anew.
local most, visibility, requester, sequence = unpack(ARGV, 1, 4)
most, visibility = tonumber(most), tonumber(visibility)
local MOST_VISITS, MOST_OF_A_CHUNK, INLINE_BYTES, MOST_HOSTS, KNOWN_AT_ONCE = 64, 250, 4096, 100, 8
-- How many runs in a row those who wait for some services have looked at in vain.
local passed = base .. 'passed'
local offered, any = {}, #ARGV == 4
-- whoever asks is awake: what is left when this ends is signalled anew
for i = 5, #ARGV do
  offered[ARGV[i]] = true
  redis.call('DEL', signal_key(ARGV[i]))
end
if any then
  redis.call('HSET', meta, 'any', '1')
  redis.call('DEL', signal_key(''))
end

Runs.hold_wakes(function(service) return any or offered[service] end)

local before = redis.call('GET', asked_key(requester))
if before then
  local asked, numbers = string.match(before, '^(%d+):(.*)$')
  if asked == sequence then
    for number in string.gmatch(numbers, '%d+') do
      local l = Leases.read(number)
      if l then Leases.take_back(l, nil) end
    end
  end
end
Leases.reap(100)
Leases.wake_due(100)
Lanes.wake_resting(100)

local groups, numbers, written, due_leases, let_go = {}, {}, {}, {}, {}
local NOTHING = {}

-- The number of the next lease, as text: numbers as texts are made once, not at each use.
local last_number
local function next_lease()
  last_number = last_number and last_number + 1 or next_number('lease', now * 10)
  return string.format('%.0f', last_number)
end

-- Marks keys as executed by a lease; returns false, and marks none, where two of them are the same.
local function mark(keys, number)
  local marks = {}
  for i, key in ipairs(keys) do
    marks[2 * i - 1] = key
    marks[2 * i] = number
  end
  if #keys == 0 or redis.call('HSET', flight, unpack(marks)) == #keys then return true end
  redis.call('HDEL', flight, unpack(keys))
  return false
end

local function any_of(values)
  for i = 1, #values do
    if values[i] then return true end
  end
  return false
end

-- Looks at each task of a range and says what becomes of it, where not all can simply be handed out. `flying` are
-- the leases that execute their keys; nothing where no key needs a mark.
local function sort_out(run, node, host, records, number, keys, lasts, stored, last_stored, flying)
  local flags, stored_values, marked, busy = {}, {}, {}, {}
  local handed, ended = 0, 0
  for i, record in ipairs(records) do
    if Runs.of(run).state == 'cancelled' then
      flags[i] = '0'
      let_go[keys[i]] = true
      Lanes.cancel_task(run, node, record)
      ended = ended + 1
    elseif last_stored and lasts[i] ~= Records.NO_KEY and last_stored[i] then
      flags[i] = '0'
      let_go[keys[i]] = true
      Lanes.answer(run, record, last_stored[i])
      Runs.count(run, 'a' .. text_of(node), 1)
      Runs.count_tasks(run, -1)
      ended = ended + 1
    elseif Runs.is_dead(run, Records.item(record)) then
      flags[i] = '0'
      let_go[keys[i]] = true
      Letters.stop_sibling(run, node, host, record)
      ended = ended + 1
    elseif stored and stored[i] then
      flags[i] = '2'
      let_go[keys[i]] = true
      stored_values[#stored_values + 1] = stored[i]
      handed = handed + 1
    elseif not flying then
      flags[i] = '3'
      handed = handed + 1
    elseif flying[i] or busy[keys[i]] then
      flags[i] = '0'
      Lanes.park(run, node, host, record)
      Runs.count(run, 'w' .. text_of(node), 1)
      ended = ended + 1
    else
      flags[i] = '1'
      busy[keys[i]] = true
      marked[#marked + 1] = keys[i]
      handed = handed + 1
    end
  end
  mark(marked, number)
  return table.concat(flags), handed, ended, stored_values
end

local all_flagged
do
  local made = { ['1'] = {}, ['3'] = {} }

  function all_flagged(flag, size)
    made[flag][size] = made[flag][size] or string.rep(flag, size)
    return made[flag][size]
  end
end

-- Decides on `size` tasks of a chunk from `first` on; returns a flag per task, how many are handed out and
-- how many ended, and the stored results of those that have one.
local function decide(run, node, chunk, total, first, offset, size, number, columns)
  local lane, of_run = Runs.lane(run, node), Runs.of(run)
  local ends_tasks = of_run.state == 'cancelled' or of_run.wide and of_run.dead > 0
  local is_sole = of_run.is_sole and lane.level == 0
  local keys = Records.keys_in(columns.keys, size)
  local stored = not is_sole and Lanes.stored_under(keys)
  local lasts, last_stored
  if not is_sole and #lane.inputs == 0 then
    if of_run.last_node == node then
      last_stored = stored
    elseif (Lanes.anything_stored or Lanes.older_stored) and not Records.has_no_keys(columns.lasts, size) then
      lasts = Records.keys_in(columns.lasts, size)
      last_stored = Lanes.stored_under(lasts)
    end
  end
  local flying = not is_sole and redis.call('HMGET', flight, unpack(keys))
  local plain = not stored and not last_stored and not ends_tasks and not any_of(flying)
  if plain and mark(keys, number) then return all_flagged('1', size), size, 0, {} end
  lasts = lasts or Records.keys_in(columns.lasts, size)
  local records = Records.read(chunk, total, first, size, offset)
  local flags, handed, ended, values = sort_out(run, node, Lanes.host_of(chunk), records, number, keys, lasts, stored,
    last_stored, flying)
  return flags, handed, ended, values
end

-- The outputs that the tasks handed out read, in their order.
local function inputs_of(run, node, bodies, lengths, flags)
  local lane, fields = Runs.lane(run, node), {}
  local at = 1
  for i = 1, #flags do
    if string.byte(flags, i) ~= Leases.ENDED then
      local from = at + 3
      local item = string.sub(bodies, from, from - 1 + struct.unpack('<I2', bodies, at + 1))
      for _, input in ipairs(lane.inputs) do fields[#fields + 1] = input .. ':' .. item end
    end
    at = at + lengths[i]
  end
  local inputs = {}
  for from = 1, #fields, Fields.MOST do
    local to = math.min(from + Fields.MOST - 1, #fields)
    for i, value in ipairs(redis.call('HMGET', run_key(run, 'out'), unpack(fields, from, to))) do
      inputs[from + i - 1] = value
    end
  end
  return inputs
end

-- Whether all tasks of a lane can be handed out unseen: first tasks of a run that has its keys to itself.
local function is_unseen(run, node)
  local of_run = Runs.of(run)
  return of_run.is_sole and of_run.state ~= 'cancelled' and not (of_run.wide and of_run.dead > 0)
    and Runs.begins_plainly(run, node)
end

-- The whole of a chunk: nothing for its columns, the length of its bodies, and these with the columns where they are short.
local function whole_of(chunk, total)
  local bytes = redis.call('STRLEN', chunk_key(chunk)) - 8 - Records.BODIES_BEHIND * total
  if bytes < 0 then return nil end
  return '', '', bytes, bytes <= INLINE_BYTES and redis.call('GETRANGE', chunk_key(chunk), '8', '-1') or ''
end

-- Leases up to `limit` tasks of the head chunk of a lane, whose starts are good for `window`; returns how many
-- were handed out, and whether the lane is empty now.
local function lease_from(run, node, service, host, limit, window)
  local lane = lane_key(run, node, host)
  local head, behind = unpack(redis.call('LPOP', lane, '2') or NOTHING)
  if not head then return 0, true end
  local chunk, total, first, offset = string.match(head, Lanes.ENTRY)
  total, first, offset = tonumber(total), tonumber(first), tonumber(offset)
  local size = math.min(limit, total - first, MOST_OF_A_CHUNK)
  local unseen, columns = is_unseen(run, node), nil
  local packed, lengths, bytes, keys, bodies
  if unseen and size == total then
    packed, keys, bytes, bodies = whole_of(chunk, total)
  else
    columns = Records.columns_of(chunk, total, first, size)
    packed, lengths, bytes = Records.lengths_in(columns.lengths, size)
  end
  local left = first + size < total and packed
    and string.format('%s:%d:%d:%d', chunk, total, first + size, offset + bytes)
  local empty = not behind and not left
  if behind and left then
    redis.call('LPUSH', lane, behind, left)
  elseif not empty then
    redis.call('LPUSH', lane, behind or left)
  end
  if not packed then
    -- the chunk was evicted or deleted by somebody else: its items cannot be told any more
    local lost = total - first
    Runs.count(run, 'w' .. text_of(node), -lost)
    Runs.count(run, 'dead', lost)
    Runs.count(run, 'x' .. text_of(node), lost)
    Runs.count_tasks(run, -lost)
    redis.call('HDEL', chunks, chunk)
    return 0, empty
  end
  Runs.count(run, 'w' .. text_of(node), -size)
  local number = next_lease()
  local flags, handed, ended, stored, inputs = nil, size, 0, NOTHING, NOTHING
  local from = 8 + Records.BODIES_BEHIND * total + offset
  if unseen then
    flags = all_flagged('3', size)
  else
    flags, handed, ended, stored = decide(run, node, chunk, total, first, offset, size, number, columns)
  end
  if not bodies then
    local reads = not unseen and #Runs.lane(run, node).inputs > 0
    keys, bodies = columns.keys, ''
    if handed > 0 and (reads or bytes <= INLINE_BYTES) then
      bodies = redis.call('GETRANGE', chunk_key(chunk), text_of(from), text_of(from + bytes - 1))
      if reads then inputs = inputs_of(run, node, bodies, lengths, flags) end
    end
  end
  if ended > 0 then Lanes.release_chunk(chunk, ended) end
  if handed == 0 then return 0, empty end
  written[#written + 1] = number
  written[#written + 1] = Leases.text({ run = run, node = node, chunk = chunk, first = first, count = size,
    offset = offset, total = total, flags = flags, service = service })
  local deadline = Leases.deadline_of(run, visibility)
  due_leases[#due_leases + 1] = text_of(deadline)
  due_leases[#due_leases + 1] = number
  Leases.count(run, node, service, handed)
  numbers[#numbers + 1] = number
  groups[#groups + 1] = { number, run, node, deadline, chunk, from, packed, keys, bodies, flags, stored, inputs,
    window, Runs.of(run).is_capped and Caps.capped_nodes(run) or '' }
  if host then Hosts.started(run, host, number, handed) end
  return handed, empty
end

-- Leases from a node's lane; returns how many were handed out, and whether the lane is empty now.
local function lease_from_lane(run, node, service, limit)
  local handed, empty, tries = 0, false, 0
  while not empty and handed < limit and tries < 1000 do
    local got
    got, empty = lease_from(run, node, service, nil, limit - handed, 0)
    handed, tries = handed + got, tries + 1
  end
  return handed, empty
end

-- Buries the tasks of a lane's head chunk, whose host is waited for no longer; returns whether the lane is
-- empty now.
local function give_up(run, node, lane)
  local key = lane_key(run, node, lane)
  local chunk, total, first, offset = string.match(redis.call('LPOP', key), Lanes.ENTRY)
  total, first = tonumber(total), tonumber(first)
  for _, record in ipairs(Records.read(chunk, total, first, total - first, tonumber(offset)) or {}) do
    let_go[Records.key(record)] = true
    if Runs.of(run).state == 'cancelled' then
      Lanes.cancel_task(run, node, record)
    else
      local attempt = Records.attempts(record) + 1
      Letters.remember_error(run, node, Records.item(record), attempt, Hosts.given_up(lane))
      Letters.bury(run, node, lane, Records.with_attempts(record, math.min(attempt, 255)), attempt)
    end
  end
  Lanes.release_chunk(chunk, total - first)
  Runs.count(run, 'w' .. text_of(node), first - total)
  return redis.call('EXISTS', key) == 0
end

-- Leases from a node's host lanes, each in its turn; returns how many were handed out, and whether none of
-- them may be served any more. Those of one moment are served in the order in which they were last.
local function lease_from_hosts(run, node, service, limit)
  local lanes, handed, served = host_lanes_key(run, node), 0, 0
  if limit <= 0 then return 0, redis.call('EXISTS', lanes) == 0 end
  while handed < limit and served < MOST_HOSTS do
    local lane, due = unpack(redis.call('ZRANGE', lanes, '0', '0', 'WITHSCORES'))
    if not lane then return handed, true end
    if tonumber(due) >= now + 1 then
      if tonumber(due) < Hosts.BLOCKED then
        redis.call('ZADD', resting, due, table.concat({ run, node, Runs.lane(run, node).service }, ':'))
      end
      return handed, true
    end
    served = served + 1
    local allowed, window = Hosts.may_start(lane)
    if Hosts.is_given_up(lane) then
      if give_up(run, node, lane) then redis.call('ZREM', lanes, lane) end
    elseif allowed > 0 then
      local got, empty = lease_from(run, node, service, lane, math.min(limit - handed, allowed), window)
      handed = handed + got
      if empty then
        redis.call('ZREM', lanes, lane)
      else
        redis.call('ZADD', lanes, now + served / 10000, lane)
      end
    else
      redis.call('ZADD', lanes, Hosts.wait_for(run, node, lane, window) or Hosts.BLOCKED, lane)
    end
  end
  return handed, false
end

-- Goes through at most `most` of a run's ready lanes; says of each also whether hosts may have waited in it. They are fetched some
-- at a time, with what their lanes are; but all at once where some may go meanwhile, as others would take their places then.
local function ready_of(run, most, some_go)
  local at_once, fetched, members, i, host_waits = some_go and most or KNOWN_AT_ONCE, 0, {}, 0, false
  return function()
    if i == #members and fetched < most and #members % at_once == 0 then
      members = redis.call('ZRANGE', run_key(run, 'ready'), fetched, fetched + at_once - 1)
      fetched, i = fetched + at_once, 0
      local nodes, of_hosts = {}, {}
      for at, member in ipairs(members) do
        nodes[at] = tonumber(string.match(member, '^%d+'))
        of_hosts[at] = host_lanes_key(run, nodes[at])
      end
      if #nodes > 0 then
        Runs.know_lanes(run, nodes)
        host_waits = redis.call('EXISTS', unpack(of_hosts)) > 0
      end
    end
    i = i + 1
    return members[i], host_waits
  end
end

-- Gives the run at the head of the ring its turn: later nodes before earlier ones.
local function visit(run, limit)
  local of_run, handed = Runs.of(run), 0
  local capped = of_run.is_capped
  if of_run.state == 'paused' then return 0 end
  if capped then limit = math.min(limit, Caps.room_of_run(run)) end
  local emptied = {}
  for member, host_waits in ready_of(run, limit > 0 and 256 or 0, capped) do
    local node, service = string.match(member, '^(%d+):(.*)$')
    node = tonumber(node)
    local takes = (any or offered[service])
      and not (of_run.held and #Runs.lane(run, node).inputs == 0 and not Runs.lane(run, node).collects)
    local empty = false
    local room = capped and math.min(limit - handed, Caps.room(run, node)) or limit - handed
    if takes and room > 0 then
      local got
      got, empty = lease_from_lane(run, node, service, room)
      if empty and (host_waits or Lanes.host_came) then
        local more
        more, empty = lease_from_hosts(run, node, service, room - got)
        got = got + more
      end
      handed = handed + got
      of_run.turn = of_run.turn + got
    end
    if empty then
      emptied[#emptied + 1] = member
    elseif takes and not (capped and (Caps.block(run, node) or Caps.room_of_run(run) <= 0)) then
      Runs.wake(service)
    end
    if handed >= limit then break end
  end
  if #emptied > 0 then redis.call('ZREM', run_key(run, 'ready'), unpack(emptied)) end
  return handed
end

-- Ends a visit to the run at the head of the ring: whether it stays there, and how far its turn is. A run that is
-- alone has no turns.
local function end_visit(run, alone, asked, handed, turn_before)
  local of_run = Runs.of(run)
  local goes_on = not alone and of_run.turn < Runs.QUANTUM * of_run.weight
  if redis.call('EXISTS', run_key(run, 'ready')) == 0 then
    redis.call('LPOP', ring)
    redis.call('HDEL', run_key(run), 'ring')
    of_run.in_ring = false
    goes_on = goes_on and of_run.blocked ~= ''
  elseif of_run.max_leased > 0 and Caps.room_of_run(run) <= 0 then
    Caps.leave_ring(run)
  elseif not alone and (not goes_on or handed < asked) then
    redis.call('LMOVE', ring, ring, 'LEFT', 'RIGHT')
    goes_on = false
  end
  if not goes_on then of_run.turn = 0 end
  if of_run.turn ~= turn_before then redis.call('HSET', run_key(run), 'turn', of_run.turn) end
end

local services_capped = of_store[3]
if services_capped then Caps.draw(any, offered) end
local visits, visits_wanted = 0, redis.call('LLEN', ring)
local is_shared = visits_wanted > 1 or services_capped
while most > 0 and visits < MOST_VISITS do
  if visits >= visits_wanted then
    if not services_capped or not Caps.draw(any, offered) then break end
    visits_wanted = visits + redis.call('LLEN', ring)
  end
  visits = visits + 1
  -- none, where all that was drawn is of runs at their own caps
  local run = tonumber(redis.call('LINDEX', ring, '0') or '')
  if run then
    local of_run = Runs.of(run)
    local turn_before, asked = of_run.turn, most
    local alone = not is_shared and of_run.max_leased == 0
    if not alone then asked = math.min(most, math.max(Runs.QUANTUM * of_run.weight - of_run.turn, 1)) end
    local handed = visit(run, asked)
    most = most - handed
    end_visit(run, alone, asked, handed, turn_before)
  end
end

-- Whether somebody is to look at the runs that this call had no room for: not where nothing of these services was
-- found in all of them, one call after another, or paused runs would keep all who wait awake.
local function goes_on_round(services)
  if #numbers > 0 then
    if visits >= MOST_VISITS then redis.call('HDEL', passed, services) end
    return redis.call('EXISTS', ring) == 1
  end
  local over = redis.call('HINCRBY', passed, services, text_of(MOST_VISITS)) >= redis.call('LLEN', ring)
  if over then redis.call('HDEL', passed, services) end
  redis.call('PEXPIRE', passed, '60000')
  return not over
end

if last_number then redis.call('HSET', meta, 'lease', string.format('%.0f', last_number)) end
if #numbers > 0 then
  redis.call('HSET', leases, unpack(written))
  redis.call('ZADD', deadlines, unpack(due_leases))
  redis.call('SET', asked_key(requester), sequence .. ':' .. table.concat(numbers, ','), 'PX', 300000)
end
-- who came back from behind a key and does not execute it lets the next ones go; and what this call had no
-- room to look at is signalled
for key in pairs(let_go) do Lanes.unpark(key) end
local services, due = table.concat(ARGV, ',', 5), -1
if most <= 0 or visits >= MOST_VISITS then
  local more = goes_on_round(services)
  for service in pairs(offered) do
    if more then
      Runs.wake(service)
    elseif services_capped then
      Caps.go_on_service(service)
    end
  end
end
Runs.settle()
Runs.let_wakes(most <= 0)

if most > 0 then
  due = math.huge
  for _, key in ipairs({ resting, delayed, deadlines }) do
    due = math.min(due, tonumber(redis.call('ZRANGE', key, '0', '0', 'WITHSCORES')[2] or math.huge))
  end
  due = due < math.huge and Watches.come_at(services, requester, due) or -1
elseif Watches.resign(services, requester) then
  Runs.wake(ARGV[5] or '')
end
table.insert(groups, 1, due)
return groups
