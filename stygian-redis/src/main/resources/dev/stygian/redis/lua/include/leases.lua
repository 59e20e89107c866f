-- Leases: reading one, ending tasks of one, and taking back what ran out.

local function lease_in(lease, value)
  if not value then return nil end
  local run, node, chunk, first, count, offset, total, flags, service =
    string.match(value, '^(%d+),(%d+),([^,]+),(%d+),(%d+),(%d+),(%d+),([012]*),(.*)$')
  return {
    number = lease, run = tonumber(run), node = tonumber(node), chunk = chunk, first = tonumber(first),
    count = tonumber(count), offset = tonumber(offset), total = tonumber(total), flags = flags,
    service = service, ended = 0,
  }
end

local function read_lease(lease)
  return lease_in(lease, redis.call('HGET', leases, lease))
end

local function lease_text(l)
  return string.format('%d,%d,%s,%d,%d,%d,%d,%s,%s', l.run, l.node, l.chunk, l.first, l.count, l.offset, l.total,
    l.flags, l.service)
end

-- When a lease of a run ends that begins or is renewed now; visibility 0: as the run says.
local function deadline_of(run, visibility)
  return now + (visibility > 0 and visibility or run_of(run).visibility)
end

local ENDED, MARKED = 48, 49

-- The flags of a lease's tasks as bytes: 0 ended, 1 executing with its key marked in flight, 2 completing
-- with a stored result.
local function flags_of(l)
  if not l.bytes then l.bytes = { string.byte(l.flags, 1, -1) } end
  return l.bytes
end

local function is_open(l, index)
  local flag = flags_of(l)[index + 1]
  return flag ~= nil and flag ~= ENDED
end

-- Takes a task out of a lease in memory; close_leases writes it. Returns whether its key is in flight.
local function end_task(l, index)
  local flags = flags_of(l)
  local marked = flags[index + 1] == MARKED
  flags[index + 1] = ENDED
  l.ended = l.ended + 1
  return marked
end

-- Writes leases of which tasks have ended.
local function close_leases(all)
  local left, over, ended = {}, {}, {}
  for _, l in pairs(all) do
    if l and l.ended > 0 then
      l.flags = string.char(unpack(l.bytes))
      if string.find(l.flags, '[12]') then
        left[#left + 1] = l.number
        left[#left + 1] = lease_text(l)
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
  release_chunks(ended)
  for _, l in pairs(all) do
    if l and l.ended > 0 then
      caps.ended(l.run, l.node, l.service, l.ended)
      local lane = host_lane_of(l.chunk)
      if lane then hosts.ended(lane, l.ended) end
      l.ended = 0
    end
  end
end

-- Gives the open tasks of a lease back, to the front of their lane. With `lost` set the attempt
-- counts and the reason is remembered; without, the hand-out never happened.
local function take_back(l, lost)
  if run_of(l.run).state == 'cancelled' then lost = nil end -- its tasks end there, and none is dead for it
  local records = read_records(l.chunk, l.total, l.first, l.count, l.offset)
  local again, keys, max = {}, {}, lane_spec(l.run, l.node).max
  for i = 1, l.count do
    if is_open(l, i - 1) then
      local marked = end_task(l, i - 1)
      local record = records and records[i]
      if record then
        if marked then keys[#keys + 1] = record_key(record) end
        if lost then
          local attempt = record_attempts(record) + 1
          record = with_attempts(record, attempt)
          remember_error(l.run, l.node, record_item(record), attempt, lost)
          count(l.run, 't' .. text_of(l.node), 1)
        end
        if record_attempts(record) >= max and lost then
          bury(l.run, l.node, host_lane_of(l.chunk), record, record_attempts(record))
        else
          again[#again + 1] = record
        end
      else
        count_tasks(l.run, -1)
        count(l.run, 'dead', 1)
      end
    end
  end
  land(keys)
  close_leases({ l })
  place(l.run, l.node, host_lane_of(l.chunk), again, true)
  for _, key in ipairs(keys) do unpark(key) end
end

-- Takes back at most `most` leases whose time is over.
local function reap(most)
  for _, lease in ipairs(redis.call('ZRANGEBYSCORE', deadlines, '-inf', now, 'LIMIT', 0, most)) do
    local l = read_lease(lease)
    if l then
      take_back(l, 'the lease ran out: the worker died or was cut off')
    else
      redis.call('ZREM', deadlines, lease)
    end
  end
end

-- Moves at most `most` delayed tasks that are due to the fronts of their lanes, the longest due first.
local function wake_due(most)
  local due = redis.call('ZRANGEBYSCORE', delayed, '-inf', now, 'LIMIT', 0, most)
  for i = #due, 1, -1 do
    local chunk = due[i]
    redis.call('ZREM', delayed, chunk)
    local head = redis.call('GETRANGE', chunk_key(chunk), 0, 7)
    if #head == 8 then
      local run, node = struct.unpack('<I4I2', head)
      count(run, 'd' .. text_of(node), -1)
      if run_of(run).state == 'cancelled' then
        local records = read_records(chunk, 1, 0, 1, 0)
        release_chunk(chunk, 1)
        cancel_task(run, node, records[1])
      else
        place_chunk(run, node, chunk, 1, true)
        count(run, 'w' .. text_of(node), 1)
      end
    end
  end
end
