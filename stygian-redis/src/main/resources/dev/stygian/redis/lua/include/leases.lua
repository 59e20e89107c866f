-- Leases: reading one, ending tasks of one, and taking back what ran out.

function Leases.in_text(lease, value)
  if not value then return nil end
  local run, node, chunk, first, count, offset, total, flags, service =
    string.match(value, '^(%d+),(%d+),([^,]+),(%d+),(%d+),(%d+),(%d+),([0-3]*),(.*)$')
  return {
    number = lease, run = tonumber(run), node = tonumber(node), chunk = chunk, first = tonumber(first),
    count = tonumber(count), offset = tonumber(offset), total = tonumber(total), flags = flags,
    service = service, ended = 0, is_sole = flags and string.find(flags, '3', 1, true) ~= nil,
  }
end

function Leases.read(lease)
  return Leases.in_text(lease, redis.call('HGET', leases, lease))
end

function Leases.text(l)
  return string.format('%d,%d,%s,%d,%d,%d,%d,%s,%s', l.run, l.node, l.chunk, l.first, l.count, l.offset, l.total,
    l.flags, l.service)
end

-- When a lease of a run ends that begins or is renewed now; visibility 0: as the run says.
function Leases.deadline_of(run, visibility)
  return now + (visibility > 0 and visibility or Runs.of(run).visibility)
end

Leases.ENDED, Leases.MARKED, Leases.SOLE = 48, 49, 51

-- The flags of a lease's tasks as bytes: 0 ended, 1 executing with its key marked in flight, 2 completing
-- with a stored result, 3 executing with a key that no other task has (see share.lua). A lease has none of 1 beside 3.
function Leases.flags_of(l)
  if not l.bytes then l.bytes = { string.byte(l.flags, 1, -1) } end
  return l.bytes
end

function Leases.is_open(l, index)
  local flag = Leases.flags_of(l)[index + 1]
  return flag ~= nil and flag ~= Leases.ENDED
end

-- Takes a task out of a lease in memory; Leases.close writes it. Returns whether its key is in flight.
function Leases.end_task(l, index)
  local flags = Leases.flags_of(l)
  local marked = flags[index + 1] == Leases.MARKED
  flags[index + 1] = Leases.ENDED
  l.ended = l.ended + 1
  return marked
end

-- Takes the first tasks out of a lease of which none was looked at, where all of them execute; returns whether it did.
function Leases.end_first(l, tasks)
  if string.sub(l.flags, 1, tasks) ~= string.rep(l.is_sole and '3' or '1', tasks) then return false end
  l.flags = string.rep('0', tasks) .. string.sub(l.flags, tasks + 1)
  l.ended = l.ended + tasks
  return true
end

-- So many tasks more, or less, of a node and of a service are leased.
do
  local of_services = {}

  function Leases.count(run, node, service, tasks)
    Runs.count(run, 'l' .. text_of(node), tasks)
    of_services[service] = of_services[service] or 'leased:' .. service
    Runs.count(false, of_services[service], tasks)
  end
end

