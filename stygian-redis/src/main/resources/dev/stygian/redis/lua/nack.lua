-- Ends leases that did not work. Atomic per call: what did work under the lease is booked and kept
-- (the checkpoint), the error is remembered, and the task is delayed, dead or back in its lane. A
-- token that is not current changes nothing.
-- @include keys memory fields runs records lanes watches? hosts? letters? collecting? caps? leases booking
-- ARGV: keys to look up, then per nack: lease, heads of one row, entries, values (see booking.lua), task's
--   node, attempt, verdict (retry, bury, exclude, back; unused: back, and no start that was granted was used),
--   delay ms, error, host's lane of the task, record of the task, releases of what worked
-- Replies: per nack 'booked' | 'buried' | 'lost'
local touched, freed, replies = {}, {}, {}

-- Lets a task wait again, at the front of its lane or until the delay is over.
local function put_back(run, node, lane, record, delay)
  if delay <= 0 then
    Lanes.place(run, node, lane, { record }, true)
  else
    Lanes.delay(run, node, lane, record, now + delay)
  end
end

-- Puts a task that did not work where it belongs now; returns what is replied.
local function settle(run, node, item, attempt, verdict, delay, message, lane, record)
  local waits_for_host = verdict == 'retry' and lane and Hosts.is_broken(lane) and not Runs.is_dead(run, item)
  if verdict == 'back' or verdict == 'unused' or waits_for_host then
    put_back(run, node, lane, Records.with_attempts(record, attempt - 1), waits_for_host and 0 or tonumber(delay))
    return 'booked'
  end
  Letters.remember_error(run, node, item, attempt, message)
  if verdict == 'exclude' then
    Letters.exclude(run, node, lane, Records.with_attempts(record, math.min(attempt, 255)), attempt)
    return 'booked'
  end
  if verdict == 'bury' or attempt >= Runs.lane(run, node).max then
    Letters.bury(run, node, lane, Records.with_attempts(record, math.min(attempt, 255)), attempt)
    return 'buried'
  end
  Runs.count_attempts(run, 't', node, 1)
  if Runs.is_dead(run, item) then
    Letters.stop_sibling(run, node, lane, record)
    return 'booked'
  end
  put_back(run, node, lane, Records.with_attempts(record, attempt), tonumber(delay))
  return 'booked'
end

if #ARGV[1] > 0 then Booking.look_up(ARGV[1]) end
for i = 2, #ARGV, 12 do
  local number, heads, entries, values = unpack(ARGV, i, i + 3)
  local node, attempt, verdict, delay, message, lane, record, releases = unpack(ARGV, i + 4, i + 11)
  node, attempt = tonumber(node), tonumber(attempt)
  if lane == '' then lane = nil end
  local l = touched[number]
  if l == nil then
    l = Leases.read(number) or false
    touched[number] = l
  end
  local batch = Booking.batch_of(heads, entries, values, l and Runs.lane(l.run, l.node).ends)
  Booking.next_row(batch)
  if not l or not Leases.is_open(l, batch.index) then
    replies[#replies + 1] = 'lost'
  else
    local run, reply = l.run, 'booked'
    local marked, item, worked, key = Leases.end_task(l, batch.index), Booking.row_item(batch), batch.results > 0, nil
    if Runs.of(run).state == 'cancelled' then
      key = Booking.pass_row(run, batch)
      Lanes.cancel_task(run, l.node, record)
    else
      local _
      _, key = Booking.book_row(run, batch, item, #Runs.lane(run, l.node).inputs > 0 or Runs.lane(run, l.node).collects)
      if worked then
        Letters.forget_errors(run, l.node, item)
        if Runs.lane(run, l.node).collects then Collecting.forget(run, l.node, item) end
      end
      local released = Booking.release(run, item, batch.releases, releases, 1)
      if released > 0 and Runs.of(run).wide then Lanes.count_live(run, item, released) end
      if verdict == 'unused' and Lanes.host_of(l.chunk) then Hosts.unused(Lanes.host_of(l.chunk), number) end
      reply = settle(run, node, item, attempt, verdict, delay, message, lane, record)
    end
    Booking.close_batch(run, batch)
    if marked then freed[#freed + 1] = key end
    replies[#replies + 1] = reply
  end
end

Lanes.land(freed)
Leases.close(touched)
Booking.place_released()
Booking.settle_store()
for _, key in ipairs(freed) do Lanes.unpark(key) end
Runs.settle()
return replies
