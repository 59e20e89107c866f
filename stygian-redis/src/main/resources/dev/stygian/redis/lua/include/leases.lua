-- Leases: reading one, ending tasks of one, and taking back what ran out.

function Leases.in_text(lease, value)
  if not value then return nil end
  local run, node, chunk, first, count, offset, total, flags, service =
    string.match(value, '^(%d+),(%d+),([^,]+),(%d+),(%d+),(%d+),(%d+),([012]*),(.*)$')
  return {
    number = lease, run = tonumber(run), node = tonumber(node), chunk = chunk, first = tonumber(first),
    count = tonumber(count), offset = tonumber(offset), total = tonumber(total), flags = flags,
    service = service, ended = 0,
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

Leases.ENDED, Leases.MARKED = 48, 49

-- The flags of a lease's tasks as bytes: 0 ended, 1 executing with its key marked in flight, 2 completing
-- with a stored result.
function Leases.flags_of(l)
  if not l.bytes then l.bytes = { string.byte(l.flags, 1, -1) } end
  return l.bytes
end

function Leases.is_open(l, index)
  local flag = Leases.flags_of(l)[index + 1]
  return flag ~= nil and flag ~= Leases.ENDED
end

-- Takes a task out of a lease in memory; close_leases writes it. Returns whether its key is in flight.
function Leases.end_task(l, index)
  local flags = Leases.flags_of(l)
  local marked = flags[index + 1] == Leases.MARKED
  flags[index + 1] = Leases.ENDED
  l.ended = l.ended + 1
  return marked
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
      l.flags = string.char(unpack(l.bytes))
      if string.find(l.flags, '[12]') then
        left[#left + 1] = l.number
        left[#left + 1] = Leases.text(l)
      else
        over[#over + 1] = l.number
      end
      ended[l.chunk] = (ended[l.chunk] or 0) + l.ended
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

-- Gives the open tasks of a lease back, to the front of their lane. With `lost` set the attempt
-- counts and the reason is remembered; without, the hand-out never happened.
function Leases.take_back(l, lost)
  if Runs.of(l.run).state == 'cancelled' then lost = nil end -- its tasks end there, and none is dead for it
  local records = Records.read(l.chunk, l.total, l.first, l.count, l.offset)
  local again, keys, max = {}, {}, Runs.lane(l.run, l.node).max
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
          Runs.count(l.run, 't' .. text_of(l.node), 1)
        end
        if Records.attempts(record) >= max and lost then
          Letters.bury(l.run, l.node, Lanes.host_of(l.chunk), record, Records.attempts(record))
        else
          again[#again + 1] = record
        end
      else
        Runs.count_tasks(l.run, -1)
        Runs.count(l.run, 'dead', 1)
      end
    end
  end
  Lanes.land(keys)
  Leases.close({ l })
  Lanes.place(l.run, l.node, Lanes.host_of(l.chunk), again, true)
  for _, key in ipairs(keys) do Lanes.unpark(key) end
end

-- Takes back at most `most` leases whose time is over.
function Leases.reap(most)
  for _, lease in ipairs(redis.call('ZRANGEBYSCORE', deadlines, '-inf', now, 'LIMIT', 0, most)) do
    local l = Leases.read(lease)
    if l then
      Leases.take_back(l, 'the lease ran out: the worker died or was cut off')
    else
      redis.call('ZREM', deadlines, lease)
    end
  end
end

-- Moves at most `most` delayed tasks that are due to the fronts of their lanes, the longest due first.
function Leases.wake_due(most)
  local due = redis.call('ZRANGEBYSCORE', delayed, '-inf', now, 'LIMIT', 0, most)
  for i = #due, 1, -1 do
    local chunk = due[i]
    redis.call('ZREM', delayed, chunk)
    local head = redis.call('GETRANGE', chunk_key(chunk), 0, 7)
    if #head == 8 then
      local run, node = struct.unpack('<I4I2', head)
      Runs.count(run, 'd' .. text_of(node), -1)
      if Runs.of(run).state == 'cancelled' then
        local records = Records.read(chunk, 1, 0, 1, 0)
        Lanes.release_chunk(chunk, 1)
        Lanes.cancel_task(run, node, records[1])
      else
        Lanes.place_chunk(run, node, chunk, 1, true)
        Runs.count(run, 'w' .. text_of(node), 1)
      end
    end
  end
end