-- Writes leases of which tasks have ended.
function Leases.close(all)
  local left, over, ended = {}, {}, {}
  for _, l in pairs(all) do
    if l and l.ended > 0 then
      if l.bytes then l.flags = string.char(unpack(l.bytes)) end
      if string.find(l.flags, '[1-3]') then
        left[#left + 1] = l.number
        left[#left + 1] = Leases.text(l)
      else
        over[#over + 1] = l.number
      end
      ended[l.chunk] = l.ended == l.total and Lanes.ALL or (ended[l.chunk] or 0) + l.ended
    end
  end
  if #left > 0 then redis.call('HSET', leases, unpack(left)) end
  if #over > 0 then
    redis.call('HDEL', leases, unpack(over))
    redis.call('ZREM', deadlines, unpack(over))
  end
  Lanes.release_chunks(ended)
  for _, l in pairs(all) do
    if l and l.ended > 0 then
      Leases.count(l.run, l.node, l.service, -l.ended)
      if Runs.of(l.run).is_capped then Caps.go_on(l.run, l.node, l.service) end
      local lane = Lanes.host_of(l.chunk)
      if lane then Hosts.ended(lane, l.ended) end
      l.ended = 0
    end
  end
end

-- Fetches at once what went wrong before with the open tasks of a lease.
local function know_errors(l, records)
  local names = {}
  for i, record in ipairs(records) do
    if Leases.is_open(l, i - 1) then names[#names + 1] = text_of(l.node) .. ':' .. Records.item(record) end
  end
  Fields.fetch(Fields.of(l.run, 'history'), names)
end

-- Gives the open tasks of a lease back, to the front of their lane. With `lost` set the attempt
-- counts and the reason is remembered; without, the hand-out never happened.
function Leases.take_back(l, lost)
  if Runs.of(l.run).state == 'cancelled' then lost = nil end -- its tasks end there, and none is dead for it
  local records = Records.read(l.chunk, l.total, l.first, l.count, l.offset)
  local again, keys, max = {}, {}, Runs.lane(l.run, l.node).max
  if lost and records then know_errors(l, records) end
  for i = 1, l.count do
    if Leases.is_open(l, i - 1) then
      local marked = Leases.end_task(l, i - 1)
      local record = records and records[i]
      if record then
        if marked then keys[#keys + 1] = Records.key(record) end
        if lost then
          local attempt = Records.attempts(record) + 1
          record = Records.with_attempts(record, attempt)
          Letters.remember_error(l.run, l.node, Records.item(record), attempt, lost)
        end
        if Records.attempts(record) >= max and lost then
          Letters.bury(l.run, l.node, Lanes.host_of(l.chunk), record, Records.attempts(record))
        else
          if lost then Runs.count_attempts(l.run, 't', l.node, 1) end
          again[#again + 1] = record
        end
      else
        Runs.count_tasks(l.run, -1)
        Runs.count(l.run, 'dead', 1)
        Runs.count(l.run, 'x' .. text_of(l.node), 1)
      end
    end
  end
  Lanes.land(keys)
  Leases.close({ l })
  Lanes.place(l.run, l.node, Lanes.host_of(l.chunk), again, true)
  for _, key in ipairs(keys) do Lanes.unpark(key) end
end

-- Takes back leases whose time is over, until that were `most` tasks: the rest goes with the next call.
function Leases.reap(most)
  local taken = 0
  for _, lease in ipairs(redis.call('ZRANGEBYSCORE', deadlines, '-inf', text_of(now), 'LIMIT', '0', '16')) do
    if taken >= most then return end
    local l = Leases.read(lease)
    if l then
      taken = taken + l.count
      Leases.take_back(l, 'the lease ran out: the worker died or was cut off')
    else
      redis.call('ZREM', deadlines, lease)
    end
  end
end

-- Moves at most `most` delayed tasks that are due to the fronts of their lanes, the longest due first; but short ones of
-- a lane come with the first of them in one chunk, as whoever takes them has as much to do with a chunk as with twenty tasks in it.
do
  local SHORT_BYTES, CHUNK_BYTES = 1024, 32768

  local function move(moved)
    local run, node = moved.run, moved.node
    Runs.count(run, 'd' .. text_of(node), -#moved.chunks)
    if #moved.chunks == 1 and Runs.of(run).state ~= 'cancelled' then
      Lanes.place_chunk(run, node, moved.chunks[1], 1, true)
      Runs.count(run, 'w' .. text_of(node), 1)
      return
    end
    local ended = {}
    for i, chunk in ipairs(moved.chunks) do
      ended[chunk] = 1
      moved.records[i] = moved.records[i] or Records.read(chunk, 1, 0, 1, 0)[1]
    end
    Lanes.release_chunks(ended)
    Lanes.place(run, node, Lanes.host_of(moved.chunks[1]), moved.records, true)
  end

  function Leases.wake_due(most)
    local due = redis.call('ZRANGEBYSCORE', delayed, '-inf', text_of(now), 'LIMIT', '0', text_of(most))
    if #due == 0 then return end
    redis.call('ZREM', delayed, unpack(due))
    local all, open = {}, {}
    for _, chunk in ipairs(due) do
      local text = redis.call('GETRANGE', chunk_key(chunk), 0, SHORT_BYTES)
      if #text >= 8 then
        local run, node = struct.unpack('<I4I2', text)
        local lane, is_short = lane_key(run, node, Lanes.host_of(chunk)), #text <= SHORT_BYTES
        local group = is_short and open[lane]
        if not group or group.bytes + #text > CHUNK_BYTES then
          group = { run = run, node = node, chunks = {}, records = {}, bytes = 0 }
          all[#all + 1] = group
          if is_short then open[lane] = group end
        end
        group.chunks[#group.chunks + 1] = chunk
        group.bytes = group.bytes + #text
        if is_short then group.records[#group.records + 1] = Records.alone(text) end
      end
    end
    for i = #all, 1, -1 do move(all[i]) end
  end
end
